"""The overview of one unit at one quarter."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from indicators.selectors.progress import overview
from indicators.services.recompute import recompute_all
from metroplan.common.periods import Period
from tests.indicators.figured import QUARTER, figured
from tests.world import World, add_indicator, add_measure, report

TODAY = date(2023, 1, 20)


@pytest.fixture
def page(world: World):
    figured(world)

    def of(unit: str = "P", plan: str = "", person: str = "leader", period: Period = QUARTER):
        return overview(world.units[unit], period, plan, world.people[person], today=TODAY)

    return of


def test_statuses_are_counted_best_first(page):
    counts = {item.status: item.count for item in page().counts}
    assert counts == {"slightly_behind": 1, "baseline": 1, "no_data": 1}
    assert [item.before for item in page().counts] == [0, 1, 2]
    assert page().total == 3


def test_an_indicator_nobody_reported_is_shown_without_data(page):
    standing = next(row for row in page().standings if row.indicator.code == "units")
    assert (standing.status, standing.actual) == ("no_data", None)


def test_a_provisional_figure_asks_for_attention_and_names_the_units(page):
    attention = page().attention
    rate = next(row for row in attention if row.indicator.code == "rate")
    assert rate.provisional
    assert [unit.name_en for unit in rate.missing] == ["Unit D"]
    assert rate.actual == Decimal(10)


def test_what_needs_attention_says_why_in_the_readers_language(page):
    with translation.override("zh-hans"):
        assert "只有2个已报" in page().attention[0].explanation
    with translation.override("en"):
        assert "2 of 3 units" in page().attention[0].explanation


def test_the_worst_comes_first(world, page):
    add_measure(world, "behind")
    add_measure(world, "lost", kind="yes_no", roll_up="own")
    add_indicator(world, "behind", "behind", {2025: 100})
    add_indicator(world, "lost", "lost", {2021: None}, comparator="done")
    report(world, "behind", "A", "2022Q4", 1)
    report(world, "lost", "P", "2022Q4", 0)
    recompute_all()
    statuses = [row.status for row in page().attention]
    assert statuses == ["seriously_behind", "missed", "baseline"]


def test_the_heat_map_shows_figure_status_and_coverage_of_each_unit_below(page):
    heat = page().heat
    columns = [ref.code for ref in heat.indicators]
    cities = {row.unit.name_en: dict(zip(columns, row.cells, strict=True)) for row in heat.rows}
    cell = cities["Unit C1"]["standards"]
    assert (cell.value, cell.status, cell.reported, cell.expected) == (20, "on_track", 2, 2)
    # Nothing is asked of C2: a figure without a status.
    assert (cities["Unit C2"]["standards"].value, cities["Unit C2"]["standards"].status) == (10, "")
    assert (cities["Unit C2"]["rate"].reported, cities["Unit C2"]["rate"].expected) == (0, 1)


def test_the_countdown_runs_to_the_last_day_of_the_milestone_year(page):
    (countdown,) = page().countdowns
    assert (countdown.year, countdown.quarters) == (2025, 12)
    assert countdown.days == (date(2025, 12, 31) - TODAY).days
    assert not countdown.over


def test_the_score_counts_attainment_up_to_one(page):
    """0.375 of the standards, 0 of the rate that has only just begun."""
    assert page().scored == 2
    assert page().score == page().score_unclipped == Decimal("0.1875")


def test_a_county_sees_its_own_figures_and_the_plan_above(page):
    county = page("A", person="clerk")
    assert [plan.code for plan in county.plans] == ["test-plan"]
    assert {row.indicator.code: row.actual for row in county.standings} == {"rate": Decimal(90)}
    assert county.heat.rows == ()


def test_a_plan_that_does_not_apply_is_not_looked_at(page):
    assert page(plan="test-plan").plan.code == "test-plan"
    assert page(plan="nowhere").plan is None


def test_a_quarter_without_figures_is_empty(page):
    early = page(period=Period.parse("2019Q1"))
    assert {row.status for row in early.standings} == {"no_data"}
    assert early.heat.indicators == ()
