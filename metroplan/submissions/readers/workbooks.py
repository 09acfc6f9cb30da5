"""Workbooks: calamine reads the values, the scans add what it leaves out."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from metroplan.submissions.manifest import MANIFEST_SHEET
from metroplan.submissions.marking.names import ADDED
from metroplan.submissions.readers import ods, xlsx
from metroplan.submissions.readers.cells import cell_of, is_empty
from metroplan.submissions.readers.limits import (
    MAX_TEXT,
    check_area,
    check_cells,
    check_extent,
    check_sheets,
    check_text,
    refuse,
    refuse_cells,
    short_name,
)
from metroplan.submissions.readers.packages import Package
from metroplan.submissions.readers.xlsx import SheetFacts
from metroplan.submissions.types import Document, RawCell, RawRow

Result = TypeVar("Result")

CHILD = Path(__file__).with_name("child.py")
CHILD_MEMORY = 384 * 1024 * 1024
CHILD_SECONDS = 8
CHILD_TIMEOUT = 9
PASSWORD, TOO_MUCH = 2, 4
PLAIN_TYPES = frozenset({str, int, float})
# "EncryptedPackage" as an OLE directory entry spells it: a protected xlsx is such a container.
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")


def read_package(content: bytes) -> Document:
    """An xlsx, xlsm or ods, told apart by what is in the zip."""
    package = Package(content)
    if ods.is_ods(package):
        if ods.is_encrypted(package):
            refuse("file.encrypted")
        return _read("ods", content, ods.ContentScan().read(package.read(ods.CONTENT)))
    if "xl/workbook.bin" in package.names:
        refuse("file.binary_workbook")
    return _read("xlsx", content, _xlsx_facts(package))


def plain_rows(content: bytes) -> Iterator[tuple[int, list[str]]] | None:
    """Number and texts of the rows of an xlsx's first visible sheet that holds something.

    None where a cell may be more than its text (a percentage, a day, an open formula), or the sheet
    is empty: then `read_package` has to tell. The texts are those it would give.
    """
    package = Package(content)
    if ods.is_ods(package) or "xl/workbook.bin" in package.names:
        return None
    parts = xlsx.sheet_parts(package)
    check_sheets(len(parts))
    first = next((part for part in parts if not (part.hidden or part.name in ADDED)), None)
    if first is None:
        return None
    percent, shared = xlsx.percent_styles(package), xlsx.shared_lengths(package)
    if not xlsx.is_plain(package.read(first.part), percent, shared):
        return None
    rows = _guarded(lambda: _plain_rows(content, first.name))
    return iter(rows) if rows else None


def _plain_rows(content: bytes, name: str) -> list[tuple[int, list[str]]]:
    sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name(name)
    before = [""] * (sheet.start[1] if sheet.start else 0)
    texts, rows = _Texts(), []
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if not PLAIN_TYPES.issuperset(map(type, row)):
            return []
        filled = [texts[value] for value in row]
        if any(filled):
            rows.append((number, before + filled))
    return rows if rows and rows[-1][0] <= settings.UPLOAD_MAX_ROWS else []


class _Texts(dict):
    """What a value reads as; most values of a large file stand in it many times."""

    def __missing__(self, value: str | float) -> str:
        text = self[value] = "" if is_empty(value) else cell_of(value).text
        return text


def _xlsx_facts(package: Package) -> dict[str, SheetFacts]:
    percent = xlsx.percent_styles(package)
    parts = xlsx.sheet_parts(package)
    shared = xlsx.shared_lengths(package)
    check_sheets(len(parts))
    return {
        part.name: xlsx.SheetScan(percent, shared).read(package.read(part.part)) for part in parts
    }


def _read(kind: str, content: bytes, facts: dict[str, SheetFacts]) -> Document:
    check_sheets(len(facts))
    for name, sheet in facts.items():
        check_extent(sheet=name, rows=sheet.rows, columns=sheet.columns)
    check_cells(sum(sheet.cells for sheet in facts.values()))
    check_text(sum(sheet.text for sheet in facts.values()))
    check_area(sum(sheet.rows * sheet.columns for sheet in facts.values()))
    rows, manifest = _guarded(lambda: _calamine(content, facts))
    return Document(kind, rows, manifest)


def _calamine(content: bytes, facts: dict[str, SheetFacts]) -> tuple[list[RawRow], str | None]:
    rows: list[RawRow] = []
    manifest = None
    workbook = CalamineWorkbook.from_filelike(BytesIO(content))
    for meta in workbook.sheets_metadata:
        if meta.typ != SheetTypeEnum.WorkSheet or meta.name not in facts or meta.name in ADDED:
            continue
        sheet = workbook.get_sheet_by_name(meta.name)
        if meta.visible == SheetVisibleEnum.Visible:
            rows.extend(_rows(sheet, facts[meta.name]))
        elif meta.name == MANIFEST_SHEET:
            manifest = _token(sheet.iter_rows())
    return rows, manifest


def _rows(sheet: CalamineSheet, facts: SheetFacts) -> Iterator[RawRow]:
    """Rows that hold something. calamine gives all rows, but only the columns from `start` on."""
    name, last = short_name(sheet.name), -1
    first_column = sheet.start[1] if sheet.start else 0
    for last, row in enumerate(sheet.iter_rows()):
        cells = {
            index: cell_of(value, percent=(last, index) in facts.percent)
            for index, value in enumerate(row, start=first_column)
            if not is_empty(value)
        }
        cells |= _open_cells(facts, last)
        if cells:
            yield RawRow(name, last + 1, cells)
    for row in sorted(row for row in facts.open_formulas if row > last):
        yield RawRow(name, row + 1, _open_cells(facts, row))


def _open_cells(facts: SheetFacts, row: int) -> dict[int, RawCell]:
    return {
        column: RawCell(error, None, formula_without_value=True)
        for column, error in facts.open_formulas.get(row, {}).items()
    }


def _token(values: Iterable[list]) -> str:
    return next((str(cell) for row in values for cell in row if not is_empty(cell)), "")


def _guarded(read: Callable[[], Result]) -> Result:
    """A broken workbook ends in an issue, also where calamine panics (not an Exception)."""
    try:
        return read()
    except PasswordError:
        refuse("file.encrypted")
    except (CalamineError, OverflowError, ValueError):
        # The latter two where a stored day or duration is none that exists.
        refuse("file.not_a_workbook")
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        refuse("file.not_a_workbook")


def read_compound(content: bytes) -> Document:
    """An OLE container: an xls, or an xlsx behind a password."""
    if ENCRYPTED_PACKAGE in content:
        refuse("file.encrypted")
    sheets = json.loads(_run_child(content))
    check_sheets(len(sheets))
    rows: list[RawRow] = []
    for name, hidden, height, width, cells in sheets:
        if not hidden and name not in ADDED:
            check_extent(sheet=name, rows=height, columns=width)
            rows.extend(_xls_rows(name, cells))
    return Document("xls", rows)


def _run_child(content: bytes) -> bytes:
    area = settings.UPLOAD_MAX_ROWS * settings.UPLOAD_MAX_COLUMNS
    limits = map(str, (CHILD_MEMORY, CHILD_SECONDS, area, settings.UPLOAD_MAX_CELLS, MAX_TEXT))
    command = [sys.executable, "-I", str(CHILD), *limits]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=CHILD_TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        refuse("file.not_a_workbook")
    if done.returncode == PASSWORD:
        refuse("file.encrypted")
    if done.returncode == TOO_MUCH:
        refuse_cells()
    if done.returncode:
        refuse("file.not_a_workbook")
    return done.stdout


def _xls_rows(name: str, cells: list[list]) -> list[RawRow]:
    rows = []
    for number, row in enumerate(cells, start=1):
        filled = {index: _xls_cell(value) for index, value in enumerate(row) if not is_empty(value)}
        if filled:
            rows.append(RawRow(short_name(name), number, filled))
    return rows


def _xls_cell(value: object) -> RawCell:
    """Dates come as text in a mapping, since JSON has none; their value says that they are one."""
    if isinstance(value, dict):
        return RawCell(value["date"], value)
    return cell_of(value)
