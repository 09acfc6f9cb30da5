"""One line of the sheet of figures: from cells as written to a figure or to what is wrong with it.

Pure: no query, no clock. `clean_line` is the one validator behind files, the browser form and the
API.
"""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from indicators.columns import PARTS
from metroplan.common.text import (
    NotANumber,
    is_blank,
    is_date_text,
    is_not_applicable,
    normalise,
    read_number,
)
from metroplan.submissions.models import FigureState
from metroplan.submissions.readers.cells import column_letter
from metroplan.submissions.types import CleanRow, Issue, RawCell

STORED = Decimal("0.000001")
# A spreadsheet keeps fifteen digits; anything at or beyond this is a slip.
TOO_LARGE = Decimal(10) ** 15
HUNDRED = Decimal(100)
NOTE_LENGTH = 500
SHOWN = 60
YES = {"是", "已完成", "完成", "有", "yes", "y", "true", "done", "completed", "1", "√", "✓", "✔"}
NO = {"否", "未完成", "没有", "no", "n", "false", "not done", "not completed", "0", "×", "✗", "✘"}
BLANK = RawCell("")


@dataclass(frozen=True, slots=True)
class Registered:
    """The figure of a line that a register counts; without a `state` it has not been counted yet.

    `text` is it in plain digits.
    """

    state: str = ""
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    text: str = "—"


@dataclass(frozen=True, slots=True)
class MeasureSpec:
    """What a line must know of its measure. `kind` is one of indicators.models.Kind.

    `registered` is what a register counts; nobody reports such a line then.
    """

    code: str
    names: tuple[str, ...]
    units: tuple[str, ...]
    kind: str
    decimals: int
    registered: Registered | None = None

    @classmethod
    def of(cls, measure: Any, registered: Registered | None = None) -> "MeasureSpec":
        """From a stored measure."""
        return cls(
            code=measure.code,
            names=(measure.name_zh, measure.name_en),
            units=(measure.unit_zh, measure.unit_en),
            kind=measure.kind,
            decimals=measure.decimals,
            registered=registered,
        )

    @property
    def in_percent(self) -> bool:
        return "%" in map(normalise, self.units)


@dataclass(frozen=True, slots=True)
class Line:
    """The cells of one line by part (value, numerator, denominator, note) and their columns."""

    sheet: str
    row: int
    cells: dict[str, RawCell]
    columns: dict[str, int]

    def cell(self, part: str) -> RawCell:
        return self.cells.get(part, BLANK)

    def is_filled(self, part: str) -> bool:
        cell = self.cell(part)
        return cell.formula_without_value or not is_blank(cell.text)

    def letter(self, part: str) -> str:
        return column_letter(self.columns[part]) if part in self.columns else ""


@dataclass(slots=True)
class Reading:
    """What the cells of a line say so far: numbers by part, parts not applicable, issues."""

    spec: MeasureSpec
    line: Line
    filled: tuple[str, ...]
    numbers: dict[str, Decimal] = field(default_factory=dict)
    not_applicable: list[str] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    faulty: set[str] = field(default_factory=set)

    def fault(self, code: str, part: str, **params: object) -> None:
        self.faulty.add(part)
        shown = {"value": self.line.cell(part).text[:SHOWN], **params}
        self.issues.append(
            Issue(
                code,
                sheet=self.line.sheet,
                row=self.line.row,
                column=self.line.letter(part),
                key=self.spec.code,
                params=shown,
            )
        )

    def has(self, *parts: str) -> bool:
        return all(part in self.numbers for part in parts)


def clean_line(spec: MeasureSpec, line: Line) -> CleanRow | list[Issue] | None:
    """The figure of a line, all its issues, or None for a line left blank (not reported).

    What a register counts is not reported either: only a cell that says otherwise is an issue.
    """
    filled = tuple(part for part in PARTS if part in line.cells and line.is_filled(part))
    reading = Reading(spec, line, filled)
    if spec.registered is not None:
        return _against_register(reading, spec.registered)
    if "note" in line.cells:
        _check_note(reading)
    if not reading.filled:
        return reading.issues or None
    for part in reading.filled:
        _read_cell(reading, part)
    _check_mixture(reading)
    CHECKS[spec.kind](reading)
    return reading.issues or _clean_row(reading)


def _against_register(reading: Reading, registered: Registered) -> list[Issue] | None:
    for part in reading.filled:
        _read_cell(reading, part)
    differing = [part for part in reading.filled if not _as_registered(reading, part, registered)]
    if not differing:
        return None
    told = Reading(reading.spec, reading.line, reading.filled)
    told.fault("figure.counted", differing[0], counted=registered.text)
    return told.issues


def _as_registered(reading: Reading, part: str, registered: Registered) -> bool:
    if part in reading.faulty:
        return False
    if part in reading.not_applicable:
        return registered.state == FigureState.NOT_APPLICABLE
    if reading.spec.kind == "ratio" and part == "value":
        if not registered.denominator:
            return False
        of_parts = HUNDRED * registered.numerator / registered.denominator
        return _agrees(reading.numbers[part], of_parts)
    return getattr(registered, part) == _stored(reading.numbers[part])


def _check_note(reading: Reading) -> None:
    if len(reading.line.cell("note").text.strip()) > NOTE_LENGTH:
        reading.fault("figure.note_too_long", "note", limit=NOTE_LENGTH)


def _read_cell(reading: Reading, part: str) -> None:
    cell = reading.line.cell(part)
    if cell.formula_without_value:
        reading.fault("figure.formula_without_value", part)
    elif is_not_applicable(cell.text):
        reading.not_applicable.append(part)
    elif reading.spec.kind == "yes_no":
        _read_yes_no(reading, part, cell)
    else:
        _read_number(reading, part, cell)


def _read_yes_no(reading: Reading, part: str, cell: RawCell) -> None:
    word = normalise(cell.text).casefold()
    if word in YES or word in NO:
        reading.numbers[part] = Decimal(word in YES)
    else:
        reading.fault("figure.not_yes_or_no", part)


def _read_number(reading: Reading, part: str, cell: RawCell) -> None:
    if not isinstance(cell.value, str | int | float | None) or isinstance(cell.value, bool):
        code = "figure.not_a_number" if isinstance(cell.value, bool) else "figure.is_a_date"
        return reading.fault(code, part)
    try:
        quantity = read_number(cell.text, reading.spec.units if part == "value" else ())
    except NotANumber:
        code = "figure.is_a_date" if is_date_text(cell.text) else "figure.not_a_number"
        return reading.fault(code, part)
    if quantity.percent and not (part == "value" and _takes_percent(reading.spec)):
        return reading.fault("figure.percent_for_count", part)
    return _keep_number(reading, part, quantity.value)


def _takes_percent(spec: MeasureSpec) -> bool:
    return spec.kind == "ratio" or spec.in_percent


def _keep_number(reading: Reading, part: str, number: Decimal) -> None:
    if number < 0:
        reading.fault("figure.negative", part)
    elif number >= TOO_LARGE:
        reading.fault("figure.too_large", part)
    else:
        reading.numbers[part] = number if part == "value" else _stored(number)


def _check_mixture(reading: Reading) -> None:
    """A line applies or it does not; a dash beside a number leaves open which."""
    if reading.not_applicable and (reading.numbers or reading.faulty & set(PARTS)):
        for part in reading.not_applicable:
            reading.fault("figure.partly_not_applicable", part)


def _check_single(reading: Reading) -> None:
    """Counts and yes/no stand in the value cell alone."""
    for part in ("numerator", "denominator"):
        if part in reading.numbers:
            reading.fault("figure.cell_not_used", part)


def _check_count(reading: Reading) -> None:
    _check_single(reading)
    number = reading.numbers.get("value")
    if number is not None and reading.spec.decimals == 0 and number != number.to_integral_value():
        reading.fault("figure.not_whole", "value")


def _check_ratio(reading: Reading) -> None:
    if reading.not_applicable:
        return
    _check_parts_present(reading)
    _check_parts(reading)
    _check_percentage(reading)


def _check_parts_present(reading: Reading) -> None:
    if reading.filled == ("value",):
        reading.fault("figure.parts_missing", "value")
    elif "numerator" not in reading.filled:
        reading.fault("figure.numerator_missing", "numerator")
    elif "denominator" not in reading.filled:
        reading.fault("figure.denominator_missing", "denominator")


def _check_parts(reading: Reading) -> None:
    if not reading.has("numerator", "denominator"):
        return
    numerator, denominator = reading.numbers["numerator"], reading.numbers["denominator"]
    if denominator == 0:
        reading.fault("figure.denominator_zero", "denominator")
    elif numerator > denominator:
        whole = reading.line.cell("denominator").text[:SHOWN]
        reading.fault("figure.part_over_whole", "numerator", whole=whole)


def _check_percentage(reading: Reading) -> None:
    """A percentage given beside its parts is only compared with them; the parts are kept."""
    percentage = reading.numbers.get("value")
    if percentage is None:
        return
    if percentage > HUNDRED:
        reading.fault("figure.percent_over_100", "value")
    elif reading.has("numerator", "denominator") and not reading.faulty:
        of_parts = HUNDRED * reading.numbers["numerator"] / reading.numbers["denominator"]
        if not _agrees(percentage, of_parts):
            shown = of_parts.quantize(Decimal(1).scaleb(-max(reading.spec.decimals, 1)))
            reading.fault("figure.value_disagrees", "value", expected=f"{shown:f}")


def _agrees(percentage: Decimal, of_parts: Decimal) -> bool:
    """Equal within half a unit of the last digit written, as a percentage or as a fraction."""
    half_unit = Decimal("0.5").scaleb(-_places(percentage))
    as_percent = abs(percentage - of_parts) <= half_unit
    as_fraction = abs(percentage - of_parts / HUNDRED) <= half_unit
    return as_percent or (as_fraction and _places(percentage) > 0)


def _places(number: Decimal) -> int:
    return min(max(-number.as_tuple().exponent, 0), 6)


CHECKS = {"count": _check_count, "yes_no": _check_single, "ratio": _check_ratio}


def _clean_row(reading: Reading) -> CleanRow:
    line = reading.line
    kept = {part: _stored(number) for part, number in reading.numbers.items()}
    if reading.spec.kind == "ratio":
        kept.pop("value", None)
    return CleanRow(
        key=reading.spec.code,
        state=_state(reading, kept),
        note=line.cell("note").text.strip(),
        sheet=line.sheet,
        row=line.row,
        cells={part: f"{line.letter(part)}{line.row}" for part in reading.filled},
        raw={part: line.cell(part).text for part in reading.filled},
        **kept,
    )


def _stored(number: Decimal) -> Decimal:
    """As the database keeps it: a calculated 0.333333333333333 to six decimals by GB/T 8170."""
    return number.quantize(STORED, rounding=ROUND_HALF_EVEN)


def _state(reading: Reading, kept: dict[str, Decimal]) -> str:
    if reading.not_applicable:
        return FigureState.NOT_APPLICABLE.value
    figure = kept.get("numerator", kept.get("value"))
    if reading.spec.kind != "yes_no" and figure == 0:
        return FigureState.ZERO.value
    return FigureState.VALUE.value
