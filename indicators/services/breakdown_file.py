"""A breakdown from a file: one line for each unit and milestone, every issue at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from metroplan.common.text import NotANumber, is_blank, normalise, read_number, whole_number
from metroplan.organisations.models import Organisation
from metroplan.submissions.readers import read_file
from metroplan.submissions.readers.cells import column_letter
from metroplan.submissions.types import FileProblem, RawRow
from metroplan.submissions.wording import describe

HEADINGS = {
    "organisation": ("organisation", "单位代码"),
    "year": ("year", "年份"),
    "low": ("low", "目标值"),
    "high": ("high", "上限"),
}
REQUIRED = ("organisation", "year", "low")


@dataclass(frozen=True, slots=True)
class FileIssue:
    """Where in the file, and what is wrong; row 0 is the file as a whole."""

    row: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class ReadBreakdown:
    """(unit id, year) → lower and upper end; empty where there are issues."""

    parts: dict[tuple[int, int], tuple[Decimal | None, Decimal | None]]
    issues: tuple[FileIssue, ...]


def read_breakdown(
    content: bytes, name: str, units: Collection[Organisation], years: Collection[int]
) -> ReadBreakdown:
    """Read xlsx, xls, ods or csv with the columns organisation, year, low and high."""
    try:
        rows = read_file(content, name).rows
    except FileProblem as problem:
        return ReadBreakdown({}, (FileIssue(0, "", describe(problem.issue)),))
    return _Reading(rows, {unit.code: unit.pk for unit in units}, set(years)).result()


class _Reading:
    def __init__(self, rows: list[RawRow], units: Mapping[str, int], years: set[int]) -> None:
        self.rows, self.units, self.years = rows, units, years
        self.parts: dict[tuple[int, int], tuple[Decimal | None, Decimal | None]] = {}
        self.issues: list[FileIssue] = []
        self.columns: dict[str, int] = {}

    def result(self) -> ReadBreakdown:
        if self._heading(self.rows[0]):
            for row in self.rows[1:]:
                self._line(row)
            if not (self.parts or self.issues):
                self._issue(0, "", _("The file has no line below its heading; add the parts."))
        return ReadBreakdown({} if self.issues else self.parts, tuple(self.issues))

    def _heading(self, row: RawRow) -> bool:
        for place, cell in row.cells.items():
            title = normalise(cell.text).lower()
            key = next((key for key, names in HEADINGS.items() if title in names), None)
            if key is not None:
                self.columns[key] = place
        missing = [key for key in REQUIRED if key not in self.columns]
        if missing:
            text = _("The heading lacks {names}; name the columns organisation, year, low, high.")
            self._issue(row.number, "", text.format(names=", ".join(missing)))
        return not missing

    def _line(self, row: RawRow) -> None:
        unit, year = self._unit(row), self._year(row)
        before = len(self.issues)
        for key in ("low", "high"):
            self._calculated(row, key)
        ends = self._number(row, "low"), self._number(row, "high")
        if unit is None or year is None or len(self.issues) > before:
            return
        if (unit, year) in self.parts:
            twice = _("This unit and year stand in the file twice; take one line out.")
            self._issue(row.number, "organisation", twice)
        self.parts[unit, year] = ends

    def _text(self, row: RawRow, key: str) -> str:
        cell = row.cells.get(self.columns.get(key, -1))
        return "" if cell is None or is_blank(cell.text) else normalise(cell.text)

    def _unit(self, row: RawRow) -> int | None:
        code = self._text(row, "organisation")
        if code not in self.units:
            text = _("“{code}” is no unit right below; write the code of one of them.")
            self._issue(row.number, "organisation", text.format(code=code[:20]))
        return self.units.get(code)

    def _year(self, row: RawRow) -> int | None:
        text = self._text(row, "year")
        year = whole_number(text)
        if year not in self.years:
            says = _("“{year}” is no milestone with a target; write one of {years}.")
            years = ", ".join(str(item) for item in sorted(self.years))
            self._issue(row.number, "year", says.format(year=text[:20], years=years))
            return None
        return year

    def _calculated(self, row: RawRow, key: str) -> None:
        cell = row.cells.get(self.columns.get(key, -1))
        if cell is not None and cell.formula_without_value:
            says = _("The formula has no result; open the file, let it calculate and save it.")
            self._issue(row.number, key, says)

    def _number(self, row: RawRow, key: str) -> Decimal | None:
        text = self._text(row, key)
        if not text:
            return None
        try:
            number = read_number(text)
            shown = row.cells[self.columns[key]].percent and not number.percent
            return number.value.scaleb(2) if shown else number.value
        except NotANumber:
            says = _("“{value}” is not a number; write digits only.")
            self._issue(row.number, key, says.format(value=text[:20]))
        return None

    def _issue(self, row: int, key: str, message: str) -> None:
        place = self.columns.get(key)
        self.issues.append(FileIssue(row, "" if place is None else column_letter(place), message))
