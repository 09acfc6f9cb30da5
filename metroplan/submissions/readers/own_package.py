"""The checked parts of an xlsx in a package written here.

Two readers of one zip need not find the same parts in it, nor the same sheets in its parts. What
calamine is given in this process holds what was looked at, and nothing else.
"""

import zipfile
from collections.abc import Iterable
from io import BytesIO

from metroplan.submissions.readers.packages import Package
from metroplan.submissions.readers.xlsx import RELATIONS, SHARED, STYLES, WORKBOOK

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
ROOT_RELATIONS = "_rels/.rels"


def own_package(package: Package, sheets: Iterable[bytes], *, from_1904: bool) -> bytes:
    """A workbook of these sheets in their order, with the package's texts and styles."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        count = 0
        for count, data in enumerate(sheets, start=1):
            made.writestr(f"xl/worksheets/sheet{count}.xml", data)
        made.writestr(ROOT_RELATIONS, _relations([("officeDocument", WORKBOOK)]))
        made.writestr(WORKBOOK, _workbook(count, from_1904))
        targets = (f"worksheets/sheet{number}.xml" for number in range(1, count + 1))
        made.writestr(RELATIONS, _relations([("worksheet", target) for target in targets]))
        for name in sorted({STYLES, SHARED} & package.names):
            made.writestr(name, package.read(name))
    return out.getvalue()


def naming_sheet(count: int) -> bytes:
    """A sheet whose only column names the shared texts, the first in its first row."""
    cells = "".join(
        f'<row r="{at + 1}"><c r="A{at + 1}" t="s"><v>{at}</v></c></row>' for at in range(count)
    )
    return f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'.encode()


def _workbook(count: int, from_1904: bool) -> str:
    sheets = "".join(
        f'<sheet name="{number}" sheetId="{number}" r:id="rId{number}"/>'
        for number in range(1, count + 1)
    )
    days = f'<workbookPr date1904="{int(from_1904)}"/>'
    return f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{days}<sheets>{sheets}</sheets></workbook>'


def _relations(targets: list[tuple[str, str]]) -> str:
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>'
