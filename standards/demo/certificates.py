"""The run of certificates of a demonstration standard, from its founding to today and beyond."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from indicators.demo.chance import chance, whole_between
from standards.rules.months import months_after

MONTHS_BEFORE, MONTHS_SINCE = 48, 60
LONGER_SINCE = date(2023, 9, 15)
# One in so many was not renewed in time and has lapsed within the last months.
LAPSED = 0.03
LAPSED_WITHIN_DAYS = 240


@dataclass(frozen=True, slots=True)
class Stretch:
    """Valid on both days."""

    first: date
    last: date


def stretches(words: str, founded: date, until: date, today: date) -> list[Stretch]:
    """One after another without a gap up to `until`, the last running on over it."""
    found = list(_chain(words, founded, until))
    last = found[-1]
    if until >= today and len(found) > 1 and chance(words, "lapsed") < LAPSED:
        end = today - timedelta(days=whole_between(10, LAPSED_WITHIN_DAYS, words, "lapsed on"))
        if last.first <= end < last.last:
            found[-1] = Stretch(last.first, end)
    return found


def _chain(words: str, founded: date, until: date) -> Iterator[Stretch]:
    first = founded
    while True:
        last = months_after(first, validity(first)) - timedelta(days=1)
        yield Stretch(first, last)
        if last >= until:
            return
        # Most are renewed with the last day, some weeks before it.
        early = 0 if chance(words, first) < 0.7 else whole_between(5, 40, words, "early", first)
        first = last + timedelta(days=1 - early)


def validity(day: date) -> int:
    return MONTHS_SINCE if day >= LONGER_SINCE else MONTHS_BEFORE
