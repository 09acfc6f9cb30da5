from decimal import Decimal as D

import pytest

from indicators.rules import Figure, OwnValue, Series, is_provisional, own_value, roll_up, year_end

Q1 = year_end(2020) + 1
STOCK = Series("count", "stock")
RATIO = Series("ratio", "stock")
NOT_APPLICABLE = Figure("not_applicable")


def count(value):
    return Figure("value" if value else "zero", value=D(value))


def ratio(numerator, denominator):
    return Figure("value", numerator=D(numerator), denominator=D(denominator))


def counts(*values, first=Q1):
    """One figure a quarter; None is not reported."""
    return {first + i: count(v) for i, v in enumerate(values) if v is not None}


@pytest.mark.parametrize(
    ("k", "value", "carried"),
    [(Q1 - 1, None, False), (Q1, 5, False), (Q1 + 4, 5, True), (Q1 + 5, None, False)],
)
def test_stock_is_carried_for_four_quarters_and_marked(k, value, carried):
    own = own_value(counts(5), k, STOCK)
    assert (own.value, own.carried, own.reported) == (value, carried, value is not None)


def test_observation_of_the_quarter_replaces_the_carried_one():
    own = own_value(counts(5, None, 0), Q1 + 2, STOCK)
    assert (own.value, own.carried) == (0, False)


def test_not_applicable_is_carried_as_such():
    own = own_value({Q1: count(5), Q1 + 1: NOT_APPLICABLE}, Q1 + 2, STOCK)
    assert (own.applies, own.value, own.reported) == (False, None, False)


@pytest.mark.parametrize(
    ("window", "since", "total"),
    [("as_is", None, 8), ("calendar_year", None, 8 + 4), ("since_plan_start", Q1 + 1, 14)],
)
def test_flow_is_summed_over_its_window(window, since, total):
    """2021: 1, 2, nothing, confirmed zero; 2022: 4, 8."""
    figures = counts(1, 2, None, 0, 4, 8)
    series = Series("count", "flow", window, since)
    assert own_value(figures, Q1 + 5, series).value == total


def test_flow_is_not_reported_while_its_newest_quarter_is_missing():
    series = Series("count", "flow", "since_plan_start", Q1)
    own = own_value(counts(1, 2), Q1 + 2, series)
    assert (own.value, own.reported, own.carried, own.newest) == (3, False, False, Q1 + 1)
    as_is = own_value(counts(1, 2), Q1 + 2, Series("count", "flow"))
    assert (as_is.value, as_is.reported) == (None, False)


def test_flow_that_no_longer_applies_keeps_what_was_done():
    series = Series("count", "flow", "since_plan_start", Q1)
    own = own_value({Q1: count(3), Q1 + 1: NOT_APPLICABLE}, Q1 + 1, series)
    assert (own.value, own.applies, own.reported) == (3, False, False)


def test_ratio_of_a_flow_adds_both_terms_over_the_window():
    series = Series("ratio", "flow", "calendar_year")
    own = own_value({Q1: ratio(9, 10), Q1 + 1: ratio(1, 90)}, Q1 + 1, series)
    assert (own.value, own.numerator, own.denominator) == (10, 10, 100)


def test_ratio_over_nothing_is_reported_but_has_no_value():
    own = own_value({Q1: ratio(0, 0)}, Q1, RATIO)
    assert (own.value, own.reported) == (None, True)


def test_ratio_rolls_up_by_sums_and_names_the_missing_county():
    """9/10, blank and 1/90: 10 % of 100, from two of three counties, provisional."""
    observed = [{Q1: ratio(9, 10)}, {}, {Q1: ratio(1, 90)}]
    city = roll_up("ratio", [own_value(figures, Q1, RATIO) for figures in observed])
    assert (city.numerator, city.denominator, city.value) == (10, 100, 10)
    assert (city.reported, city.expected, city.missing) == (2, 3, (1,))
    assert is_provisional(city.reported, city.expected)


def unit(value, **more):
    return OwnValue(value=None if value is None else D(value), **{"reported": True, **more})


ABSENT = OwnValue()
OUTSIDE = OwnValue(applies=False)


def test_sum_counts_reported_carried_and_missing_units():
    total = roll_up("sum", [unit(3), unit(4, carried=True), ABSENT, OUTSIDE])
    assert (total.value, total.reported, total.expected, total.carried) == (7, 2, 3, 1)
    assert total.missing == (2,)


def test_nothing_reported_is_not_zero():
    assert roll_up("sum", [ABSENT, ABSENT]).value is None
    assert roll_up("sum", [unit(0), ABSENT]).value == 0
    assert roll_up("ratio", [ABSENT]).value is None
    assert roll_up("mean", []).value is None
    assert roll_up("share", [ABSENT]).value is None


def test_mean_divides_by_the_units_that_have_a_figure():
    mean = roll_up("mean", [unit(3), unit(4), ABSENT, OUTSIDE])
    assert (mean.value, mean.expected) == (D("3.5"), 3)


def test_share_divides_by_all_units_expected():
    share = roll_up("share", [unit(1), unit(0), ABSENT, unit(1), OUTSIDE])
    assert (share.value, share.reported, share.expected) == (50, 3, 4)


def test_own_figure_is_not_rolled_up():
    assert roll_up("own", [unit(8)]).value == 8
    assert roll_up("own", []).value is None


def test_newest_observation_is_known_even_when_too_old():
    old = own_value(counts(5), Q1 + 9, STOCK)
    assert (old.value, old.newest, old.reported) == (None, Q1, False)
    assert roll_up("sum", [old, ABSENT]).newest == Q1
