"""The engine in SQL against figures worked by hand."""

from datetime import date
from decimal import Decimal

import pytest

from indicators.engine import computing
from indicators.engine.lines import create_lines
from indicators.models import DirtyMark, Observation, Progress, RollUp
from indicators.services import recompute
from indicators.services.marking import mark_asked
from indicators.services.recompute import drain, recompute_all
from metroplan.common.periods import Period
from metroplan.organisations.models import Level
from tests.world import add_indicator, add_measure, add_target, report, settle

TODAY = date(2023, 2, 1)


@pytest.fixture(autouse=True)
def fixed_day(monkeypatch):
    """The newest closed quarter is 2022Q4."""
    monkeypatch.setattr(recompute.timezone, "localdate", lambda: TODAY)


def rolled(world, measure: str, unit: str, period: str) -> RollUp:
    return RollUp.objects.get(
        series__measure__code=measure,
        organisation=world.units[unit],
        period=Period.parse(period),
    )


def progress(world, indicator: str, unit: str, period: str) -> Progress:
    return Progress.objects.get(
        indicator__code=indicator, organisation=world.units[unit], period=Period.parse(period)
    )


def test_a_rate_rolls_up_by_its_terms_and_tells_its_coverage(world):
    report(world, "rate", "A", "2022Q4", (9, 10))
    report(world, "rate", "D", "2022Q4", (1, 90))
    drain()
    row = rolled(world, "rate", "P", "2022Q4")
    assert (row.value, row.numerator, row.denominator) == (10, 10, 100)
    assert (row.reported, row.expected, row.carried) == (2, 3, 0)
    assert progress(world, "rate", "P", "2022Q4").provisional


def test_baseline_zero_target_eighty_at_thirty_is_slightly_behind(world):
    for unit, figure in (("A", 10), ("B", 15), ("D", 5)):
        report(world, "standards", unit, "2022Q4", figure)
    drain()
    row = progress(world, "standards", "P", "2022Q4")
    assert row.status == "slightly_behind"
    assert (row.actual, row.expected, row.target) == (30, 32, 80)
    assert row.schedule_ratio == Decimal("0.9375")
    assert row.attainment == Decimal("0.375")
    assert row.lag_quarters == Decimal("0.5")
    assert not row.provisional


def test_a_flow_adds_up_since_the_plan_began(world):
    for period, figure in (("2021Q1", 3), ("2021Q3", 4), ("2022Q4", 5)):
        report(world, "units", "A", period, figure)
    drain()
    assert rolled(world, "units", "C1", "2021Q2").value == 3
    assert rolled(world, "units", "C1", "2022Q1").value == 7
    row = rolled(world, "units", "P", "2022Q4")
    assert (row.value, row.reported, row.expected) == (12, 1, 3)


def test_a_stock_is_carried_for_four_quarters_and_no_longer(world):
    report(world, "standards", "A", "2021Q3", 8)
    drain()
    carried = rolled(world, "standards", "A", "2022Q3")
    assert (carried.value, carried.reported, carried.carried) == (8, 1, 1)
    lapsed = rolled(world, "standards", "A", "2022Q4")
    assert (lapsed.value, lapsed.reported, lapsed.newest) == (None, 0, Period.parse("2021Q3"))
    assert progress(world, "standards", "P", "2022Q4").status == "stale"


def test_not_applicable_leaves_both_terms_of_the_coverage(world):
    report(world, "standards", "A", "2022Q4", 8)
    report(world, "standards", "B", "2022Q4", "/")
    drain()
    row = rolled(world, "standards", "P", "2022Q4")
    assert (row.value, row.reported, row.expected) == (8, 1, 2)


def test_a_confirmed_zero_is_a_figure_and_a_blank_is_none(world):
    report(world, "standards", "A", "2022Q4", 0)
    drain()
    assert rolled(world, "standards", "A", "2022Q4").value == 0
    assert rolled(world, "standards", "B", "2022Q4").value is None
    assert rolled(world, "standards", "C2", "2022Q4").value is None


def test_a_mean_divides_by_the_reporting_units_of_its_level(world):
    add_measure(world, "average", roll_up="mean", mean_level=Level.COUNTY)
    add_indicator(world, "average", "average", {2025: 30})
    report(world, "average", "A", "2022Q4", 20)
    report(world, "average", "D", "2022Q4", 40)
    drain()
    row = rolled(world, "average", "P", "2022Q4")
    assert (row.value, row.reported, row.expected) == (30, 2, 3)
    assert progress(world, "average", "P", "2022Q4").status == "achieved"


def test_a_share_counts_the_units_that_are_done(world):
    add_measure(world, "done", kind="yes_no", roll_up="share")
    add_indicator(world, "done", "done", {2025: None}, comparator="done")
    report(world, "done", "A", "2022Q4", 1)
    report(world, "done", "B", "2022Q4", 0)
    drain()
    row = rolled(world, "done", "C1", "2022Q4")
    assert (row.value, row.numerator, row.denominator) == (50, 1, 2)
    province = rolled(world, "done", "P", "2022Q4")
    assert province.value.quantize(Decimal("0.01")) == Decimal("33.33")
    assert progress(world, "done", "P", "2022Q4").status == "not_due"


def test_growth_is_measured_from_the_figure_of_its_base_year(world):
    add_measure(world, "services")
    add_indicator(
        world, "growth", "services", {2025: 50}, basis="growth_percent", baseline_year=2020
    )
    report(world, "services", "A", "2020Q4", 200)
    report(world, "services", "A", "2022Q4", 240)
    drain()
    row = progress(world, "growth", "P", "2022Q4")
    assert (row.baseline, row.target, row.expected, row.actual) == (200, 300, 240, 240)
    assert row.status == "on_track"


def test_growth_without_a_base_figure_has_no_target(world):
    add_measure(world, "services")
    add_indicator(
        world, "growth", "services", {2025: 50}, basis="growth_percent", baseline_year=2020
    )
    report(world, "services", "A", "2022Q4", 240)
    drain()
    row = progress(world, "growth", "P", "2022Q4")
    assert (row.status, row.target) == ("no_data", None)


def test_a_rate_asked_of_the_province_is_asked_of_every_unit_and_a_count_is_not(world):
    report(world, "rate", "A", "2022Q4", (96, 100))
    report(world, "standards", "A", "2022Q4", 5)
    drain()
    assert progress(world, "rate", "A", "2022Q4").status == "achieved"
    assert not Progress.objects.filter(
        indicator__code="standards", organisation=world.units["A"]
    ).exists()


def test_a_count_broken_down_has_a_status_below(world):
    add_target(world, "standards", "C1", 2025, 40)
    report(world, "standards", "A", "2022Q4", 16)
    drain()
    assert progress(world, "standards", "C1", "2022Q4").status == "on_track"


def test_a_value_that_meets_the_target_only_after_rounding_is_marked(world):
    report(world, "rate", "A", "2022Q4", (9496, 10000))
    drain()
    row = progress(world, "rate", "A", "2022Q4")
    assert row.status != "achieved"
    assert row.met_by_rounding


def test_a_correction_is_a_new_revision_and_moves_the_total(world):
    report(world, "standards", "A", "2022Q4", 10)
    drain()
    report(world, "standards", "A", "2022Q4", 12)
    drain()
    revisions = Observation.objects.filter(measure__code="standards").order_by("revision")
    assert [(o.revision, o.value, o.superseded_at is None) for o in revisions] == [
        (1, 10, False),
        (2, 12, True),
    ]
    assert rolled(world, "standards", "P", "2022Q4").value == 12


def test_the_same_figure_twice_changes_nothing(world):
    report(world, "standards", "A", "2022Q4", 10)
    drain()
    report(world, "standards", "A", "2022Q4", 10)
    assert Observation.objects.count() == 1
    assert not DirtyMark.objects.exists()


def contents() -> tuple[set, set]:
    roll_ups = RollUp.objects.values_list(
        "series", "organisation", "period", "value", "numerator", "denominator",
        "reported", "expected", "carried", "newest",
    )  # fmt: skip
    rows = Progress.objects.values_list(
        "indicator", "organisation", "period", "actual", "expected", "status", "provisional"
    )
    return set(roll_ups), set(rows)


def test_recomputing_everything_gives_what_the_marks_gave(world):
    report(world, "standards", "A", "2021Q2", 10)
    report(world, "units", "A", "2021Q2", 1)
    drain()
    report(world, "standards", "B", "2021Q4", 7)
    report(world, "rate", "D", "2022Q4", (3, 4))
    drain()
    report(world, "standards", "A", "2022Q1", "/")
    report(world, "units", "A", "2021Q3", 2)
    drain()
    recompute_all()
    full = contents()
    recompute_all()
    assert contents() == full
    RollUp.objects.all().delete()
    Progress.objects.all().delete()
    recompute_all()
    assert contents() == full


def test_draining_step_by_step_equals_recomputing_everything(world):
    recompute_all()
    report(world, "standards", "A", "2021Q2", 10)
    drain()
    report(world, "standards", "A", "2022Q1", "/")
    drain()
    report(world, "rate", "D", "2022Q4", (3, 4))
    report(world, "units", "B", "2021Q1", 6)
    drain()
    stepwise = contents()
    recompute_all()
    assert contents() == stepwise


def end_unit(world, key: str, day: date) -> None:
    unit = world.units[key]
    unit.parent_links.update(valid_to=day)
    type(unit).objects.filter(pk=unit.pk).update(valid_to=day)
    settle(world)
    mark_asked()


def test_a_unit_that_ended_leaves_its_sum_behind_and_is_expected_no_more(world):
    report(world, "units", "B", "2021Q1", 7)
    report(world, "units", "A", "2022Q4", 2)
    report(world, "standards", "B", "2022Q1", 5)
    end_unit(world, "B", date(2022, 6, 1))
    drain()
    city = rolled(world, "units", "C1", "2022Q4")
    assert (city.value, city.reported, city.expected) == (9, 1, 1)
    assert rolled(world, "units", "P", "2022Q4").value == 9
    assert rolled(world, "standards", "C1", "2022Q1").value == 5
    assert rolled(world, "standards", "C1", "2022Q2").value is None
    ended = Progress.objects.filter(organisation=world.units["B"])
    assert not ended.filter(period__gte=Period.parse("2022Q2")).exists()


def test_a_figure_that_no_plan_asks_about_is_worked_off_like_any_other(world):
    add_measure(world, "loose")
    report(world, "loose", "A", "2022Q4", 3)
    drain()
    assert not DirtyMark.objects.exists()
    assert not Progress.objects.filter(indicator__series__measure=world.measures["loose"]).exists()


def test_a_first_figure_that_comes_in_amidst_the_computing_counts_once(world, monkeypatch):
    report(world, "units", "A", "2022Q4", 2)

    def and_another(*given):
        create_lines(*given)
        report(world, "units", "A", "2022Q2", 5)

    monkeypatch.setattr(computing, "create_lines", and_another)
    recompute_all()
    assert rolled(world, "units", "A", "2022Q2").value == 5
    monkeypatch.undo()
    drain()
    assert rolled(world, "units", "A", "2022Q4").value == 7
