"""The lines of a version as texts that can be typed over, and as lines that can be taken over."""

from metroplan.common.text import plain_number
from metroplan.submissions.models import FigureState, StagedRow, Submission
from metroplan.submissions.types import CellsIn, CleanRow

PARTS = ("value", "numerator", "denominator")
NOT_APPLICABLE = "/"

Texts = dict[str, str]
"""One line as typed: texts by part, its note under `note`."""


def texts_of(row: StagedRow) -> Texts:
    """As it was written; a figure that came without texts in plain digits."""
    written = {part: row.raw[part] for part in PARTS if row.raw.get(part)}
    return {**(written or _digits(row)), "note": row.note}


def _digits(row: StagedRow) -> Texts:
    if row.state == FigureState.NOT_APPLICABLE:
        parts = [part for part in PARTS if part in row.cells] or ["value"]
        return dict.fromkeys(parts, NOT_APPLICABLE)
    numbers = {part: getattr(row, part) for part in PARTS}
    return {part: plain_number(number) for part, number in numbers.items() if number is not None}


def present_texts(submission: Submission) -> dict[str, Texts]:
    """By line, what the present version says; nothing while there is none."""
    if not submission.version:
        return {}
    rows = submission.rows.filter(version=submission.version)
    return {row.key: texts_of(row) for row in rows}


def place_of(submission: Submission) -> tuple[int, int]:
    """The version that typing goes on from, and how often the draft was saved."""
    draft = getattr(submission, "draft", None)
    if draft is None:
        return submission.version, 0
    return (draft.base if draft.lines else submission.version), draft.revision


def as_cells(lines: dict[str, Texts]) -> list[CellsIn]:
    return [
        CellsIn(key, {part: texts[part] for part in PARTS if part in texts}, texts.get("note", ""))
        for key, texts in lines.items()
    ]


def clean_of(row: StagedRow) -> CleanRow:
    """A line of an earlier version as it stands, with where it came from."""
    return CleanRow(
        key=row.key,
        state=row.state,
        value=row.value,
        numerator=row.numerator,
        denominator=row.denominator,
        note=row.note,
        sheet=row.sheet,
        row=row.row,
        cells=row.cells,
        raw=row.raw,
        source=row.upload_id,
    )
