"""What anybody may read of verified instruments: found by the entity that uses them.

Only entities that serve the public and instruments that must be verified; no person is named, and
what is of the bureau's own business (serial numbers, certificates) stays on its own pages.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from supervision.models import Entity, Instrument
from supervision.rules.verification import SUBJECT
from supervision.selectors.entities import open_on, with_instruments
from supervision.selectors.instruments import in_use_on

KINDS = (
    Entity.Kind.MARKET,
    Entity.Kind.RETAIL,
    Entity.Kind.FUEL_STATION,
    Entity.Kind.MEDICAL,
    Entity.Kind.OPTICIAN,
    Entity.Kind.CATERING,
    Entity.Kind.TRANSPORT,
)
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class PublicEntity:
    """An entity; `valid` of its `subject` instruments have a verification that holds."""

    entity: Entity
    valid: int
    subject: int


def public_entities(text: str, day: date) -> QuerySet[Entity]:
    """By part of the name or address, or the whole credit code; nothing for too short a text."""
    found = public_now(day)
    if len(text) < SHORTEST:
        return found.none()
    named = Q(name__icontains=text) | Q(address__icontains=text) | Q(uscc=text.upper())
    return with_instruments(found.filter(named), day).order_by("organisation__code", "number")


def public_now(day: date) -> QuerySet[Entity]:
    found = Entity.objects.filter(open_on(day), kind__in=KINDS)
    return found.select_related("organisation")


def public_entity(entity: Entity, day: date) -> PublicEntity:
    holds = Q(passed=True, valid_until__gte=day)
    counts = used_at(entity, day).aggregate(valid=Count("pk", holds), subject=Count("pk"))
    return PublicEntity(entity, **counts)


def used_at(entity: Entity, day: date) -> QuerySet[Instrument]:
    """Those in use that must be verified, in the order of their places."""
    used = Instrument.objects.filter(in_use_on(day), entity=entity, purpose__in=SUBJECT)
    return used.order_by("place", "number")
