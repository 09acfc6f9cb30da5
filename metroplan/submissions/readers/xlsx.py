"""What calamine does not tell of an xlsx: where its sheets are, percent formats, open formulas."""

import re
from dataclasses import dataclass, field
from posixpath import join, normpath

from django.conf import settings

from metroplan.submissions.readers.limits import MAX_TEXT, refuse
from metroplan.submissions.readers.markup import attribute, walk
from metroplan.submissions.readers.packages import Package

REFERENCE = re.compile(r"^([A-Za-z]{1,3})(\d{1,7})$", re.ASCII)
BUILT_IN_PERCENT = {9, 10}
# Text in quotes and escaped characters of a number format print as they are and are no percent.
LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
STYLES = "xl/styles.xml"
SHARED = "xl/sharedStrings.xml"
# A row's tag, or a cell as Excel, WPS, LibreOffice and the usual libraries write one.
CELL = re.compile(
    rb"\s*(?:</?row(?: [^<>]*)?>"
    rb'|<c r="([A-Z]{1,3})([0-9]{1,7})"(?: s="([0-9]{1,5})")?(?: t="([a-zA-Z]{1,10})")?(?:/>|>'
    rb"(<f(?: [^<>]*)?(?:/>|>[^<]*</f>))?"
    rb"(?:<v(?: [^<>]*)?>([^<]*)</v>|<v ?/>|<is><t(?: [^<>]*)?>([^<]*)</t></is>)?</c>))"
)
# Markup that a sheet of nothing but texts and numbers in few columns does not have.
NOT_PLAIN = re.compile(rb'<(?!c r="[A-Z][0-9]{1,5}"|/c>|v>|/v>|row |/row>|is>|/is>|t>|t |/t>)')
SHARED_END = re.compile(rb"</(?:[\w.-]+:)?si\s*>")

Position = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SheetPart:
    name: str
    part: str
    hidden: bool


@dataclass(slots=True)
class SheetFacts:
    """Positions are 0-based (row, column); `rows` and `columns` end at the last filled cell.

    `cells` counts the filled ones, `text` at least the characters that reading copies out of them.
    `open_formulas` gives, by row and column, the error a formula ended in, "" if never calculated.
    """

    rows: int = 0
    columns: int = 0
    cells: int = 0
    text: int = 0
    percent: set[Position] = field(default_factory=set)
    open_formulas: dict[int, dict[int, str]] = field(default_factory=dict)

    def add_open_formula(self, position: Position, error: str = "") -> None:
        row, column = position
        self.open_formulas.setdefault(row, {})[column] = error


def sheet_parts(package: Package) -> list[SheetPart]:
    """The worksheets in the workbook's order; chart and macro sheets are left out."""
    if not {WORKBOOK, RELATIONS} <= package.names:
        refuse("file.not_a_workbook")
    targets = _worksheet_targets(package.read(RELATIONS))
    parts: list[SheetPart] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        target = targets.get(attribute(attributes, "id")) if name == "sheet" else None
        if target in package.names:
            hidden = attributes.get("state", "visible") != "visible"
            parts.append(SheetPart(attributes.get("name", ""), target, hidden))

    walk(package.read(WORKBOOK), start=start)
    return parts


def _worksheet_targets(data: bytes) -> dict[str, str]:
    targets: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            path = attributes.get("Target", "")
            full = path.lstrip("/") if path.startswith("/") else normpath(join("xl", path))
            targets[attributes.get("Id", "")] = full

    walk(data, start=start)
    return targets


def percent_styles(package: Package) -> set[int]:
    """The indexes of cell styles whose number format shows a percentage."""
    if STYLES not in package.names:
        return set()
    formats = set(BUILT_IN_PERCENT)
    styles: list[int] = []
    inside: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        inside.append(name)
        if name == "numFmt" and "%" in LITERAL.sub("", attributes.get("formatCode", "")):
            formats.add(_integer(attributes.get("numFmtId")))
        elif name == "xf" and "cellXfs" in inside:
            styles.append(_integer(attributes.get("numFmtId")))

    walk(package.read(STYLES), start=start, end=lambda _: _drop(inside))
    return {index for index, number_format in enumerate(styles) if number_format in formats}


def shared_lengths(package: Package) -> list[int]:
    """For every shared text a length that it does not exceed."""
    if SHARED not in package.names:
        return []
    data = package.read(SHARED)
    if data.count(b"<!") or data.count(b"<?") > 1 or b"si/>" in data or b"si />" in data:
        return walked_lengths(data)
    # As spreadsheet programs write it: cutting is forty times as fast as walking.
    return [*map(len, SHARED_END.split(data))][:-1]


def walked_lengths(data: bytes) -> list[int]:
    lengths: list[int] = []

    def start(name: str, _attributes: dict[str, str]) -> None:
        if name == "si":
            lengths.append(0)

    def text(content: str) -> None:
        if lengths:
            lengths[-1] += len(content)

    walk(data, start=start, text=text)
    return lengths


def _drop(names: list[str]) -> None:
    names.pop()


def _integer(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0


class SheetScan:
    """Walks the cells of one sheet's XML and notes what calamine leaves out."""

    def __init__(self, percent: set[int], shared: list[int]) -> None:
        """`shared` are the lengths of the texts that cells refer to by number."""
        self.facts = SheetFacts()
        self._shared = shared
        self._percent = percent
        self._position: Position = (-1, -1)
        self._attributes: dict[str, str] = {}
        self._formula = self._in_value = False
        self._value = ""

    def read(self, data: bytes) -> SheetFacts:
        """As spreadsheet programs write it the markup is cut, any other way it is walked."""
        cut = cut_sheet(data, self._percent, self._shared)
        if cut is not None:
            return cut
        walk(data, start=self._start, end=self._end, text=self._text)
        return self.facts

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._open_cell(attributes)
        elif name in ("v", "t"):
            self._in_value = True
        elif name == "f":
            self._formula = True
        elif name == "row":
            number = _integer(attributes.get("r"))
            self._position = (number - 1 if number else self._position[0] + 1, -1)

    def _open_cell(self, attributes: dict[str, str]) -> None:
        self._attributes, self._formula, self._value = attributes, False, ""
        match = REFERENCE.match(attributes.get("r", ""))
        if match:
            self._position = (int(match[2]) - 1, _column_index(match[1]))
        else:
            self._position = (self._position[0], self._position[1] + 1)

    def _text(self, text: str) -> None:
        if self._in_value:
            self.facts.text += len(text)
            if len(self._value) < 20:
                self._value += text

    def _end(self, name: str) -> None:
        if name in ("v", "t"):
            self._in_value = False
        elif name == "c":
            self._close_cell()

    def _close_cell(self) -> None:
        kind = self._attributes.get("t", "n")
        if self._formula and not self._value and kind != "str":
            self.facts.add_open_formula(self._position)
        elif kind == "e":
            self.facts.add_open_formula(self._position, self._value)
        elif not self._value.strip():
            return
        elif kind == "s":
            number = _integer(self._value)
            self.facts.text += self._shared[number] if number < len(self._shared) else 0
        elif kind == "n" and _integer(self._attributes.get("s")) in self._percent:
            self.facts.percent.add(self._position)
        self.facts.cells += 1
        row, column = self._position
        self.facts.rows = max(self.facts.rows, row + 1)
        self.facts.columns = max(self.facts.columns, column + 1)


def is_plain(data: bytes, percent: set[int], shared: list[int]) -> bool:
    """Whether calamine alone tells all of a sheet, and cannot be made to take much memory by it.

    Its cells are texts and numbers in at most 26 columns; none shows a percentage.
    """
    start, end = data.find(b"<sheetData>"), data.rfind(b"</sheetData>")
    if start < 0 or end < start or NOT_PLAIN.search(data, start + len(b"<sheetData>"), end):
        return False
    if b' t="e"' in data or any(b' s="%d"' % style in data for style in percent):
        return False
    text = end - start + data.count(b' t="s"') * max(shared, default=0)
    return data.count(b"<c ") <= settings.UPLOAD_MAX_CELLS and text <= MAX_TEXT


def cut_sheet(data: bytes, percent: set[int], shared: list[int]) -> SheetFacts | None:
    """The facts of a sheet whose cells are all written plainly; None for one that has others.

    Every byte between the first and the last row has to be a row or a cell that CELL knows.
    """
    start, end = data.find(b"<sheetData>"), data.rfind(b"</sheetData>")
    if start < 0 or end < start or b"<!" in data:
        return None
    facts, position, widest = SheetFacts(), start + len(b"<sheetData>"), b""
    for token in CELL.finditer(data, position, end):
        if token.start() != position:
            return None
        position = token.end()
        letters, row, style, kind, formula, stored, inline = token.groups()
        if letters is None:
            continue
        value = stored or inline or b""
        facts.text += len(value)
        if formula and not value and kind != b"str":
            facts.add_open_formula(_position(letters, row))
        elif kind == b"e":
            facts.add_open_formula(_position(letters, row), value.decode(errors="replace"))
        elif not value.strip() or (inline and not inline.decode(errors="replace").strip()):
            continue
        elif kind == b"s":
            number = int(value) if value.isdigit() else len(shared)
            facts.text += shared[number] if number < len(shared) else 0
        elif kind in (None, b"n") and style and int(style) in percent:
            facts.percent.add(_position(letters, row))
        facts.cells += 1
        facts.rows = max(facts.rows, int(row))
        if (len(letters), letters) > (len(widest), widest):
            widest = letters
    facts.columns = _column_index(widest.decode()) + 1
    return None if data[position:end].strip() else facts


def _position(letters: bytes, row: bytes) -> Position:
    return int(row) - 1, _column_index(letters.decode())


def _column_index(letters: str) -> int:
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1
