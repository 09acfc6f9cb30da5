"""One sheet that several units share, cut into what each of them reports.

Pure: no query, no clock.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace

from metroplan.common.text import folded, normalise
from metroplan.submissions.readers.cells import column_letter
from metroplan.submissions.types import Document, Issue, RawRow, SheetColumn

# By whether it is Chinese, as `in_chinese` says.
UNIT_HEADING = {True: "单位代码", False: "Unit code"}
NAME_HEADING = {True: "填报单位", False: "Reporting unit"}
HEADER_WITHIN = 60
SHOWN = 60


@dataclass(slots=True)
class Shares:
    """By unit code the document of that unit: the headings and its own rows, where they stood.

    `issues` are rows that belong to no unit that may be filled in; then nothing is to be taken.
    """

    documents: dict[str, Document] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Header:
    row: RawRow
    unit: int
    name: int | None
    figures: frozenset[int]


def shares(document: Document, units: Container[str], columns: Iterable[SheetColumn]) -> Shares:
    """`units` are the codes that may be filled in, `columns` what the sheet kind knows."""
    figures = {
        folded(text)
        for column in columns
        if column.blank
        for text in (column.heading, column.title)
    }
    found, headers = Shares(), {}
    for row in document.rows:
        header = headers.get(row.sheet)
        if header is not None:
            _take(found, header, row, units)
        elif header := _header(row, figures):
            headers[row.sheet] = header
    if not headers:
        found.issues.append(Issue("file.units_not_named"))
    return found


def _header(row: RawRow, figures: set[str]) -> _Header | None:
    titles = {index: folded(cell.text) for index, cell in row.cells.items()}
    unit = _index(titles, UNIT_HEADING)
    entries = frozenset(index for index, title in titles.items() if title in figures)
    if unit is None or not entries:
        return None
    return _Header(row, unit, _index(titles, NAME_HEADING), entries)


def _index(titles: dict[int, str], headings: dict[bool, str]) -> int | None:
    wanted = {folded(text) for text in headings.values()}
    return next((index for index, title in sorted(titles.items()) if title in wanted), None)


def _take(found: Shares, header: _Header, row: RawRow, units: Container[str]) -> None:
    cell = row.cells.get(header.unit)
    code = normalise(cell.text) if cell else ""
    if code in units:
        document = found.documents.setdefault(code, Document("xlsx", []))
        if not any(kept.sheet == row.sheet for kept in document.rows):
            document.rows.append(_without_unit(header, header.row))
        document.rows.append(_without_unit(header, row))
    elif header.figures & row.cells.keys():
        where = {"sheet": row.sheet, "row": row.number, "column": column_letter(header.unit)}
        found.issues.append(Issue("file.unit_not_asked", params={"value": code[:SHOWN]}, **where))


def _without_unit(header: _Header, row: RawRow) -> RawRow:
    gone = {header.unit, header.name}
    cells = {index: cell for index, cell in row.cells.items() if index not in gone}
    return replace(row, cells=cells)
