"""Findings and cases as their pages, their exports and the API read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case as Chosen
from django.db.models import Q, QuerySet, When
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import Organisation, User
from metroplan.organisations.querysets import unit_order, within
from supervision.models import Case, Finding, FindingStep
from supervision.selectors.instruments import Badge
from supervision.states import CASE, CaseState, FindingState, following

OVERDUE = "overdue"
TO_US, TO_ANY = "us", "any"
STATES = [*FindingState.choices, (OVERDUE, _("Rectification overdue"))]
COLOURS = {
    FindingState.ORDERED: "open",
    FindingState.REPLIED: "submitted",
    FindingState.VERIFIED: "approved",
    FindingState.REFERRED: "missed",
}
CASE_COLOURS = {
    CaseState.FILED: "open",
    CaseState.DECIDED: "returned",
    CaseState.CLOSED: "approved",
    CaseState.WITHDRAWN: "stale",
}
OPEN = (FindingState.ORDERED, FindingState.REPLIED)
# What is still awaited comes first, by its deadline; what is settled after it, the newest first.
ORDERS = {
    "due": [Chosen(When(state__in=OPEN, then="due_on")), "-due_on", "number"],
    "number": ["number"],
    "entity": ["entity__name", "number"],
    "unit": [unit_order("organisation__code"), "number"],
    "found": ["found_on", "number"],
    "state": ["state", "number"],
}
CASE_ORDERS = {
    "filed": ["filed_on", "number"],
    "number": ["number"],
    "entity": ["entity__name", "number"],
    "unit": [unit_order("organisation__code"), "number"],
    "state": ["state", "number"],
    "fine": ["fine", "number"],
}


EXACT = {"campaign": "inspection__campaign__number", "entity": "entity__number"}
CASE_EXACT = {
    "state": "state",
    "body": "body",
    "source": "source",
    "campaign": "finding__inspection__campaign__number",
    "entity": "entity__number",
}


@dataclass(frozen=True, slots=True)
class FindingRow:
    """`days` to the deadline, below zero once it is past; None when nothing is awaited."""

    finding: Finding
    badge: Badge
    days: int | None


@dataclass(frozen=True, slots=True)
class FindingDetail:
    row: FindingRow
    steps: list[FindingStep]
    cases: list["CaseRow"]

    @property
    def finding(self) -> Finding:
        return self.row.finding


@dataclass(frozen=True, slots=True)
class CaseRow:
    case: Case
    badge: Badge


def overdue(day: date) -> Q:
    """The condition that the entity should have rectified it before the day and has not."""
    return Q(state=FindingState.ORDERED, due_on__lt=day)


def findings_for(user: User) -> QuerySet[Finding]:
    """Those of the user's unit and below."""
    found = Finding.objects.visible_to(user)
    return found.select_related("entity", "organisation", "escalated_to", "inspection__campaign")


def narrowed(
    found: QuerySet[Finding], chosen: dict[str, Any], *, day: date, unit: Organisation
) -> QuerySet[Finding]:
    """`chosen` is the cleaned data of FindingFilterForm; `found` is of `findings_for`; `unit` is
    the reader's own."""
    found = found.filter(**{way: chosen[name] for name, way in EXACT.items() if chosen.get(name)})
    if state := chosen.get("state"):
        found = found.filter(overdue(day) if state == OVERDUE else Q(state=state))
    if within_unit := chosen.get("organisation"):
        found = found.filter(within("organisation", within_unit.path))
    if chosen.get("escalated") == TO_US:
        found = found.filter(escalated_to=unit)
    elif chosen.get("escalated"):
        found = found.filter(level_up__gt=0)
    if text := (chosen.get("q") or "").strip():
        words = Q(number__icontains=text) | Q(description__icontains=text)
        found = found.filter(words | Q(entity__name__icontains=text))
    return found


def finding_rows(found: Iterable[Finding], day: date) -> list[FindingRow]:
    return [finding_row(finding, day) for finding in found]


def finding_row(finding: Finding, day: date) -> FindingRow:
    days = (finding.due_on - day).days if finding.state == FindingState.ORDERED else None
    if days is not None and days < 0:
        return FindingRow(finding, Badge("refused", _("Rectification overdue")), days)
    return FindingRow(
        finding, Badge(COLOURS[finding.state], FindingState(finding.state).label), days
    )


def finding_detail(finding: Finding, day: date) -> FindingDetail:
    steps = finding.steps.select_related("file", "recorded_by").order_by("-id")
    cases = finding.cases.select_related("entity", "organisation")
    return FindingDetail(finding_row(finding, day), list(steps), case_rows(cases))


def cases_for(user: User) -> QuerySet[Case]:
    """Those of the user's unit and below."""
    found = Case.objects.visible_to(user)
    return found.select_related("entity", "organisation", "finding__inspection")


def cases_narrowed(found: QuerySet[Case], chosen: dict[str, Any]) -> QuerySet[Case]:
    """`chosen` is the cleaned data of CaseFilterForm; `found` is of `cases_for`."""
    named = {way: chosen[name] for name, way in CASE_EXACT.items() if chosen.get(name)}
    found = found.filter(**named)
    if unit := chosen.get("organisation"):
        found = found.filter(within("organisation", unit.path))
    if first := chosen.get("first"):
        found = found.filter(filed_on__gte=first)
    if last := chosen.get("last"):
        found = found.filter(filed_on__lte=last)
    if text := (chosen.get("q") or "").strip():
        words = Q(number__icontains=text) | Q(entity__name__icontains=text)
        found = found.filter(words | Q(decision_no__icontains=text) | Q(ground__icontains=text))
    return found


def case_rows(found: Iterable[Case]) -> list[CaseRow]:
    return [case_row(case) for case in found]


def case_row(case: Case) -> CaseRow:
    return CaseRow(case, Badge(CASE_COLOURS[case.state], CaseState(case.state).label))


def next_states(case: Case) -> list[tuple[str, str]]:
    return following(CASE, CaseState, case.state)
