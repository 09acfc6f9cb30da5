"""While a correction is under way, only the lines it opened may change."""

import re
from dataclasses import replace

from metroplan.submissions.models import StagedRow, Submission
from metroplan.submissions.selectors.typed import clean_of
from metroplan.submissions.types import CleanResult, CleanRow, Issue

SAME = ("state", "value", "numerator", "denominator")
LETTERS = re.compile(r"[A-Z]+")


def within_open_lines(submission: Submission, result: CleanResult) -> CleanResult:
    """The result with the closed lines as they stand, and an issue for each that would change.

    A closed line that is left out is not taken out: it stays. Without a correction nothing changes.
    """
    if submission.open_lines is None:
        return result
    standing = closed_rows(submission)
    offered = [row for row in result.rows if row.key in submission.open_lines]
    kept = [clean_of(row) for row in standing.values()]
    issues = closed_line_issues(submission, result.rows, standing)
    return replace(result, rows=offered + kept, issues=[*result.issues, *issues])


def closed_line_issues(
    submission: Submission, rows: list[CleanRow], standing: dict[str, StagedRow]
) -> list[Issue]:
    """`figure.line_closed` for each line that is not open and would say something else."""
    return [
        _issue(row)
        for row in rows
        if row.key not in submission.open_lines and _differs(row, standing.get(row.key))
    ]


def closed_rows(submission: Submission) -> dict[str, StagedRow]:
    """By key, the lines of the present version that may not change; none while all are open."""
    if submission.open_lines is None:
        return {}
    rows = submission.rows.filter(version=submission.version).exclude(key__in=submission.open_lines)
    return {row.key: row for row in rows}


def _differs(row: CleanRow, standing: StagedRow | None) -> bool:
    if standing is None:
        return True
    return any(getattr(row, name) != getattr(standing, name) for name in SAME)


def _issue(row: CleanRow) -> Issue:
    part, cell = next(iter(row.cells.items()), ("", ""))
    letters = LETTERS.match(cell)
    return Issue(
        "figure.line_closed",
        sheet=row.sheet,
        row=row.row,
        column=letters[0] if letters else "",
        key=row.key,
        params={"value": row.raw.get(part, ""), "part": part},
    )
