"""Counting what a register holds, for many units at once: as many queries as for one.

A count is a queryset of what counts in a quarter, the way from its rows to a unit, and what is
counted once. Figures and the list of entries behind them are read from the same queryset.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Model, QuerySet
from django.urls import reverse

from indicators.measures import Compute, Entries, Entry, Part
from indicators.rules import Figure
from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation, OrganisationAncestry
from metroplan.submissions.models import FigureState

Rows = Callable[[Period], QuerySet]


@dataclass(frozen=True, slots=True)
class Count:
    """`unit` leads from a row to the unit it stands under, `thing` to what is counted once.

    `weight` names the column that is added up, where a row stands for many. `whole` counts for a
    unit what stands under it or below. `show` makes the entry of a row.
    """

    rows: Rows
    unit: str
    show: Callable[[Any], Entry]
    thing: str = "pk"
    weight: str = ""
    whole: bool = False

    def __call__(self, units: Collection[int], period: Period) -> dict[int, int]:
        """Unit → number; units without any are absent."""
        if self.thing == "pk" and not self.weight:
            return self._numbers(units, period)
        found: dict[int, dict[Any, int]] = defaultdict(dict)
        columns = (self.unit, f"{self.unit}__path", self.thing, self.weight or self.thing)
        rows = self._near(units, period).values_list(*columns).order_by().distinct()
        lines = [(unit, path, thing, weight) for unit, path, thing, weight in rows if thing]
        above = standing_above(units, {line[0]: line[1] for line in lines}, period, self.whole)
        for unit, _path, thing, weight in lines:
            for place in above.get(unit, ()):
                found[place][thing] = weight if self.weight else 1
        return {place: sum(things.values()) for place, things in found.items()}

    def _numbers(self, units: Collection[int], period: Period) -> dict[int, int]:
        """Rows are counted where they lie: there may be very many, each under one unit."""
        columns = (self.unit, f"{self.unit}__path")
        rows = self._near(units, period).order_by().values(*columns)
        numbers = rows.annotate(rows_there=models.Count("pk", distinct=True))
        lines = list(numbers.values_list(*columns, "rows_there"))
        above = standing_above(units, {line[0]: line[1] for line in lines}, period, self.whole)
        found: dict[int, int] = defaultdict(int)
        for unit, _path, number in lines:
            for place in above.get(unit, ()):
                found[place] += number
        return dict(found)

    def known(self, units: Collection[int], period: Period) -> set[int]:
        """Those under which the register holds anything of the sort at all, of whatever day."""
        return known_units(self.rows(period).model, self.unit, units, period, self.whole)

    def _near(self, units: Collection[int], period: Period) -> QuerySet:
        rows = self.rows(period)
        return rows if self.whole else rows.filter(**{f"{self.unit}__in": units})

    def entries(self, unit: int, period: Period, at_most: int | None) -> list[Part]:
        part = self.part("", self.behind(unit, period), at_most)
        return [part] if part.number else []

    def behind(self, unit: int, period: Period) -> QuerySet:
        """The rows that count for the unit."""
        rows = self._near([unit], period)
        if self.whole:
            places = rows.values_list(self.unit, f"{self.unit}__path").order_by().distinct()
            within = standing_above([unit], dict(places), period, self.whole)
            rows = rows.filter(**{f"{self.unit}__in": within})
        return rows

    def part(self, name: str, rows: QuerySet, at_most: int | None) -> Part:
        number = rows.order_by().values("pk").distinct().count()
        shown = rows.select_related(self.unit).distinct()[:at_most] if number else ()
        return Part(name, number, tuple(self.show(row) for row in shown))


def known_units(
    model: type[Model], way: str, units: Collection[int], period: Period, whole: bool
) -> set[int]:
    """Of nobody else a register says that there is nothing: they may not keep it yet."""
    kept = model._default_manager.order_by()
    if not whole:
        kept = kept.filter(**{f"{way}__in": units})
    holders = dict(kept.values_list(way, f"{way}__path").distinct())
    above = standing_above(units, holders, period, whole)
    return {unit for places in above.values() for unit in places}


def standing_above(
    units: Collection[int], holders: Mapping[int, str], period: Period, whole: bool
) -> dict[int, list[int]]:
    """Holder → those of the units it counts for, by the tree of the quarter.

    A holder that the quarter's tree does not hold stands where its path puts it.
    """
    if not whole:
        return {unit: [unit] for unit in units if unit in holders}
    then = OrganisationAncestry.objects.filter(since__lte=period.index, until__gt=period.index)
    found: dict[int, list[int]] = defaultdict(list)
    links = then.filter(ancestor__in=units, descendant__in=holders)
    for ancestor, descendant in links.values_list("ancestor_id", "descendant_id"):
        found[descendant].append(ancestor)
    alive = {*then.filter(descendant__in=holders, depth=0).values_list("descendant", flat=True)}
    if lost := holders.keys() - alive:
        tops = Organisation.objects.filter(pk__in=units).values_list("pk", "path")
        for pk, path in tops:
            for holder in lost:
                if holders[holder].startswith(path):
                    found[holder].append(pk)
    return found


def as_counts(count: Count) -> Compute:
    def compute(units: Collection[int], period: Period) -> dict[int, Figure]:
        numbers = count(units, period)
        return {unit: counted(numbers.get(unit, 0)) for unit in units}

    return compute


def as_share(part: Count, whole: Count) -> Compute:
    """One count over another; a unit without anything to divide by has no figure."""

    def compute(units: Collection[int], period: Period) -> dict[int, Figure]:
        return shares(part(units, period), whole(units, period))

    return compute


def shares(parts: Mapping[int, int], wholes: Mapping[int, int]) -> dict[int, Figure]:
    found = {}
    for unit, number in wholes.items():
        if number:
            numerator = Decimal(parts.get(unit, 0))
            state = FigureState.VALUE if numerator else FigureState.ZERO
            found[unit] = Figure(state.value, None, numerator, Decimal(number))
    return found


def counted(number: int) -> Figure:
    state = FigureState.VALUE if number else FigureState.ZERO
    return Figure(state.value, Decimal(number))


def share_entries(part: Count, whole: Count, names: tuple[Any, Any]) -> Entries:
    """Entries of the numerator first, then those that stand in the denominator alone."""

    def entries(unit: int, period: Period, at_most: int | None) -> list[Part]:
        above = part.behind(unit, period)
        rest = whole.behind(unit, period).exclude(pk__in=above.order_by().values("pk"))
        parts = (
            part.part(str(names[0]), above, at_most),
            whole.part(str(names[1]), rest, at_most),
        )
        return [found for found in parts if found.number]

    return entries


def page_of(name: str, pk: int) -> str:
    return reverse(f"standards:{name}", args=[pk])


def joined(*texts: Any) -> str:
    return " · ".join(str(text) for text in texts if text)
