"""One pass over the XML of a package part, without namespaces and without entities."""

from collections.abc import Callable
from xml.parsers import expat

from django.conf import settings

from metroplan.submissions.readers.limits import refuse, refuse_cells

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]
MARKS_PER_CELL = 10


def walk(data: bytes, *, start: Start, end: End | None = None, text: Text | None = None) -> None:
    """Calls back with local names. Raises FileProblem for a document type or broken XML.

    Ten elements for every cell that a file may have are more than any program writes.
    """
    if data.count(b"<") > MARKS_PER_CELL * settings.UPLOAD_MAX_CELLS:
        refuse_cells()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    names = _LocalNames()
    parser.StartElementHandler = lambda name, attributes: start(names[name], attributes)
    if end is not None:
        parser.EndElementHandler = lambda name: end(names[name])
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError):
        refuse("file.not_a_workbook")


class _LocalNames(dict[str, str]):
    """A sheet has a handful of names and a hundred thousand elements."""

    def __missing__(self, name: str) -> str:
        self[name] = local(name)
        return self[name]


def local(name: str) -> str:
    return name.rpartition(":")[2]


def attribute(attributes: dict[str, str], name: str) -> str:
    """The attribute of that local name, whatever prefix the writer gave its namespace."""
    if name in attributes:
        return attributes[name]
    return next((value for key, value in attributes.items() if local(key) == name), "")


def _refuse_doctype(*_: object) -> None:
    refuse("file.unsafe_xml")
