"""A unit's target and its parts among the units right below it (目标分解)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from indicators.engine.goals import Unit
from indicators.engine.in_force import baselines_in_force, in_force
from indicators.models import (
    Basis,
    Comparator,
    Indicator,
    Measure,
    Revision,
    RevisionKind,
    RevisionState,
    RollUp,
    RollUpRule,
    Target,
)
from indicators.rules.breakdown import Check, check_counts, check_rates, split
from indicators.selectors.scale import target_text
from indicators.selectors.units import UnitRef, children_of
from metroplan.common.periods import Period
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Organisation, User

METHODS = {
    "equal": _("The same for every unit"),
    "baseline": _("By the share of the baseline"),
    "weight": _("By the share of another figure"),
}
UNPROCESSABLE = 422
Ends = tuple[Decimal | None, Decimal | None]
Parts = dict[tuple[int, int], Ends]


@dataclass(frozen=True, slots=True)
class Cell:
    """A unit's target for a milestone; where a proposal is `waiting`, what that one asks for."""

    unit: int
    year: int
    low: Decimal | None
    high: Decimal | None
    text: str
    revision: int
    waiting: bool


@dataclass(frozen=True, slots=True)
class Row:
    unit: UnitRef
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A milestone: what the parent is asked for, and how the parts stand to it."""

    year: int
    low: Decimal | None
    high: Decimal | None
    text: str
    approximate: bool
    check: Check | None
    lenient: tuple[UnitRef, ...]


@dataclass(frozen=True, slots=True)
class BreakdownPage:
    """`divides` says that the parts add up to the parent; else each is asked for the same."""

    indicator: Indicator
    organisation: Organisation
    divides: bool
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    measures: tuple[Measure, ...]
    waiting: int

    @property
    def ranged(self) -> bool:
        return self.indicator.comparator == Comparator.RANGE

    @property
    def done(self) -> bool:
        return self.indicator.comparator == Comparator.DONE


def divides(indicator: Indicator) -> bool:
    """Is the target an amount, of which every unit below takes a part?"""
    absolute = indicator.basis == Basis.ABSOLUTE and indicator.comparator != Comparator.DONE
    return absolute and indicator.measure.roll_up == RollUpRule.SUM


def breakdown_page(
    indicator: Indicator,
    organisation: Organisation,
    period: Period,
    user: User,
    entered: Mapping[tuple[int, int], Ends] | None = None,
) -> BreakdownPage:
    """The units are those below at the quarter; `entered` values stand before the stored ones."""
    units = children_of(organisation, period, user)
    stored = _stored(indicator, [organisation.pk, *(unit.pk for unit in units)])
    waiting = _waiting(indicator, units)
    parents = parent_targets(indicator, organisation)
    rows = tuple(
        Row(
            unit,
            tuple(_cell(indicator, unit, year, stored, waiting, entered or {}) for year in parents),
        )
        for unit in units
    )
    return BreakdownPage(
        indicator=indicator,
        organisation=organisation,
        divides=divides(indicator),
        rows=rows,
        columns=tuple(
            _column(indicator, target, [(row.unit, row.cells[place]) for row in rows])
            for place, target in enumerate(parents.values())
        ),
        measures=tuple(weight_measures(indicator)),
        waiting=len(waiting),
    )


def parent_targets(indicator: Indicator, organisation: Organisation) -> dict[int, Target]:
    """Year → the unit's own target in force; of a rate, that of the nearest unit above it."""
    unit = Unit.from_path(organisation.pk, organisation.path)
    codes = [unit.code] if divides(indicator) else [unit.code, *unit.above]
    rows = in_force(Target.objects.filter(indicator=indicator, organisation__code__in=codes))
    by_code: dict[str, dict[int, Target]] = defaultdict(dict)
    for row in rows.select_related("organisation", "milestone").order_by(
        "milestone__year", "revision"
    ):
        by_code[row.organisation.code][row.milestone.year] = row
    return next((by_code[code] for code in codes if code in by_code), {})


def _stored(indicator: Indicator, units: Sequence[int]) -> dict[tuple[int, int], Target]:
    rows = in_force(Target.objects.filter(indicator=indicator, organisation__in=units))
    ordered = rows.select_related("milestone").order_by("revision")
    return {(row.organisation_id, row.milestone.year): row for row in ordered}


def _waiting(indicator: Indicator, units: Sequence[UnitRef]) -> Parts:
    rows = Revision.objects.filter(
        kind=RevisionKind.TARGET,
        state=RevisionState.PROPOSED,
        indicator=indicator,
        organisation__in=[unit.pk for unit in units],
    )
    return {
        (row.organisation_id, row.milestone.year): _ends(row)
        for row in rows.select_related("milestone")
    }


def _ends(revision: Revision) -> Ends:
    low, high = revision.after["low"], revision.after["high"]
    return low and Decimal(low), high and Decimal(high)


def _cell(
    indicator: Indicator,
    unit: UnitRef,
    year: int,
    stored: Mapping[tuple[int, int], Target],
    waiting: Mapping[tuple[int, int], Ends],
    entered: Mapping[tuple[int, int], Ends],
) -> Cell:
    key = unit.pk, year
    target = stored.get(key)
    low, high = (target.low, target.high) if target else (None, None)
    if key in waiting:
        low, high = waiting[key]
    approximate = bool(target and target.approximate)
    shown = target is not None or key in waiting
    text = target_text(indicator, low, high, approximate=approximate) if shown else ""
    if key not in waiting:
        low, high = entered.get(key, (low, high))
    return Cell(unit.pk, year, low, high, text, target.revision if target else 0, key in waiting)


def _column(indicator: Indicator, target: Target, cells: Sequence[tuple[UnitRef, Cell]]) -> Column:
    parts = [cell.low for _unit, cell in cells]
    check = None
    if target.low is not None:
        check = (
            check_counts(target.low, parts)
            if divides(indicator)
            else check_rates(target.low, parts, indicator.comparator)
        )
    return Column(
        year=target.milestone.year,
        low=target.low,
        high=target.high,
        text=target_text(indicator, target.low, target.high, approximate=target.approximate),
        approximate=target.approximate,
        check=check,
        lenient=tuple(cells[place][0] for place in (check.lenient if check else ())),
    )


def weight_measures(indicator: Indicator) -> list[Measure]:
    """Counts that are added up over units: by the share of these a target can be divided."""
    if not divides(indicator):
        return []
    summed = Measure.objects.filter(roll_up=RollUpRule.SUM, series__indicators__isnull=False)
    return list(summed.distinct().order_by("code"))


def proposed_parts(
    indicator: Indicator,
    organisation: Organisation,
    period: Period,
    user: User,
    *,
    method: str,
    measure: str = "",
) -> Parts:
    """(unit id, year) → what the method gives the unit. Amounts add up to the parent exactly."""
    units = [unit.pk for unit in children_of(organisation, period, user)]
    targets = parent_targets(indicator, organisation)
    if not units:
        return {}
    if not divides(indicator):
        return {
            (unit, year): (target.low, target.high)
            for year, target in targets.items()
            for unit in units
        }
    weights = _weights(indicator, units, period, method, measure)
    parts: Parts = {}
    for year, target in targets.items():
        lows = split(target.low, weights, indicator.measure.decimals)
        highs = _highs(target, weights, indicator.measure.decimals)
        for unit, low, high in zip(units, lows, highs, strict=True):
            parts[unit, year] = low, high
    return parts


def _highs(target: Target, weights: list[Decimal], decimals: int) -> Sequence[Decimal | None]:
    if target.high is None:
        return [None] * len(weights)
    return split(target.high, weights, decimals)


def _weights(
    indicator: Indicator, units: Sequence[int], period: Period, method: str, measure: str
) -> list[Decimal]:
    if method == "equal":
        return [Decimal(1)] * len(units)
    if method == "baseline":
        found = _figures_at_baseline(indicator, units)
    else:
        found = _newest_figures(measure, units, period)
    weights = [max(found.get(unit) or Decimal(0), Decimal(0)) for unit in units]
    if not any(weights):
        raise MetroplanError(
            "breakdown.no_weights",
            _("No unit below has a figure to divide by; choose another method."),
            status=UNPROCESSABLE,
        )
    return weights


def _figures_at_baseline(indicator: Indicator, units: Sequence[int]) -> dict[int, Decimal | None]:
    year = baselines_in_force([indicator])[indicator.pk].year
    if year is None:
        return {}
    rows = RollUp.objects.filter(
        series=indicator.series_id, organisation__in=units, period=Period.year_end(year)
    )
    return dict(rows.values_list("organisation_id", "value"))


def _newest_figures(
    measure: str, units: Sequence[int], period: Period
) -> dict[int, Decimal | None]:
    """Of the series with the shortest window that is kept, in the newest quarter with figures."""
    rows = RollUp.objects.filter(
        series__measure__code=measure,
        organisation__in=units,
        period__lte=period,
        value__isnull=False,
    )
    newest = rows.order_by("-period", "series__window", "series_id").first()
    if newest is None:
        return {}
    chosen = rows.filter(series=newest.series_id, period=newest.period)
    return dict(chosen.values_list("organisation_id", "value"))
