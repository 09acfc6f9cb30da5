"""Where a form is on its way: the steps of the unit, and the units that review."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import Organisation
from metroplan.submissions.models import ReviewDecision, Submission, Upload
from metroplan.submissions.reporting import review_chain
from metroplan.submissions.states import Status

STEPS: tuple[tuple[str, Promise], ...] = (
    ("download", _("Open here or download")),
    ("fill", _("Fill in")),
    ("upload", _("Take over or upload")),
    ("preview", _("Preview")),
    ("submit", _("Submit")),
    ("review", _("Review")),
    ("approved", _("Approved")),
)


@dataclass(frozen=True, slots=True)
class Step:
    key: str
    label: Promise
    present: bool


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One unit of the review chain; `state` is done, present or ahead."""

    unit: Organisation
    state: str


def steps_of(
    submission: Submission, last: Upload | None, decisions: list[ReviewDecision]
) -> list[Step]:
    present = _present_step(submission, last, decisions)
    return [Step(key, label, key == present) for key, label in STEPS]


def _present_step(
    submission: Submission, last: Upload | None, decisions: list[ReviewDecision]
) -> str:
    if submission.status == Status.APPROVED:
        return "approved"
    if submission.status == Status.SUBMITTED:
        return "review"
    if last is None:
        return "download"
    if last.status == Upload.Status.REFUSED:
        return "upload"
    handed_in = was_decided(decisions, submission.version)
    return "fill" if handed_in else "submit"


def chain_of(submission: Submission) -> list[ChainLink]:
    """While the form is open nobody's turn has come; once it is approved everyone's has passed."""
    units = review_chain(submission)
    if submission.status == Status.APPROVED:
        return [ChainLink(unit, "done") for unit in units]
    ids = [unit.pk for unit in units]
    turn = submission.reviewer_unit_id
    position = ids.index(turn) if turn in ids else -1
    return [ChainLink(unit, _link_state(index, position)) for index, unit in enumerate(units)]


def _link_state(index: int, position: int) -> str:
    if index == position:
        return "present"
    return "done" if index < position else "ahead"


def was_decided(decisions: list[ReviewDecision], version: int) -> bool:
    """Whether the version was handed in; more time may be given to one that never was."""
    reopened = ReviewDecision.Decision.REOPENED
    return any(item.version == version and item.decision != reopened for item in decisions)
