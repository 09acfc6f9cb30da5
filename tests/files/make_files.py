"""Makes the awkward files beside it: `python tests/files/make_files.py`, each named for its fault.

The good sheet has its headings in row 4 and four lines: standards in row 5, investment in row 6,
pass_rate in row 7, platform in row 8. The two
.xls workbooks are kept as they are, since no library here writes such files.
"""

import datetime
import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core import signing
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

HERE = Path(__file__).parent
# Tests accept this key beside their own, so that signed templates can be kept as files.
KEY = "the key that signed the templates in tests/files"
SALT = "metroplan.submissions.manifest"
HEADINGS = ["代码", "数据项", "计量单位", "数值", "分子", "分母", "备注"]
LINES = [
    ["standards", "社会公用计量标准数", "项", 12, None, None, None],
    ["investment", "计量投入", "万元", 3.5, None, None, None],
    ["pass_rate", "抽检合格率", "%", None, 19, 20, None],
    ["platform", "公共服务平台建成", "是/否", "是", None, None, None],
]
Change = Callable[[Worksheet], object]


def workbook(*changes: Change, manifest: str | None = None) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "填报表"
    sheet["A1"] = "测试季报"
    sheet["A2"] = "填报季度：2024Q3"
    for column, heading in enumerate(HEADINGS, start=1):
        sheet.cell(4, column, heading)
    for row, line in enumerate(LINES, start=5):
        for column, value in enumerate(line, start=1):
            sheet.cell(row, column, value)
    for change in changes:
        change(sheet)
    if manifest is not None:
        hidden = book.create_sheet("metroplan")
        hidden["A1"] = manifest
        hidden.sheet_state = "veryHidden"
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def put(**cells: object) -> Change:
    def change(sheet: Worksheet) -> None:
        for place, value in cells.items():
            sheet[place] = value

    return change


def shaped(place: str, value: object, number_format: str) -> Change:
    def change(sheet: Worksheet) -> None:
        sheet[place] = value
        sheet[place].number_format = number_format

    return change


def slip(**changes: object) -> str:
    """A template's signed token: county form, unit 900300, 2024Q3, unless told otherwise."""
    content = {"form": "test-form", "organisation": "900300", "period": "2024Q3", "version": 1}
    return signing.dumps(content | changes, key=KEY, salt=SALT)


def merged_header(sheet: Worksheet) -> None:
    """分子 and 分母 stand in row 4 under 比率, which is merged over both in row 3."""
    for column in "ABCDG":
        sheet[f"{column}3"] = sheet[f"{column}4"].value
        sheet.merge_cells(f"{column}3:{column}4")
    sheet["E3"] = "比率"
    sheet.merge_cells("E3:F3")


def merged_title(sheet: Worksheet) -> None:
    sheet.merge_cells("A1:G2")


def hidden_rows(sheet: Worksheet) -> None:
    sheet.row_dimensions[6].hidden = True


def shifted(rows: int, columns: int) -> Change:
    def change(sheet: Worksheet) -> None:
        sheet.move_range("A1:G8", rows=rows, cols=columns)

    return change


def several_sheets(sheet: Worksheet) -> None:
    other = sheet.parent.create_sheet("填报说明", 0)
    other["A1"] = "先看说明，再填报"


def hidden_copy(sheet: Worksheet) -> None:
    other = sheet.parent.copy_worksheet(sheet)
    other.title, other.sheet_state = "旧数据", "hidden"


def stray_format(sheet: Worksheet) -> None:
    """A format far below the figures, as left by a whole column that was formatted."""
    sheet["D60000"].number_format = "0.00"


def two_copies(sheet: Worksheet) -> None:
    sheet.parent.copy_worksheet(sheet).title = "副本"


def rezipped(content: bytes, **parts: bytes | None) -> bytes:
    """The package with parts replaced, added or (None) left out; `__` stands for a slash."""
    replaced = {name.replace("__", "/"): data for name, data in parts.items()}
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in [*old.namelist(), *(set(replaced) - set(old.namelist()))]:
            data = replaced[name] if name in replaced else old.read(name)
            if data is not None:
                new.writestr(name, data)
    return out.getvalue()


def part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return package.read(name)


SHEET = "xl/worksheets/sheet1.xml"
NO_SECTOR = 0xFFFFFFFE


def xml_entities() -> bytes:
    good = workbook()
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    return rezipped(good, **{SHEET: bomb + part(good, SHEET)})


def lying_size() -> bytes:
    """The directory says that the sheet is ten bytes long; it is not."""
    content = workbook()
    size = struct.pack("<I", len(part(content, SHEET)))
    at = content.rindex(SHEET.encode()) - 46 + 24
    assert content[at : at + 4] == size
    return content[:at] + struct.pack("<I", 10) + content[at + 4 :]


def far_cell() -> bytes:
    """One value in the last cell Excel has: laid out in full that is 17 billion cells."""
    return workbook(put(XFD1048576=1))


def other_prefix() -> bytes:
    """As some programs write it: every element with a namespace prefix, no cell references."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rows = [HEADINGS, *LINES]
    cells = "".join(f"<x:row>{''.join(map(_prefixed, row))}</x:row>" for row in rows)
    sheet = f'<x:worksheet xmlns:x="{main}"><x:sheetData>{cells}</x:sheetData></x:worksheet>'
    return rezipped(workbook(), **{SHEET: sheet.encode()})


def _prefixed(value: object) -> str:
    if value is None:
        return "<x:c/>"
    if isinstance(value, str):
        return f'<x:c t="inlineStr"><x:is><x:t>{value}</x:t></x:is></x:c>'
    return f"<x:c><x:v>{value}</x:v></x:c>"


def compound(*streams: str) -> bytes:
    """An OLE container with empty streams of these names, as a protected workbook is."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H6x", 62, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, NO_SECTOR, 0, NO_SECTOR, 0)
    header += struct.pack("<I", 0) + b"\xff" * 432
    table = struct.pack("<II", 0xFFFFFFFD, NO_SECTOR) + b"\xff" * 504
    entries = _entry("Root Entry", 5) + b"".join(_entry(name, 2) for name in streams)
    return header + table + entries.ljust(512, b"\0")


def _entry(name: str, kind: int) -> bytes:
    text = name.encode("utf-16-le")
    entry = text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2, kind, 1)
    return entry.ljust(128, b"\0")


def csv_text(*lines: str, headings: str = "代码,数据项,计量单位,数值,分子,分母,备注") -> str:
    return "\r\n".join([headings, *lines]) + "\r\n"


GOOD_CSV = (
    "standards,社会公用计量标准数,项,12,,,",
    "investment,计量投入,万元,3.5,,,",
    "pass_rate,抽检合格率,%,,19,20,",
    "platform,公共服务平台建成,是/否,是,,,",
)


def ods() -> bytes:
    """An OpenDocument sheet whose pass rate carries a percent cell, with repeated blank rows."""
    lines = ["".join(map(_ods_cell, line)) for line in [HEADINGS, *LINES]]
    percent = (
        '<table:table-cell office:value-type="percentage" office:value="0.95">'
        "<text:p>95%</text:p></table:table-cell>"
    )
    lines[3] = lines[3].replace(_ods_cell(None), percent, 1)
    rows = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f"<office:document-content{names}><office:body><office:spreadsheet>"
        f'<table:table table:name="填报表"><table:table-row table:number-rows-repeated="3">'
        f'<table:table-cell table:number-columns-repeated="7"/></table:table-row>{rows}'
        f"</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", content)
        package.writestr("META-INF/manifest.xml", "<manifest/>")
    return out.getvalue()


def _ods_cell(value: object) -> str:
    if value is None:
        return "<table:table-cell/>"
    kind = "string" if isinstance(value, str) else "float"
    stored = "" if isinstance(value, str) else f' office:value="{value}"'
    return (
        f'<table:table-cell office:value-type="{kind}"{stored}><text:p>{value}</text:p>'
        "</table:table-cell>"
    )


WORKBOOKS: dict[str, tuple[Change, ...]] = {
    "good": (),
    "unknown_column": (put(H4="上年同期"),),
    "doubled_column": (put(H4="数 值"),),
    "missing_column": (put(F4=None),),
    "no_header": (put(A4=None, B4=None),),
    "text_for_number": (put(D5="九十", D6="约3.5", E7="十九"),),
    "decimal_comma": (put(D6="3,5"),),
    "part_over_whole": (put(E7=21),),
    "negative": (put(D5=-3, E7="－1"),),
    "percent_over_100": (put(D7=120),),
    "percent_without_parts": (put(D7="95%", E7=None, F7=None),),
    "value_disagrees": (put(D7=90),),
    "value_agrees_rounded": (put(D7=95),),
    "denominator_missing": (put(F7=None),),
    "numerator_missing": (put(E7=None),),
    "denominator_zero": (put(E7=0, F7=0),),
    "formula_without_value": (put(D5="=10+2", E7="=D5"),),
    "formula_error": (put(D5="=1/0", A10="=1/0"),),
    "fraction_for_count": (put(D5=12.5),),
    "percent_cell_for_count": (shaped("D5", 0.12, "0.0%"),),
    "percent_cell": (shaped("D7", 0.95, "0.0%"),),
    "percent_in_quotes": (shaped("D5", 12, '0"%"'),),
    "date_for_ratio": (put(E7=datetime.date(2024, 3, 10)),),
    "not_yes_or_no": (put(D8="在建"),),
    "number_where_not_used": (put(E5=12, F8="/"),),
    "partly_not_applicable": (put(E7="/"),),
    "not_applicable": (put(D5="/", D6="—", E7="－", F7="——", D8="不适用"),),
    "zero": (put(D5=0, D6="０", E7=0, D8="否"),),
    "nothing_filled_in": (put(D5=None, D6=None, E7=None, F7=None, D8=None),),
    "one_blank": (put(D6="  "),),
    "full_width": (put(D5="１２", D6="３．５", E7="１９", F7="２０", D8="　是 "),),
    "numbers_as_text": (put(D5="12", D6=" 3.50 ", E7="'19", F7="20\u200b"),),
    "wan_and_yi": (put(D5="1.5万", D6="0.2亿元", E7="1.9万", F7="2 万"),),
    "with_units": (put(D5="12项", D6="3.5 万元"),),
    "thousands": (put(D5="1,234", D6="1,234,567.5", E7="1 234", F7="１，２３５"),),
    "many_digits": (put(D5=10**15, D6="0.1234567"),),
    "unknown_measure": (put(A6="investments"),),
    "doubled_measure": (put(A6="standards", B6=None, C6=None),),
    "code_missing": (put(A6=None, B6=None),),
    "code_blank_name_there": (put(A5=None),),
    "rows_moved": (put(B5="计量投入", C5="万元"),),
    "unit_changed": (put(C6="亿元"),),
    "long_note": (put(G5="长" * 501),),
    "footer": (put(A10="填表人：", C10="审核人："),),
    "leading_blank_rows": (shifted(20, 0),),
    "leading_blank_columns": (shifted(0, 2),),
    "merged_header": (merged_header,),
    "merged_title": (merged_title,),
    "hidden_rows": (hidden_rows,),
    "several_sheets": (several_sheets,),
    "hidden_copy": (hidden_copy,),
    "two_copies": (two_copies,),
    "stray_format": (stray_format,),
    "english": (
        put(A4="Code", B4="Measure", C4="Unit", D4="VALUE", E4="Numerator", F4="Denominator"),
        put(G4="Note", B5="Public standards", C5="items", D8="Yes"),
    ),
    "headings_decorated": (put(D4="数值（本季）*", E4="分 子\n", F4="分母："),),
    "formula_as_note": (put(G5="'=1+1"),),
}


def files() -> dict[str, bytes]:
    made = {f"{name}.xlsx": workbook(*changes) for name, changes in WORKBOOKS.items()}
    good = workbook()
    made |= {
        "good_template.xlsx": workbook(manifest=slip()),
        "other_unit.xlsx": workbook(manifest=slip(organisation="900400")),
        "wrong_quarter.xlsx": workbook(manifest=slip(period="2024Q2")),
        "wrong_form.xlsx": workbook(manifest=slip(form="other-form")),
        "outdated_template.xlsx": workbook(manifest=slip(version=0)),
        "forged_manifest.xlsx": workbook(manifest=slip()[:-3] + "abc"),
        "empty.xlsx": saved(Workbook()),
        "empty_file.xlsx": b"",
        "not_a_workbook.xlsx": b"\x89PNG\r\n\x1a\n" + bytes(64),
        "web_page.xls": "<html><table><tr><td>代码</td></tr></table></html>".encode(),
        "other_zip.xlsx": rezipped(good, **{"xl/workbook.xml": None}),
        "truncated.xlsx": good[: len(good) // 2],
        "garbled.xlsx": good[:900] + bytes(40) + good[940:],
        "encrypted.xlsx": compound("EncryptionInfo", "EncryptedPackage"),
        "word_document.xls": compound("WordDocument"),
        "binary_workbook.xlsb": rezipped(good, **{"xl/workbook.bin": b"\0"}),
        "xml_entities.xlsx": xml_entities(),
        "broken_xml.xlsx": rezipped(good, **{SHEET: part(good, SHEET)[:-40]}),
        "zip_bomb.xlsx": rezipped(good, **{"xl/media/image1.xml": bytes(30 * 1024 * 1024)}),
        "lying_size.xlsx": lying_size(),
        "path_names.xlsx": rezipped(good, **{"../../etc/cron.d/x": b"x"}),
        "far_cell.xlsx": far_cell(),
        "other_prefix.xlsx": other_prefix(),
        "renamed.csv": good,
        "good.ods": ods(),
        "utf8.csv": csv_text(*GOOD_CSV).encode(),
        "utf8_bom.csv": csv_text(*GOOD_CSV).encode("utf-8-sig"),
        "gb18030.csv": csv_text(*GOOD_CSV).encode("gb18030"),
        "utf16.csv": csv_text(*GOOD_CSV).replace(",", "\t").encode("utf-16"),
        "tabs.tsv": csv_text(*GOOD_CSV).replace(",", "\t").encode(),
        "semicolons.csv": csv_text(*GOOD_CSV).replace(",", ";").encode(),
        "renamed.xlsx": csv_text(*GOOD_CSV).encode(),
        "thousands.csv": csv_text('standards,,,"1,234",,,', "pass_rate,,,95.0％,19,20,").encode(),
        "line_breaks.csv": csv_text('standards,,,x,,,"一\n二"', "", "investment,,,y,,,").encode(),
        "bad_encoding.csv": csv_text(*GOOD_CSV).encode() + b"\xff\xff\x80",
        "control_characters.csv": csv_text(*GOOD_CSV).encode() + b"\x01\x02",
        "blank_lines.csv": b"\r\n \r\n",
    }
    return made


def main() -> None:
    settings.configure(SECRET_KEY=KEY)
    for name, content in files().items():
        (HERE / name).write_bytes(content)


if __name__ == "__main__":
    main()
