"""On which days a standard counts, from its dated states and certificates."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import NamedTuple

DAY = timedelta(days=1)
EXAMINATION, PUBLIC = "examination", "public"


class Event(NamedTuple):
    """From `since` on the state holds; of two for one day the later `number`."""

    since: date
    number: int
    state: str


class Validity(NamedTuple):
    """A certificate, valid on both its end days; a revoked one not from `revoked_on` on."""

    kind: str
    first: date
    last: date
    revoked_on: date | None = None


class Span(NamedTuple):
    """Both days included."""

    first: date
    last: date


def spans(
    events: Iterable[Event],
    certificates: Iterable[Validity],
    *,
    public: bool,
    counting: Collection[str],
) -> list[Span]:
    """In order, apart from one another by at least a day.

    A standard counts while its state is one of `counting` and an examination certificate is
    valid, and for a public one a public certificate too.
    """
    held = list(certificates)
    days = both(united(in_states(events, counting)), valid(held, EXAMINATION))
    return both(days, valid(held, PUBLIC)) if public else days


def state_on(events: Iterable[Event], day: date) -> str | None:
    """The state of the event with the greatest day and number up to `day`; None before any."""
    passed = [event for event in events if event.since <= day]
    return max(passed).state if passed else None


def in_states(events: Iterable[Event], states: Collection[str]) -> list[Span]:
    held = {event.since: event for event in sorted(events)}
    order = sorted(held)
    ends = [*(day - DAY for day in order[1:]), date.max]
    return [
        Span(first, last)
        for first, last in zip(order, ends, strict=False)
        if held[first].state in states
    ]


def valid(certificates: Iterable[Validity], kind: str) -> list[Span]:
    """Days on which at least one certificate of the kind is valid."""
    return united(
        Span(item.first, min(item.last, item.revoked_on - DAY) if item.revoked_on else item.last)
        for item in certificates
        if item.kind == kind
    )


def united(spans: Iterable[Span]) -> list[Span]:
    """Those that overlap or meet made one; empty ones left out."""
    joined: list[Span] = []
    for span in sorted(span for span in spans if span.first <= span.last):
        if joined and (joined[-1].last == date.max or span.first <= joined[-1].last + DAY):
            joined[-1] = Span(joined[-1].first, max(joined[-1].last, span.last))
        else:
            joined.append(span)
    return joined


def both(one: Iterable[Span], other: Iterable[Span]) -> list[Span]:
    """The days in both; each is in order and without overlaps."""
    left, right, common = list(one), list(other), []
    i = j = 0
    while i < len(left) and j < len(right):
        first, last = max(left[i].first, right[j].first), min(left[i].last, right[j].last)
        if first <= last:
            common.append(Span(first, last))
        if left[i].last < right[j].last:
            i += 1
        else:
            j += 1
    return common


def first_difference(before: Iterable[Span], after: Iterable[Span]) -> date | None:
    """The first day that only one of the two holds; None where they hold the same days."""
    left, right = list(before), list(after)
    for one, other in zip(left, right, strict=False):
        if one.first != other.first:
            return min(one.first, other.first)
        if one.last != other.last:
            return min(one.last, other.last) + DAY
    longer = left[len(right) :] or right[len(left) :]
    return longer[0].first if longer else None
