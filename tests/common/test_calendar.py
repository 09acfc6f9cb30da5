from datetime import date

import pytest

from metroplan.common.calendar import add_working_days, is_working_day


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2024, 10, 1), False),  # National Day
        (date(2024, 10, 7), False),  # still the holiday, a Monday
        (date(2024, 10, 12), True),  # a Saturday made up for it
        (date(2024, 10, 13), False),  # a plain Sunday
        (date(2015, 9, 3), False),  # the one-off holiday of 2015
        (date(2015, 9, 6), True),  # the Sunday made up for it
        (date(2040, 10, 1), True),  # beyond the known schedules: a Monday
        (date(2040, 10, 6), False),  # and a Saturday
    ],
)
def test_holidays_and_make_up_days_are_known(day, working):
    assert is_working_day(day) is working


@pytest.mark.parametrize(
    ("day", "n", "deadline"),
    [
        (date(2024, 9, 30), 1, date(2024, 10, 8)),
        (date(2024, 9, 30), 5, date(2024, 10, 12)),
        (date(2024, 9, 30), 6, date(2024, 10, 14)),
        (date(2024, 9, 30), 0, date(2024, 9, 30)),
        (date(2024, 12, 31), 10, date(2025, 1, 15)),
        (date(2040, 9, 28), 2, date(2040, 10, 2)),
    ],
)
def test_deadline_counts_working_days_after_the_quarter(day, n, deadline):
    assert add_working_days(day, n) == deadline


def test_days_are_not_counted_backwards():
    with pytest.raises(ValueError, match="-1"):
        add_working_days(date(2024, 9, 30), -1)
