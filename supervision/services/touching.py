"""Tells the figures that a register of supervision changed: whoever writes what counts, calls this.

Call it inside the writing transaction, after the change. `since` is the first day on which
something counts otherwise; `reason` is shown with figures of past quarters that change by it;
`units` are further units concerned, such as the one that a thing stood under before.
"""

from collections.abc import Collection
from datetime import date

from django.db.models import Min, Model, QuerySet

from indicators.services.counting_due import mark_due
from metroplan.common.periods import Period
from standards.counting import keys_of
from supervision.counting.sources import Source
from supervision.models import (
    Campaign,
    Case,
    Entity,
    Finding,
    Inspection,
    Instrument,
    IntegrityUnit,
    Lot,
)


def counts_from(instruments: QuerySet[Instrument]) -> date | None:
    """The first day on which one of them counts: of its use, or of a verification before that."""
    found = instruments.aggregate(
        used=Min("in_use_from"), verified=Min("verifications__verified_on")
    )
    return min((day for day in found.values() if day), default=None)


def touched_entities(
    ids: Collection[int], since: date, reason: str, units: Collection[int] = ()
) -> None:
    """An entity changed its unit or its kind: its instruments count elsewhere."""
    _touched(Source.INSTRUMENTS, Entity, "organisation", ids, since, reason, units)


def touched_instruments(
    ids: Collection[int], since: date, reason: str, units: Collection[int] = ()
) -> None:
    """The instrument itself, or one of its verifications."""
    _touched(Source.INSTRUMENTS, Instrument, "entity__organisation", ids, since, reason, units)


def touched_lots(
    ids: Collection[int], since: date, reason: str, units: Collection[int] = ()
) -> None:
    _touched(Source.LOTS, Lot, "organisation", ids, since, reason, units)


def touched_campaigns(
    ids: Collection[int], since: date, reason: str, units: Collection[int] = ()
) -> None:
    """What was tried in a campaign of sampling counts for whoever inspected, on that day."""
    held = Inspection.objects.filter(campaign__in=ids).order_by()
    first = held.aggregate(first=Min("inspected_on"))["first"] or since
    inspecting = {*held.values_list("organisation", flat=True).distinct(), *units}
    since = min(first, since)
    _touched(Source.CAMPAIGNS, Campaign, "organisation", ids, since, reason, inspecting)


def touched_inspections(
    ids: Collection[int], since: date, reason: str, units: Collection[int] = ()
) -> None:
    """An inspection, or the instruments checked at it; `since` the day of the inspection."""
    _touched(Source.INSPECTIONS, Inspection, "organisation", ids, since, reason, units)


def touched_findings(
    ids: Collection[int], since: date, reason: str, units: Collection[int] = ()
) -> None:
    """`since` the deadline, the earlier one where it was moved."""
    _touched(Source.FINDINGS, Finding, "organisation", ids, since, reason, units)


def touched_cases(
    ids: Collection[int], since: date, reason: str, units: Collection[int] = ()
) -> None:
    _touched(Source.CASES, Case, "organisation", ids, since, reason, units)


def touched_integrity(
    ids: Collection[int], since: date, reason: str, units: Collection[int] = ()
) -> None:
    _touched(Source.INTEGRITY, IntegrityUnit, "organisation", ids, since, reason, units)


def _touched(
    source: str,
    model: type[Model],
    way: str,
    ids: Collection[int],
    since: date,
    reason: str,
    units: Collection[int],
) -> None:
    kept = model._default_manager.filter(pk__in=ids).order_by()
    found = {*kept.values_list(way, flat=True), *units}
    mark_due(keys=keys_of(source), units=found, since=Period.containing(since), reason=reason)
