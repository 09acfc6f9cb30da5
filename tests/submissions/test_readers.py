import dataclasses
import io
import json
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook

from metroplan.submissions.readers import read_file, read_plainly, workbooks, xlsx
from metroplan.submissions.readers.cells import cell_of, column_letter
from metroplan.submissions.readers.packages import Package
from metroplan.submissions.types import FileProblem
from tests.files.make_files import put, saved, workbook
from tests.submissions.corpus import FILES, content


def problem(data: bytes) -> str:
    with pytest.raises(FileProblem) as caught:
        read_file(data, "x.xlsx")
    json.dumps(caught.value.issue.params)
    return caught.value.issue.code


def wide(rows: int, columns: int) -> bytes:
    book = Workbook()
    book.active.cell(rows, columns, 1)
    return saved(book)


def test_a_file_over_the_limit_is_refused_before_it_is_opened(settings):
    settings.UPLOAD_MAX_BYTES = 100
    assert problem(b"x" * 101) == "file.too_large"


def test_a_workbook_that_unpacks_too_large_is_refused(settings):
    settings.UPLOAD_MAX_UNPACKED_BYTES = 1000
    assert problem(content("good.xlsx")) == "file.unpacked_too_large"


def test_too_many_rows_columns_or_sheets_are_refused(settings):
    settings.UPLOAD_MAX_SHEETS = 1
    assert problem(wide(20_001, 1)) == "file.too_many_rows"
    assert problem(wide(1, 201)) == "file.too_many_columns"
    assert problem(content("several_sheets.xlsx")) == "file.too_many_sheets"


def test_a_csv_with_too_many_rows_is_refused(settings):
    settings.UPLOAD_MAX_ROWS = 2
    assert problem(b"a\nb\nc\n") == "file.too_many_rows"


def test_an_ods_that_repeats_a_value_a_million_times_is_refused():
    data = _replaced("good.ods", b'table:number-columns-repeated="7"/>', 'value-type="float"')
    assert problem(data) == "file.too_many_rows"


def _replaced(name: str, old: bytes, new: str) -> bytes:
    """The ods with its three leading blank rows turned into a million rows of a number."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content(name))) as package,
        zipfile.ZipFile(out, "w") as changed,
    ):
        for part in package.namelist():
            data = package.read(part).replace(old, f" office:{new}/>".encode())
            changed.writestr(part, data.replace(b'rows-repeated="3"', b'rows-repeated="1000000"'))
    return out.getvalue()


def test_rows_carry_the_numbers_excel_shows():
    rows = read_file(content("leading_blank_rows.xlsx"), "x").rows
    assert [row.number for row in rows] == [21, 22, 24, 25, 26, 27, 28]


def test_a_quoted_line_break_in_a_csv_does_not_shift_the_row_numbers():
    rows = read_file(content("line_breaks.csv"), "x").rows
    assert [row.number for row in rows] == [1, 2, 4]


def test_the_content_decides_the_kind_and_not_the_name():
    kinds = {name: read_file(content(name), name).kind for name in ("renamed.csv", "renamed.xlsx")}
    assert kinds == {"renamed.csv": "xlsx", "renamed.xlsx": "csv"}


def test_the_slip_of_a_template_is_given_apart_from_the_rows():
    document = read_file(content("good_template.xlsx"), "x")
    assert document.manifest
    assert {row.sheet for row in document.rows} == {"填报表"}


def test_a_percent_cell_reads_as_it_is_shown():
    cells = read_file(content("percent_cell.xlsx"), "x").rows
    cell = next(row.cells[3] for row in cells if row.number == 7)
    assert (cell.text, cell.percent) == ("95%", True)


def test_a_percent_cell_of_an_ods_reads_as_it_is_shown():
    rows = read_file(content("good.ods"), "x").rows
    assert next(row.cells[3].text for row in rows if row.number == 7) == "95%"


def test_a_formula_never_calculated_is_marked_and_not_blank():
    rows = read_file(content("formula_without_value.xlsx"), "x").rows
    assert next(row.cells[3] for row in rows if row.number == 5).formula_without_value


def test_a_formula_below_the_last_value_is_not_lost():
    rows = read_file(workbook(put(D50="=1+1")), "x").rows
    assert rows[-1].number == 50
    assert rows[-1].cells[3].formula_without_value


def test_a_formula_that_gives_an_empty_text_is_blank():
    empty = b'<c r="D9" t="str"><f>""</f><v></v></c>'
    data = _with_sheet(
        lambda sheet: sheet.replace(b"</row></sheetData>", empty + b"</row></sheetData>")
    )
    assert all(row.number != 9 for row in read_file(data, "x").rows)


def _with_sheet(change) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content("good.xlsx"))) as package,
        zipfile.ZipFile(out, "w") as changed,
    ):
        for name in package.namelist():
            data = package.read(name)
            changed.writestr(name, change(data) if name.endswith("sheet1.xml") else data)
    return out.getvalue()


def test_long_numbers_keep_their_digits():
    assert cell_of(123456789012345.0).text == "123456789012345"
    assert cell_of(1e-7).text == "0.0000001"


def test_columns_are_named_as_excel_names_them():
    assert [column_letter(index) for index in (0, 25, 26, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
    ]


@pytest.mark.parametrize("name", ["good.xlsx", "good.ods", "gb18030.csv", "legacy.xls"])
def test_a_file_cut_anywhere_is_read_or_refused(name):
    data = content(name)
    for length in range(1, len(data), max(1, len(data) // 15)):
        try:
            read_file(data[:length], name)
        except FileProblem as caught:
            assert caught.issue.code.startswith("file.")


@pytest.mark.parametrize("name", ["good.xlsx", "good.ods", "utf8.csv"])
def test_a_file_with_a_wrong_byte_anywhere_is_read_or_refused(name):
    data = content(name)
    for place in range(0, len(data), max(1, len(data) // 200)):
        changed = data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]
        try:
            read_file(changed, name)
        except FileProblem as caught:
            assert caught.issue.code.startswith("file.")


BROKEN = {"broken_xml.xlsx"}
READ_HERE = [
    "good_template.xlsx",
    "percent_cell.xlsx",
    "formula_error.xlsx",
    "time_for_number.xlsx",
]
WRITTEN_PLAINLY = sorted({path.name for path in FILES.glob("*.xls[xm]")} - BROKEN)


@pytest.mark.parametrize("name", WRITTEN_PLAINLY)
def test_cutting_a_sheet_tells_the_same_as_walking_it(name):
    try:
        package = Package(content(name))
        parts, percent = xlsx.book_of(package).sheets, xlsx.percent_styles(package)
        shared = xlsx.shared_lengths(package)
    except FileProblem:
        return
    for part in parts:
        data = package.read(part.part)
        cut = xlsx.cut_sheet(data, percent, shared)
        if cut is not None:
            exact = walked(data, percent, shared)
            assert cut.every_byte
            assert (cut.text, cut.height, cut.width) >= (exact.text, exact.rows, exact.columns)
            known = ("text", "height", "width", "every_byte")
            same = {name: getattr(exact, name) for name in known}
            assert dataclasses.replace(cut, **same) == exact


@pytest.mark.parametrize("name", WRITTEN_PLAINLY)
def test_reading_plainly_gives_the_same_texts(name):
    """All that it leaves out is what it does not read at all."""
    try:
        plain = read_plainly(content(name))
    except FileProblem:
        return
    if plain is not None:
        document = read_file(content(name), name)
        rows = [row for row in document.rows if row.sheet == document.rows[0].sheet]
        assert [filled(texts) for _, texts in plain] == [
            {index: cell.text for index, cell in row.cells.items()} for row in rows
        ]


def filled(texts: list[str]) -> dict[int, str]:
    return {index: text for index, text in enumerate(texts) if text}


def test_a_workbook_reads_the_same_in_a_child_as_here(monkeypatch):
    here = [read_file(content(name), name) for name in READ_HERE]
    monkeypatch.setattr(workbooks, "MAX_AREA_HERE", 0)
    assert [read_file(content(name), name) for name in READ_HERE] == here


def test_a_child_that_asks_for_more_memory_than_there_is_ends_alone(monkeypatch):
    monkeypatch.setattr(workbooks, "_check", lambda facts: None)
    assert problem(content("far_blank.xlsx")) == "file.not_a_workbook"


def test_a_large_plain_workbook_is_read_plainly():
    book = Workbook()
    for number in range(1, 50):
        book.active.append(["450102", "units", "2024Q3", number, 1.5, None, "备注"])
    number, texts = list(read_plainly(saved(book)))[-1]
    assert (number, [*texts]) == (49, ["450102", "units", "2024Q3", "49", "1.5", "", "备注"])


@pytest.mark.parametrize("value", [True, date(2024, 3, 1), "=1+1", "wide"])
def test_what_is_more_than_its_text_is_not_read_plainly(value):
    book = Workbook()
    book.active.append(["450102", value])
    if value == "wide":
        book.active.cell(1, 30, "x")
    assert read_plainly(saved(book)) is None


def test_a_percentage_is_not_read_plainly():
    book = Workbook()
    book.active.append([0.125])
    book.active["A1"].number_format = "0.0%"
    assert read_plainly(saved(book)) is None


def walked(data: bytes, percent: set[int], shared: list[int]) -> xlsx.SheetFacts:
    """A comment before it keeps the sheet from being cut."""
    return xlsx.SheetScan(percent, shared).read(
        data.replace(b"<sheetData>", b"<sheetData ><!---->")
    )


def test_the_sheets_that_programs_write_are_cut():
    package = Package(content("good.xlsx"))
    sheet = package.read(xlsx.book_of(package).sheets[0].part)
    assert xlsx.cut_sheet(sheet, set(), xlsx.shared_lengths(package)) is not None


def test_lengths_of_shared_texts_are_never_too_small():
    for name in WRITTEN_PLAINLY:
        try:
            package = Package(content(name))
        except FileProblem:
            continue
        if xlsx.SHARED in package.names:
            data = package.read(xlsx.SHARED)
            exact = xlsx.walked_lengths(data)
            lengths = xlsx.shared_lengths(package)
            assert len(lengths) == len(exact)
            assert all(one >= other for one, other in zip(lengths, exact, strict=True))


@pytest.mark.parametrize("name", ["good.xlsx", "good.ods", "legacy.xls", "utf8.csv"])
def test_a_file_with_too_many_cells_is_refused_whatever_it_is(settings, name):
    settings.UPLOAD_MAX_CELLS = 10
    assert problem(content(name)) == "file.too_many_cells"
