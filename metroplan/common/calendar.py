"""Working days as the State Council sets them (法定节假日与调休)."""

from datetime import date, timedelta

import chinese_calendar

DAY = timedelta(days=1)
SATURDAY = 5


def is_working_day(day: date) -> bool:
    """Holidays and make-up days are known for 2004 to 2026; other years fall back to Monday-Friday.

    Each year's schedule is published late in the year before, so deadlines further ahead move
    slightly once the library that carries the schedule is updated.
    """
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        return day.weekday() < SATURDAY


def add_working_days(day: date, n: int) -> date:
    """The n-th working day after `day`; `day` itself when n is 0."""
    if n < 0:
        raise ValueError(f"the number of working days must not be negative: {n}")
    while n:
        day += DAY
        n -= is_working_day(day)
    return day


def working_days_until(today: date, day: date) -> int:
    """Working days after `today` up to and with `day`: 0 on the day; negative once it is over."""
    if day < today:
        return -working_days_until(day, today)
    between = (today + DAY * step for step in range(1, (day - today).days + 1))
    return sum(map(is_working_day, between))
