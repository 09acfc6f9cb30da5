"""Demonstration accounts: every role in Guangxi and Yueyang, and an office for every unit."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Organisation, Role, User
from metroplan.organisations.services.accounts import state

PASSWORD = "Metroplan-demo-2026"


# Posts stand where names of persons would.
POSTS = {
    Role.REPORTER: ("计量填报岗", "Reporting office"),
    Role.REVIEWER: ("计量审核岗", "Review office"),
    Role.STAFF: ("计量规划岗", "Planning office"),
    Role.LEADER: ("分管局领导", "Bureau leadership"),
    Role.AUDITOR: ("审计管理员", "Auditor"),
    Role.SECURITY_ADMIN: ("安全管理员", "Security administrator"),
    Role.SYSTEM_ADMIN: ("系统管理员", "System administrator"),
}


@dataclass(frozen=True, slots=True)
class DemoAccount:
    username: str
    unit: str
    role: str


ACCOUNTS = (
    DemoAccount("gx-reporter", "450103", Role.REPORTER),
    DemoAccount("gx-county-leader", "450103", Role.LEADER),
    DemoAccount("gx-city-reporter", "450100", Role.REPORTER),
    DemoAccount("gx-city-reviewer", "450100", Role.REVIEWER),
    DemoAccount("gx-city-leader", "450100", Role.LEADER),
    DemoAccount("gx-owner-reporter", "450000", Role.REPORTER),
    DemoAccount("gx-reviewer", "450000", Role.REVIEWER),
    DemoAccount("gx-staff", "450000", Role.STAFF),
    DemoAccount("gx-leader", "450000", Role.LEADER),
    DemoAccount("gx-auditor", "450000", Role.AUDITOR),
    DemoAccount("gx-security", "450000", Role.SECURITY_ADMIN),
    DemoAccount("gx-system", "450000", Role.SYSTEM_ADMIN),
    DemoAccount("yy-reporter", "430602", Role.REPORTER),
    DemoAccount("yy-county-leader", "430602", Role.LEADER),
    DemoAccount("yy-owner-reporter", "430600", Role.REPORTER),
    DemoAccount("yy-reviewer", "430600", Role.REVIEWER),
    DemoAccount("yy-staff", "430600", Role.STAFF),
    DemoAccount("yy-leader", "430600", Role.LEADER),
    DemoAccount("yy-auditor", "430600", Role.AUDITOR),
    DemoAccount("yy-security", "430600", Role.SECURITY_ADMIN),
    DemoAccount("yy-system", "430600", Role.SYSTEM_ADMIN),
)
"""Those whose password is known."""


def refuse_without_demo() -> None:
    if not settings.DEMO:
        raise MetroplanError(
            "demo.not_allowed",
            _(
                "Demonstration data belong to development: set METROPLAN_DEV=True to load them. "
                "They never go into a portal that is in use."
            ),
        )


@transaction.atomic
def create_demo_accounts() -> int:
    """The listed accounts, with the known password; those that exist stay as they are."""
    refuse_without_demo()
    return _create(ACCOUNTS, password=make_password(PASSWORD))


@transaction.atomic
def create_offices(needed: Iterable[tuple[str, str]]) -> int:
    """Accounts without a password for the (unit code, role) pairs that have none yet."""
    refuse_without_demo()
    have = set(User.objects.filter(is_demo=True).values_list("organisation__code", "role"))
    offices = [
        DemoAccount(f"demo-{unit}-{role}".lower(), unit, role)
        for unit, role in sorted(set(needed) - have)
    ]
    return _create(offices, password=make_password(None))


def _create(accounts: Iterable[DemoAccount], *, password: str) -> int:
    known = set(User.objects.values_list("username", flat=True))
    fresh = [account for account in accounts if account.username not in known]
    units = Organisation.objects.in_bulk({one.unit for one in fresh}, field_name="code")
    users = [
        User(
            username=one.username,
            organisation=units[one.unit],
            role=one.role,
            post_zh=POSTS[one.role][0],
            post_en=POSTS[one.role][1],
            password=password,
            is_demo=True,
        )
        for one in fresh
        if one.unit in units
    ]
    for user in User.objects.bulk_create(users):
        record("account.created", actor=None, on=user, after=state(user), is_demo=True)
    return len(users)
