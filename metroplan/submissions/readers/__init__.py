"""Reading uploaded files. The content decides what a file is, never its name."""

from collections.abc import Iterator, Sequence

from metroplan.submissions.readers.delimited import read_delimited
from metroplan.submissions.readers.limits import check_size, refuse
from metroplan.submissions.readers.workbooks import plain_rows, read_compound, read_package
from metroplan.submissions.types import Document

ZIP = b"PK\x03\x04"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_file(content: bytes, filename: str) -> Document:
    """The rows of every visible sheet with the numbers Excel shows.

    `filename` is only what the sender called it and decides nothing. Raises FileProblem when the
    file as a whole cannot be read or exceeds a limit.
    """
    check_size(content)
    document = _read(content)
    if not document.rows:
        refuse("file.empty")
    return document


def read_plainly(content: bytes) -> Iterator[tuple[int, Sequence[str]]] | None:
    """The same rows as number and texts alone, several times as fast; None where that is not all.

    Raises FileProblem like `read_file`.
    """
    check_size(content)
    return plain_rows(content) if content.startswith(ZIP) else None


def _read(content: bytes) -> Document:
    if content.startswith(ZIP):
        return read_package(content)
    if content.startswith(COMPOUND):
        return read_compound(content)
    return read_delimited(content)
