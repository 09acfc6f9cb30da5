"""Days as people write them in tables: 2024-03-15, 2024/3/15, 20240315, 2024年3月15日."""

import re
from datetime import date, datetime

from metroplan.common.text import normalise

WRITTEN = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))", re.ASCII)
MIDNIGHT = re.compile(r"[ T]00:00(:00)?(\.0+)?$")


def read_day(text: str, value: object = None) -> date | None:
    """The day in a cell, None for no day; `value` is what a workbook's reader made of it."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    match = WRITTEN.fullmatch(MIDNIGHT.sub("", normalise(text)))
    if match is None:
        return None
    year, *parts = (int(part) for part in match.groups() if part)
    try:
        return date(year, *parts)
    except ValueError:
        return None
