"""The sheet of figures as a table: which row is which measure, and everything wrong on the way."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from indicators.columns import BY_KEY, FIGURES, Column, Header, find_header
from indicators.figures import SHOWN, Line, MeasureSpec, clean_line
from metroplan.common.text import folded, normalise
from metroplan.submissions.types import CleanResult, CleanRow, Issue, RawRow

CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]*")


def clean_rows(rows: list[RawRow], specs: Iterable[MeasureSpec]) -> CleanResult:
    """Every sheet that has the headings is read; the others are not ours and are left alone."""
    table = _Table({spec.code: spec for spec in specs})
    headers = 0
    for _, group in groupby(rows, key=lambda row: row.sheet):
        sheet = list(group)
        header = find_header(sheet)
        if header is not None:
            headers += 1
            table.read(header, [row for row in sheet if row.number > header.last])
    if not headers:
        return CleanResult(issues=[Issue("file.header_not_found")])
    if not table.rows and not table.issues:
        return CleanResult(issues=[Issue("file.nothing_in_it")])
    return CleanResult(table.rows, table.issues)


@dataclass(slots=True)
class _Table:
    specs: dict[str, MeasureSpec]
    rows: list[CleanRow] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    _seen: dict[str, int] = field(default_factory=dict)
    _by_name: dict[str, MeasureSpec] = field(default_factory=dict)

    _names: dict[str, set[str]] = field(default_factory=dict)
    _units: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """A name that two measures of the form share names neither."""
        for code, spec in self.specs.items():
            self._names[code] = {folded(name) for name in spec.names}
            self._units[code] = {folded(unit) for unit in spec.units}
        owners = Counter(name for names in self._names.values() for name in names)
        self._by_name = {
            name: self.specs[code]
            for code, names in self._names.items()
            for name in names
            if name and owners[name] == 1
        }

    def read(self, header: Header, rows: list[RawRow]) -> None:
        self.issues.extend(header.issues)
        missing = self._missing_columns(header)
        self.issues.extend(missing)
        if missing:
            return
        for row in rows:
            self._read_row(header, row)

    def _missing_columns(self, header: Header) -> list[Issue]:
        kinds = {spec.kind for spec in self.specs.values()}
        needed = ["value"] if kinds - {"ratio"} else []
        needed += ["numerator", "denominator"] if "ratio" in kinds else []
        return [_header_issue(header, BY_KEY[key]) for key in needed if key not in header.indexes]

    def _read_row(self, header: Header, row: RawRow) -> None:
        line = _line(header, row)
        spec = self._measure(line)
        if spec is None:
            return
        if spec.code in self._seen:
            first = self._seen[spec.code]
            self._report("measure.doubled", line, "code", spec.code, first=first)
            return
        self._seen[spec.code] = row.number
        self._check_labels(spec, line)
        result = clean_line(spec, _with_amount(spec, line))
        if isinstance(result, CleanRow):
            self.rows.append(result)
        else:
            self.issues.extend(result or [])

    def _measure(self, line: Line) -> MeasureSpec | None:
        """By its code, or by its name where the code is blank; None when the row is no line."""
        code = normalise(line.cell("code").text)
        name = folded(line.cell("name").text)
        spec = self.specs.get(code) if code else self._by_name.get(name)
        if spec is None and (_has_figures(line) or CODE.fullmatch(code)):
            at = "code" if code or "name" not in line.columns else "name"
            problem = "measure.unknown" if code or name else "measure.not_named"
            self._report(problem, line, at, code)
        return spec

    def _check_labels(self, spec: MeasureSpec, line: Line) -> None:
        """A name or unit that is not the measure's own: the rows were moved under the codes."""
        name, unit = line.cell("name").text, line.cell("unit").text
        if name not in spec.names and _differs(name, self._names[spec.code]):
            self._report("measure.name_differs", line, "name", spec.code, expected=spec.names[0])
        if spec.kind == "yes_no" or unit in spec.units:
            return
        if _differs(unit, self._units[spec.code]):
            expected = spec.units[0] or "-"
            self._report("measure.unit_differs", line, "unit", spec.code, expected=expected)

    def _report(self, code: str, line: Line, part: str, key: str, **params: object) -> None:
        shown = {"value": line.cell(part).text[:SHOWN], **params}
        where = {"sheet": line.sheet, "row": line.row, "column": line.letter(part)}
        self.issues.append(Issue(code, key=key[:SHOWN], params=shown, **where))


def _header_issue(header: Header, column: Column) -> Issue:
    params = {"header": f"{column.zh} / {column.en}"}
    return Issue("column.missing", sheet=header.sheet, row=header.last, params=params)


def _line(header: Header, row: RawRow) -> Line:
    cells = {key: row.cells[index] for key, index in header.indexes.items() if index in row.cells}
    return Line(row.sheet, row.number, cells, header.indexes)


def _with_amount(spec: MeasureSpec, line: Line) -> Line:
    """One column for both: a ratio's numerator, any other measure's value."""
    if "amount" not in line.columns:
        return line
    part = "numerator" if spec.kind == "ratio" else "value"
    cells = dict(line.cells)
    if "amount" in cells:
        cells[part] = cells.pop("amount")
    return Line(line.sheet, line.row, cells, line.columns | {part: line.columns["amount"]})


def _differs(text: str, known: set[str]) -> bool:
    word = folded(text)
    return bool(word) and word not in known


def _has_figures(line: Line) -> bool:
    return any(line.is_filled(part) for part in FIGURES)
