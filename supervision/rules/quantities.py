"""Quantities of prepackages: their units, and the tolerable deficiency T of a nominal quantity."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

MASS, VOLUME, LENGTH, AREA, COUNT = "mass", "volume", "length", "area", "count"
PIECES = "pcs"
UNITS: dict[str, dict[str, Decimal]] = {
    MASS: {"g": Decimal(1), "kg": Decimal(1000)},
    VOLUME: {"mL": Decimal(1), "L": Decimal(1000)},
    LENGTH: {"mm": Decimal("0.001"), "cm": Decimal("0.01"), "m": Decimal(1)},
    AREA: {"cm²": Decimal("0.0001"), "dm²": Decimal("0.01"), "m²": Decimal(1)},
    COUNT: {PIECES: Decimal(1)},
}
"""What one of each unit is in g, mL, m, m² or pieces, in which the tables are written."""

NEAREST, UP = "nearest", "up"
PERCENT, ABSOLUTE = "percent", "absolute"
FINE_UP_TO = Decimal(1000)
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class ToleranceLine:
    """Holds for nominal quantities over `over` up to `up_to` (None: no limit)."""

    kind: str
    over: Decimal
    up_to: Decimal | None
    rule: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Tolerance:
    """T of a nominal quantity, in the unit of that quantity.

    `exact` is the percentage before rounding; `step` what it was rounded to, None where it was not.
    """

    value: Decimal
    exact: Decimal
    line: ToleranceLine
    rounding: str
    step: Decimal | None = None


def factor_of(kind: str, unit: str) -> Decimal | None:
    """How much one `unit` is in the unit of the tables; None where it is no unit of the kind."""
    return UNITS.get(kind, {}).get(unit)


def line_for(lines: Iterable[ToleranceLine], kind: str, nominal: Decimal) -> ToleranceLine | None:
    """The line for a nominal quantity in the unit of the tables."""
    for line in lines:
        within = line.over < nominal and (line.up_to is None or nominal <= line.up_to)
        if line.kind == kind and within:
            return line
    return None


def tolerance_of(
    lines: Iterable[ToleranceLine], *, kind: str, nominal: Decimal, unit: str, rounding: str
) -> Tolerance | None:
    """T of a nominal quantity; None where the table ends before it.

    A percentage of mass or volume is rounded to 0.1 up to 1000 g or mL and to 1 above, in the way
    of the table; a number of pieces always up; lengths and areas not at all.
    """
    factor = UNITS[kind][unit]
    line = line_for(lines, kind, nominal * factor)
    if line is None:
        return None
    if line.rule == ABSOLUTE:
        value = line.value / factor
        return Tolerance(value, value, line, rounding)
    exact = nominal * line.value / HUNDRED
    step = _step(kind, nominal * factor)
    if step is None:
        return Tolerance(exact, exact, line, rounding)
    way = UP if kind == COUNT else rounding
    return Tolerance(_rounded(exact * factor, step, way) / factor, exact, line, way, step / factor)


def _step(kind: str, nominal: Decimal) -> Decimal | None:
    if kind == COUNT:
        return Decimal(1)
    if kind in (MASS, VOLUME):
        return Decimal("0.1") if nominal <= FINE_UP_TO else Decimal(1)
    return None


def _rounded(value: Decimal, step: Decimal, way: str) -> Decimal:
    mode = ROUND_CEILING if way == UP else ROUND_HALF_EVEN
    return (value / step).to_integral_value(mode) * step
