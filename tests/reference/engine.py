"""The whole computation, slow and plain: what the engine in SQL must equal.

It shares no code with the engine and its rules, and is read beside docs/progress.md.
"""

from dataclasses import replace
from fractions import Fraction

from tests.reference.figures import Map, Total, total
from tests.reference.statuses import Standing, standings
from tests.reference.terms import Country, Indicator, Series, Target, quarter_of

STORED = 10**12
"""Results are kept with twelve decimals, half away from zero."""

Totals = dict[tuple[Series, str, int], Total]
Standings = dict[tuple[str, str, int], Standing]


def compute(country: Country) -> tuple[Totals, Standings]:
    tree = Map(country)
    totals = all_totals(country, tree)
    return totals, all_standings(country, tree, totals)


def all_totals(country: Country, tree: Map) -> Totals:
    first = min(
        [at for _, _, at in country.figures]
        + [form.opens for form in country.forms.values()]
        + [quarter_of(country.today)]
    )
    found: Totals = {}
    for series in {indicator.series for indicator in country.indicators.values()}:
        for unit in country.units:
            for k in range(first, country.newest_closed + 1):
                row = total(tree, series, unit, k)
                if row is not None:
                    found[series, unit, k] = as_stored(row)
    return found


def as_stored(row: Total) -> Total:
    """What is judged is what is kept."""
    return replace(row, value=None if row.value is None else kept(row.value))


def kept(number: Fraction) -> Fraction:
    size = (abs(number) * STORED * 2 + 1) // 2
    return Fraction(size if number >= 0 else -size, STORED)


def all_standings(country: Country, tree: Map, totals: Totals) -> Standings:
    found: Standings = {}
    for code, indicator in country.indicators.items():
        for unit in country.units:
            above = tree.above_today(unit)
            if not is_below(tree, unit, indicator.owner):
                continue
            asked = targets_of(country, indicator, unit, above)
            rows = {
                k: row
                for (series, who, k), row in totals.items()
                if series == indicator.series and who == unit and tree.exists(unit, k)
            }
            if asked:
                measure = country.measures[indicator.series.measure]
                judged = standings(indicator, measure, asked, rows, unit == indicator.owner)
                found |= {(code, unit, k): row for k, row in judged.items()}
    return found


def is_below(tree: Map, unit: str, owner: str) -> bool:
    """Does the line that leads to the unit begin with the line that leads to the owner?"""
    line = [unit, *tree.above_today(unit)]
    owners = [owner, *tree.above_today(owner)]
    return line[-len(owners) :] == owners


def targets_of(
    country: Country, indicator: Indicator, unit: str, above: list[str]
) -> dict[int, Target]:
    """The unit's own; a rate that is asked of a unit above is asked of it, too."""
    measure = country.measures[indicator.series.measure]
    rate = measure.kind == "ratio" and measure.roll_up == "ratio"
    for code in [unit, *above] if rate else [unit]:
        asked = {year: t for (who, year), t in indicator.targets.items() if who == code}
        if asked:
            return asked
    return {}
