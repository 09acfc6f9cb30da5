"""Rows of a large file, a few at a time: memory does not grow with the file.

A CSV is read as a stream. A workbook has to be unpacked as a whole, so the limits of every other
workbook hold for it (UPLOAD_MAX_BYTES and the rest); what is larger is sent as CSV.
"""

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO

from metroplan.common.text import unprotected
from metroplan.submissions.bulk.registry import Row
from metroplan.submissions.models import StoredFile
from metroplan.submissions.readers import COMPOUND, ZIP, read_file, read_plainly
from metroplan.submissions.readers.delimited import BOMS, DELIMITERS, PLAIN
from metroplan.submissions.readers.limits import refuse
from metroplan.submissions.types import FileProblem, RawCell, RawRow

BLOCK = 1024 * 1024
# A row of a text file has no cell that is more than its text.
PLAINLY: dict[int, RawCell] = {}
SAMPLE_BYTES = 64 * 1024
# What text never holds, in any of the encodings that keep ASCII as it is.
CONTROLS = bytes([*range(0x09), *range(0x0E, 0x20)])
MARKUP = (b"<", b"%PDF", b"{\\rtf")
Rows = Iterator[Row]
Opener = Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Source:
    """A file that can be read again from its start. `total` is about how many rows it has."""

    opened: Opener
    total: int
    encoding: str = ""
    delimiter: str = ","

    def rows(self) -> Rows:
        """Every row that holds something, the heading first. Raises FileProblem on the way."""
        return self._delimited() if self.encoding else self._workbook()

    def _delimited(self) -> Rows:
        with self.opened() as file:
            text = io.TextIOWrapper(file, self.encoding, newline="")
            reader = csv.reader(text, delimiter=self.delimiter)
            try:
                for number, texts in enumerate(reader, start=1):
                    # Nearly every row begins with something: the others need the second look.
                    if (texts and texts[0].strip()) or any(map(str.strip, texts)):
                        yield number, texts, PLAINLY
            except csv.Error:
                refuse("file.not_a_workbook")

    def _workbook(self) -> Rows:
        """The first sheet that holds something."""
        with self.opened() as file:
            content = file.read()
        if plain := read_plainly(content):
            return ((number, texts, PLAINLY) for number, texts in plain)
        document = read_file(content, "")
        first = document.rows[0].sheet
        return (_row_of(row) for row in document.rows if row.sheet == first)


def open_stored(stored: StoredFile) -> Source:
    """A kept file; see `open_source`. Each reading has a handle of its own."""
    content = stored.content
    return open_source(lambda: content.storage.open(content.name, "rb").file)


def open_source(opened: Opener) -> Source:
    """Look through the file once: what it is, how it is written, how long it is.

    Raises FileProblem when it cannot be read.
    """
    with opened() as file:
        head = file.read(SAMPLE_BYTES)
        if head.startswith((ZIP, COMPOUND)):
            return Source(opened, total=0)
        if head.lstrip().startswith(MARKUP):
            refuse("file.not_a_workbook")
        encoding = _encoding(file, head)
        lines = _count_lines(file, encoding)
    delimiter = _delimiter(head, encoding)
    return Source(opened, total=max(lines - 1, 0), encoding=encoding, delimiter=delimiter)


def _encoding(file: IO[bytes], head: bytes) -> str:
    for mark, encoding in BOMS:
        if head.startswith(mark):
            return _readable(file, (encoding,))
    return _readable(file, PLAIN)


def _readable(file: IO[bytes], encodings: tuple[str, ...]) -> str:
    """The first of the encodings in which the whole file can be read."""
    for encoding in encodings:
        try:
            decoder = codecs.getincrementaldecoder(encoding)()
            for block in _blocks(file):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeError:
            continue
        return encoding
    return refuse("file.encoding")


def _count_lines(file: IO[bytes], encoding: str) -> int:
    """Line ends, and one for a last line without; a line end in quotes counts as well."""
    lines, last = 0, b"\n"
    wide = encoding == "utf-16"
    for block in _blocks(file):
        if not wide and len(block.translate(None, CONTROLS)) < len(block):
            refuse("file.not_a_workbook")
        lines += block.count(b"\n") or block.count(b"\r")
        last = block.rstrip(b"\0")[-1:] or last
    if last == b"\n" and not lines:
        refuse("file.empty")
    return lines + (last not in b"\r\n")


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    return iter(lambda: file.read(BLOCK), b"")


def _delimiter(head: bytes, encoding: str) -> str:
    """The one that splits the heading into the most columns."""
    text = head.decode(encoding, errors="ignore").lstrip()
    first = text.splitlines()[0] if text else ""
    return max(DELIMITERS, key=first.count)


def _row_of(row: RawRow) -> Row:
    """A workbook's row: texts by column, beside them the cells that are more than their text."""
    texts = [""] * (max(row.cells) + 1)
    for index, cell in row.cells.items():
        texts[index] = cell.text
    odd = {
        index: cell
        for index, cell in row.cells.items()
        if cell.formula_without_value or not isinstance(cell.value, str | int | float)
    }
    return row.number, texts, odd


def cells_of_row(stored: StoredFile, number: int) -> tuple[tuple[str, str], ...]:
    """A row of a stored file as (heading, text) pairs; nothing where it cannot be read any more."""
    try:
        rows = open_stored(stored).rows()
        _, names, _ = next(rows)
        found = next((texts for at, texts, _ in rows if at == number), ())
    except (FileNotFoundError, FileProblem, StopIteration):
        return ()
    return tuple(zip(names, map(unprotected, found), strict=False))


def chunks(rows: Rows, size: int) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, size)):
        yield chunk
