from decimal import Decimal as D

import pytest

from indicators.rules import (
    Anchor,
    MilestoneTarget,
    Trajectory,
    build_trajectory,
    find_baseline,
    target_value,
    year_end,
)

START = year_end(2020)


def path(*points, baseline=(0, 0)):
    """Points as (quarters after the start, value)."""
    targets = tuple(MilestoneTarget(START + after, D(value)) for after, value in points)
    return Trajectory(targets, baseline and Anchor(START + baseline[0], D(baseline[1])))


@pytest.mark.parametrize(
    ("after", "expected"),
    [(-3, "10"), (0, "10"), (2, "15"), (4, "20"), (5, "30"), (8, "60"), (9, "60"), (99, "60")],
)
def test_path_is_linear_between_its_anchors_and_flat_outside(after, expected):
    assert path((4, 20), (8, 60), baseline=(0, 10)).expected_at(START + after) == D(expected)


def test_anchors_are_the_baseline_and_the_targets():
    anchors = path((4, 20), (8, 60), baseline=(0, 10)).anchors
    assert [(anchor.at - START, anchor.value) for anchor in anchors] == [(0, 10), (4, 20), (8, 60)]


@pytest.mark.parametrize(
    ("y", "near", "after"),
    [
        ("0", 3, "0"),
        ("10", 3, "2"),
        ("35", 3, "5"),
        ("80", 3, "8"),
        ("80", 12, "12"),  # the plan is over: the path still stands there
        ("99", 3, "8"),
        ("-1", 3, "0"),
    ],
)
def test_inverse_finds_when_the_path_stands_at_a_value(y, near, after):
    assert path((4, 20), (8, 80)).inverse(D(y), START + near) == START + D(after)


@pytest.mark.parametrize(("near", "after"), [(2, 4), (6, 6), (9, 8)])
def test_inverse_on_a_level_stretch_is_the_nearest_time(near, after):
    assert path((4, 20), (8, 20), (12, 40)).inverse(D(20), START + near) == START + after


def test_inverse_works_on_a_falling_path():
    assert path((40, 10), baseline=(0, 40)).inverse(D(25), START) == START + 20


def test_without_a_baseline_there_is_no_path():
    targets_only = path((4, 20), baseline=None)
    assert targets_only.expected_at(START) is targets_only.inverse(D(1), START) is None
    assert targets_only.target_at(START).low == 20


def test_milestone_before_the_first_observation_is_no_part_of_the_path():
    late = path((4, 20), (8, 60), baseline=(6, 30))
    assert late.expected_at(START + 7) == 45
    assert late.target_at(START + 3).low == 20


def test_baseline_after_all_milestones_leaves_the_last_target():
    assert path((4, 20), baseline=(6, 30)).expected_at(START + 7) == 20


@pytest.mark.parametrize("points", [(), ((4, 1), (4, 2)), ((8, 1), (4, 2))])
def test_targets_must_come_in_the_order_of_time(points):
    with pytest.raises(ValueError, match="order of time"):
        path(*points)


def baseline(kind="count", basis="absolute", history=None, **given):
    first_quarter = START + 1
    return find_baseline(
        kind=kind, basis=basis, plan_start=first_quarter, history=history or {}, **given
    )


def test_given_baseline_stands_at_the_end_of_its_year():
    assert baseline(year=2019, value=D(7)) == Anchor(year_end(2019), D(7))


def test_given_year_without_a_value_takes_the_figure_of_its_end():
    assert baseline(year=2019, history={year_end(2019): D(9)}) == Anchor(year_end(2019), D(9))


@pytest.mark.parametrize("kind", ["count", "yes_no"])
def test_counts_start_from_zero_before_the_plan(kind):
    assert baseline(kind, history={START + 3: D(9)}) == Anchor(START, D(0))
    assert baseline(kind, year=2019) == Anchor(START, D(0))


def test_ratio_starts_from_its_first_observed_value():
    assert baseline("ratio", history={START + 6: D(9), START + 3: D(8)}) == Anchor(START + 3, D(8))
    assert baseline("ratio") is None


def test_growth_starts_from_a_known_base_only():
    assert baseline(basis="growth_percent", year=2019, history={START: D(5)}) is None
    assert baseline(basis="growth_percent", year=2019, value=D(5)).value == 5


def test_growth_raises_both_ends_of_a_range_from_the_base():
    target = MilestoneTarget(year_end(2025), D(10), D(20), approximate=True)
    base = Anchor(START, D(50))
    grown = build_trajectory([target], basis="growth_percent", baseline=base).last
    assert (grown.low, grown.high, grown.approximate) == (55, 60, True)
    assert build_trajectory([target], basis="growth_percent", baseline=None) is None
    assert build_trajectory([target], basis="absolute", baseline=base).last == target


@pytest.mark.parametrize(
    ("low", "comparator", "roll_up", "value"),
    [(None, "done", "own", 1), (None, "done", "share", 100), (D(5), "at_least", "sum", 5)],
)
def test_deliverable_is_one_or_all_units(low, comparator, roll_up, value):
    assert target_value(low, comparator, roll_up) == value


def test_number_is_needed_unless_it_is_a_deliverable():
    with pytest.raises(ValueError, match="at_least"):
        target_value(None, "at_least", "sum")
