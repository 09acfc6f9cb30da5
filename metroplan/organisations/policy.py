"""The one table of rights. Pages, templates, services and the API ask only this.

A rule says which roles may act, and how the thing acted on must stand to the user's unit.
Whether something is visible at all is decided before, by `visible_to`.
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied

from metroplan.organisations.models import Organisation, Role, User

Scope = Callable[[User, Any], bool]

FIGURE_READERS = {Role.REPORTER, Role.REVIEWER, Role.STAFF, Role.LEADER}


def unit_of(thing: Any) -> Organisation | None:
    if thing is None or isinstance(thing, Organisation):
        return thing
    return getattr(thing, "organisation", None) or getattr(thing, "owner", None)


def anywhere(user: User, thing: Any) -> bool:
    return True


def own_unit(user: User, thing: Any) -> bool:
    unit = unit_of(thing)
    return unit is None or unit.pk == user.organisation_id


def own_or_below(user: User, thing: Any) -> bool:
    unit = unit_of(thing)
    return unit is None or unit.path.startswith(user.organisation.path)


def from_the_root(user: User, thing: Any) -> bool:
    """The map is kept by the unit at the top, for itself and everything below it."""
    return user.organisation.parent_code is None and own_or_below(user, thing)


def own_turn_to_review(user: User, submission: Any) -> bool:
    """No one reviews their own unit, only at the top of a chain a second person does.

    Nor does anyone review what they handed in for a unit below.
    """
    if submission is None:
        return True
    if submission.submitted_by_id == user.pk:
        return False
    if submission.reviewer_unit_id not in (None, user.organisation_id):
        return False
    if submission.organisation_id != user.organisation_id:
        return submission.organisation.path.startswith(user.organisation.path)
    return submission.form.owner_id == user.organisation_id


def above_another(user: User, submission: Any) -> bool:
    """Above the reporting unit, within the form's owner, and never on what the user handed in; at
    the top a second person."""
    if submission is None:
        return True
    if submission.organisation_id == user.organisation_id:
        return for_the_owner(user, submission)
    if submission.submitted_by_id == user.pk:
        return False
    own = user.organisation.path
    within = own.startswith(submission.form.owner.path)
    return within and submission.organisation.path.startswith(own)


def for_the_owner(user: User, submission: Any) -> bool:
    """In the unit whose form it is, and never on what the user handed in."""
    if submission is None:
        return True
    in_owner = submission.form.owner_id == user.organisation_id
    return in_owner and submission.submitted_by_id != user.pk


def second_person(user: User, revision: Any) -> bool:
    """Another than the proposer, in the unit whose plan or rules are changed."""
    if revision is None:
        return True
    return revision.approving_unit_id == user.organisation_id and (
        revision.proposed_by_id != user.pk
    )


def another_uploader(user: User, job: Any) -> bool:
    """Another than who sent the file, in the unit that sent it or above."""
    return job is None or (own_or_below(user, job) and job.uploaded_by_id != user.pk)


def another_person(user: User, account: Any) -> bool:
    """Nobody changes their own rights."""
    return account is None or (account.pk != user.pk and own_or_below(user, account))


RULES: dict[str, dict[str, Scope]] = {
    "figures.view": dict.fromkeys(FIGURE_READERS, anywhere),
    "figures.import": {Role.STAFF: own_or_below},
    "bulk.view": dict.fromkeys(FIGURE_READERS, own_or_below),
    "bulk.cancel": {Role.STAFF: own_or_below},
    "bulk.approve": dict.fromkeys({Role.STAFF, Role.REVIEWER}, another_uploader),
    "form.keep": {Role.STAFF: own_or_below},
    "organisation.change": {Role.STAFF: from_the_root},
    "register.view": dict.fromkeys(FIGURE_READERS, own_or_below),
    "register.keep": {Role.STAFF: own_or_below},
    "supervision.view": dict.fromkeys(FIGURE_READERS, own_or_below),
    "supervision.keep": {Role.STAFF: own_or_below},
    "inspection.record": dict.fromkeys({Role.STAFF, Role.REVIEWER, Role.REPORTER}, own_or_below),
    "draw.view": dict.fromkeys(FIGURE_READERS, own_or_below),
    "draw.make": {Role.STAFF: own_or_below},
    "catalogue.view": dict.fromkeys(FIGURE_READERS, anywhere),
    "catalogue.keep": {Role.STAFF: from_the_root},
    "plan.view": dict.fromkeys(FIGURE_READERS, anywhere),
    "plausibility.change": {Role.STAFF: from_the_root},
    "plan.load": {Role.STAFF: own_or_below},
    "submission.view": dict.fromkeys(FIGURE_READERS, own_or_below),
    "submission.fill": {Role.REPORTER: own_unit},
    "submission.fill_for": {Role.REPORTER: own_or_below},
    "submission.review": {Role.REVIEWER: own_turn_to_review},
    "submission.unapprove": {Role.REVIEWER: above_another},
    "submission.reopen": dict.fromkeys({Role.STAFF, Role.REVIEWER}, for_the_owner),
    "correction.decide": {Role.REVIEWER: for_the_owner},
    "account.view": dict.fromkeys(
        {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR}, own_or_below
    ),
    "account.manage": {Role.SYSTEM_ADMIN: own_or_below},
    "account.grant_role": {Role.SECURITY_ADMIN: another_person},
    "audit.view": {Role.AUDITOR: own_or_below},
    "operations.view": {Role.SYSTEM_ADMIN: anywhere},
    "difference.explain": {Role.REPORTER: own_unit, Role.REVIEWER: own_or_below},
    "measure.break": {Role.STAFF: from_the_root},
    "measure.source": {Role.STAFF: from_the_root},
    "target.propose": {Role.STAFF: own_or_below},
    "target.approve": dict.fromkeys({Role.STAFF, Role.REVIEWER}, second_person),
    "thresholds.propose": {Role.STAFF: from_the_root},
    "token.manage": dict.fromkeys(FIGURE_READERS, own_unit),
}


def can(user: Any, action: str, thing: Any = None) -> bool:
    """Whether the user may do this, to this thing or in general."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return False
    scope = RULES[action].get(user.role)
    return scope is not None and scope(user, thing)


def require(user: Any, action: str, thing: Any = None) -> None:
    if not can(user, action, thing):
        raise PermissionDenied(action)
