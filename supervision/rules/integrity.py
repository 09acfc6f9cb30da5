"""The course of one run towards the title of a trustworthy-metrology unit (诚信计量)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from standards.rules.months import months_after

COMMITTED, APPLIED, REVIEWING, PUBLICISED = "committed", "applied", "reviewing", "publicised"
CONFERRED, REFUSED = "conferred", "refused"
LAPSED, REVOKED, WITHDRAWN = "lapsed", "revoked", "withdrawn"
BEGINNINGS = frozenset({COMMITTED, APPLIED})
ENDS = frozenset({REFUSED, LAPSED, REVOKED, WITHDRAWN})
NOT_WHILE_DISHONEST = frozenset({APPLIED, PUBLICISED, CONFERRED})
NEEDS_REASON = frozenset({REFUSED, REVOKED, WITHDRAWN})
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the criteria that a run is under say of days."""

    publicity_days: int
    validity_months: int


@dataclass(frozen=True, slots=True)
class Event:
    state: str
    since: date


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a run. The title holds from `conferred_on` to `valid_until`, that day included,
    or to the day before `ended_on`, the first day on which the run is over."""

    committed_on: date | None = None
    publicised_from: date | None = None
    publicised_until: date | None = None
    conferred_on: date | None = None
    valid_until: date | None = None
    ended_on: date | None = None

    def holds_on(self, day: date) -> bool:
        if self.conferred_on is None or self.valid_until is None:
            return False
        ended = self.ended_on is not None and self.ended_on <= day
        return self.conferred_on <= day <= self.valid_until and not ended


def days_of(events: Iterable[Event], terms: Terms | None) -> Days:
    """`terms` may be None before the run has any criteria."""
    first: dict[str, date] = {}
    for event in events:
        first.setdefault(event.state, event.since)
    publicised, conferred = first.get(PUBLICISED), first.get(CONFERRED)
    return Days(
        committed_on=first.get(COMMITTED),
        publicised_from=publicised,
        publicised_until=publicity_end(publicised, terms) if publicised and terms else None,
        conferred_on=conferred,
        valid_until=validity_end(conferred, terms) if conferred and terms else None,
        ended_on=min((first[state] for state in ENDS & first.keys()), default=None),
    )


def title_of(days: Days) -> tuple[date, date] | None:
    """The first and the last day of the title; None where there was none on any day."""
    if days.conferred_on is None or days.valid_until is None:
        return None
    last = days.valid_until if days.ended_on is None else min(days.valid_until, days.ended_on - DAY)
    return (days.conferred_on, last) if days.conferred_on <= last else None


def publicity_end(first: date, terms: Terms) -> date:
    """The last of so many days, the first one counted."""
    return first + (terms.publicity_days - 1) * DAY


def validity_end(conferred: date, terms: Terms) -> date:
    """The day before the same day so many months later, or before that month's last."""
    return months_after(conferred, terms.validity_months) - DAY


def first_difference(before: Days, after: Days) -> date | None:
    """The first day on which the two count otherwise; None where they do not."""
    names = ("committed_on", "conferred_on", "valid_until", "ended_on")
    changed = [
        day
        for name in names
        if (old := getattr(before, name)) != (new := getattr(after, name))
        for day in (old, new)
        if day
    ]
    return min(changed, default=None)
