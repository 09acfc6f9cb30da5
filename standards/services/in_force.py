"""Days on which standards count, worked out anew from their states and certificates."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from indicators.services.verify import Difference
from standards.models import (
    Certificate,
    HolderKind,
    InForceSpan,
    MeasurementStandard,
    StateEvent,
)
from standards.rules.in_force import Event, Span, Validity, first_difference, spans
from standards.services.touching import touched
from standards.states import COUNTING

BATCH = 2000
Spans = dict[int, list[Span]]


@transaction.atomic
def rebuild(standard_ids: Collection[int]) -> dict[int, date]:
    """Write the spans anew where they differ; for those, the first day that changed.

    Call it in the transaction that wrote the state or certificate, with the standards locked.
    The number of queries does not grow with the number of standards.
    """
    ids = list(standard_ids)
    before, after = stored(ids), computed(ids)
    changed = {}
    for pk in ids:
        first = first_difference(before.get(pk, []), after.get(pk, []))
        if first is not None:
            changed[pk] = first
    InForceSpan.objects.filter(standard__in=changed).delete()
    rows = [
        InForceSpan(standard_id=pk, first=span.first, last=span.last)
        for pk in changed
        for span in after.get(pk, [])
    ]
    InForceSpan.objects.bulk_create(rows, batch_size=BATCH)
    return changed


@dataclass(slots=True)
class Pending:
    """What is done once at the end of `together`."""

    standards: set[int] = field(default_factory=set)
    units: set[int] = field(default_factory=set)
    days: list[date] = field(default_factory=list)
    told: set[int] = field(default_factory=set)


_pending: ContextVar[Pending | None] = ContextVar("pending", default=None)


@contextmanager
def together(reason: str) -> Iterator[None]:
    """Of all that is written within, days in force are worked out and figures told once, at the
    end, with this reason."""
    pending = Pending()
    token = _pending.set(pending)
    try:
        yield
    finally:
        _pending.reset(token)
    changed = rebuild(pending.standards)
    days = [*changed.values(), *pending.days]
    if days:
        told = {*changed, *pending.told}
        touched(standards=told, since=min(days), reason=reason, units=pending.units)


def rebuild_one(standard: MeasurementStandard, reason: str) -> date | None:
    """Work out the days of one anew and tell the figures; the first day that changed, if any."""
    if pending := _pending.get():
        pending.standards.add(standard.pk)
        return None
    since = rebuild([standard.pk]).get(standard.pk)
    if since is not None:
        touched(standards=[standard.pk], since=since, reason=reason)
    return since


def tell(
    standard: MeasurementStandard, since: date, reason: str, units: Collection[int] = ()
) -> None:
    """Have figures counted anew from `since` on."""
    if pending := _pending.get():
        pending.days.append(since)
        pending.told.add(standard.pk)
        pending.units |= {*units}
    else:
        touched(standards=[standard.pk], since=since, reason=reason, units=units)


def stored(ids: Collection[int]) -> Spans:
    found: Spans = defaultdict(list)
    rows = InForceSpan.objects.filter(standard__in=ids).order_by("standard", "first")
    for pk, first, last in rows.values_list("standard", "first", "last"):
        found[pk].append(Span(first, last))
    return found


def computed(ids: Collection[int]) -> Spans:
    """What the spans of these standards should be."""
    events: dict[int, list[Event]] = defaultdict(list)
    rows = StateEvent.objects.filter(standard__in=ids).values_list(
        "standard", "since", "id", "state"
    )
    for pk, *event in rows:
        events[pk].append(Event(*event))
    certificates: dict[int, list[Validity]] = defaultdict(list)
    certified = Certificate.objects.filter(standard__in=ids).values_list(
        "standard", "kind", "valid_from", "valid_until", "revoked_on"
    )
    for pk, *validity in certified:
        certificates[pk].append(Validity(*validity))
    kinds = MeasurementStandard.objects.filter(pk__in=ids).values_list("pk", "holder_kind")
    return {
        pk: spans(events[pk], certificates[pk], public=kind == HolderKind.PUBLIC, counting=COUNTING)
        for pk, kind in kinds
    }


def wrong_days() -> Iterator[Difference]:
    """Standards whose stored days in force are not those that follow, for `manage.py verify`."""
    numbers = dict(MeasurementStandard.objects.values_list("pk", "number"))
    held, due = stored(numbers.keys()), computed(numbers.keys())
    for pk, number in sorted(numbers.items(), key=lambda item: item[1]):
        was, should_be = held.get(pk, []), due.get(pk, [])
        if was != should_be:
            yield Difference("days in force", number, _words(was), _words(should_be))


def _words(found: list[Span]) -> str:
    return ", ".join(f"{span.first} to {span.last}" for span in found) or "—"
