"""The sheet of figures as it is typed into a grid or pushed by a program: lines of texts, no file.

Every line goes through the validator that files go through, so that the same figures give the same
issues with the same codes.
"""

from collections.abc import Iterable
from dataclasses import replace

from indicators.columns import PARTS
from indicators.figures import SHOWN, Line, MeasureSpec, clean_line
from metroplan.common.text import normalise
from metroplan.submissions.types import CellsIn, CleanResult, CleanRow, Issue, RawCell

FIELDS = (*PARTS, "note")
# A line has no columns; these letters stand for its fields until the issues are told.
COLUMNS = {part: index for index, part in enumerate(FIELDS)}
PART_OF = {"ABCD"[index]: part for part, index in COLUMNS.items()}


def clean_cells(lines: Iterable[CellsIn], specs: Iterable[MeasureSpec]) -> CleanResult:
    """`row` is the place of a line among those that came, from 1 on."""
    known = {spec.code: spec for spec in specs}
    seen: dict[str, int] = {}
    rows: list[CleanRow] = []
    issues: list[Issue] = []
    for number, line in enumerate(lines, start=1):
        key = normalise(line.key)
        problem = _problem(line, key, number, known, seen)
        if problem is not None:
            issues.append(problem)
            continue
        seen[key] = number
        result = clean_line(known[key], _line(line, number))
        if isinstance(result, CleanRow):
            rows.append(_without_cells(result))
        else:
            issues.extend(_by_part(issue) for issue in result or ())
    return CleanResult(rows, issues)


def _problem(
    line: CellsIn, key: str, number: int, known: dict[str, MeasureSpec], seen: dict[str, int]
) -> Issue | None:
    """What is wrong with the line as a whole."""
    params: dict[str, object] = {"value": line.key[:SHOWN]}
    if key not in known:
        code = "measure.unknown" if key else "measure.not_named"
        return Issue(code, row=number, key=key[:SHOWN], params=params)
    if key in seen:
        params["first"] = seen[key]
        return Issue("measure.doubled", row=number, key=key, params=params)
    return None


def _line(line: CellsIn, number: int) -> Line:
    texts = {**{part: line.texts.get(part, "") for part in PARTS}, "note": line.note}
    return Line("", number, {part: RawCell(text, text) for part, text in texts.items()}, COLUMNS)


def _by_part(issue: Issue) -> Issue:
    return replace(issue, column="", params={**issue.params, "part": PART_OF[issue.column]})


def _without_cells(row: CleanRow) -> CleanRow:
    return replace(row, cells=dict.fromkeys(row.cells, ""))
