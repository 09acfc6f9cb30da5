"""The warnings of a form's present version, and what was said to each."""

from dataclasses import dataclass

from django.db.models import Q

from metroplan.common.text import plain_number
from metroplan.submissions.models import (
    Explanation,
    FigureState,
    RowIssue,
    Severity,
    StagedRow,
    Submission,
)
from metroplan.submissions.wording import describe


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning about one line. Its note counts as an explanation: it stands beside the figure."""

    issue: RowIssue
    row: StagedRow
    figure: str
    explanation: Explanation | None

    @property
    def key(self) -> str:
        return self.issue.key

    @property
    def code(self) -> str:
        return self.issue.code

    @property
    def field(self) -> str:
        """What its field is called in the form that explains."""
        return f"{self.code}:{self.key}"

    @property
    def sentence(self) -> str:
        return describe(self.issue)

    @property
    def text(self) -> str:
        """What explains it; the explanation that was asked for goes before the note."""
        return self.explanation.text if self.explanation else self.row.note

    @property
    def explained(self) -> bool:
        return bool(self.text)

    @property
    def by_note(self) -> bool:
        return self.explanation is None and bool(self.row.note)


def warned_lines(submission: Submission) -> list[Warned]:
    """Of the present version in the order of the sheet, each line and code once.

    What concerns a file and no line of it asks for no explanation.
    """
    return _warned_lines(submission, submission.version, ~Q(key=""))


def explanations_of(row: StagedRow) -> list[Warned]:
    """Those of one line, in the version it belongs to."""
    return _warned_lines(row.submission, row.version, Q(key=row.key))


def unexplained(submission: Submission) -> list[Warned]:
    return [line for line in warned_lines(submission) if not line.explained]


def _warned_lines(submission: Submission, version: int, which: Q) -> list[Warned]:
    issues = RowIssue.objects.filter(
        which,
        upload__submission=submission,
        upload__version=version,
        severity=Severity.WARNING,
    )
    by_line = {(issue.key, issue.code): issue for issue in issues}
    if not by_line:
        return []
    rows = {
        row.key: row
        for row in submission.rows.filter(version=version, key__in={key for key, _ in by_line})
    }
    said = _said(submission)
    return [
        _warned(issue, rows[key], said) for (key, _code), issue in by_line.items() if key in rows
    ]


def _said(submission: Submission) -> dict[tuple[str, str, str], Explanation]:
    found = submission.explanations.select_related("written_by__organisation")
    return {(item.key, item.code, item.figure): item for item in found}


def _warned(
    issue: RowIssue, row: StagedRow, said: dict[tuple[str, str, str], Explanation]
) -> Warned:
    figure = figure_key(row)
    return Warned(issue, row, figure, said.get((issue.key, issue.code, figure)))


def figure_key(row: StagedRow) -> str:
    """`12`, `9/10` or `not_applicable`: equal figures are equal texts."""
    if row.state == FigureState.NOT_APPLICABLE:
        return FigureState.NOT_APPLICABLE.value
    if row.denominator is not None:
        return f"{plain_number(row.numerator)}/{plain_number(row.denominator)}"
    return plain_number(row.value)
