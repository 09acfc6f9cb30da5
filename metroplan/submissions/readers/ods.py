"""What calamine does not tell of an OpenDocument sheet: percent cells and formulas left open."""

from metroplan.submissions.readers.limits import refuse
from metroplan.submissions.readers.markup import attribute, walk
from metroplan.submissions.readers.packages import Package
from metroplan.submissions.readers.xlsx import Position, SheetFacts

CONTENT = "content.xml"
MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"


def is_ods(package: Package) -> bool:
    return (
        CONTENT in package.names
        and "mimetype" in package.names
        and package.read("mimetype").startswith(MIMETYPE)
    )


def is_encrypted(package: Package) -> bool:
    manifest = "META-INF/manifest.xml"
    return manifest in package.names and b"encryption-data" in package.read(manifest)


class ContentScan:
    """Walks `content.xml`; repeated rows and cells count with their number, not one by one."""

    def __init__(self) -> None:
        self.sheets: dict[str, SheetFacts] = {}
        self._facts = SheetFacts()
        self._row = self._column = 0
        self._row_repeat = self._cell_repeat = 1
        self._cell: dict[str, str] = {}
        self._filled = False
        self._cell_text = self._row_text = self._row_cells = 0

    def read(self, data: bytes) -> dict[str, SheetFacts]:
        walk(data, start=self._start, end=self._end, text=self._text)
        return self.sheets

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table":
            self._facts = self.sheets.setdefault(attribute(attributes, "name"), SheetFacts())
            self._row = 0
        elif name == "table-row":
            self._column = self._row_text = self._row_cells = 0
            self._row_repeat = _repeat(attributes, "number-rows-repeated")
        elif name in ("table-cell", "covered-table-cell"):
            self._cell, self._filled, self._cell_text = attributes, False, 0
            self._cell_repeat = _repeat(attributes, "number-columns-repeated")

    def _text(self, text: str) -> None:
        self._filled = self._filled or bool(text.strip())
        self._cell_text += len(text)

    def _end(self, name: str) -> None:
        if name in ("table-cell", "covered-table-cell"):
            self._close_cell()
            self._column += self._cell_repeat
        elif name == "table-row":
            self._row += self._row_repeat
            self._facts.cells += self._row_cells * self._row_repeat
            self._facts.text += self._row_text * self._row_repeat

    def _close_cell(self) -> None:
        position: Position = (self._row, self._column)
        value_type = attribute(self._cell, "value-type")
        if attribute(self._cell, "formula") and not value_type and not self._filled:
            self._facts.add_open_formula(position)
        elif not value_type and not self._filled:
            return
        elif value_type == "percentage":
            self._facts.percent.add(position)
        self._row_cells += self._cell_repeat
        self._row_text += self._cell_text * self._cell_repeat
        self._facts.rows = max(self._facts.rows, self._row + self._row_repeat)
        self._facts.columns = max(self._facts.columns, self._column + self._cell_repeat)


def _repeat(attributes: dict[str, str], name: str) -> int:
    text = attribute(attributes, name) or "1"
    if not (text.isascii() and text.isdigit()):
        refuse("file.not_a_workbook")
    return int(text)
