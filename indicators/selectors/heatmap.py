"""The units below against the indicators with numbers: status, figure and coverage of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from indicators.models import Comparator, Indicator, Progress, RollUp
from indicators.selectors.standing import IndicatorRef
from indicators.selectors.units import UnitRef
from metroplan.common.periods import Period

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class HeatCell:
    """`status` is "" where nothing is asked of the unit; then the figure alone is shown."""

    indicator: IndicatorRef
    unit: UnitRef
    status: str
    label: str
    value: Decimal | None
    reported: int
    expected: int
    provisional: bool


@dataclass(frozen=True, slots=True)
class HeatRow:
    unit: UnitRef
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Only indicators that some unit below reports; `left_out` counts the others."""

    indicators: tuple[IndicatorRef, ...]
    rows: tuple[HeatRow, ...]
    left_out: int


def heat_map(
    units: Sequence[UnitRef],
    period: Period,
    indicators: Sequence[Indicator],
    progress: Mapping[Key, Progress],
) -> HeatMap:
    """`progress` goes by (indicator id, unit id)."""
    numeric = [item for item in indicators if item.comparator != Comparator.DONE]
    roll_ups = _roll_ups(units, numeric, period)
    reported = {series for series, _ in roll_ups}
    shown = [item for item in numeric if item.series_id in reported]
    refs = {item.pk: IndicatorRef.of(item) for item in shown}
    rows = tuple(
        HeatRow(unit, tuple(_cell(item, refs[item.pk], unit, roll_ups, progress) for item in shown))
        for unit in units
    )
    return HeatMap(tuple(refs.values()), rows, len(numeric) - len(shown))


def _roll_ups(
    units: Sequence[UnitRef], indicators: Sequence[Indicator], period: Period
) -> dict[Key, RollUp]:
    found = RollUp.objects.filter(
        organisation__in=[unit.pk for unit in units],
        series__in={item.series_id for item in indicators},
        period=period,
    )
    return {(row.series_id, row.organisation_id): row for row in found}


def _cell(
    indicator: Indicator,
    ref: IndicatorRef,
    unit: UnitRef,
    roll_ups: dict[Key, RollUp],
    progress: Mapping[Key, Progress],
) -> HeatCell:
    rolled = roll_ups.get((indicator.series_id, unit.pk))
    standing = progress.get((indicator.pk, unit.pk))
    return HeatCell(
        indicator=ref,
        unit=unit,
        status=standing.status if standing else "",
        label=standing.get_status_display() if standing else "",
        value=rolled.value if rolled else None,
        reported=rolled.reported if rolled else 0,
        expected=rolled.expected if rolled else 0,
        provisional=bool(standing and standing.provisional),
    )
