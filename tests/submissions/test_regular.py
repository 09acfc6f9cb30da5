"""Sheets whose rows are all written alike: read by one pattern, or as calamine reads them."""

import io
import random
import zipfile

import pytest
import xlsxwriter

from metroplan.submissions.readers import read_file, regular, workbooks, xlsx
from metroplan.submissions.readers.packages import Package
from metroplan.submissions.types import FileProblem
from tests.fuzz.reading import check_plainly

SHEET = "xl/worksheets/sheet1.xml"
HEADER = ("organisation", "measure", "period", "value", "备注")
NUMBERS = (0, 5, 1.5, -3, 1e20, 123456789012345678, 0.1, 12.50)
FIRST = b'<row r="1" spans="1:5">'
CELL = b'<c r="D2"><v>0</v></c>'


def made(*, formats: dict[str, str] | None = None) -> bytes:
    """Some rows of texts and numbers; `formats` give number formats by column letter."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for column, code in (formats or {}).items():
            sheet.set_column(f"{column}:{column}", 10, book.add_format({"num_format": code}))
        sheet.write_row(0, 0, HEADER, book.add_format({"bold": True}))
        for number, value in enumerate(NUMBERS, start=1):
            note = ("", " ", "'=1", "a&<b>", "x\ny")[number % 5]
            style = book.add_format({"num_format": formats["D"]}) if formats else None
            sheet.write_row(number, 0, ("450102", "units", "2024Q3"))
            sheet.write_number(number, 3, value, style)
            sheet.write(number, 4, note)
    return file.getvalue()


def rows_of(content: bytes) -> regular.Rows | None:
    package = Package(content)
    data = package.read(xlsx.book_of(package).sheets[0].part)
    return workbooks._regular_rows(package, data, xlsx.shared_lengths(package))


def put(content: bytes, part: str, data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, data if name == part else old.read(name))
    return file.getvalue()


def with_sheet(old: bytes, new: bytes) -> bytes:
    content = made()
    data = Package(content).read(SHEET)
    assert old in data
    return put(content, SHEET, data.replace(old, new, 1))


def test_every_row_reads_as_the_long_way_reads_it():
    rows = rows_of(made())
    assert [number for number, _ in rows] == [*range(1, 10)]
    assert rows[0][1] == HEADER
    assert [texts[3] for _, texts in rows[1:]][:4] == ["0", "5", "1.5", "-3"]
    check_plainly(made(), read_file(made(), "x.xlsx"))


@pytest.mark.parametrize("code", ["0", "0.00", "#,##0", "#,##0_ ", "@"])
def test_a_format_that_shows_digits_is_read(code):
    content = made(formats={"D": code})
    assert rows_of(content)
    check_plainly(content, read_file(content, "x.xlsx"))


@pytest.mark.parametrize("code", ["0%", "yyyy-mm-dd", '0"年"', "[$-804]d", "0.0E+00", "h:mm"])
def test_a_format_that_may_show_something_else_is_left_to_the_long_way(code):
    assert rows_of(made(formats={"D": code})) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (FIRST, b'<row spans="1:5">'),
        (FIRST, b'<row r="1" r="3">'),
        (FIRST, b'<row r="1" spans="1:5>'),
        (FIRST, b'<row r="9" spans="1:5">'),
        (FIRST, b"<!-- -->" + FIRST),
        (FIRST, b"junk" + FIRST),
        (b"</row><row", b'</row><c r="A9"><v>1</v></c><row'),
        (b"</row><row", b"</row> <row"),
        (b"<sheetData>", b'<sheetData xml:space="preserve">'),
        (b"<sheetData>", b"<!--<sheetData>--><sheetData>"),
        (b"<sheetData>", b'<x a="><sheetData>'),
        (b"<sheetData>", b"<?x <sheetData>"),
        (b"</sheetData>", b"</sheetData></sheetData>"),
        (CELL, b'<c r="D3"><v>0</v></c>'),
        (CELL, b'<c r="ZZ2"><v>0</v></c>'),
        (CELL, b"<c><v>0</v></c>"),
        (CELL, b'<c r="D2" t="b"><v>1</v></c>'),
        (CELL, b'<c r="D2" t="e"><v>#REF!</v></c>'),
        (CELL, b'<c r="D2" t="s"><v>99</v></c>'),
        (CELL, b'<c r="D2" t="s"><v>-1</v></c>'),
        (CELL, b'<c r="D2"><v>1e999</v></c>'),
        (CELL, b'<c r="D2"><v>1-2</v></c>'),
        (CELL, b'<c r="D2"><v>+1</v></c>'),
        (CELL, b'<c r="D2"><v> 1</v></c>'),
        (CELL, b'<c r="D2"><f>1+1</f><v>2</v></c>'),
        (CELL, b'<c r="D2"><f>1+1</f></c>'),
        (CELL, b'<c r="D2" s="77"><v>0</v></c>'),
        (CELL, b'<c r="D2"7</v></c>'),
        (CELL, b'<c r="D2"><v>s"><v>1</v></c>'),
        (CELL, b'<c r="D2"><v></v></c>'),
        (CELL, CELL + CELL),
    ],
)
def test_what_is_written_otherwise_is_left_to_the_long_way(old, new):
    assert rows_of(with_sheet(old, new)) is None


@pytest.mark.parametrize(
    ("new", "text"),
    [
        (b'<c r="D2" t="n"><v>7</v></c>', "7"),
        (b'<c r="D2"><v>007</v></c>', "7"),
        (b'<c r="D2"><v>-0</v></c>', "-0"),
        (b'<c r="D2"><v>1.50E+2</v></c>', "150"),
        (b'<c r="D2"/>', ""),
        (b"", ""),
    ],
)
def test_a_cell_reads_as_the_long_way_reads_it(new, text):
    content = with_sheet(CELL, new)
    assert rows_of(content)[1][1][3] == text
    check_plainly(content, read_file(content, "x.xlsx"))


def test_a_sheet_with_bytes_changed_reads_as_the_long_way_reads_it_or_not_at_all():
    chance, content = random.Random(7), made()
    data, read = Package(content).read(SHEET), 0
    first, end = xlsx.sheet_data(data)
    for _ in range(1500):
        changed = bytearray(data)
        at = chance.randrange(first, end)
        changed[at : at + chance.randrange(3)] = chance.choice(
            [b"", b"1", b"0", b'"', b"<", b">", b"/", b" ", b"s", b"A", b".", b"e", b"\xff"]
        )
        broken = put(content, SHEET, bytes(changed))
        if (rows := rows_of(broken)) is not None:
            read += 1
            check_plainly(broken, read_file(broken, "x.xlsx"))
            assert rows
    assert read > 50


def test_limits_hold_for_it_too(settings):
    settings.UPLOAD_MAX_ROWS = 5
    assert rows_of(made()) is None
    with pytest.raises(FileProblem):
        read_file(made(), "x.xlsx")
    settings.UPLOAD_MAX_ROWS, settings.UPLOAD_MAX_CELLS = 100, 20
    assert rows_of(made()) is None
