"""One indicator for one unit: path, figures, contributions, own observations."""

from decimal import Decimal

import pytest
from django.utils import translation

from indicators.charts import trajectory_chart
from indicators.models import Indicator
from indicators.selectors.indicator import indicator_page
from indicators.services.recompute import recompute_all
from metroplan.common.periods import Period
from tests.indicators.figured import QUARTER, figured
from tests.world import World, add_indicator, add_measure, report


@pytest.fixture
def page(world: World):
    figured(world)

    def of(code: str, unit: str = "P", person: str = "leader", period: Period = QUARTER):
        indicator = Indicator.objects.select_related("series__measure", "plan", "owner").get(
            code=code
        )
        return indicator_page(indicator, world.units[unit], period, world.people[person])

    return of


def test_the_path_runs_from_the_baseline_through_the_milestones(page):
    points = [(str(point.period), point.value, point.baseline) for point in page("standards").path]
    assert points == [("2020Q4", 0, True), ("2025Q4", 80, False)]


def test_the_standing_is_the_worked_case(page):
    """0 at 2020Q4, 80 at 2025Q4, 30 at 2022Q4: E = 32, S = 0.9375, slightly behind."""
    standing = page("standards").standing
    assert (standing.actual, standing.expected, standing.status) == (30, 32, "slightly_behind")
    assert standing.schedule_ratio == Decimal("0.9375")
    assert standing.lag_quarters == Decimal("0.5")


def test_rates_are_those_the_engine_would_find(page):
    found = page("standards")
    assert found.needed_rate == Decimal(50) / 12
    assert found.recent_rate == Decimal("4.5")


def test_the_sentence_is_in_the_readers_language(page):
    with translation.override("zh-hans"):
        assert "略有滞后" in page("standards").explanation
    with translation.override("en"):
        assert "slightly behind" in page("standards").explanation


def test_contributions_add_up_to_the_total(page):
    found = page("standards")
    assert [(row.unit.name_en, row.value) for row in found.contributions] == [
        ("Unit C1", 20),
        ("Unit C2", 10),
    ]
    assert sum(row.share for row in found.contributions) == 1
    assert sum(row.reported for row in found.contributions) == found.standing.reported


def test_a_ratio_shows_numerators_and_denominators(page):
    found = page("rate")
    city = found.contributions[0]
    assert (found.numerator, found.denominator, found.standing.actual) == (10, 100, 10)
    assert (city.numerator, city.denominator, city.value, city.share) == (10, 100, 10, 1)


def test_what_the_unit_reported_itself_stands_beside_the_units_below(world, page):
    report(world, "standards", "C1", "2022Q4", 5)
    recompute_all()
    own, *below = page("standards", "C1").contributions
    assert (own.unit, own.value) == (None, 5)
    assert sum(row.value for row in below) + own.value == 25


def test_a_rate_goes_by_the_target_of_the_unit_above(page):
    (row,) = page("rate", "A").targets
    assert (row.low, row.inherited) == (95, True)


def test_a_count_has_no_target_below_until_it_is_broken_down(page):
    county = page("standards", "A")
    assert (county.targets, county.standing.status, county.standing.actual) == ((), "", 12)
    assert page("standards", "C1").standing.target == 50


def test_own_figures_lead_to_their_observations(page):
    found = page("standards", "A")
    assert [(str(item.period), item.value) for item in found.observations] == [
        ("2022Q4", 12),
        ("2021Q4", 4),
    ]
    assert page("standards").observations == ()


def test_missing_units_are_named(page):
    assert [unit.name_en for unit in page("rate").missing] == ["Unit D"]


def test_targets_are_worded_as_the_document_puts_them(world, page):
    add_measure(world, "boxes")
    add_indicator(world, "range", "boxes", {2025: (1, 2)}, comparator="range")
    add_indicator(
        world,
        "growth",
        "boxes",
        {2025: 20},
        basis="growth_percent",
        baseline_year=2020,
        baseline_value=10,
    )
    with translation.override("en"):
        assert page("range").targets[0].text == "1 items to 2 items"
        growth = page("growth").targets[0]
    assert growth.text == "at least 20% growth over 2020"
    assert growth.low == 12


def test_the_chart_and_the_table_show_the_same_numbers(page):
    found = page("standards")
    chart = trajectory_chart(found)
    drawn = dict(zip(chart["quarters"], chart["figures"], strict=True))
    assert Decimal(drawn["2022Q4"]) == found.points[-1].actual
    assert chart["quarters"][0] == "2020Q4" and chart["quarters"][-1] == "2025Q4"
    assert all(len(chart[name]) == len(chart["quarters"]) for name in ("path", "texts", "targets"))


def test_a_future_figure_is_not_drawn_on_a_page_of_the_past(page):
    chart = trajectory_chart(page("standards", period=Period.parse("2021Q4")))
    assert dict(zip(chart["quarters"], chart["figures"], strict=True))["2022Q4"] is None
