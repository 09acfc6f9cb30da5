"""CSV and its relatives: any of four encodings, comma, semicolon or tab."""

import codecs
import csv
from io import StringIO

from metroplan.common.text import unprotected
from metroplan.submissions.readers.limits import check_cells, check_extent, refuse
from metroplan.submissions.types import Document, RawCell, RawRow

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
PLAIN = ("utf-8", "gb18030")
DELIMITERS = ",\t;"
SAMPLE_ROWS = 30
MAX_CELL = 32_767
# What text never holds; a file with one of these is something else.
CONTROLS = {chr(code) for code in range(32)} - set("\t\n\r\f\x0b")


def read_delimited(content: bytes) -> Document:
    text = decode(content)
    if not text.strip():
        refuse("file.empty")
    if CONTROLS & set(text) or text.lstrip().startswith(("<", "%PDF", "{\\rtf")):
        refuse("file.not_a_workbook")
    try:
        return Document("csv", _rows(text, _delimiter(text)))
    except csv.Error:
        refuse("file.not_a_workbook")


def decode(content: bytes) -> str:
    """By its byte-order mark, else UTF-8, else GB18030. Raises FileProblem when none fits."""
    for mark, encoding in BOMS:
        if content.startswith(mark):
            return _decoded(content, (encoding,))
    if b"\0" in content:
        refuse("file.not_a_workbook")
    return _decoded(content, PLAIN)


def _decoded(content: bytes, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return refuse("file.encoding")


def _delimiter(text: str) -> str:
    """The one that splits the first rows into the most columns."""
    return max(DELIMITERS, key=lambda delimiter: _widest(text, delimiter))


def _widest(text: str, delimiter: str) -> int:
    rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    return max((len(row) for row, _ in zip(rows, range(SAMPLE_ROWS), strict=False)), default=0)


def _rows(text: str, delimiter: str) -> list[RawRow]:
    rows, count = [], 0
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    for number, values in enumerate(reader, start=1):
        cells = {index: _cell(value) for index, value in enumerate(values) if value.strip()}
        if cells:
            check_extent(sheet="", rows=number, columns=max(cells) + 1)
            count += len(cells)
            check_cells(count)
            rows.append(RawRow("", number, cells))
    return rows


def _cell(text: str) -> RawCell:
    plain = unprotected(text)
    if len(plain) > MAX_CELL:
        refuse("file.not_a_workbook")
    return RawCell(plain, plain)
