"""Months before a day, as deadlines count them."""

from calendar import monthrange
from datetime import date

EARLIEST, LATEST = date(1949, 10, 1), date(2100, 12, 31)
"""The days that registers may speak of; anything else is a slip of the keyboard."""


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last: 31 August less 6 is 28 February."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_after(day: date, months: int) -> date:
    return months_before(day, -months)
