"""A unit's own value and its roll-up, written plainly.

Production rolls up in SQL; this is what it must equal, and what a what-if is computed with.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from indicators.rules.terms import Accumulation, FigureState, Kind, RollUpRule, Window
from indicators.rules.trajectory import HUNDRED, ZERO


@dataclass(frozen=True, slots=True)
class Figure:
    """An approved observation. A ratio has the two terms, every other kind the value."""

    state: str
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """How a measure is read: `since` is the first quarter counted since the plan's start."""

    kind: str
    accumulation: str
    window: str = Window.AS_IS
    since: int | None = None
    carry_forward: int = 4


@dataclass(frozen=True, slots=True)
class OwnValue:
    """What one unit contributes at a quarter; the flags say how it is counted.

    A flow's sum stays true when the newest quarter is missing: it then has a value and is not
    `reported`.
    """

    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    reported: bool = False
    carried: bool = False
    applies: bool = True
    newest: int | None = None


@dataclass(frozen=True, slots=True)
class RolledUp:
    """`newest` is the quarter of the newest observation, `missing` the places, in the order given,
    of the units that should have reported."""

    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    reported: int
    expected: int
    carried: int
    newest: int | None
    missing: tuple[int, ...]


def percent(numerator: Decimal | None, denominator: Decimal | None) -> Decimal | None:
    """100·n/d; None where a term is missing or there is nothing to divide by."""
    if numerator is None or not denominator:
        return None
    return HUNDRED * numerator / denominator


def own_value(observations: Mapping[int, Figure], k: int, series: Series) -> OwnValue:
    """A unit's own value at quarter k, before roll-up; `observations` is quarter → figure."""
    newest = max((at for at in observations if at <= k), default=None)
    if newest is None:
        return OwnValue()
    if series.accumulation == Accumulation.STOCK:
        return _stock(observations[newest], newest, k, series)
    return _flow(observations, newest, k, series)


def _stock(figure: Figure, newest: int, k: int, series: Series) -> OwnValue:
    if k - newest > series.carry_forward:
        return OwnValue(newest=newest)
    if figure.state == FigureState.NOT_APPLICABLE:
        return OwnValue(applies=False, newest=newest)
    return _summed([figure], series.kind, reported=True, carried=newest < k, newest=newest)


def _flow(observations: Mapping[int, Figure], newest: int, k: int, series: Series) -> OwnValue:
    first = first_counted(k, series)
    if newest < first:
        return OwnValue(newest=newest)
    counted = [
        figure
        for at, figure in observations.items()
        if first <= at <= k and figure.state != FigureState.NOT_APPLICABLE
    ]
    applies = observations[newest].state != FigureState.NOT_APPLICABLE
    reported = applies and newest == k
    return _summed(counted, series.kind, reported=reported, applies=applies, newest=newest)


def first_counted(k: int, series: Series) -> int:
    """The first quarter of a flow's window."""
    if series.window == Window.SINCE_PLAN_START:
        return series.since
    return k - k % 4 if series.window == Window.CALENDAR_YEAR else k


def _summed(figures: Sequence[Figure], kind: str, **standing: bool | int) -> OwnValue:
    if not figures:
        return OwnValue(**standing)
    if kind != Kind.RATIO:
        return OwnValue(value=sum((figure.value for figure in figures), ZERO), **standing)
    numerator = sum((figure.numerator for figure in figures), ZERO)
    denominator = sum((figure.denominator for figure in figures), ZERO)
    value = percent(numerator, denominator)
    return OwnValue(value=value, numerator=numerator, denominator=denominator, **standing)


def roll_up(rule: str, units: Sequence[OwnValue]) -> RolledUp:
    """The figure of a unit from its own value and those of all reporting units below it.

    For a mean give the units of the level the measure names, for the owner's own figure the owner
    alone. Units the measure does not apply to are counted nowhere; what they contributed to a sum
    while it did apply remains.
    """
    expected = [unit for unit in units if unit.applies]
    numerator, denominator = _terms(rule, units, expected)
    return RolledUp(
        value=_value(rule, units, numerator, denominator),
        numerator=numerator,
        denominator=denominator,
        reported=sum(unit.reported for unit in expected),
        expected=len(expected),
        carried=sum(unit.carried for unit in expected),
        newest=max((unit.newest for unit in units if unit.newest is not None), default=None),
        missing=tuple(i for i, unit in enumerate(units) if unit.applies and not unit.reported),
    )


def _value(
    rule: str,
    units: Sequence[OwnValue],
    numerator: Decimal | None,
    denominator: Decimal | None,
) -> Decimal | None:
    if rule == RollUpRule.SUM:
        return _sum(unit.value for unit in units)
    if rule == RollUpRule.OWN:
        return units[0].value if units else None
    if rule == RollUpRule.MEAN:
        return numerator / denominator if denominator else None
    return percent(numerator, denominator)


def _terms(
    rule: str, units: Sequence[OwnValue], expected: Sequence[OwnValue]
) -> tuple[Decimal | None, Decimal | None]:
    """Numerator and denominator: of the ratio, of the mean, or of the share of units done."""
    if rule == RollUpRule.MEAN:
        having = [unit.value for unit in expected if unit.value is not None]
        return _sum(having), Decimal(len(having)) if having else None
    if rule == RollUpRule.SHARE:
        done = [Decimal(unit.value >= 1) for unit in expected if unit.value is not None]
        return _sum(done), Decimal(len(expected)) if done else None
    return _sum(unit.numerator for unit in units), _sum(unit.denominator for unit in units)


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    """None where there is nothing to add: nothing reported is not zero."""
    having = [value for value in values if value is not None]
    return sum(having, ZERO) if having else None
