"""What calamine does not tell of an xlsx: where its sheets are, percent formats, open formulas."""

import re
from dataclasses import dataclass, field
from posixpath import join, normpath

from django.conf import settings

from metroplan.submissions.readers.limits import MAX_TEXT, refuse
from metroplan.submissions.readers.markup import attribute, walk
from metroplan.submissions.readers.packages import Package

REFERENCE = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")
ROW_NUMBER = re.compile(r"[1-9][0-9]{0,6}")
BUILT_IN_PERCENT = {9, 10}
BUILT_IN_DIGITS = {0, 1, 2, 3, 4, 49}
# Of such a number format nothing but digits can come.
DIGITS = re.compile(r"[0#?,. _();+-]+|@")
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
# The rows of a sheet of nothing but texts and numbers in few columns. Nothing is tried twice.
PLAIN = re.compile(
    rb'(?:<c r="[A-Z][0-9]{1,5}"(?: s="[0-9]{1,5}")?+(?: t="[a-zA-Z]{1,10}")?+'
    rb"(?:/>|>(?:<v>[^<]*+</v>|<v ?/>|<is><t(?: [^<>]*+)?>[^<]*+</t></is>)?+</c>)"
    rb"|</?row(?: [^<>]*+)?>|\s++)*+"
)
# Of a cell of these types calamine keeps nothing when its value is empty; of others a blank.
NOTHING_IF_EMPTY = {None, b"n", b"s", b"b", b"e"}
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

    `height` and `width` end at the last cell that calamine lays out, be it blank, or beyond it.
    `cells` counts the filled ones, `text` at least the characters that reading copies out of them.
    `open_formulas` gives, by row and column, the error a formula ended in, "" if never calculated.
    `references` counts the cells that name a shared text. `every_byte` says that each byte of the
    sheet was accounted for, so calamine sees no other cells.
    """

    rows: int = 0
    columns: int = 0
    height: int = 0
    width: int = 0
    cells: int = 0
    text: int = 0
    references: int = 0
    every_byte: bool = False
    percent: set[Position] = field(default_factory=set)
    open_formulas: dict[int, dict[int, str]] = field(default_factory=dict)

    def add_open_formula(self, position: Position, error: str = "") -> None:
        row, column = position
        self.open_formulas.setdefault(row, {})[column] = error


@dataclass(slots=True)
class Book:
    """The worksheets in the workbook's order; chart and macro sheets are left out."""

    sheets: list[SheetPart] = field(default_factory=list)
    from_1904: bool = False


def book_of(package: Package) -> Book:
    if not {WORKBOOK, RELATIONS} <= package.names:
        refuse("file.not_a_workbook")
    targets = _worksheet_targets(package.read(RELATIONS))
    book = Book()

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "workbookPr":
            book.from_1904 = attributes.get("date1904") in ("1", "true")
        target = targets.get(attribute(attributes, "id")) if name == "sheet" else None
        if target in package.names:
            hidden = attributes.get("state", "visible") != "visible"
            book.sheets.append(SheetPart(attributes.get("name", ""), target, hidden))

    walk(package.read(WORKBOOK), start=start)
    if len({sheet.name for sheet in book.sheets}) < len(book.sheets):
        refuse("file.not_a_workbook")
    return book


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
    formats, styles = _formats(package)
    percent = {key for key, code in formats.items() if "%" in LITERAL.sub("", code)}
    percent |= BUILT_IN_PERCENT
    return {index for index, number_format in enumerate(styles) if number_format in percent}


def plain_styles(package: Package) -> frozenset[int]:
    """The indexes of cell styles in which a number is shown as one, and never as a day."""
    formats, styles = _formats(package)
    plain = {key for key, code in formats.items() if DIGITS.fullmatch(code)}
    plain |= BUILT_IN_DIGITS - formats.keys()
    return frozenset(index for index, key in enumerate(styles) if key in plain)


def _formats(package: Package) -> tuple[dict[int, str], list[int]]:
    """The codes of the book's own number formats, and the format of every cell style."""
    formats: dict[int, str] = {}
    styles: list[int] = []
    inside: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        inside.append(name)
        if name == "numFmt":
            key = _integer(attributes.get("numFmtId"))
            formats[key] = formats.get(key, "") + attributes.get("formatCode", "")
        elif name == "xf" and "cellXfs" in inside:
            styles.append(_integer(attributes.get("numFmtId")))

    if STYLES in package.names:
        walk(package.read(STYLES), start=start, end=lambda _: _drop(inside))
    return formats, styles


def shared_lengths(package: Package) -> list[int]:
    """For every shared text a length that it does not exceed."""
    if SHARED not in package.names:
        return []
    data = package.read(SHARED)
    if data.count(b"<!") or data.count(b"<?") > 1 or b"si/>" in data or b"si />" in data:
        return walked_lengths(data)
    # As spreadsheet programs write it: cutting is forty times as fast as walking.
    return [*map(len, SHARED_END.split(data[max(data.find(b"<si"), 0) :]))][:-1]


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
        self._row = self._column = 0
        self._position: Position = (0, 0)
        self._attributes: dict[str, str] = {}
        self._formula = self._in_value = self._laid_out = False
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
        elif name in ("v", "t", "is"):
            self._in_value = self._laid_out = True
        elif name == "f":
            self._formula = True
        elif name == "row" and "r" in attributes:
            if not ROW_NUMBER.fullmatch(attributes["r"]):
                refuse("file.not_a_workbook")
            self._row = int(attributes["r"]) - 1

    def _open_cell(self, attributes: dict[str, str]) -> None:
        """Where a cell does not say where it is, it stands behind the one before it."""
        self._attributes, self._formula, self._value = attributes, False, ""
        self._laid_out, row = False, self._row
        if "r" in attributes:
            match = REFERENCE.fullmatch(attributes["r"])
            if not match:
                refuse("file.not_a_workbook")
            row, self._column = int(match[2]) - 1, _column_index(match[1])
        self._position = (row, self._column)

    def _text(self, text: str) -> None:
        if self._in_value:
            self.facts.text += len(text)
            if len(self._value) < 20:
                self._value += text

    def _end(self, name: str) -> None:
        if name in ("v", "t", "is"):
            self._in_value = False
        elif name == "c":
            self._close_cell()
            self._column += 1
        elif name == "row":
            self._row, self._column = self._row + 1, 0

    def _close_cell(self) -> None:
        kind, (row, column) = self._attributes.get("t", "n"), self._position
        if self._laid_out:
            self.facts.height = max(self.facts.height, row + 1)
            self.facts.width = max(self.facts.width, column + 1)
        if self._formula and not self._value and kind != "str":
            self.facts.add_open_formula(self._position)
        elif kind == "e":
            self.facts.add_open_formula(self._position, self._value)
        elif not self._value.strip():
            return
        elif kind == "s":
            self.facts.text += shared_length(self._shared, self._value)
            self.facts.references += 1
        elif kind == "n" and _integer(self._attributes.get("s")) in self._percent:
            self.facts.percent.add(self._position)
        self.facts.cells += 1
        self.facts.rows = max(self.facts.rows, row + 1)
        self.facts.columns = max(self.facts.columns, column + 1)


def shared_length(shared: list[int], number: str | bytes) -> int:
    """calamine takes the first text where the number is none."""
    at = int(number) if number.isdigit() else 0
    return shared[at] if at < len(shared) else max(shared, default=0)


def sheet_data(data: bytes) -> tuple[int, int] | None:
    """Where the rows begin and end; None for markup that may be read in more than one way."""
    name = data.find(b"sheetData")
    start, end = name - 1 + len(b"<sheetData>"), data.rfind(b"</sheetData>")
    if name < 0 or end < start or data[name - 1 : start] != b"<sheetData>" or b"\0" in data:
        return None
    return start, end


def is_plain(data: bytes, percent: set[int], shared: list[int]) -> bool:
    """Whether calamine alone tells all of a sheet, and cannot be made to take much memory by it.

    Its cells are texts and numbers in at most 26 columns; none shows a percentage or a truth, which
    Python takes for a number.
    """
    within = sheet_data(data)
    if within is None or not PLAIN.fullmatch(data, *within):
        return False
    if (
        b' t="e"' in data
        or b' t="b"' in data
        or any(b' s="%d"' % style in data for style in percent)
    ):
        return False
    return is_within_limits(data, shared)


def is_within_limits(data: bytes, shared: list[int]) -> bool:
    """Whether the cells are not too many and their texts not too long, one that is named twice
    counted twice."""
    longest, limit = max(shared, default=0), settings.UPLOAD_MAX_CELLS
    # Most are so far within that there is nothing to count.
    most = len(data) // len(b'<c t="s"/>')
    if most <= limit and len(data) + most * longest <= MAX_TEXT:
        return True
    text = len(data) + data.count(b' t="s"') * longest
    return data.count(b"<c ") <= limit and text <= MAX_TEXT


def cut_sheet(data: bytes, percent: set[int], shared: list[int]) -> SheetFacts | None:
    """The facts of a sheet whose cells are all written plainly; None for one that has others.

    Every byte between the first and the last row has to be a row or a cell that CELL knows.
    """
    within = sheet_data(data)
    if within is None or b"<!" in data:
        return None
    facts, (position, end), widest, reach = SheetFacts(every_byte=True), within, b"", b""
    for token in CELL.finditer(data, position, end):
        if token.start() != position:
            return None
        position = token.end()
        letters, row, style, kind, formula, stored, inline = token.groups()
        if letters is None:
            continue
        value = stored or inline or b""
        facts.text += len(value)
        if value or inline is not None or kind not in NOTHING_IF_EMPTY:
            facts.height = max(facts.height, int(row))
            if (len(letters), letters) > (len(reach), reach):
                reach = letters
        if formula and not value and kind != b"str":
            facts.add_open_formula(_position(letters, row))
        elif kind == b"e":
            facts.add_open_formula(_position(letters, row), value.decode(errors="replace"))
        elif not value.strip() or (inline and not inline.decode(errors="replace").strip()):
            continue
        elif kind == b"s":
            facts.text += shared_length(shared, value)
            facts.references += 1
        elif kind in (None, b"n") and style and int(style) in percent:
            facts.percent.add(_position(letters, row))
        facts.cells += 1
        facts.rows = max(facts.rows, int(row))
        if (len(letters), letters) > (len(widest), widest):
            widest = letters
    facts.columns, facts.width = (
        _column_index(widest.decode()) + 1,
        _column_index(reach.decode()) + 1,
    )
    return None if data[position:end].strip() else facts


def _position(letters: bytes, row: bytes) -> Position:
    return int(row) - 1, _column_index(letters.decode())


def _column_index(letters: str) -> int:
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1
