"""Tables of people's own: recognised by their headings, read as if they had the template's.

Pure: no query, no clock.
"""

import hashlib
import json
import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from metroplan.common.text import folded
from metroplan.submissions.types import Document, RawCell, RawRow, SheetColumn

# A heading that names its quarter is the same heading next quarter.
QUARTER = re.compile(r"[一二三四1234](?=季)")
DIGITS = re.compile(r"\d+")
HEADER_WITHIN = 60
COLUMNS_MAPPED = 40


@dataclass(frozen=True, slots=True)
class Place:
    """Where the headings of a table stand."""

    sheet: str
    row: int
    digest: str


def titles_of(row: RawRow) -> dict[int, str]:
    return {index: cell.text.strip() for index, cell in row.cells.items() if cell.text.strip()}


def digest_of(titles: dict[int, str]) -> str:
    """The same for the same headings in the same columns, whatever quarter they name."""
    folded = [[index, _folded(text)] for index, text in sorted(titles.items())]
    return hashlib.sha256(json.dumps(folded).encode()).hexdigest()


def _folded(text: str) -> str:
    return DIGITS.sub("#", QUARTER.sub("#", folded(text)))


def find_tables(rows: Iterable[RawRow], known: Container[str]) -> list[Place]:
    """At most one per sheet: the first row whose headings are among the known ones."""
    found = []
    for sheet, group in groupby(rows, key=lambda row: row.sheet):
        near = (row for _, row in zip(range(HEADER_WITHIN), group, strict=False))
        digests = ((row.number, digest_of(titles_of(row))) for row in near)
        place = next((Place(sheet, row, dig) for row, dig in digests if dig in known), None)
        if place:
            found.append(place)
    return found


def relabelled(
    document: Document,
    tables: dict[str, tuple[int, dict[int, str]]],
    columns: Iterable[SheetColumn],
) -> Document:
    """The tables alone, under the template's headings, every cell where it stood.

    `tables` gives by sheet the row of the headings and what each column holds; columns that hold
    nothing asked for are left out.
    """
    offered = list(columns)
    return Document(document.kind, [*_rows(document.rows, tables, offered)], document.manifest)


def _rows(
    rows: Iterable[RawRow],
    tables: dict[str, tuple[int, dict[int, str]]],
    columns: list[SheetColumn],
) -> Iterator[RawRow]:
    for row in rows:
        header, parts = tables.get(row.sheet, (0, {}))
        if header and row.number == header:
            yield RawRow(row.sheet, row.number, _headings(parts, columns))
        elif header and row.number > header:
            cells = {index: cell for index, cell in row.cells.items() if index in parts}
            if cells:
                yield RawRow(row.sheet, row.number, cells)


def _headings(parts: dict[int, str], columns: list[SheetColumn]) -> dict[int, RawCell]:
    texts = {column.key: column.heading for column in columns}
    heads = {index: texts[part] for index, part in parts.items()}
    absent = [column for column in columns if column.blank and column.key not in parts.values()]
    heads |= {max(parts) + 1 + number: column.heading for number, column in enumerate(absent)}
    return {index: RawCell(text, text) for index, text in heads.items()}


def suggested_header(rows: list[RawRow], columns: list[SheetColumn]) -> int:
    """The number of the row that looks most like headings; 0 where there are no rows."""
    best = max(rows, key=lambda row: (_likeness(row, columns), -row.number), default=None)
    return best.number if best else 0


def _likeness(row: RawRow, columns: list[SheetColumn]) -> tuple[int, int]:
    titles = titles_of(row)
    words = sum(isinstance(row.cells[index].value, str) for index in titles)
    return len(suggested(titles, columns)), words


def suggested(titles: dict[int, str], columns: list[SheetColumn]) -> dict[int, str]:
    """A guess at what the columns hold, each part once."""
    found: dict[int, str] = {}
    for matches in (_is_called, _sounds_like):
        for index, text in sorted(titles.items()):
            if index not in found:
                free = [column for column in columns if column.key not in found.values()]
                part = next((column.key for column in free if matches(text, column)), None)
                found |= {index: part} if part else {}
    return found


def _is_called(text: str, column: SheetColumn) -> bool:
    return _folded(text) in {_folded(column.heading), _folded(column.title), column.key}


def _sounds_like(text: str, column: SheetColumn) -> bool:
    return any(word in _folded(text) for word in column.words)
