"""What anybody may read of verified instruments: found by the entity that uses them.

Only entities that serve the public and instruments that must be verified; no person is named, and
what is of the bureau's own business (serial numbers, certificates) stays on its own pages.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from supervision.models import Entity, Instrument
from supervision.rules.verification import SUBJECT, Standing
from supervision.selectors.entities import open_on, with_instruments
from supervision.selectors.instruments import InstrumentRow, in_use_on, instrument_rows

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
    """An entity with its instruments; `valid` of `subject` have a verification that holds."""

    entity: Entity
    rows: list[InstrumentRow]
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


def public_instruments(entity: Entity, day: date) -> PublicEntity:
    used = Instrument.objects.filter(in_use_on(day), entity=entity, purpose__in=SUBJECT)
    rows = instrument_rows(used.select_related("kind").order_by("place", "number"), day)
    valid = sum(row.standing in (Standing.VALID, Standing.DUE) for row in rows)
    return PublicEntity(entity, rows, valid, len(rows))
