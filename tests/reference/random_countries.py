"""Small countries at random, with every kind of measure, link, form and target.

Hypothesis chooses the sizes and a seed, so that a failing country shrinks; all else is drawn from
the seed, which keeps hundreds of figures cheap.
"""

from datetime import date, timedelta
from fractions import Fraction
from random import Random

from hypothesis import strategies as st

from tests.reference.terms import (
    Country,
    Figure,
    Form,
    Indicator,
    Link,
    Measure,
    Series,
    Target,
    Unit,
    last_day,
)

BEGAN = date(2000, 1, 1)
FIRST = 2019 * 4
PARENTS = {
    "province": [],
    "city": ["province"],
    "county": ["city", "city", "city", "province"],
    "zone": ["county", "city", "province"],
}
KINDS = [
    ("count", "sum"), ("count", "sum"), ("count", "mean"), ("count", "own"),
    ("ratio", "ratio"), ("ratio", "ratio"), ("ratio", "own"),
    ("yes_no", "share"), ("yes_no", "own"),
]  # fmt: skip
COMPARATORS = ["at_least", "at_least", "at_most", "equal", "range"]


@st.composite
def countries(draw: st.DrawFn) -> Country:
    rng = Random(draw(st.integers(0, 2**32 - 1)))
    quarters = draw(st.integers(8, 14))
    country = Country(today=last_day(FIRST + quarters - 1) + timedelta(days=rng.randint(1, 80)))
    add_units(country, rng, draw(st.integers(2, 9)), moving=draw(st.booleans()))
    for _ in range(draw(st.integers(2, 8))):
        add_measure(country, rng)
    for _ in range(draw(st.integers(0, 3))):
        add_form(country, rng)
    for _ in range(draw(st.integers(3, 12))):
        add_indicator(country, rng)
    density = draw(st.sampled_from([0.3, 0.7, 0.95]))
    for measure in country.measures:
        for unit in country.units:
            if rng.random() < 0.8:
                add_figures(country, rng, measure, unit, density)
    return country


def some_day(country: Country, rng: Random) -> date:
    return last_day(FIRST - 2) + timedelta(
        days=rng.randint(0, (country.today - last_day(FIRST - 2)).days)
    )


def some_quarter(country: Country, rng: Random) -> int:
    return rng.randint(FIRST, country.newest_closed)


def add_units(country: Country, rng: Random, number: int, *, moving: bool) -> None:
    country.units["P"] = Unit("province", BEGAN)
    for n in range(number):
        level = rng.choice(["city", "county", "county", "zone"])
        code = f"{level[:2].upper()}{n}"
        begins = some_day(country, rng) if moving and rng.random() < 0.15 else BEGAN
        country.units[code] = Unit(level, begins)
        link(country, rng, code, begins, None)
        if moving and rng.random() < 0.4:
            transfer(country, rng, code, some_day(country, rng))
        if moving and rng.random() < 0.15:
            end(country, code, some_day(country, rng))


def possible_parents(country: Country, level: str) -> list[str]:
    return [
        code
        for above in PARENTS[level]
        for code, unit in country.units.items()
        if unit.level == above
    ]


def link(country: Country, rng: Random, code: str, begins: date, ends: date | None) -> None:
    parents = possible_parents(country, country.units[code].level)
    country.links.append(Link(code, rng.choice(parents), begins, ends))


def transfer(country: Country, rng: Random, code: str, day: date) -> None:
    """From `day` on under another unit, sometimes only after a gap, sometimes not again."""
    last = [link for link in country.links if link.child == code][-1]
    if day <= last.begins or (last.ends is not None and day >= last.ends):
        return
    ends, last.ends = last.ends, day
    begins = day + timedelta(days=rng.choice([0, 0, 0, 0, 120]))
    if rng.random() < 0.9 and (ends is None or begins < ends):
        link(country, rng, code, begins, ends)


def end(country: Country, code: str, day: date) -> None:
    unit = country.units[code]
    if unit.begins < day and (unit.ends is None or day < unit.ends):
        unit.ends = day


def add_measure(country: Country, rng: Random) -> str:
    kind, roll_up = rng.choice(KINDS)
    code = f"m{len(country.measures)}"
    country.measures[code] = Measure(
        kind=kind,
        accumulation=rng.choice(["stock", "flow"]),
        roll_up=roll_up,
        mean_level=rng.choice(["county", "county", "city"]) if roll_up == "mean" else "",
        carry=rng.choice([0, 1, 2, 4, 4, 6]),
        decimals=rng.randint(0, 2),
    )
    return code


def add_form(country: Country, rng: Random) -> str:
    opens = rng.randint(FIRST - 2, country.newest_closed)
    upper = [code for code, unit in country.units.items() if unit.level in ("province", "city")]
    measures = rng.sample(list(country.measures), rng.randint(1, len(country.measures)))
    code = f"f{len(country.forms)}"
    country.forms[code] = Form(
        owner=rng.choice(["P", *upper]),
        level=rng.choice(["city", "county", "county", "zone"]),
        owner_fills=rng.random() < 0.3,
        opens=opens,
        closes=opens + rng.randint(0, 8) if rng.random() < 0.3 else None,
        measures=sorted(measures),
    )
    return code


def add_indicator(country: Country, rng: Random) -> str:
    name, measure = rng.choice(list(country.measures.items()))
    start = FIRST + 4 * rng.randint(0, 2)
    windows = ["as_is", "since_plan_start", "calendar_year"]
    window = rng.choice(windows) if measure.accumulation == "flow" else "as_is"
    growth = measure.kind != "yes_no" and rng.random() < 0.2
    based = growth or rng.random() < 0.4
    upper = [code for code, unit in country.units.items() if unit.level in ("province", "city")]
    indicator = Indicator(
        series=Series(name, window, start if window == "since_plan_start" else None),
        start=start,
        owner=rng.choice(["P", "P", *upper]),
        comparator=comparator(measure, rng),
        basis="growth_percent" if growth else "absolute",
        mode=rng.choice(["reach", "reach", "reach", "maintain"]),
        base_year=2018 + rng.randint(0, 3) if based else None,
        base=some_number(rng, 30) if based and rng.random() < 0.6 else None,
    )
    code = f"i{len(country.indicators)}"
    country.indicators[code] = indicator
    for year in rng.sample(range(2018, 2025), rng.randint(0, 3)):
        set_target(country, rng, code, indicator.owner, year)
    for unit in country.units:
        if rng.random() < 0.25:
            set_target(country, rng, code, unit, rng.randint(2019, 2023))
    return code


def comparator(measure: Measure, rng: Random) -> str:
    if measure.kind == "yes_no" and (measure.roll_up == "own" or rng.random() < 0.5):
        return "done"
    return rng.choice(COMPARATORS)


def set_target(country: Country, rng: Random, code: str, unit: str, year: int) -> None:
    indicator = country.indicators[code]
    percent = country.measures[indicator.series.measure].kind != "count"
    low = some_number(rng, 100 if percent else 60)
    indicator.targets[unit, year] = Target(
        low=None if indicator.comparator == "done" else low,
        high=low + some_number(rng, 9) if indicator.comparator == "range" else None,
        about=rng.random() < 0.2,
    )


def some_number(rng: Random, most: int) -> Fraction:
    """Mostly whole and small, so that values meet targets and edges exactly."""
    if rng.random() < 0.8:
        return Fraction(rng.randint(0, most))
    return Fraction(rng.randint(0, most * 10**6), 10**6)


def some_figure(measure: Measure, rng: Random, about: int) -> Figure:
    if rng.random() < 0.1:
        return Figure("not_applicable")
    if measure.kind == "yes_no":
        done = rng.random() < 0.5
        return Figure("value" if done else "zero", Fraction(int(done)))
    if measure.kind == "ratio":
        whole = rng.choice([0, 1, 3, 10, 20, 20, 1000])
        part = rng.randint(0, whole)
        return Figure("value", None, Fraction(part), Fraction(whole))
    value = some_number(rng, about)
    if rng.random() < 0.02:
        value = rng.choice([-value, value + 10**12])
    return Figure("value" if value else "zero", value)


def add_figures(country: Country, rng: Random, measure: str, unit: str, density: float) -> None:
    """Where the unit stands later or earlier than its figures does not matter to them."""
    about = rng.choice([0, 3, 12, 40])
    for k in range(FIRST - 3, country.newest_closed + 2):
        if rng.random() < density:
            figure = some_figure(country.measures[measure], rng, about)
            country.figures[measure, unit, k] = figure
