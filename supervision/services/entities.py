"""Writing entities: what they are, where they stand, when they close."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from metroplan.audit.record import record
from metroplan.common.checking import check, fill
from metroplan.common.uscc import uscc_problem
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from metroplan.organisations.services.numbers import next_number
from standards.rules.faults import Fault
from supervision.models import DrawnEntity, Entity, Instrument
from supervision.selectors.instruments import in_use_on
from supervision.services.instruments import record_end
from supervision.services.locks import KEEP, bump, locked
from supervision.services.touching import counts_from, touched_entities, touched_instruments
from supervision.wording.ledgers import sentences

PREFIX = "EN"
FIELDS = (
    "number", "name", "uscc", "kind", "industry", "organisation", "address", "key_energy_user",
    "opened_on", "closed_on",
)  # fmt: skip
SAID = {"kind": "entity_kind"}
COUNTED = ("entity_kind", "organisation")

# The field at which it is told that a constraint of the table is broken.
PLACES = {"entity_one_per_uscc": "uscc", "entity_closes_after_it_opens": "closed_on"}


@transaction.atomic
def save_entity(
    *,
    actor: User | None,
    entity: Entity | None = None,
    data: dict[str, Any],
    expected_version: int | None = None,
) -> Entity:
    """`data` holds FIELDS; what is left out stays, and a blank number gets the next of the unit.

    Raises ValidationError by field, `register.changed` for a version that is not the newest.
    """
    if entity is None:
        return _add(actor, data)
    entity = locked(entity, actor=actor, right=KEEP, expected_version=expected_version)
    before, unit = facts(entity), entity.organisation_id
    _take_over(entity, data, actor)
    after = facts(entity)
    changed = [name for name in after if before[name] != after[name]]
    if not changed:
        return entity
    bump(entity)
    record(
        "entity.changed",
        actor=actor,
        on=entity,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    if any(name in COUNTED for name in changed):
        tell_moved(entity, unit)
    return entity


def _add(actor: User | None, data: dict[str, Any]) -> Entity:
    entity = Entity()
    data = dict(data)
    data["number"] = data.get("number") or next_number(Entity, data["organisation"], PREFIX)
    _take_over(entity, data, actor)
    entity.save()
    record("entity.added", actor=actor, on=entity, after=facts(entity))
    return entity


def _take_over(entity: Entity, data: dict[str, Any], actor: User | None) -> None:
    fill(entity, data, FIELDS)
    entity.uscc = entity.uscc.upper()
    check(entity, sentences(own_faults(entity)), PLACES)
    if actor is not None:
        require(actor, KEEP, entity)


def own_faults(entity: Entity) -> dict[str, Fault]:
    found: dict[str, Fault] = {}
    if entity.uscc and (problem := uscc_problem(entity.uscc)):
        found["uscc"] = Fault("entity.uscc", {"value": entity.uscc, "problem": problem})
    others = Entity.objects.exclude(pk=entity.pk)
    if other := others.filter(number=entity.number).first():
        params = {"value": entity.number, "name": other.name}
        found["number"] = Fault("entity.number_taken", params)
    drawn = DrawnEntity.objects.filter(entity=entity.pk).exclude(entity__number=entity.number)
    if entity.pk and drawn.exists():
        found["number"] = Fault("entity.drawn", {"value": entity.number})
    if entity.uscc and "uscc" not in found and (other := others.filter(uscc=entity.uscc).first()):
        found["uscc"] = Fault("entity.uscc_taken", {"value": entity.uscc, "name": other.name})
    if entity.pk and entity.closed_on and (count := _in_use(entity, entity.closed_on).count()):
        params = {"value": entity.name, "count": count, "day": entity.closed_on.isoformat()}
        found["closed_on"] = Fault("entity.closing", params)
    return found


@transaction.atomic
def close_entity(
    *,
    actor: User,
    entity: Entity,
    closed_on: date,
    reason: str = "",
    expected_version: int | None = None,
) -> int:
    """From the day on it works no more, and its instruments are out of use; returns how many."""
    entity = locked(entity, actor=actor, right=KEEP, expected_version=expected_version)
    found = _in_use(entity, closed_on).filter(in_use_from__lt=closed_on)
    ended = list(found.select_for_update(of=("self",)).order_by("pk"))
    for instrument in ended:
        before, instrument.out_of_use_on = instrument.out_of_use_on, closed_on
        bump(instrument)
        record_end(instrument, actor, "instrument.taken_out", before, reason)
    save_entity(actor=actor, entity=entity, data={"closed_on": closed_on})
    record("entity.closed", actor=actor, on=entity, instruments=len(ended), reason=reason)
    if ended:
        text = _("Entity {number} was closed").format(number=entity.number)
        touched_instruments([row.pk for row in ended], closed_on, reason or text)
    return len(ended)


def _in_use(entity: Entity, day: date) -> Any:
    """Instruments of the entity in use on the day, or from later on."""
    found = Instrument.objects.filter(in_use_on(day, also_later=True), entity=entity)
    return found.select_related("entity__organisation").order_by("number")


def tell_moved(entity: Entity, former: int) -> None:
    """Its instruments count in another unit from the first day on which one of them counts."""
    if first := counts_from(entity.instruments.all()):
        text = _("Entity {number} was recorded or changed").format(number=entity.number)
        touched_entities([entity.pk], first, text, [former])


def facts(entity: Entity) -> dict[str, Any]:
    """What the log says of an entity."""
    values = {SAID.get(name, name): getattr(entity, name) for name in FIELDS}
    return values | {"organisation": entity.organisation.code}
