"""How long there is left."""

from dataclasses import dataclass
from datetime import date

from metroplan.submissions.models import Submission
from metroplan.submissions.states import EDITABLE


@dataclass(frozen=True, slots=True)
class Due:
    """`days_left` is negative once the day is over; `matters` while the unit still has to report.

    The deadline is for the first handing in: what was in by the day, then returned, or what is
    approved and corrected is not overdue.
    """

    on: date
    days_left: int
    matters: bool
    handed_in: bool = False

    @property
    def days_over(self) -> int:
        return -self.days_left

    @property
    def overdue(self) -> bool:
        return self.matters and self.days_left < 0 and not self.handed_in


def due_of(submission: Submission, today: date) -> Due:
    return Due(
        on=submission.due_on,
        days_left=(submission.due_on - today).days,
        matters=submission.status in EDITABLE and submission.approved_version is None,
        handed_in=submission.first_submitted_at is not None,
    )
