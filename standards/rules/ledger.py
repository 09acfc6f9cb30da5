"""When an entry of the ledger counts: from the day it is done until it ends or is withdrawn."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

PLANNED, UNDER_WAY, DONE = "planned", "under_way", "done"
ENDED, WITHDRAWN = "ended", "withdrawn"

MAY_FOLLOW: dict[str, frozenset[str]] = {
    PLANNED: frozenset({UNDER_WAY, DONE, WITHDRAWN}),
    UNDER_WAY: frozenset({DONE, WITHDRAWN}),
    DONE: frozenset({ENDED, WITHDRAWN}),
    ENDED: frozenset(),
    WITHDRAWN: frozenset(),
}
"""An entry may begin in any state, and a state may be recorded again with another document.

What has ended or was withdrawn stays so; a mistake is mended by another state on the same day.
"""


@dataclass(frozen=True, slots=True)
class Event:
    """From `since` on the entry is in `state`; of two for one day the later `number` holds."""

    state: str
    since: date
    number: int = 0


@dataclass(frozen=True, slots=True)
class Counting:
    """Counts from `first` up to, not including, `end`; never where `first` is None."""

    first: date | None = None
    end: date | None = None


def course(events: Iterable[Event]) -> list[Event]:
    """What holds, in order: one event for a day."""
    by_day: dict[date, Event] = {}
    for event in sorted(events, key=lambda event: (event.since, event.number)):
        by_day[event.since] = event
    return list(by_day.values())


def broken_at(events: Iterable[Event]) -> tuple[Event, Event] | None:
    """The first two neighbours of the course of which the second may not follow the first."""
    held = course(events)
    for before, after in pairwise(held):
        if after.state != before.state and after.state not in MAY_FOLLOW[before.state]:
            return before, after
    return None


def counting(events: Iterable[Event]) -> Counting:
    """For a course that is not broken, in which what is done is done in one stretch of days."""
    held = course(events)
    first = next((event.since for event in held if event.state == DONE), None)
    if first is None:
        return Counting()
    later = (event.since for event in held if event.since > first and event.state != DONE)
    return Counting(first, next(later, None))


def first_difference(before: Counting, after: Counting) -> date | None:
    """The first day on which the two do not agree; None where they do."""
    if before == after:
        return None
    if before.first != after.first:
        return min(day for day in (before.first, after.first) if day)
    return min(day for day in (before.end, after.end) if day)
