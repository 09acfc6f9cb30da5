"""A clerk at the downloaded template: finds the line of a measure and writes into its cells."""

from pathlib import Path

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

VALUE, NUMERATOR, DENOMINATOR = 4, 5, 6
HEADING = "代码"


class Workbook:
    """The first sheet of a template; `write` answers the address Excel shows, such as D12."""

    def __init__(self, path: Path) -> None:
        self.book = load_workbook(path)
        self.sheet: Worksheet = self.book.worksheets[0]
        first = self.sheet.min_row
        codes = {self.sheet.cell(row, 1).value: row for row in range(first, self.last + 1)}
        self.header = codes[HEADING]
        self.rows = {code: row for code, row in codes.items() if code and row > self.header}

    @property
    def last(self) -> int:
        return self.sheet.max_row

    def write(self, code: str, column: int, value: object) -> str:
        cell = self.sheet.cell(self.rows[code], column, value)
        return cell.coordinate

    def add_line(self, code: str, value: object) -> str:
        """Below the last line; answers the address of the code."""
        row = self.last + 1
        self.sheet.cell(row, VALUE, value)
        return self.sheet.cell(row, 1, code).coordinate

    def save(self, path: Path) -> Path:
        self.book.save(path)
        return path
