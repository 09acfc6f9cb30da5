"""Integrity units as their pages, exports, the API and the public read them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from metroplan.organisations.models import User
from metroplan.organisations.querysets import unit_order
from supervision.models import Criterion, DishonestyRecord, IntegrityEvent, IntegrityUnit
from supervision.selectors.ordering import put_in_order
from supervision.states import INTEGRITY, IntegrityState

ORDERS = {
    "number": ["number"],
    "entity": ["entity__name", "number"],
    "unit": [unit_order("organisation__code"), "number"],
    "state": ["state", "number"],
    "conferred_on": ["conferred_on", "number"],
    "valid_until": ["valid_until", "number"],
}
COLOURS = {
    IntegrityState.COMMITTED: "open",
    IntegrityState.APPLIED: "submitted",
    IntegrityState.REVIEWING: "submitted",
    IntegrityState.PUBLICISED: "due_soon",
    IntegrityState.CONFERRED: "approved",
    IntegrityState.REFUSED: "refused",
    IntegrityState.LAPSED: "stale",
    IntegrityState.REVOKED: "refused",
    IntegrityState.WITHDRAWN: "not_due",
}
"""The look of a state: that of a status of the portal."""


@dataclass(frozen=True, slots=True)
class Badge:
    colour: str
    label: Promise | str


@dataclass(frozen=True, slots=True)
class IntegrityRow:
    unit: IntegrityUnit
    badge: Badge


@dataclass(frozen=True, slots=True)
class EventLine:
    event: IntegrityEvent
    badge: Badge


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """`points` is None where the criterion was not judged yet."""

    criterion: Criterion
    points: Decimal | None
    note: str


@dataclass(frozen=True, slots=True)
class IntegrityDetail:
    unit: IntegrityUnit
    badge: Badge
    events: list[EventLine]
    scores: list[ScoreLine]
    total: Decimal
    possible: Decimal
    next_states: list[IntegrityState]
    dishonesty: list[DishonestyRecord]


def integrity_units(user: User) -> QuerySet[IntegrityUnit]:
    shown = IntegrityUnit.objects.visible_to(user)
    return shown.select_related("organisation", "entity", "criteria")


def holding_on(day: date) -> Q:
    """The condition that the title holds on the day."""
    ended = Q(ended_on__isnull=True) | Q(ended_on__gt=day)
    return Q(conferred_on__lte=day, valid_until__gte=day) & ended


def narrowed(found: QuerySet[IntegrityUnit], chosen: dict[str, Any]) -> QuerySet[IntegrityUnit]:
    """`chosen` is the cleaned data of IntegrityFilterForm."""
    if chosen.get("state"):
        found = found.filter(state=chosen["state"])
    if chosen.get("kind"):
        found = found.filter(entity__kind=chosen["kind"])
    if chosen.get("holding"):
        found = found.filter(holding_on(chosen["holding"]))
    if chosen.get("since"):
        found = found.filter(conferred_on__gte=chosen["since"])
    if chosen.get("until"):
        found = found.filter(conferred_on__lte=chosen["until"])
    if unit := chosen.get("organisation"):
        found = found.filter(organisation__path__startswith=unit.path)
    if text := chosen.get("q"):
        words = Q(number__icontains=text) | Q(certificate_no__icontains=text)
        words |= Q(entity__name__icontains=text) | Q(entity__number__icontains=text)
        found = found.filter(words | Q(entity__uscc=text.upper()))
    return found


def ordered(found: QuerySet[IntegrityUnit], order: str) -> QuerySet[IntegrityUnit]:
    """An unknown order is that of the number."""
    return put_in_order(found, order, ORDERS)


def badge(state: str) -> Badge:
    return Badge(COLOURS[state], IntegrityState(state).label)


def integrity_rows(units: list[IntegrityUnit]) -> list[IntegrityRow]:
    return [IntegrityRow(unit, badge(unit.state)) for unit in units]


def integrity_detail(unit: IntegrityUnit) -> IntegrityDetail:
    scores = score_lines(unit)
    events = unit.events.select_related("recorded_by").order_by("-since", "-id")
    following = INTEGRITY[unit.state] - {IntegrityState.LAPSED}
    return IntegrityDetail(
        unit=unit,
        badge=badge(unit.state),
        events=[EventLine(event, badge(event.state)) for event in events],
        scores=scores,
        total=sum((line.points or Decimal(0) for line in scores), Decimal(0)),
        possible=sum((line.criterion.points for line in scores), Decimal(0)),
        next_states=[state for state in IntegrityState if state in following],
        dishonesty=list(unit.entity.dishonesty_records.order_by("-starts")),
    )


def score_lines(unit: IntegrityUnit) -> list[ScoreLine]:
    if unit.criteria is None:
        return []
    given = {row.criterion_id: row for row in unit.scores.all()}
    lines = []
    for item in unit.criteria.items.order_by("position", "id"):
        row = given.get(item.pk)
        lines.append(ScoreLine(item, row.points if row else None, row.note if row else ""))
    return lines


def shown_to_the_public(day: date) -> QuerySet[IntegrityUnit]:
    """Titles that hold on the day, and candidates whose publicity runs on it."""
    candidates = Q(state=IntegrityState.PUBLICISED, publicised_from__lte=day)
    candidates &= Q(publicised_until__gte=day)
    found = IntegrityUnit.objects.filter(holding_on(day) | candidates)
    return found.select_related("organisation", "entity").order_by("entity__name", "number")
