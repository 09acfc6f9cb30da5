"""The cell a figure came from, and its surroundings in the file as it was sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from metroplan.common.rounding import exact_text
from metroplan.submissions.models import ReviewDecision, StagedRow, StoredFile
from metroplan.submissions.readers import read_file
from metroplan.submissions.readers.cells import column_letter
from metroplan.submissions.registry import registry
from metroplan.submissions.selectors.explanations import Warned, explanations_of
from metroplan.submissions.types import FileProblem, RawRow, SheetLine
from metroplan.submissions.wording import field_words

ROWS_AROUND = 4
COLUMNS_SHOWN = 26


@dataclass(frozen=True, slots=True)
class SourceCell:
    """One part of a figure: where it stood, as it was written, as it was understood.

    `reference` is the cell as Excel names it, or the field of the browser form or the request. The
    parts of a ratio have no unit of their own.
    """

    part: str
    reference: str
    written: str
    clean: str
    unit: str


@dataclass(frozen=True, slots=True)
class WindowCell:
    text: str
    here: bool


@dataclass(frozen=True, slots=True)
class WindowRow:
    """`number` is the one Excel shows."""

    number: int
    here: bool
    cells: list[WindowCell]


@dataclass(frozen=True, slots=True)
class SheetWindow:
    """The rows around a line as they stand in the uploaded sheet."""

    columns: list[str]
    rows: list[WindowRow]


@dataclass(frozen=True, slots=True)
class RowDetail:
    """`present` while the line belongs to its submission's present version."""

    row: StagedRow
    line: SheetLine | None
    cells: list[SourceCell]
    window: SheetWindow | None
    decisions: list[ReviewDecision]
    warned: list[Warned]

    @property
    def present(self) -> bool:
        return self.row.version == self.row.submission.version

    @property
    def name(self) -> str:
        return self.line.name if self.line else self.row.key

    @property
    def typed(self) -> bool:
        """Whether it was typed or pushed line by line, and stood in no sheet."""
        return not any(self.row.cells.values())


def row_detail(row: StagedRow) -> RowDetail:
    submission = row.submission
    asked = registry.get(submission.form.kind).lines(submission.form)
    line = next((item for item in asked if item.key == row.key), None)
    made = submission.decisions.filter(version=row.version)
    return RowDetail(
        row=row,
        line=line,
        cells=_cells(row, line),
        window=_window(row),
        decisions=list(made.select_related("unit", "decided_by__organisation")),
        warned=explanations_of(row),
    )


def _cells(row: StagedRow, line: SheetLine | None) -> list[SourceCell]:
    return [
        SourceCell(
            part=line.parts.get(part, part) if line else part,
            reference=reference or field_words(row.row, part),
            written=row.raw.get(part, ""),
            clean=_number(getattr(row, part, None)),
            unit=line.unit if line and part == "value" else "",
        )
        for part, reference in row.cells.items()
    ]


def _number(value: Decimal | None) -> str:
    return "" if value is None else exact_text(value)


def _window(row: StagedRow) -> SheetWindow | None:
    """None where the figure stood in no cell, or the stored file cannot be read as a sheet."""
    if not any(row.cells.values()):
        return None
    near = [item for item in _rows_of(row.upload.file) if _is_near(item, row)]
    if not near:
        return None
    width = min(max(max(item.cells) for item in near if item.cells) + 1, COLUMNS_SHOWN)
    marked = set(row.cells.values())
    return SheetWindow(
        columns=[column_letter(index) for index in range(width)],
        rows=[_window_row(item, width, row.row, marked) for item in near],
    )


def _rows_of(file: StoredFile) -> Iterable[RawRow]:
    with file.content.open("rb") as content:
        data = content.read()
    try:
        return read_file(data, file.name).rows
    except FileProblem:
        return []


def _is_near(item: RawRow, row: StagedRow) -> bool:
    in_sheet = item.sheet == row.sheet
    return in_sheet and bool(item.cells) and abs(item.number - row.row) <= ROWS_AROUND


def _window_row(item: RawRow, width: int, number: int, marked: set[str]) -> WindowRow:
    return WindowRow(
        number=item.number,
        here=item.number == number,
        cells=[
            WindowCell(
                text=item.cells[index].text if index in item.cells else "",
                here=f"{column_letter(index)}{item.number}" in marked,
            )
            for index in range(width)
        ],
    )
