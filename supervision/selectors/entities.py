"""Entities as their pages, their exports and the API read them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from metroplan.organisations.models import User
from metroplan.organisations.querysets import unit_order, within
from supervision.models import Entity, Instrument
from supervision.selectors.instruments import (
    DueTile,
    InstrumentRow,
    due_tiles,
    in_use_on,
    instrument_rows,
    instruments_for,
)
from supervision.selectors.instruments import (
    ordered as instruments_ordered,
)
from supervision.selectors.ordering import put_in_order

ORDERS = {
    "number": ["number"],
    "name": ["name", "number"],
    "kind": ["kind", "number"],
    "unit": [unit_order("organisation__code"), "number"],
    "instruments": ["instruments_in_use", "number"],
}
SHOWN = 100
SUGGESTED = 20


@dataclass(frozen=True, slots=True)
class EntityDetail:
    """One entity with what asks for a verification and its first instruments by urgency."""

    entity: Entity
    tiles: list[DueTile]
    rows: list[InstrumentRow]
    instruments: int
    in_use: int


def entities_for(user: User, *, day: date) -> QuerySet[Entity]:
    """Those of the user's unit and below, with how many instruments each has in use on the day."""
    return with_instruments(Entity.objects.visible_to(user), day).select_related("organisation")


def with_instruments(found: QuerySet[Entity], day: date) -> QuerySet[Entity]:
    own = Instrument.objects.filter(in_use_on(day), entity=OuterRef("pk")).order_by()
    counted = own.values("entity").annotate(number=Count("pk")).values("number")
    number = Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    return found.annotate(instruments_in_use=number)


def narrowed(found: QuerySet[Entity], chosen: dict[str, Any], *, day: date) -> QuerySet[Entity]:
    """`chosen` is the cleaned data of EntityFilterForm; `found` is of `entities_for`."""
    if chosen.get("kind"):
        found = found.filter(kind=chosen["kind"])
    if unit := chosen.get("organisation"):
        found = found.filter(within("organisation", unit.path))
    if chosen.get("key_energy_user"):
        found = found.filter(key_energy_user=True)
    if not chosen.get("closed"):
        found = found.filter(open_on(day))
    if text := chosen.get("q"):
        found = found.filter(matching(text.strip()))
    return found


def open_on(day: date) -> Q:
    return Q(closed_on__isnull=True) | Q(closed_on__gt=day)


def matching(text: str) -> Q:
    """Part of the name, the number or the address, or how the credit code begins."""
    return (
        Q(name__icontains=text)
        | Q(number__icontains=text)
        | Q(address__icontains=text)
        | Q(uscc__startswith=text.upper())
    )


def ordered(found: QuerySet[Entity], order: str) -> QuerySet[Entity]:
    """An unknown order is that of the number."""
    return put_in_order(found, order, ORDERS)


def entity_detail(entity: Entity, user: User, day: date) -> EntityDetail:
    own = instruments_for(user).filter(entity=entity)
    shown = instruments_ordered(own.filter(in_use_on(day)), "until")[:SHOWN]
    return EntityDetail(
        entity=entity,
        tiles=due_tiles(own, day),
        rows=instrument_rows(shown, day),
        instruments=own.count(),
        in_use=entity.instruments_in_use,
    )


def suggested(user: User, text: str) -> QuerySet[Entity]:
    """Entities by number, credit code or part of the name, for the list under a field."""
    return Entity.objects.visible_to(user).filter(matching(text)).order_by("number")[:SUGGESTED]
