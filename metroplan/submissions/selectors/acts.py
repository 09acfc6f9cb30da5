"""What a person may do to a form beside filling it in and reviewing it in turn."""

from dataclasses import dataclass
from datetime import date

from metroplan.organisations.models import Organisation, User
from metroplan.organisations.policy import can
from metroplan.submissions.models import Correction, Submission
from metroplan.submissions.reporting import review_chain
from metroplan.submissions.states import EDITABLE, Status


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """A request with the names of its lines; `may_decide` says whether the reader answers it."""

    correction: Correction
    names: list[str]
    may_decide: bool


@dataclass(frozen=True, slots=True)
class Acts:
    """`withdrawable`: the units whose approval may be taken back, the newest first.

    `new_deadline`: reopening gives a form that was never handed in another day.
    """

    withdrawable: list[Organisation]
    may_reopen: bool
    new_deadline: bool
    may_request: bool
    correction: CorrectionView | None


def acts_for(
    submission: Submission,
    user: User,
    *,
    today: date,
    names: dict[str, str],
    waiting: Correction | None,
) -> Acts:
    """`names` gives the lines their names; `waiting` is the correction that is asked for."""
    approved = submission.status == Status.APPROVED
    reopens = can(user, "submission.reopen", submission)
    return Acts(
        withdrawable=withdrawable_units(submission, user),
        may_reopen=reopens and (approved or may_be_given_time(submission, today)),
        new_deadline=not approved,
        may_request=approved and waiting is None and can(user, "submission.fill", submission),
        correction=_asked(waiting, submission, user, names) if waiting else None,
    )


def withdrawable_units(submission: Submission, user: User) -> list[Organisation]:
    """Whose approval the user's unit may take back: of units below it, none above having agreed.

    After the last approval only the form's owner may, its own approval too.
    """
    if not can(user, "submission.unapprove", submission):
        return []
    chain = review_chain(submission)
    ids = [unit.pk for unit in chain]
    if user.organisation_id not in ids:
        return []
    own = ids.index(user.organisation_id)
    if submission.status == Status.APPROVED:
        return chain[::-1] if own == len(chain) - 1 else []
    if submission.status != Status.SUBMITTED or submission.reviewer_unit_id not in ids:
        return []
    turn = ids.index(submission.reviewer_unit_id)
    return chain[: min(turn, own)][::-1] if own >= turn - 1 else []


def may_be_given_time(submission: Submission, today: date) -> bool:
    """Past its deadline and never handed in."""
    waits = submission.status in EDITABLE and submission.first_submitted_at is None
    return waits and submission.due_on < today


def _asked(
    waiting: Correction, submission: Submission, user: User, names: dict[str, str]
) -> CorrectionView:
    answers = can(user, "correction.decide", submission) and waiting.requested_by_id != user.pk
    return CorrectionView(waiting, [names.get(key, key) for key in waiting.keys], answers)
