"""Workbooks: calamine reads the values, the scans add what it leaves out.

calamine lays sheets out in full and ends the process when it does not get the memory for one. So a
workbook is read in this process only where every byte of its sheets was accounted for; any other
one, and every xls and ods, is read in a child with limits (confined.py).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO
from typing import TypeVar

from django.conf import settings
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from metroplan.submissions.manifest import MANIFEST_SHEET
from metroplan.submissions.marking.names import ADDED
from metroplan.submissions.readers import ods, regular, xlsx
from metroplan.submissions.readers.cells import cell_of, is_empty, text_of
from metroplan.submissions.readers.confined import Rows, read_confined
from metroplan.submissions.readers.limits import (
    MAX_TEXT,
    check_area,
    check_cells,
    check_extent,
    check_sheets,
    check_text,
    refuse,
    short_name,
)
from metroplan.submissions.readers.own_package import naming_sheet, own_package
from metroplan.submissions.readers.packages import Package
from metroplan.submissions.readers.xlsx import Book, SheetFacts
from metroplan.submissions.types import Document, RawCell, RawRow

Result = TypeVar("Result")

# Numbers below it are written without an exponent.
WHOLE_BELOW = 1e15
PLAIN_TYPES = frozenset({str, int, float})
# "EncryptedPackage" as an OLE directory entry spells it: a protected xlsx is such a container.
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
# More than this is read in a child: laid-out cells take 64 bytes each while calamine reads them.
MAX_AREA_HERE = 1_000_000
MAX_UNPACKED_HERE = 32 * 1024 * 1024


def read_package(content: bytes) -> Document:
    """An xlsx, xlsm or ods, told apart by what is in the zip."""
    package = Package(content)
    if ods.is_ods(package):
        if ods.is_encrypted(package):
            refuse("file.encrypted")
        facts = ods.ContentScan().read(package.read(ods.CONTENT))
        _check(facts)
        return _document("ods", facts, _confined_rows(content))
    if "xl/workbook.bin" in package.names:
        refuse("file.binary_workbook")
    return _read_xlsx(content, package)


def _read_xlsx(content: bytes, package: Package) -> Document:
    book = xlsx.book_of(package)
    check_sheets(len(book.sheets))
    percent, shared = xlsx.percent_styles(package), xlsx.shared_lengths(package)
    facts = {
        sheet.name: xlsx.SheetScan(percent, shared).read(package.read(sheet.part))
        for sheet in book.sheets
    }
    _check(facts)
    if package.unpacked <= MAX_UNPACKED_HERE and _is_known(facts, max(shared, default=0)):
        return _document("xlsx", facts, _guarded(lambda: _rows_here(package, book, facts)))
    return _document("xlsx", facts, _confined_rows(content))


def _check(facts: dict[str, SheetFacts]) -> None:
    check_sheets(len(facts))
    for name, sheet in facts.items():
        check_extent(sheet=name, rows=sheet.rows, columns=sheet.columns)
    check_cells(sum(sheet.cells for sheet in facts.values()))
    check_text(sum(sheet.text for sheet in facts.values()))
    check_area(_area(facts))


def _area(facts: dict[str, SheetFacts]) -> int:
    return sum(
        max(sheet.rows, sheet.height) * max(sheet.columns, sheet.width) for sheet in facts.values()
    )


def _is_known(facts: dict[str, SheetFacts], longest: int) -> bool:
    """Whether nothing in the sheets can take more memory than this process has for them."""
    text = sum(sheet.text + sheet.references * longest for sheet in facts.values())
    every_byte = all(sheet.every_byte for sheet in facts.values())
    return every_byte and text <= MAX_TEXT and _area(facts) <= MAX_AREA_HERE


Sheets = dict[str, tuple[bool, Rows]]
"""Whether it is hidden, and its filled cells, by the sheet's name."""


def _rows_here(package: Package, book: Book, facts: dict[str, SheetFacts]) -> Sheets:
    wanted = [sheet for sheet in book.sheets if _is_wanted(sheet.name, hidden=sheet.hidden)]
    parts = (package.read(sheet.part) for sheet in wanted)
    workbook = _opened(package, parts, from_1904=book.from_1904)
    return {
        sheet.name: (sheet.hidden, [*_filled(workbook.get_sheet_by_index(at))])
        for at, sheet in enumerate(wanted)
    }


def _opened(package: Package, parts: Iterable[bytes], *, from_1904: bool) -> CalamineWorkbook:
    own = own_package(package, parts, from_1904=from_1904)
    return CalamineWorkbook.from_filelike(BytesIO(own))


def _confined_rows(content: bytes) -> Sheets:
    return {sheet.name: (sheet.hidden, sheet.rows) for sheet in read_confined(content)}


def _is_wanted(name: str, *, hidden: bool) -> bool:
    return name not in ADDED and (not hidden or name == MANIFEST_SHEET)


def _filled(sheet: CalamineSheet) -> Iterator[tuple[int, list[tuple[int, object]]]]:
    """Rows that hold something. calamine gives all rows, but only the columns from `start` on."""
    left = sheet.start[1] if sheet.start else 0
    for number, row in enumerate(sheet.iter_rows()):
        filled = [(column, value) for column, value in enumerate(row, left) if not is_empty(value)]
        if filled:
            yield number, filled


def _document(kind: str, facts: dict[str, SheetFacts], sheets: Sheets) -> Document:
    rows: list[RawRow] = []
    manifest = None
    for name in facts:
        hidden, filled = sheets.get(name, (False, []))
        if not _is_wanted(name, hidden=hidden):
            continue
        if hidden:
            manifest = _token(filled)
        else:
            rows += _raw_rows(short_name(name), filled, facts[name])
    return Document(kind, rows, manifest)


def _raw_rows(name: str, filled: Rows, facts: SheetFacts) -> Iterator[RawRow]:
    """In the order of the sheet, with the rows that hold nothing but open formulas."""
    by_number = dict(filled)
    for row in sorted({*by_number, *facts.open_formulas}):
        cells = {
            column: cell_of(value, percent=(row, column) in facts.percent)
            for column, value in by_number.get(row, ())
            if not is_empty(value)
        }
        cells |= _open_cells(facts, row)
        if cells:
            yield RawRow(name, row + 1, cells)


def _open_cells(facts: SheetFacts, row: int) -> dict[int, RawCell]:
    return {
        column: RawCell(error, None, formula_without_value=True)
        for column, error in facts.open_formulas.get(row, {}).items()
    }


def _token(filled: Rows) -> str:
    return next((str(value) for _, row in filled for _, value in row), "")


def plain_rows(content: bytes) -> Iterator[tuple[int, Sequence[str]]] | None:
    """Number and texts of the rows of an xlsx's first visible sheet that holds something.

    None where a cell may be more than its text (a percentage, a day, an open formula), or the sheet
    is empty: then `read_package` has to tell. The texts are those it would give.
    """
    package = Package(content)
    if ods.is_ods(package) or "xl/workbook.bin" in package.names:
        return None
    book = xlsx.book_of(package)
    check_sheets(len(book.sheets))
    first = next((part for part in book.sheets if not part.hidden and part.name not in ADDED), None)
    if first is None:
        return None
    percent, shared = xlsx.percent_styles(package), xlsx.shared_lengths(package)
    data = package.read(first.part)
    if rows := _regular_rows(package, data, shared):
        return iter(rows)
    if not xlsx.is_plain(data, percent, shared):
        return None
    rows = _guarded(lambda: _plain_rows(package, data))
    return iter(rows) if rows else None


def _regular_rows(package: Package, data: bytes, shared: list[int]) -> regular.Rows | None:
    if not xlsx.is_within_limits(data, shared):
        return None
    styles = xlsx.plain_styles(package)
    rows = regular.regular_rows(data, styles, lambda: _shared_texts(package, len(shared)))
    return rows if rows and rows[-1][0] <= settings.UPLOAD_MAX_ROWS else None


def _shared_texts(package: Package, count: int) -> list[object]:
    """As calamine reads them, from a sheet that names one after the other; all of them or none."""
    if not 0 < count <= settings.UPLOAD_MAX_CELLS:
        return []
    made = _guarded(lambda: _opened(package, [naming_sheet(count)], from_1904=False))
    rows = _guarded(lambda: made.get_sheet_by_index(0).to_python(skip_empty_area=False))
    return [row[0] for row in rows] if len(rows) == count else []


def _plain_rows(package: Package, data: bytes) -> list[tuple[int, list[str]]]:
    sheet = _opened(package, [data], from_1904=False).get_sheet_by_index(0)
    before = [""] * (sheet.start[1] if sheet.start else 0)
    texts, rows = _Texts(), []
    for number, row in enumerate(sheet.iter_rows(), start=1):
        filled = [*map(texts.__getitem__, row)]
        if filled[0] or any(filled):
            rows.append((number, before + filled if before else filled))
    plain = texts.plain and rows and rows[-1][0] <= settings.UPLOAD_MAX_ROWS
    return rows if plain else []


class _Texts(dict):
    """What a value reads as; most values of a large file stand in it many times."""

    plain = True

    def __missing__(self, value: str | float) -> str:
        if type(value) is float and 0 < value < WHOLE_BELOW and value.is_integer():
            text = str(int(value))
        else:
            self.plain = self.plain and type(value) in PLAIN_TYPES
            text = text_of(value)
        self[value] = text
        return text


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
    sheets = read_confined(content)
    check_sheets(len(sheets))
    rows: list[RawRow] = []
    for sheet in sheets:
        if not sheet.hidden and sheet.name not in ADDED:
            check_extent(sheet=sheet.name, rows=sheet.height, columns=sheet.width)
            rows += _raw_rows(short_name(sheet.name), sheet.rows, SheetFacts())
    return Document("xls", rows)
