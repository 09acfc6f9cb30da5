"""The sheet of figures: one line per measure of a form, for one unit and quarter."""

from indicators.services.observations import write_from_submission
from metroplan.organisations.models import User
from metroplan.submissions.models import Submission
from metroplan.submissions.types import (
    CleanResult,
    DiffRow,
    Document,
    Format,
    SheetContext,
)


class FigureSheet:
    key = "figures"

    def template(self, context: SheetContext, *, fmt: Format) -> bytes:
        raise NotImplementedError

    def clean(self, document: Document, context: SheetContext) -> CleanResult:
        raise NotImplementedError

    def diff(self, submission: Submission) -> list[DiffRow]:
        raise NotImplementedError

    def apply(self, submission: Submission, actor: User) -> None:
        write_from_submission(submission=submission, actor=actor)
