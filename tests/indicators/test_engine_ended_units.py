"""What a unit had reported in the year in which it ended belongs to that year's total."""

from datetime import date
from decimal import Decimal as D

import pytest

from indicators.models import RollUp
from indicators.selectors.todays_map import todays_map
from indicators.services.recompute import drain, recompute_all
from metroplan.common.periods import Period
from metroplan.organisations.map_changes import Successor
from metroplan.organisations.services.changes import apply_change
from tests.world import World, add_indicator, add_measure, report

TODAY = date(2023, 5, 1)


@pytest.fixture
def merged(world: World) -> World:
    """A goes into B in the middle of 2022: 5 and 3 before it, B reports 1 each quarter."""
    add_measure(world, "passed", kind="ratio", roll_up="ratio", accumulation="flow")
    for code in ("units", "passed"):
        add_indicator(world, f"{code}-year", code, {2025: 60}, window="calendar_year")
    for quarter, value in (("2021Q4", 40), ("2022Q1", 5), ("2022Q2", 3)):
        report(world, "units", "A", quarter, value)
        report(world, "passed", "A", quarter, (value, 100))
    for quarter in ("2022Q1", "2022Q2", "2022Q3", "2022Q4", "2023Q1"):
        report(world, "units", "B", quarter, 1)
        report(world, "passed", "B", quarter, (10, 10))
    apply_change(
        kind="merge",
        effective_on=date(2022, 7, 1),
        units=[world.units["A"]],
        successors=[Successor(world.units["B"].code)],
        document="1",
        actor=None,
        today=TODAY,
    )
    drain()
    return world


def totals(world: World, unit: str, measure: str = "units") -> dict[str, RollUp]:
    rows = RollUp.objects.filter(
        series__measure__code=measure,
        series__window="calendar_year",
        organisation=world.units[unit],
        period__gte=Period.parse("2022Q1"),
        value__isnull=False,
    )
    return {str(row.period): row for row in rows.order_by("period")}


def test_the_years_total_keeps_what_the_ended_unit_had_reported_in_it(merged):
    for unit in ("C1", "P"):
        found = {quarter: row.value for quarter, row in totals(merged, unit).items()}
        assert found["2022Q2"] == 10
        assert (found["2022Q3"], found["2022Q4"]) == (11, 12)
        assert found["2023Q1"] == 1


def test_rates_of_the_year_keep_both_terms(merged):
    row = totals(merged, "C1", "passed")["2022Q4"]
    assert (row.numerator, row.denominator) == (48, 240)
    assert row.value == 20


def test_the_ended_unit_is_expected_no_more_and_the_one_after_it_keeps_its_own(merged):
    assert totals(merged, "C1")["2022Q4"].expected == 1
    assert totals(merged, "B")["2022Q4"].value == 4


def test_computing_everything_gives_the_same(merged):
    before = set(RollUp.objects.values_list("series", "organisation", "period", "value"))
    recompute_all()
    assert set(RollUp.objects.values_list("series", "organisation", "period", "value")) == before


def test_on_todays_map_the_year_goes_on_with_the_unit_after_it(merged):
    series = merged.indicators["units-year"].series
    lines = todays_map(
        series, merged.units["C1"], Period.parse("2022Q4"), merged.people["staff"], today=TODAY
    )
    assert {line.unit.code: line.value for line in lines} == {merged.units["B"].code: D(12)}


def test_figures_after_the_units_end_do_not_cut_off_the_years_total(merged):
    """A's last quarter is 2022Q2; those after it are nobody's, and change nothing."""
    for quarter in ("2022Q3", "2022Q4"):
        report(merged, "units", "A", quarter, 100)
    drain()
    assert {quarter: row.value for quarter, row in totals(merged, "A").items()} == {
        "2022Q1": 5,
        "2022Q2": 8,
        "2022Q3": 8,
        "2022Q4": 8,
    }
