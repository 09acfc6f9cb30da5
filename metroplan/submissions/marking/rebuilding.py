"""A workbook out of what was read: every cell where it stood, nothing else."""

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from metroplan.common.text import plain_number, safe_text
from metroplan.submissions.manifest import MANIFEST_SHEET
from metroplan.submissions.types import RawCell, RawRow

# Marking lays the workbook out in full; rows beyond these are left out unless something is wrong.
MAX_CELLS = 50_000
MAX_TEXT = 32_000
FORBIDDEN = re.compile(r"[\[\]:*?/\\]|^'|'$")
PLAIN = re.compile(r"-?\d{1,15}(\.\d{1,10})?", re.ASCII)
MADE = datetime(2000, 1, 1)
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def rebuild(
    rows: Iterable[RawRow],
    *,
    manifest: str | None = None,
    names: dict[str, str] | None = None,
    keep: Collection[tuple[str, int]] = (),
) -> bytes:
    """The rows as .xlsx; the same rows give the same bytes.

    `names` gives a sheet's name by the one it had, see `sheet_names`; `keep` are the (sheet, row)
    that must come along however large the file is.
    """
    out = BytesIO()
    names = names or {}
    with Workbook(out, OPTIONS) as book:
        book.set_properties({"created": MADE})
        percent = book.add_format({"num_format": "0.######%"})
        for row in _bounded(rows, keep):
            title = names.get(row.sheet, row.sheet)
            page = book.get_worksheet_by_name(title) or book.add_worksheet(title)
            for column, cell in row.cells.items():
                _write(page, row.number - 1, column, cell, percent)
        if manifest is not None:
            hidden = book.add_worksheet(MANIFEST_SHEET)
            hidden.write_string(0, 0, manifest[:MAX_TEXT])
            hidden.very_hidden()
        if not book.worksheets():
            book.add_worksheet()
    return out.getvalue()


def sheet_names(rows: Iterable[RawRow], *, unnamed: str) -> dict[str, str]:
    """A name Excel takes for every sheet; one without a name is called `unnamed`."""
    names: dict[str, str] = {}
    for row in rows:
        if row.sheet not in names:
            names[row.sheet] = _free_name(row.sheet or unnamed, {*names.values(), MANIFEST_SHEET})
    return names


def _free_name(name: str, taken: set[str]) -> str:
    plain = FORBIDDEN.sub("_", name)[:31] or "_"
    folded = {other.casefold() for other in taken}
    number = 1
    found = plain
    while found.casefold() in folded:
        number += 1
        found = f"{plain[:26]} ({number})"
    return found


def _bounded(rows: Iterable[RawRow], keep: Collection[tuple[str, int]]) -> Iterator[RawRow]:
    left = MAX_CELLS
    for row in rows:
        left -= len(row.cells)
        if left >= 0 or (row.sheet, row.number) in keep:
            yield row


def _write(page: Worksheet, row: int, column: int, cell: RawCell, percent: Format) -> None:
    number = _number(cell)
    if number is not None:
        page.write_number(row, column, number, percent if cell.percent else None)
    elif cell.text:
        page.write_string(row, column, safe_text(cell.text[:MAX_TEXT]))


def _number(cell: RawCell) -> float | None:
    """A number that keeps its digits as a double; anything else stays the text it is."""
    if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
        return cell.value
    if not PLAIN.fullmatch(cell.text):
        return None
    try:
        same = plain_number(Decimal(f"{float(cell.text):.15g}")) == cell.text
    except InvalidOperation:
        return None
    return float(cell.text) if same else None
