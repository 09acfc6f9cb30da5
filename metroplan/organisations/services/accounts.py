"""What happens to accounts. Who may do it is asked of the policy table before."""

from typing import Any

from axes.utils import reset as forget_failures
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Organisation, Role, User

NO_ROLE = ""


@transaction.atomic
def create_account(
    *,
    actor: User,
    username: str,
    organisation: Organisation,
    post_zh: str,
    post_en: str = "",
    email: str = "",
) -> User:
    """An account without password and role: its person sets the one, the security administrator
    grants the other. Raises ValidationError for a username that is taken or misspelt."""
    account = User(
        username=username,
        organisation=organisation,
        post_zh=post_zh,
        post_en=post_en,
        email=email,
        role=NO_ROLE,
    )
    account.set_unusable_password()
    account.full_clean(exclude=["role", "password"])
    account.save()
    record("account.created", actor=actor, on=account, after=state(account))
    return account


@transaction.atomic
def change_account(
    *,
    actor: User,
    account: User,
    organisation: Organisation,
    is_active: bool,
    post_zh: str,
    post_en: str = "",
    email: str = "",
) -> User:
    """A move to another unit takes the role away: rights there are granted anew."""
    account = locked(account)
    before = state(account)
    moved = account.organisation_id != organisation.pk
    if account.pk == actor.pk and (moved or not is_active):
        raise MetroplanError(
            "account.own",
            _("You cannot move or close your own account; ask another system administrator."),
        )
    if moved:
        account.role = NO_ROLE
    account.organisation, account.is_active = organisation, is_active
    account.post_zh, account.post_en, account.email = post_zh, post_en, email
    account.full_clean(exclude=["role", "password"])
    account.save()
    after = state(account)
    if after != before:
        record("account.changed", actor=actor, on=account, **difference(before, after))
    return account


@transaction.atomic
def choose_mail(*, account: User, wants_mail: bool) -> User:
    """Whether the person's notices also come by e-mail; each decides for themselves."""
    account = locked(account)
    if account.wants_mail != wants_mail:
        before = {"wants_mail": account.wants_mail}
        account.wants_mail = wants_mail
        account.save(update_fields=["wants_mail"])
        after = {"wants_mail": wants_mail}
        record("account.mail_chosen", actor=account, on=account, before=before, after=after)
    return account


@transaction.atomic
def grant_role(*, actor: User, account: User, role: str) -> User:
    account = locked(account)
    before = account.role
    if before == role:
        return account
    account.role = role
    account.save(update_fields=["role"])
    action = "account.role_granted" if role else "account.role_taken_away"
    record(action, actor=actor, on=account, before={"role": before}, after={"role": role})
    return account


@transaction.atomic
def reset_password(*, actor: User, account: User) -> User:
    """The old password and every session end at once, the lock after wrong attempts is lifted."""
    account = locked(account)
    account.set_unusable_password()
    account.save(update_fields=["password"])
    forget_failures(username=account.username)
    record("account.password_reset", actor=actor, on=account)
    return account


@transaction.atomic
def change_password(*, account: User, password: str) -> User:
    """By the person alone; the caller has checked the rules and the right to it."""
    account = locked(account)
    account.set_password(password)
    account.save(update_fields=["password"])
    record("account.password_changed", actor=account, on=account)
    return account


def record_sign_in(*, account: AbstractBaseUser) -> None:
    record("session.started", actor=account, on=account)


def record_sign_out(*, account: AbstractBaseUser) -> None:
    record("session.ended", actor=account, on=account)


def record_refused_sign_in(*, username: str, address: str) -> None:
    """Wrong names are not kept: people type passwords there."""
    account = User.objects.select_related("organisation").filter(username=username).first()
    if account is not None:
        record("session.refused", actor=None, on=account, address=address)


def locked(account: User) -> User:
    return (
        User.objects.select_for_update(of=["self"])
        .select_related("organisation")
        .get(pk=account.pk)
    )


def state(account: User) -> dict[str, Any]:
    return {
        "username": account.username,
        "organisation": f"{account.organisation.code} {account.organisation.name_zh}",
        "role": account.role,
        "post_zh": account.post_zh,
        "post_en": account.post_en,
        "email": account.email,
        "is_active": account.is_active,
    }


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, dict[str, Any]]:
    changed = [name for name in after if before[name] != after[name]]
    return {
        "before": {name: before[name] for name in changed},
        "after": {name: after[name] for name in changed},
    }


def grantable_roles() -> list[tuple[str, Any]]:
    return [(NO_ROLE, _("No role")), *Role.choices]
