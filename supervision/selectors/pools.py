"""From whom a draw may choose: entities by filter, inspectors with a certificate, conflicts."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import within
from supervision.models import (
    Campaign,
    Conflict,
    DrawnEntity,
    Entity,
    Inspection,
    Inspector,
    Instrument,
)
from supervision.rules.drawing import Pool
from supervision.selectors.instruments import in_use_on
from supervision.states import InspectionState


def open_on(day: date) -> Q:
    """The condition that an entity is at work on the day."""
    opened = Q(opened_on__isnull=True) | Q(opened_on__lte=day)
    return opened & (Q(closed_on__isnull=True) | Q(closed_on__gt=day))


def entities_for(
    campaign: Campaign, unit: Organisation, filters: dict[str, Any], day: date
) -> QuerySet[Entity]:
    """`filters` as stored with a draw: `entity_kinds`, `key_energy_user`, `not_since` (ISO day),
    `excluded` (numbers). Who was drawn for the campaign before is not drawn again."""
    found = Entity.objects.filter(within("organisation", unit.path), open_on(day))
    if kinds := filters.get("entity_kinds"):
        found = found.filter(kind__in=kinds)
    if filters.get("key_energy_user"):
        found = found.filter(key_energy_user=True)
    if wanted := list(campaign.kinds.values_list("pk", flat=True)):
        held = Instrument.objects.filter(entity=OuterRef("pk"), kind__in=wanted)
        found = found.filter(Exists(held.filter(in_use_on(day))))
    if since := filters.get("not_since"):
        seen = Inspection.objects.filter(
            entity=OuterRef("pk"), inspected_on__gte=since, state=InspectionState.CLOSED
        )
        found = found.filter(~Exists(seen))
    before = DrawnEntity.objects.filter(entity=OuterRef("pk"), draw__campaign=campaign)
    return found.exclude(number__in=filters.get("excluded", [])).filter(~Exists(before))


def certified_on(day: date) -> Q:
    return Q(valid_from__lte=day, valid_until__gte=day)


def inspectors_for(unit: Organisation, filters: dict[str, Any], day: date) -> QuerySet[Inspector]:
    """Of the unit and those below it; `excluded_inspectors` are certificates."""
    found = Inspector.objects.filter(within("organisation", unit.path), certified_on(day))
    return found.exclude(certificate_no__in=filters.get("excluded_inspectors", []))


def conflicts_on(day: date) -> QuerySet[Conflict]:
    lasting = Q(valid_until__isnull=True) | Q(valid_until__gte=day)
    return Conflict.objects.filter(lasting, valid_from__lte=day)


def conflicting(inspectors: Collection[Inspector], entity: Entity, day: date) -> list[Conflict]:
    found = conflicts_on(day).filter(inspector__in=inspectors, entity=entity)
    return list(found.select_related("inspector"))


def pool_of(campaign: Campaign, unit: Organisation, filters: dict[str, Any], day: date) -> Pool:
    """As it stands on the day."""
    entities = entities_for(campaign, unit, filters, day).order_by()
    inspectors = inspectors_for(unit, filters, day).order_by()
    pairs = conflicts_on(day).filter(inspector__in=inspectors, entity__in=entities)
    return Pool.of(
        entities.values_list("number", flat=True),
        inspectors.values_list("certificate_no", flat=True),
        pairs.order_by().values_list("inspector__certificate_no", "entity__number"),
    )
