"""Inspections as their pages, their exports and the API read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Q, QuerySet, When

from metroplan.organisations.models import User
from metroplan.organisations.querysets import unit_order, within
from supervision.models import (
    DrawnEntity,
    Finding,
    Inspection,
    InspectionEvidence,
    InspectionItem,
    Inspector,
    Instrument,
    InstrumentCheck,
    Outcome,
)
from supervision.rules.verification import Check, holds
from supervision.selectors.findings import FindingRow, finding_rows
from supervision.selectors.instruments import Badge, in_use_on
from supervision.selectors.pools import certified_on
from supervision.states import InspectionState

ORDERS = {
    "number": ["number"],
    "entity": ["entity__name", "number"],
    "unit": [unit_order("organisation__code"), "number"],
    "day": ["inspected_on", "number"],
    "outcome": ["outcome", "number"],
    "state": ["state", "number"],
}
COLOURS = {
    InspectionState.DRAFT: "open",
    InspectionState.CLOSED: "approved",
    InspectionState.VOIDED: "stale",
}
OUTCOME_COLOURS = {
    Outcome.CONFORMING: "approved",
    Outcome.MINOR_CORRECTED: "staged",
    Outcome.RECTIFICATION: "returned",
    Outcome.STOP_USE: "refused",
    Outcome.CASE_FILED: "missed",
    Outcome.JUDICIAL: "missed",
    Outcome.OTHER_BODY: "submitted",
    Outcome.UNABLE: "stale",
}
EXACT = {
    "state": "state",
    "outcome": "outcome",
    "campaign": "campaign__number",
    "entity": "entity__number",
}
OFFERED = 30


@dataclass(frozen=True, slots=True)
class InspectionRow:
    """`outcome` is None before it is chosen."""

    inspection: Inspection
    state: Badge
    outcome: Badge | None


@dataclass(frozen=True, slots=True)
class InspectionDetail:
    row: InspectionRow
    inspectors: list[Inspector]
    items: list[InspectionItem]
    checks: list[InstrumentCheck]
    evidence: list[InspectionEvidence]
    findings: list[FindingRow]

    @property
    def inspection(self) -> Inspection:
        return self.row.inspection


@dataclass(frozen=True, slots=True)
class Offered:
    """An instrument to choose, with what the ledger says of its verification."""

    instrument: Instrument
    found: str


def inspections_for(user: User) -> QuerySet[Inspection]:
    """Those of the user's unit and below."""
    found = Inspection.objects.visible_to(user)
    return found.select_related("entity", "organisation", "campaign__organisation")


def narrowed(found: QuerySet[Inspection], chosen: dict[str, Any]) -> QuerySet[Inspection]:
    """`chosen` is the cleaned data of InspectionFilterForm; `found` is of `inspections_for`."""
    found = found.filter(**{way: chosen[name] for name, way in EXACT.items() if chosen.get(name)})
    if unit := chosen.get("organisation"):
        found = found.filter(within("organisation", unit.path))
    if first := chosen.get("first"):
        found = found.filter(inspected_on__gte=first)
    if last := chosen.get("last"):
        found = found.filter(inspected_on__lte=last)
    if text := (chosen.get("q") or "").strip():
        found = found.filter(Q(number__icontains=text) | Q(entity__name__icontains=text))
    return found


def inspection_rows(found: Iterable[Inspection]) -> list[InspectionRow]:
    return [inspection_row(inspection) for inspection in found]


def inspection_row(inspection: Inspection) -> InspectionRow:
    state = Badge(COLOURS[inspection.state], InspectionState(inspection.state).label)
    outcome = inspection.outcome
    chosen = Badge(OUTCOME_COLOURS[outcome], Outcome(outcome).label) if outcome else None
    return InspectionRow(inspection, state, chosen)


def inspection_detail(inspection: Inspection, day: date) -> InspectionDetail:
    findings = Finding.objects.filter(inspection=inspection)
    return InspectionDetail(
        row=inspection_row(inspection),
        inspectors=list(inspection.inspectors.select_related("organisation")),
        items=list(inspection.items.all()),
        checks=list(inspection.checks.select_related("instrument")),
        evidence=list(inspection.evidence.filter(removed_at=None).select_related("file", "item")),
        findings=finding_rows(findings.select_related("entity", "organisation"), day),
    )


def failures_left(inspection: Inspection) -> list[InspectionItem]:
    """Points that do not conform, with neither a finding of their own nor a note why not."""
    failed = inspection.items.filter(result=InspectionItem.Result.NO, note="")
    return list(failed.exclude(findings__isnull=False))


def failure_to_order(inspection: Inspection) -> dict[str, Any]:
    """What a finding is proposed to be about: the first point that waits for one."""
    left = failures_left(inspection)
    return {"item": left[0].pk, "description": left[0].text} if left else {}


def instruments_at(inspection: Inspection, text: str = "") -> list[Offered]:
    """Instruments in use at the entity on the day, for the list under a field."""
    found = Instrument.objects.filter(in_use_on(inspection.inspected_on), entity=inspection.entity)
    if text:
        words = Q(number__icontains=text) | Q(name__icontains=text)
        found = found.filter(words | Q(serial_no__icontains=text) | Q(place__icontains=text))
    day = inspection.inspected_on
    return [Offered(item, found_of(item, day)) for item in found.order_by("number")[:OFFERED]]


def found_of(instrument: Instrument, day: date) -> str:
    """What the ledger says of its verification, as an inspection on the day would find it."""
    kinds = InstrumentCheck.Found
    if instrument.verified_on is None:
        return kinds.NEVER
    if not instrument.passed:
        return kinds.FAILED
    check = Check(instrument.verified_on, True, instrument.valid_until)
    return kinds.VALID if holds(check, day) else kinds.OVERDUE


def inspectors_offered(
    user: User, day: date, *, also: Iterable[Inspector] = ()
) -> QuerySet[Inspector]:
    """Of the user's area with a valid certificate; before them `also` those who were drawn or
    chosen."""
    of_area = Inspector.objects.visible_to(user).filter(certified_on(day))
    named = [inspector.pk for inspector in also]
    found = Inspector.objects.filter(Q(pk__in=of_area) | Q(pk__in=named))
    first = Case(When(pk__in=named, then=0), default=1)
    return found.select_related("organisation").order_by(first, "certificate_no")


def drawn_for(user: User) -> QuerySet[DrawnEntity]:
    """Lines of draws that the user may carry out: of entities in the user's area."""
    area = within("entity__organisation", user.organisation.path)
    found = DrawnEntity.objects.filter(area, draw__drawn_at__isnull=False)
    return found.select_related(
        "entity__organisation", "draw__campaign__organisation", "draw__organisation"
    )
