"""More awkward files: `python -m tests.files.make_hostile`. Encodings, odd cells, and attacks."""

import datetime
import io
import struct
import zipfile

from django.conf import settings
from openpyxl.worksheet.worksheet import Worksheet

from tests.files.make_files import (
    GOOD_CSV,
    HERE,
    KEY,
    SHEET,
    Change,
    csv_text,
    ods,
    part,
    put,
    rezipped,
    shaped,
    workbook,
)

WORKBOOK = "xl/workbook.xml"
SHARED = "xl/sharedStrings.xml"
GIGABYTE = 1024**3


def hidden_columns(sheet: Worksheet) -> None:
    for column in "BCG":
        sheet.column_dimensions[column].hidden = True


def very_hidden_copy(sheet: Worksheet) -> None:
    other = sheet.parent.copy_worksheet(sheet)
    other.title, other.sheet_state = "metroplan2", "veryHidden"


def merged_units(sheet: Worksheet) -> None:
    """Units merged over the lines they count for: only the first cell of the range holds it."""
    sheet["C5"], sheet["C6"] = None, None
    sheet.merge_cells("C5:C6")


WORKBOOKS: dict[str, tuple[Change, ...]] = {
    "hidden_columns": (hidden_columns,),
    "very_hidden_copy": (very_hidden_copy,),
    "merged_units": (merged_units,),
    "full_width_signs": (put(D5="＋１２", D6="３．５０", E7="１９．", F7="２０．０"),),
    "blanks_of_all_kinds": (
        put(D5="\u00a012\u3000", D6="3.5\u200b", E7="\ufeff19", F7="\u200920"),
    ),
    "thousands_with_blanks": (put(D5="1\u00a0234", D6="1 234.5"),),
    "percent_text": (put(D7="９５．０％"),),
    "percent_text_for_count": (put(D5="12.5％"),),
    "none_words": (put(D5="无", D6="／", E7="不适用", F7="N/A", D8="──"),),
    "blank_cells_that_look_filled": (put(D5=" ", D6="\u3000", E7="\u200b", F7="'", D8="\u00a0"),),
    "yi": (put(D5="0.00012亿", D6="0.00035亿元"),),
    "chinese_digits": (put(D5="十二", E7="十九"),),
    "about": (put(D5="约12", D6="3.5左右", E7="19个"),),
    "ratio_in_one_cell": (put(D7="19/20", E7=None, F7=None),),
    "ratio_turned_into_date": (shaped("D7", datetime.datetime(2024, 3, 10), "m/d"),),
    "time_for_number": (put(E7=datetime.time(3, 10)),),
    "date_in_text": (put(E7="3月10日", D5="2024-03-10"),),
    "scientific_text": (put(D5="1.2E+1"),),
    "truth_for_number": (put(D5=True),),
    "truth_for_yes": (put(D8=True),),
    "decimal_places": (put(D6="3.5000000", D5="12.0"),),
    "infinite": (put(D5="1E400", D6="NaN"),),
    "formula_in_text": (put(G5="=HYPERLINK(1)", B10="@SUM(1)", G6="+1"),),
    "dde": (put(D5="=cmd|'/c calc'!A0"),),
}


def cached_formula() -> bytes:
    """A formula beside the result that was saved with it."""
    good = workbook()
    sheet = part(good, SHEET).replace(
        b'<c r="D5" t="n"><v>12</v></c>', b'<c r="D5"><f>10+2</f><v>12</v></c>'
    )
    assert b"<f>" in sheet
    return rezipped(good, **{SHEET: sheet})


def all_hidden() -> bytes:
    good = workbook()
    book = part(good, WORKBOOK).replace(b'state="visible"', b'state="hidden"')
    assert b'"hidden"' in book
    return rezipped(good, **{WORKBOOK: book})


def macros() -> bytes:
    return rezipped(workbook(), **{"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(500)})


def claims_one_gigabyte() -> bytes:
    """The directory says that the sheet unpacks to 1 GB."""
    content = workbook()
    size = struct.pack("<I", len(part(content, SHEET)))
    at = content.rindex(SHEET.encode()) - 46 + 24
    assert content[at : at + 4] == size
    return content[:at] + struct.pack("<I", GIGABYTE) + content[at + 4 :]


def overlapping_parts() -> bytes:
    """A hundred names in the directory for one part of 20 MB: 2 GB out of 20 kB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/media/0.bin", bytes(20 * 1024 * 1024))
        first = package.filelist[0]
        for number in range(1, 100):
            again = zipfile.ZipInfo(f"xl/media/{number}.bin")
            for name in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
                setattr(again, name, getattr(first, name))
            package.filelist.append(again)
    return out.getvalue()


def shared_text_bomb() -> bytes:
    """A text of 100 kB that 2,000 cells show: reading copies it for each, 200 MB in all."""
    namespace = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    text = b"<sst " + namespace + b"><si><t>" + b"x" * 100_000 + b"</t></si></sst>"
    rows = b"".join(
        b'<row r="%d">%s</row>' % (n, b'<c t="s"><v>0</v></c>' * 20) for n in range(1, 101)
    )
    sheet = b"<worksheet " + namespace + b"><sheetData>" + rows + b"</sheetData></worksheet>"
    return rezipped(workbook(), **{SHARED: text, SHEET: sheet})


def many_elements() -> bytes:
    """Five million empty cells: nothing in them, but each has to be looked at."""
    good = workbook()
    blank = b'<row r="9">' + b"<c/>" * 5_000_000 + b"</row></sheetData>"
    return rezipped(good, **{SHEET: part(good, SHEET).replace(b"</sheetData>", blank)})


def dimension_of_everything() -> bytes:
    """A sheet that says it reaches to the last cell Excel has, with the good lines in it."""
    good = workbook()
    sheet = part(good, SHEET).replace(b"A1:G8", b"A1:XFD1048576")
    assert b"XFD" in sheet
    return rezipped(good, **{SHEET: sheet})


def with_rows(rows: bytes, before: bytes = b"") -> bytes:
    """The good workbook with more rows, and with markup before its rows."""
    good = workbook()
    sheet = part(good, SHEET).replace(b"</sheetData>", rows + b"</sheetData>")
    return rezipped(good, **{SHEET: sheet.replace(b"<sheetData>", before + b"<sheetData>")})


def one_row(cell: bytes) -> bytes:
    return b'<row r="9">' + cell + b"</row>"


def other_workbook() -> bytes:
    """The package names another workbook than xl/workbook.xml; its sheet has a far cell."""
    good = workbook()
    sheet = part(good, SHEET).replace(b'"A1"', b'"XFD1048576"')
    moved = {
        name.replace("xl/", "xl2/"): part(good, name).replace(b"/xl/", b"/xl2/")
        for name in (WORKBOOK, "xl/_rels/workbook.xml.rels", "xl/styles.xml")
    }
    named = part(good, "_rels/.rels").replace(b"xl/workbook", b"xl2/workbook")
    return rezipped(good, **moved, **{"xl2/worksheets/sheet1.xml": sheet, "_rels/.rels": named})


FAR = b'<c r="XFD1048576"%s><v>1</v></c>'


def misplaced() -> dict[str, bytes]:
    """Cells whose place two readers may understand in two ways."""
    twice = one_row(b'<c r="A9" r="Z9999999"><v>1</v></c>')
    earlier = b'<x:sheetData xmlns:x="x">' + one_row(FAR % b"") + b"</x:sheetData>"
    repeated = b'table:number-columns-repeated="+2000000000" office:value-type="float" '
    cell = f'<table:table-cell {repeated.decode()}office:value="1"/>'
    return {
        "row_without_end.xlsx": with_rows(one_row(b'<c r="A99999999999"><v>1</v></c>')),
        "row_zero.xlsx": with_rows(b'<row r="0"><c><v>1</v></c></row>'),
        "column_without_end.xlsx": with_rows(one_row(b'<c r="ABCDEFGH9"><v>1</v></c>')),
        "column_beyond_excel.xlsx": with_rows(one_row(b'<c r="XFE9"><v>1</v></c>')),
        "far_blank.xlsx": with_rows(one_row(b'<c r="XFD1048576" t="inlineStr"><is/></c>')),
        "far_row_without_cell_names.xlsx": with_rows(
            b'<row r="1048575"/><row><c><v>1</v></c></row>'
        ),
        "cell_named_twice.xlsx": with_rows(twice),
        "rows_before_the_rows.xlsx": with_rows(b"", before=earlier),
        "other_workbook.xlsx": other_workbook(),
        "signed_repeat.ods": trailing(1, cell),
    }


def outside_entity() -> bytes:
    good = workbook()
    head = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return rezipped(good, **{WORKBOOK: head + part(good, WORKBOOK)})


def deep_markup() -> bytes:
    """Elements inside elements, a hundred thousand deep."""
    good = workbook()
    deep = b"<x>" * 100_000 + b"</x>" * 100_000 + b"</worksheet>"
    return rezipped(good, **{SHEET: part(good, SHEET).replace(b"</worksheet>", deep)})


def ods_with(old: str, new: str) -> bytes:
    content = part(ods(), "content.xml").decode()
    assert old in content
    return rezipped(ods(), **{"content.xml": content.replace(old, new, 1).encode()})


def trailing(rows: int, cell: str) -> bytes:
    """The good ods with a last row that is repeated, as LibreOffice fills a sheet up."""
    last = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    return ods_with("</table:table>", last + "</table:table>")


def hostile() -> dict[str, bytes]:
    good = workbook()
    plain = csv_text(*GOOD_CSV)
    tabbed = plain.replace(",", "\t")
    blank = '<table:table-cell table:number-columns-repeated="16384"/>'
    text = "<table:table-cell{}><text:p>{}</text:p></table:table-cell>"
    long_text = text.format(' table:number-columns-repeated="150"', "字" * 9_000)
    twelve = text.format(' office:value-type="float" office:value="12"', "12")
    doctype = '<!DOCTYPE x [<!ENTITY a "b">]>'
    return {
        **{f"{name}.xlsx": workbook(*changes) for name, changes in WORKBOOKS.items()},
        "tabs_bom.tsv": tabbed.encode("utf-8-sig"),
        "tabs_gb18030.tsv": tabbed.encode("gb18030"),
        "utf16_le.csv": b"\xff\xfe" + plain.encode("utf-16-le"),
        "utf16_be.csv": b"\xfe\xff" + plain.encode("utf-16-be"),
        "utf16_be_tabs.tsv": b"\xfe\xff" + tabbed.encode("utf-16-be"),
        "utf16_cut.csv": b"\xff\xfe" + plain.encode("utf-16-le")[:-1],
        "utf16_without_mark.csv": plain.encode("utf-16-le"),
        "mac_line_ends.csv": plain.replace("\r\n", "\r").encode(),
        "quote_never_closed.csv": csv_text('standards,,,"12,,,', GOOD_CSV[1]).encode(),
        "ragged.csv": csv_text("standards,,,12", "investment,,,3.5,,,,,").encode(),
        "as_people_write.csv": csv_text(
            "standards,,,\u3000１，２３４ ,,,",
            "investment,,,3.5万元,,,",
            "pass_rate,,,95％,１９,２０,",
            "platform,,,√,,,",
        ).encode("gb18030"),
        "dates.csv": csv_text("pass_rate,,,3月10日,,,", "standards,,,2024/3/10,,,").encode(),
        "formulas.csv": csv_text("standards,,,=6+6,,,", "investment,,,'3.5,,,=1+1").encode(),
        "formula_with_value.xlsx": cached_formula(),
        "all_hidden.xlsx": all_hidden(),
        "macros.xlsm": macros(),
        "claims_1gb.xlsx": claims_one_gigabyte(),
        "overlapping_parts.xlsx": overlapping_parts(),
        "shared_text_bomb.xlsx": shared_text_bomb(),
        "many_elements.xlsx": many_elements(),
        "dimension_of_everything.xlsx": dimension_of_everything(),
        "outside_entity.xlsx": outside_entity(),
        "deep_markup.xlsx": deep_markup(),
        "absolute_path.xlsx": rezipped(good, **{"/etc/cron.d/x": b"x"}),
        "windows_path.xlsx": rezipped(good, **{"..\\..\\x.dll": b"x"}),
        "sheet_twice.xlsx": sheet_twice(good),
        **misplaced(),
        "zip_in_zip.xlsx": rezipped(good, **{"xl/embeddings/inner.zip": good}),
        "filled_up.ods": trailing(1_048_560, blank),
        "far_cell.ods": trailing(1_048_560, blank + text.format("", "x")),
        "repeated_text.ods": trailing(500, long_text),
        "hidden_sheet.ods": hidden_sheet_ods(),
        "outside_entity.ods": ods_with("<office:document", doctype + "<office:document"),
        "formula_without_value.ods": ods_with(
            twelve, '<table:table-cell table:formula="of:=10+2"/>'
        ),
    }  # fmt: skip


def sheet_twice(good: bytes) -> bytes:
    """Two parts of one name: which of them a program reads is anybody's guess."""
    out = io.BytesIO(good)
    with zipfile.ZipFile(out, "a") as package:
        info = zipfile.ZipInfo(SHEET)
        package.filelist = [item for item in package.filelist if item.filename != SHEET]
        package.NameToInfo.pop(SHEET)
        package.writestr(info, part(good, SHEET))
        package.filelist.insert(0, zipfile.ZipFile(io.BytesIO(good)).getinfo(SHEET))
    return out.getvalue()


def hidden_sheet_ods() -> bytes:
    """LibreOffice hides a sheet by a style of its own."""
    style = (
        '<office:automatic-styles><style:style xmlns:style="urn:oasis:names:tc:opendocument:xmlns:'
        'style:1.0" style:name="ta2" style:family="table"><style:table-properties '
        'table:display="false"/></style:style></office:automatic-styles><office:body>'
    )
    content = part(ods(), "content.xml").decode().replace("<office:body>", style)
    table = content[content.index("<table:table ") : content.index("</office:spreadsheet>")]
    hidden = table.replace('table:name="填报表"', 'table:name="旧" table:style-name="ta2"')
    return rezipped(ods(), **{"content.xml": content.replace(table, table + hidden).encode()})


def main() -> None:
    settings.configure(SECRET_KEY=KEY)
    for name, content in hostile().items():
        (HERE / name).write_bytes(content)


if __name__ == "__main__":
    main()
