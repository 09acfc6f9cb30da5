"""Tells the figures that a register changed: whoever writes something that counts, calls this.

Call it inside the writing transaction, after the change. `since` is the first day on which
something counts otherwise; `reason` is shown with figures of past quarters that change by it.
"""

from collections.abc import Collection
from datetime import date

from indicators.services.counting_due import mark_due
from metroplan.common.periods import Period
from standards.counting import Source, keys_of
from standards.models import Institute, LedgerEntry, MeasurementStandard

EVER = date(1949, 10, 1)


def touched(
    *, standards: Collection[int], since: date, reason: str, units: Collection[int] = ()
) -> None:
    """`units` are further units concerned, such as the one that held the standards before."""
    held = MeasurementStandard.objects.filter(pk__in=standards)
    found = {*held.values_list("institute__organisation", flat=True), *units}
    _due(Source.STANDARDS, found, since, reason)


def ledger_touched(
    *, entries: Collection[int], since: date, reason: str, units: Collection[int] = ()
) -> None:
    kept = LedgerEntry.objects.filter(pk__in=entries)
    found = {*kept.values_list("organisation", flat=True), *units}
    _due(Source.LEDGER, found, since, reason)


def staff_touched(*, institutes: Collection[int], since: date, reason: str) -> None:
    """Staff counts, assessors, or the institute itself, with everything it holds."""
    kept = Institute.objects.filter(pk__in=institutes)
    found = {*kept.values_list("organisation", flat=True)}
    _due(Source.STAFF, found, since, reason)


def institutes_touched(
    *, institutes: Collection[int], since: date, reason: str, units: Collection[int] = ()
) -> None:
    """The institute itself changed kind, unit or life: everything it holds counts elsewhere."""
    kept = Institute.objects.filter(pk__in=institutes)
    found = {*kept.values_list("organisation", flat=True), *units}
    for source in (Source.STANDARDS, Source.STAFF):
        _due(source, found, since, reason)


def catalogue_touched(*, since: date, reason: str, units: Collection[int] | None = None) -> None:
    """A version, the kinds of an item, or what is excluded; None touches every unit."""
    _due(Source.CATALOGUE, units, since, reason)


def kinds_touched(*, reason: str) -> None:
    """Which kinds belong to a group: it carries no days, so every quarter is counted anew."""
    _due(Source.KINDS, None, EVER, reason)


def _due(source: str, units: Collection[int] | None, since: date, reason: str) -> None:
    mark_due(keys=keys_of(source), units=units, since=Period.containing(since), reason=reason)
