from decimal import Decimal as D

import pytest

from indicators.rules import MilestoneTarget, forecast, summarise, year_end
from indicators.rules.forecasting import trend

DUE = year_end(2025)
NOW = DUE - 8


def series(*values):
    """The last value stands at NOW, the others before it."""
    return {NOW - len(values) + 1 + i: D(str(v)) for i, v in enumerate(values) if v is not None}


def target(low):
    return MilestoneTarget(DUE, D(low))


def test_line_goes_on_as_it_did():
    ahead = forecast(series(10, 12, 14, 16), target(31), "at_least")
    assert ahead.value == 32
    assert (ahead.trend.slope, ahead.trend.points, ahead.verdict) == (2, 4, "likely")


@pytest.mark.parametrize(("decimals", "unit"), [(0, D(1)), (1, D("0.1")), (2, D("0.01"))])
def test_a_straight_line_is_no_surer_than_the_last_decimal_of_its_figures(decimals, unit):
    ahead = forecast(series(10, 12, 14, 16), target(32), "at_least", decimals=decimals)
    assert (ahead.low, ahead.value, ahead.high) == (32 - unit, 32, 32 + unit)
    assert (ahead.verdict, ahead.trend.still) == ("possible", 0)


@pytest.mark.parametrize(
    ("low", "comparator", "verdict"),
    [
        (7, "at_least", "likely"),
        (8, "at_least", "unlikely"),
        (7, "at_most", "likely"),
        (6, "at_most", "unlikely"),
    ],
)
def test_a_figure_that_never_moved_is_judged_by_itself(low, comparator, verdict):
    ahead = forecast(series(7, 7, 7, 7, 7), target(low), comparator)
    assert (ahead.value, ahead.verdict) == (7, verdict)
    assert (ahead.trend.still, ahead.trend.unmoved) == (5, True)


@pytest.mark.parametrize(
    ("values", "still"),
    [((1, 2, 3, 3, 3, 3), 4), ((1, 2, 3, 3, 3), 0), ((3, 3, 3, 3, 4), 0), ((3, None, 3, 3, 3), 4)],
)
def test_a_standstill_counts_from_four_observed_quarters(values, still):
    line = trend(series(*values))
    assert line.still == still
    assert line.unmoved == (still == line.points)


def test_one_wild_figure_does_not_turn_the_line():
    assert trend(series(10, 12, 90, 16, 18, 20, 22)).slope == 2


def test_gaps_between_quarters_are_counted():
    assert trend(series(10, None, 14, 16, None, 20)).slope == 2


@pytest.mark.parametrize("values", [(), (1, 2, 3), (1, None, None, 2, 3)])
def test_fewer_than_four_figures_foretell_nothing(values):
    assert forecast(series(*values), target(10), "at_least") is None


def test_only_the_last_twelve_figures_count():
    line = trend(series(*[0] * 30, *range(12)))
    assert (line.points, line.slope, line.value_at(NOW)) == (12, 1, 11)


# Around a line of slope 1 the residuals are 0, 2, −1, 0, 1, −1, 0, 2, 0: their median size is 1, so
# the band is 2·1.4826 each way, from 13.03 to 18.97 eight quarters on.
SWINGING = (0, 3, 1, 3, 5, 4, 6, 9, 8)


@pytest.mark.parametrize(
    ("low", "verdict"), [(13, "likely"), (14, "possible"), (18, "possible"), (19, "unlikely")]
)
def test_verdict_follows_from_the_band(low, verdict):
    foretold = forecast(series(*SWINGING), target(low), "at_least")
    assert foretold.trend.spread == 2 * D("1.4826") * 1
    assert foretold.value == 16
    assert foretold.verdict == verdict


@pytest.mark.parametrize(("low", "verdict"), [(24, "likely"), (22, "possible"), (18, "unlikely")])
def test_verdict_of_a_ceiling_looks_at_the_other_end(low, verdict):
    falling = [37 - value for value in SWINGING]
    foretold = forecast(series(*falling), target(low), "at_most")
    assert (foretold.value, foretold.verdict) == (21, verdict)


def test_ratio_does_not_pass_a_hundred_nor_a_count_fall_below_zero():
    rising = forecast(series(90, 93, 96, 99), target(95), "at_least", ceiling=D(100))
    assert (rising.value, rising.high) == (100, 100)
    assert forecast(series(9, 6, 3, 0), target(95), "at_least").value == 0


def test_nothing_is_foretold_of_deliverables_or_the_past():
    assert forecast(series(0, 0, 0, 0), target(1), "done") is None
    past = MilestoneTarget(NOW, D(1))
    assert forecast(series(0, 0, 0, 0), past, "at_least") is None


def test_score_of_a_plan_is_clipped_with_the_unclipped_beside_it():
    rows = [
        ("achieved", D("1.5")),
        ("regressing", D("-0.5")),
        ("behind", D("0.5")),
        ("no_data", None),
    ]
    summary = summarise([*rows, ("behind", D("0.5"))])
    assert summary.counts == {"achieved": 1, "regressing": 1, "behind": 2, "no_data": 1}
    assert (summary.score, summary.unclipped, summary.scored) == (D("0.5"), D("0.5"), 4)
    assert summarise([("achieved", D(3))]).score == 1
    assert summarise([("no_data", None)]).score is None
