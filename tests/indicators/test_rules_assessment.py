"""Hand-worked statuses: the worked cases of the design first, then each rule and each edge."""

from dataclasses import replace
from decimal import Decimal as D

import pytest

from indicators.rules import (
    Anchor,
    AssessInput,
    Goal,
    MilestoneTarget,
    Thresholds,
    Trajectory,
    assess,
    build_trajectory,
    year_end,
)
from metroplan.common.periods import Period


def quarter(text):
    return Period.parse(text).index


def path(*milestones, baseline=("2020Q4", "0"), approximate=False, high=None):
    """Milestones as (year, target)."""
    targets = tuple(
        MilestoneTarget(year_end(year), D(low), high and D(high), approximate)
        for year, low in milestones
    )
    return Trajectory(targets, baseline and Anchor(quarter(baseline[0]), D(baseline[1])))


def at(when, y, trajectory=None, comparator="at_least", **more):
    """Assess `y` at a quarter; without a trajectory from 0 at 2020Q4 to 80 at 2025Q4."""
    goal_fields = {"mode", "decimals", "carry_forward", "thresholds"}
    goal = Goal(
        trajectory or path((2025, "80")),
        comparator,
        **{key: value for key, value in more.items() if key in goal_fields},
    )
    rest = {key: value for key, value in more.items() if key not in goal_fields}
    return assess(AssessInput(goal, quarter(when), None if y is None else D(y), **rest))


def test_thirty_of_eighty_after_two_of_five_years_is_slightly_behind():
    result = at("2022Q4", "30")
    assert result.expected == 32
    assert result.schedule_ratio == D("0.9375")
    assert result.status == "slightly_behind"
    assert result.attainment == D("0.375")
    assert result.lag_quarters == D("0.5")


def test_falling_target_half_way_in_half_the_time_is_on_track():
    falling = path((2030, "10"), baseline=("2020Q4", "40"))
    result = at("2025Q4", "25", falling, "at_most")
    assert (result.schedule_ratio, result.status) == (1, "on_track")
    assert (result.attainment, result.lag_quarters) == (D("0.5"), 0)


def test_target_met_only_after_rounding_is_not_met_and_marked():
    rate = path((2025, "95"), baseline=("2020Q4", "90"))
    result = at("2025Q4", "94.96", rate, decimals=1)
    assert result.status == "on_track"
    assert result.met_by_rounding
    assert not at("2025Q4", "94.94", rate, decimals=1).met_by_rounding
    assert not at("2025Q4", "95", rate, decimals=1).met_by_rounding


def test_rounding_is_marked_for_a_ceiling_too():
    ceiling = path((2025, "10"), baseline=("2020Q4", "40"))
    result = at("2025Q4", "10.04", ceiling, "at_most", decimals=1)
    assert result.met_by_rounding
    assert result.status != "achieved"


def test_two_of_three_units_reporting_makes_the_figure_provisional():
    assert at("2022Q4", "10", reported=2, units_expected=3).provisional


@pytest.mark.parametrize(
    ("reported", "expected", "provisional"),
    [(4, 5, False), (79, 100, True), (80, 100, False), (0, 3, True), (0, 0, False), (1, 1, False)],
)
def test_coverage_of_eighty_percent_is_enough(reported, expected, provisional):
    result = at("2022Q4", "10", reported=reported, units_expected=expected)
    assert result.provisional is provisional


# E(2022Q4) = 32, so S = y / 32.
@pytest.mark.parametrize(
    ("y", "status"),
    [
        ("80", "achieved"),
        ("79.999999", "ahead"),
        ("35.2", "ahead"),
        ("35.199999", "on_track"),
        ("30.4", "on_track"),
        ("30.399999", "slightly_behind"),
        ("25.6", "slightly_behind"),
        ("25.599999", "behind"),
        ("16", "behind"),
        ("15.999999", "seriously_behind"),
        ("0", "seriously_behind"),
        ("-0.000001", "regressing"),
    ],
)
def test_bands_of_a_rising_target_include_their_lower_edge(y, status):
    assert at("2022Q4", y).status == status


# From 40 down to 10 in ten years: E(2025Q4) = 25, so S = (40 − y) / 15.
@pytest.mark.parametrize(
    ("y", "status"),
    [
        ("10", "achieved"),
        ("10.000001", "ahead"),
        ("23.5", "ahead"),
        ("23.500001", "on_track"),
        ("25.75", "on_track"),
        ("25.750001", "slightly_behind"),
        ("28", "slightly_behind"),
        ("28.000001", "behind"),
        ("32.5", "behind"),
        ("32.500001", "seriously_behind"),
        ("40", "seriously_behind"),
        ("40.000001", "regressing"),
    ],
)
def test_bands_of_a_falling_target_mirror_the_rising_ones(y, status):
    falling = path((2030, "10"), baseline=("2020Q4", "40"))
    assert at("2025Q4", y, falling, "at_most").status == status


def test_edge_of_a_band_holds_where_the_path_is_no_finite_decimal():
    """E = 1/19 after one of nineteen quarters, and 0.05 is exactly 95 % of it."""
    nineteenths = Trajectory(
        (MilestoneTarget(quarter("2025Q3"), D(1)),), Anchor(quarter("2020Q4"), D(0))
    )
    assert at("2021Q1", "0.05", nineteenths).status == "on_track"
    assert at("2021Q1", "0.049999", nineteenths).status == "slightly_behind"


def test_no_figure_is_no_data_and_still_names_target_and_path():
    result = at("2022Q4", None, reported=0, units_expected=3)
    assert (result.status, result.expected, result.target) == ("no_data", 32, 80)
    assert result.milestone_year == 2025
    assert result.attainment is result.schedule_ratio is result.lag_quarters is None
    assert not result.provisional


@pytest.mark.parametrize(
    ("newest", "y", "status"),
    [
        ("2021Q4", "30", "slightly_behind"),  # four quarters old: still carried
        ("2021Q3", "30", "stale"),  # five quarters old
        ("2021Q3", None, "stale"),
        ("2021Q3", "80", "stale"),  # before any comparison
        ("2022Q4", None, "no_data"),  # answered, with nothing that counts
    ],
)
def test_figure_older_than_what_is_carried_is_stale(newest, y, status):
    assert at("2022Q4", y, newest=quarter(newest)).status == status


def test_milestone_compared_with_is_the_first_at_or_after_the_quarter():
    stages = path((2023, "30"), (2025, "80"))
    before, on, after = (at(when, "20", stages) for when in ("2023Q3", "2023Q4", "2024Q1"))
    assert [r.target for r in (before, on, after)] == [30, 30, 80]
    assert [r.milestone_year for r in (before, on, after)] == [2023, 2023, 2025]


def test_unmet_target_is_missed_only_after_its_quarter():
    assert at("2025Q4", "79").status == "on_track"
    assert at("2026Q1", "79").status == "missed"
    assert at("2026Q1", "80").status == "achieved"


def test_missed_comes_before_everything_but_achievement():
    kept = path((2025, "80"), baseline=("2020Q4", "80"))
    assert at("2026Q1", "79.9", kept, mode="maintain").status == "missed"
    assert at("2026Q1", "0", path((2025, "1")), "done").status == "missed"


@pytest.mark.parametrize(
    ("when", "y", "status"),
    [
        ("2022Q1", "1", "achieved"),
        ("2024Q3", "0", "not_due"),
        ("2024Q4", "0", "due_soon"),
        ("2025Q4", "0", "due_soon"),
        ("2026Q1", "0", "missed"),
    ],
)
def test_deliverable_is_done_due_soon_or_not_due(when, y, status):
    result = at(when, y, path((2025, "1")), "done")
    assert result.status == status
    assert result.schedule_ratio is result.lag_quarters is result.needed_rate is None


@pytest.mark.parametrize(("y", "status"), [("100", "achieved"), ("99.9", "not_due")])
def test_share_of_units_is_done_when_all_are(y, status):
    assert at("2022Q4", y, path((2025, "100")), "done").status == status


@pytest.mark.parametrize(
    ("y", "status"),
    [
        ("95", "achieved"),
        ("94.05", "slightly_behind"),  # 1 % of 95 is 0.95
        ("94.049999", "behind"),
    ],
)
def test_level_to_be_kept_allows_one_percent(y, status):
    rate = path((2025, "95"), baseline=("2020Q4", "90"))
    assert at("2022Q4", y, rate, mode="maintain").status == status
    unchanged = path((2025, "95"), baseline=("2020Q4", "95"))
    assert at("2022Q4", y, unchanged).status == status


@pytest.mark.parametrize(
    ("y", "status"), [("20", "achieved"), ("20.2", "slightly_behind"), ("20.200001", "behind")]
)
def test_ceiling_to_be_kept_allows_one_percent_above(y, status):
    ceiling = path((2025, "20"), baseline=("2020Q4", "30"))
    assert at("2022Q4", y, ceiling, "at_most", mode="maintain").status == status


def test_target_equal_to_the_baseline_has_no_attainment():
    result = at("2022Q4", "94", path((2025, "95"), baseline=("2020Q4", "95")))
    assert result.attainment is None
    assert result.schedule_ratio is None


def test_baseline_quarter_is_its_own_status_whatever_the_figure():
    stages = path((2025, "80"), baseline=("2020Q4", "20"))
    assert at("2020Q4", "20", stages).status == "baseline"
    assert at("2020Q4", "19", stages).status == "baseline"
    assert at("2021Q1", "19", stages).status == "regressing"


def test_figure_without_any_baseline_stands_at_its_start():
    result = at("2022Q4", "60", path((2025, "80"), baseline=None))
    assert result.status == "baseline"
    assert result.expected is result.attainment is result.lag_quarters is None


@pytest.mark.parametrize(("y", "status"), [("20", "on_track"), ("20.1", "ahead")])
def test_path_still_at_the_baseline_asks_for_the_baseline(y, status):
    level = path((2023, "20"), (2025, "80"), baseline=("2022Q4", "20"))
    early = at("2022Q2", y, level)
    assert early.schedule_ratio is None
    assert early.expected == 20
    later = path((2025, "80"), baseline=("2022Q4", "20"))
    assert at("2022Q2", y, later).status == status


def test_range_is_met_from_its_low_end_and_its_ceiling_only_noted():
    pair = path((2025, "10"), high="20")
    assert at("2022Q4", "10", pair, "range").status == "achieved"
    above = at("2022Q4", "21", pair, "range")
    assert (above.status, above.over_ceiling) == ("achieved", True)
    assert not at("2022Q4", "20", pair, "range").over_ceiling


@pytest.mark.parametrize(
    ("y", "status"), [("9", "achieved"), ("8.999999", "missed"), ("14", "achieved")]
)
def test_approximate_target_is_met_from_ninety_percent(y, status):
    assert at("2026Q1", y, path((2025, "10"), approximate=True)).status == status


def test_approximate_ceiling_is_met_up_to_ten_percent_above():
    ceiling = path((2025, "10"), baseline=("2020Q4", "40"), approximate=True)
    assert at("2026Q1", "11", ceiling, "at_most").status == "achieved"
    assert at("2026Q1", "11.000001", ceiling, "at_most").status == "missed"


@pytest.mark.parametrize(("y", "status"), [("80", "achieved"), ("79", "missed"), ("81", "missed")])
def test_equality_is_exact(y, status):
    assert at("2026Q1", y, comparator="equal").status == status


def test_growth_is_measured_from_the_base_value():
    """30 % more than 200 is 260: after one of two years the path is at 230."""
    grown = build_trajectory(
        [MilestoneTarget(year_end(2022), D(30))],
        basis="growth_percent",
        baseline=Anchor(quarter("2020Q4"), D(200)),
    )
    result = at("2021Q4", "230", grown)
    assert (result.target, result.expected, result.status) == (260, 230, "on_track")
    assert at("2022Q4", "260", grown).status == "achieved"


@pytest.mark.parametrize(
    ("y", "newest", "status"),
    [("5", "2022Q4", "no_data"), (None, None, "no_data"), ("5", "2020Q4", "stale")],
)
def test_growth_without_a_base_value_has_no_target(y, newest, status):
    goal = Goal(None, "at_least")
    figure = None if y is None else D(y)
    newest = newest and quarter(newest)
    result = assess(AssessInput(goal, quarter("2022Q4"), figure, newest))
    assert (result.status, result.target, result.actual) == (status, None, figure)


def test_attainment_is_not_clipped():
    assert at("2022Q4", "120").attainment == D("1.5")
    assert at("2022Q4", "-8").attainment == D("-0.1")


@pytest.mark.parametrize(
    ("when", "y", "lag"),
    [
        ("2022Q4", "32", "0"),
        ("2022Q4", "40", "-2"),
        ("2022Q4", "100", "-12"),  # beyond the path: early by what is left of it
        ("2022Q4", "-5", "8"),  # below it: late by all of it
        ("2027Q4", "80", "0"),
        ("2027Q4", "72", "10"),
    ],
)
def test_lag_is_the_time_since_the_path_stood_there(when, y, lag):
    assert at(when, y).lag_quarters == D(lag)


def test_rate_still_needed_stands_beside_the_rate_of_the_last_four_quarters():
    history = {quarter(when): D(y) for when, y in [("2021Q4", "14"), ("2022Q3", "29")]}
    result = at("2022Q4", "30", history=history)
    assert result.needed_rate == D(50) / 12
    assert result.recent_rate == 4
    assert at("2022Q4", "30", history={quarter("2022Q2"): D(24)}).recent_rate == 3
    assert at("2022Q4", "30").recent_rate is None


def test_nothing_is_needed_of_a_met_target_or_in_no_time():
    assert at("2022Q4", "80").needed_rate is None
    assert at("2025Q4", "79").needed_rate is None


def test_milestones_passed_unmet_are_named():
    stages = path((2021, "10"), (2022, "30"), (2025, "80"))
    history = {quarter(f"{year}Q4"): D(y) for year, y in [(2021, 9), (2022, 25), (2023, 28)]}
    result = at("2023Q4", "28", stages, history=history)
    assert result.passed_unmet == (2022,)
    assert at("2022Q4", "25", stages, history=history).passed_unmet == ()


def test_thresholds_are_data_with_a_version():
    strict = replace(Thresholds(), on_track=D("0.90"), version=2)
    result = at("2022Q4", "30", thresholds=strict)
    assert (result.status, result.rule_version) == ("on_track", 2)
    assert at("2022Q4", "30").rule_version == 1
