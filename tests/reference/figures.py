"""Own figures and roll-ups, one at a time, as docs/progress.md words them."""

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import cache

from tests.reference.terms import Country, Figure, Form, Series, holds_on, last_day, quarter_of

FOREVER = 10**6


@dataclass
class Own:
    """What one unit brings at one quarter."""

    value: Fraction | None = None
    numerator: Fraction | None = None
    denominator: Fraction | None = None
    expected: bool = False
    reported: bool = False
    carried: bool = False
    newest: int | None = None


@dataclass(frozen=True)
class Total:
    value: Fraction | None
    numerator: Fraction | None
    denominator: Fraction | None
    reported: int
    expected: int
    carried: int
    newest: int | None


class Map:
    """Who stood under whom, and what each unit reported."""

    def __init__(self, country: Country):
        self.country = country
        self.above = cache(self._above)
        self.keeping = cache(self._keeping)
        self.at_or_below = cache(self._at_or_below)
        self.own_figure = cache(self._own_figure)
        self.reported: dict[tuple[str, str], dict[int, Figure]] = {}
        for (measure, unit, at), figure in country.figures.items():
            self.reported.setdefault((measure, unit), {})[at] = figure

    def exists(self, unit: str, k: int) -> bool:
        return holds_on(self.country.units[unit], last_day(k))

    def _above(self, unit: str, k: int) -> list[str]:
        """Nearest first, on the quarter's last day."""
        for link in self.country.links:
            if (
                link.child == unit
                and holds_on(link, last_day(k))
                and self.exists(unit, k)
                and self.exists(link.parent, k)
            ):
                return [link.parent, *self.above(link.parent, k)]
        return []

    def _at_or_below(self, unit: str, k: int) -> list[str]:
        """With those that ended under it, or under one that stands or ended under it."""
        return [other for other in self.country.units if unit in (other, *self.keeping(other, k))]

    def _keeping(self, unit: str, k: int) -> list[str]:
        """Where its figures go: the units above it, at last those above it when it ended."""
        at = min(k, self.last_quarter(unit))
        parents = self.above(unit, at)[:1]
        return [*parents, *(self.keeping(parents[0], k) if parents else [])]

    def last_quarter(self, unit: str) -> int:
        ends = self.country.units[unit].ends
        return FOREVER if ends is None else quarter_of(ends) - 1

    def above_today(self, unit: str) -> list[str]:
        """Nearest first, today; of a unit that ended on its last day, of one to come its first."""
        own = self.country.units[unit]
        day = self.country.today
        if own.ends is not None and day >= own.ends:
            day = own.ends - timedelta(days=1)
        day = max(day, own.begins)
        found, at = [], unit
        while True:
            parents = [
                link.parent
                for link in self.country.links
                if link.child == at and holds_on(link, day)
            ]
            if not parents:
                return found
            at = parents[0]
            found.append(at)

    def _own_figure(self, series: Series, unit: str, k: int) -> Own:
        """Figures of quarters in which it was not there count nowhere."""
        measure = self.country.measures[series.measure]
        history = self.reported.get((series.measure, unit), {})
        until_now = {
            at: figure for at, figure in history.items() if at <= k and self.exists(unit, at)
        }
        if not self.exists(unit, k):
            return left_behind(series, until_now, k)
        asked = is_asked(self.country, self, series, unit, k)
        if measure.accumulation == "stock":
            return stock(measure, until_now, asked, k)
        return flow(series, until_now, asked, k)


def fits(level: str, asked: str) -> bool:
    """A zone counts among the counties."""
    return level == asked or (asked == "county" and level == "zone")


def is_asked(country: Country, tree: Map, series: Series, unit: str, k: int) -> bool:
    def asks(form: Form) -> bool:
        if series.measure not in form.measures:
            return False
        if k < form.opens or (form.closes is not None and k > form.closes):
            return False
        if unit == form.owner:
            return form.owner_fills
        return fits(country.units[unit].level, form.level) and form.owner in tree.above(unit, k)

    if series.first is not None and k < series.first:
        return False
    return tree.exists(unit, k) and any(asks(form) for form in country.forms.values())


def left_behind(series: Series, reported_at, k: int) -> Own:
    """Of a unit that ended: only its sum since the plan's start, and that of the year in which it
    ended as long as the year lasts; expected of nobody."""
    if series.window == "calendar_year" and any(at // 4 == k // 4 for at in reported_at):
        own = flow(series, reported_at, False, k)
    elif series.window == "since_plan_start":
        own = flow(series, reported_at, False, max(reported_at, default=0))
    else:
        return Own()
    own.expected = own.reported = False
    return own


def stock(measure, reported_at, asked: bool, k: int) -> Own:
    newest = max(reported_at, default=None)
    if newest is None or k - newest > measure.carry:
        return Own(expected=asked, newest=newest)
    figure = reported_at[newest]
    if figure.state == "not_applicable":
        return Own(newest=newest)
    own = Own(figure.value, figure.numerator, figure.denominator, newest=newest)
    own.expected = own.reported = True
    own.carried = newest < k
    return own


def flow(series: Series, reported_at, asked: bool, k: int) -> Own:
    first = {"as_is": k, "calendar_year": k // 4 * 4, "since_plan_start": series.first}
    begin = first[series.window]
    if series.window == "since_plan_start":
        reported_at = {at: figure for at, figure in reported_at.items() if at >= begin}
    newest = max(reported_at, default=None)
    counted = {at: figure for at, figure in reported_at.items() if at >= begin}
    applying = [f for f in counted.values() if f.state != "not_applicable"]
    own = Own(newest=newest)
    own.value = added(f.value for f in applying)
    own.numerator = added(f.numerator for f in applying)
    own.denominator = added(f.denominator for f in applying)
    applies = not counted or counted[max(counted)].state != "not_applicable"
    own.reported = applies and k in counted
    own.expected = applies and (asked or own.reported)
    return own


def added(parts) -> Fraction | None:
    """Nothing reported is not zero."""
    known = [part for part in parts if part is not None]
    return sum(known, Fraction(0)) if known else None


def total(tree: Map, series: Series, unit: str, k: int) -> Total | None:
    """The rolled-up figure; None where nobody is asked and nobody ever answered."""
    country = tree.country
    measure = country.measures[series.measure]
    units = [unit] if measure.roll_up == "own" else tree.at_or_below(unit, k)
    owns = {code: tree.own_figure(series, code, k) for code in units}
    if measure.roll_up == "mean":
        for code, own in owns.items():
            if not fits(country.units[code].level, measure.mean_level):
                owns[code] = Own(newest=own.newest)
    parts = list(owns.values())
    value, numerator, denominator = combined(measure, parts)
    newest = max((own.newest for own in parts if own.newest is not None), default=None)
    expected = sum(own.expected for own in parts)
    if not expected and newest is None:
        return None
    reported = sum(own.reported for own in parts)
    carried = sum(own.carried for own in parts)
    return Total(value, numerator, denominator, reported, expected, carried, newest)


def combined(measure, parts: list[Own]):
    """Value, numerator, denominator."""
    counting = [own for own in parts if own.expected]
    if measure.kind == "ratio":
        numerator = added(own.numerator for own in parts)
        denominator = added(own.denominator for own in parts)
        return percent(numerator, denominator), numerator, denominator
    if measure.roll_up == "mean":
        values = [own.value for own in counting if own.value is not None]
        if not values:
            return None, None, None
        return sum(values) / len(values), sum(values), Fraction(len(values))
    if measure.roll_up == "share":
        done = added(None if own.value is None else Fraction(own.value >= 1) for own in counting)
        asked = Fraction(len(counting)) if counting else None
        return percent(done, asked), done, asked
    return added(own.value for own in parts), None, None


def percent(numerator: Fraction | None, denominator: Fraction | None) -> Fraction | None:
    return 100 * numerator / denominator if numerator is not None and denominator else None
