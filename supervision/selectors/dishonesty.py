"""Dishonesty records as their pages and the public read them."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from metroplan.organisations.models import User
from metroplan.organisations.querysets import unit_order
from supervision.models import DishonestyRecord, IntegrityUnit
from supervision.selectors.integrity import holding_on
from supervision.selectors.ordering import put_in_order

LISTED, OVER = "listed", "over"
ORDERS = {
    "entity": ["entity__name", "id"],
    "unit": [unit_order("organisation__code"), "id"],
    "decided_on": ["decided_on", "id"],
    "starts": ["starts", "id"],
    "ends": ["ends", "id"],
}


def listed_on(day: date) -> Q:
    """The condition that a record stands on the day, so that the public may read it."""
    repaired = Q(repaired_on__isnull=True) | Q(repaired_on__gt=day)
    return Q(starts__lte=day, ends__gte=day) & repaired


def records_for(user: User) -> QuerySet[DishonestyRecord]:
    return DishonestyRecord.objects.visible_to(user).select_related("organisation", "entity")


def narrowed(
    found: QuerySet[DishonestyRecord], chosen: dict[str, Any], day: date
) -> QuerySet[DishonestyRecord]:
    """`chosen` is the cleaned data of DishonestyFilterForm."""
    if chosen.get("standing") == LISTED:
        found = found.filter(listed_on(day))
    elif chosen.get("standing") == OVER:
        found = found.exclude(listed_on(day))
    if unit := chosen.get("organisation"):
        found = found.filter(organisation__path__startswith=unit.path)
    if text := chosen.get("q"):
        words = Q(entity__name__icontains=text) | Q(entity__number__icontains=text)
        found = found.filter(words | Q(decision_no__icontains=text) | Q(ground__icontains=text))
    return found


def ordered(found: QuerySet[DishonestyRecord], order: str) -> QuerySet[DishonestyRecord]:
    """The newest first by default."""
    if order.lstrip("-") not in ORDERS:
        return found.order_by("-starts", "-id")
    return put_in_order(found, order, ORDERS)


def is_listed(row: DishonestyRecord, day: date) -> bool:
    repaired = row.repaired_on is not None and row.repaired_on <= day
    return row.starts <= day <= row.ends and not repaired


def titles_of(row: DishonestyRecord, day: date) -> list[IntegrityUnit]:
    """Titles that the entity holds on the day: whoever lists it decides on them."""
    return list(IntegrityUnit.objects.filter(holding_on(day), entity=row.entity_id))


def shown_to_the_public(day: date) -> QuerySet[DishonestyRecord]:
    found = DishonestyRecord.objects.filter(listed_on(day))
    return found.select_related("organisation", "entity").order_by("-starts", "-id")
