"""Draws and inspectors as their pages read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
)

from metroplan.organisations.models import User
from metroplan.organisations.querysets import within
from supervision.models import Conflict, Draw, DrawnEntity, Entity, Inspection, Inspector
from supervision.selectors.campaigns import published
from supervision.selectors.pools import certified_on, conflicts_on
from supervision.states import CampaignState

INSPECTOR_ORDERS = {
    "certificate": ["certificate_no"],
    "unit": ["organisation__code", "certificate_no"],
    "until": ["valid_until", "certificate_no"],
    "conflicts": ["conflicts_now", "certificate_no"],
}


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """A line of the stored list; `inspection` is None before it is begun."""

    drawn: DrawnEntity
    inspectors: list[Inspector]
    inspection: Inspection | None


@dataclass(frozen=True, slots=True)
class DrawDetail:
    """`filters` in words, each a name and what was chosen."""

    draw: Draw
    entities: int
    inspectors: int
    conflicts: int
    filters: list[tuple[str, str]]
    rows: list[DrawnRow]


def draws_for(user: User) -> QuerySet[Draw]:
    """Those of the user's unit and below."""
    found = Draw.objects.visible_to(user)
    return found.select_related("campaign__organisation", "organisation", "seeded_by", "drawn_by")


def draws_narrowed(found: QuerySet[Draw], chosen: dict[str, Any]) -> QuerySet[Draw]:
    """`chosen` is the cleaned data of the API's filter; `found` is of `draws_for`."""
    if unit := chosen.get("organisation"):
        found = found.filter(within("organisation", unit.path))
    if number := chosen.get("campaign"):
        found = found.filter(campaign__number=number)
    if chosen.get("drawn") is not None:
        found = found.filter(drawn_at__isnull=not chosen["drawn"])
    if text := (chosen.get("q") or "").strip():
        words = Q(campaign__number__icontains=text) | Q(campaign__title__icontains=text)
        found = found.filter(words)
    return found


def draw_detail(draw: Draw) -> DrawDetail:
    return DrawDetail(
        draw=draw,
        entities=len(draw.pool["entities"]),
        inspectors=len(draw.pool["inspectors"]),
        conflicts=len(draw.pool["conflicts"]),
        filters=list(filter_words(draw.filters)),
        rows=drawn_rows(draw),
    )


def waiting_for(user: User) -> QuerySet[DrawnEntity]:
    """Lines that nobody has begun to inspect, of campaigns not over: of entities in the user's
    area, and those that inspectors of the area are sent to. `here` tells the first."""
    own = user.organisation.path
    sent = Inspector.objects.filter(within("organisation", own), drawn=OuterRef("pk"))
    here = Q(within("entity__organisation", own))
    lines = DrawnEntity.objects.filter(here | Q(Exists(sent)), inspection=None)
    lines = lines.filter(
        draw__drawn_at__isnull=False,
        draw__campaign__state__in=[CampaignState.PLANNED, CampaignState.RUNNING],
    ).annotate(here=ExpressionWrapper(here, BooleanField()))
    found = lines.select_related("entity__organisation", "draw__campaign").prefetch_related(
        "inspectors"
    )
    return found.order_by("draw__campaign__ends", "draw", "position")


def drawn_rows(draw: Draw) -> list[DrawnRow]:
    people = Prefetch("inspectors", Inspector.objects.select_related("organisation"))
    found = draw.drawn.select_related("entity__organisation").prefetch_related(people)
    begun = {row.drawn_id: row for row in Inspection.objects.filter(drawn__draw=draw)}
    return [DrawnRow(row, list(row.inspectors.all()), begun.get(row.pk)) for row in found]


def filter_words(filters: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """The keys stay codes: their names are given where they are shown."""
    kinds = dict(Entity.Kind.choices)
    for name, value in filters.items():
        if name == "entity_kinds":
            value = [str(kinds.get(kind, kind)) for kind in value]
        if value:
            yield name, ", ".join(value) if isinstance(value, list) else str(value)


def inspectors_for(user: User, day: date) -> QuerySet[Inspector]:
    """Those of the user's unit and below, with how many conflicts each has on the day."""
    now = Q(conflicts__in=conflicts_on(day))
    found = Inspector.objects.visible_to(user).select_related("organisation")
    return found.annotate(conflicts_now=Count("conflicts", filter=now))


def inspectors_narrowed(
    found: QuerySet[Inspector], chosen: dict[str, Any], *, day: date
) -> QuerySet[Inspector]:
    if unit := chosen.get("organisation"):
        found = found.filter(within("organisation", unit.path))
    if not chosen.get("lapsed"):
        found = found.filter(certified_on(day))
    if chosen.get("conflicts"):
        found = found.filter(Exists(conflicts_on(day).filter(inspector=OuterRef("pk"))))
    if text := (chosen.get("q") or "").strip():
        found = found.filter(Q(certificate_no__icontains=text) | Q(name__icontains=text))
    return found


def conflicts_of(inspector: Inspector) -> QuerySet[Conflict]:
    return inspector.conflicts.select_related("entity").order_by("-valid_from")


def public_draws(day: date) -> QuerySet[Draw]:
    """Made, and of campaigns whose result is public on the day."""
    found = Draw.objects.filter(drawn_at__isnull=False, campaign__in=published(day))
    return found.select_related("campaign__organisation", "organisation")
