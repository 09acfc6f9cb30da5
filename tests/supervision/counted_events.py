"""Everything that happens to the registers of supervision and changes what is counted.

Each is a generator: what is there before, a pause, and the event itself, through its service.
"""

from collections.abc import Callable, Iterator
from typing import Any

from metroplan.submissions.bulk.runner import run
from metroplan.submissions.services import bulk
from standards.services.kinds import save_group
from supervision.models import Entity, Instrument
from supervision.services.entities import close_entity, save_entity
from supervision.services.instruments import bring_back, save_instrument, take_out_of_use
from supervision.services.verifications import record_verification, remove_verification
from tests.submissions.bulk_files import checked
from tests.supervision.counted import add_entity, add_instrument, add_kind, day, verify
from tests.world import World

Event = Callable[[World], Iterator[None]]
EVENTS: dict[str, Event] = {}


def event(make: Event) -> Event:
    EVENTS[make.__name__] = make
    return make


def before_use(world: World, entity: Entity | None = None, **more: Any) -> Instrument:
    """In use since February; verified free of charge, passed and failed, in the quarter before."""
    entity = entity or add_entity(world, "A", "market")
    made = add_instrument(entity, more.pop("kind", "taximeter"), "2024-02-10", **more)
    verify(made, "2023-11-05", None, "initial", free_of_charge=True)
    verify(made, "2023-12-20", "2024-12-19", "initial", free_of_charge=True)
    add_kind("taximeter", "taximeters")
    return made


def changed(world: World, instrument: Instrument, **values: Any) -> None:
    save_instrument(actor=world.people["staff"], instrument=instrument, data=values)


@event
def an_instrument_is_added(world: World) -> Iterator[None]:
    entity, kind = add_entity(world, "A"), add_kind("water-meter", "household-meters")
    yield
    data = {
        "number": "", "entity": entity, "kind": kind, "name": "", "model": "", "range_text": "",
        "accuracy": "", "serial_no": "1", "maker": "厂", "made_on": None, "place": "",
        "purpose": "trade", "interval_months": None, "in_use_from": day("2024-03-31"),
    }  # fmt: skip
    save_instrument(actor=world.people["staff"], data=data)


@event
def its_purpose_changes(world: World) -> Iterator[None]:
    made = before_use(world)
    yield
    changed(world, made, purpose="other")


@event
def its_kind_changes(world: World) -> Iterator[None]:
    made = before_use(world)
    yield
    changed(world, made, kind=add_kind("balance"))


@event
def it_came_into_use_earlier(world: World) -> Iterator[None]:
    made = before_use(world)
    yield
    changed(world, made, in_use_from=day("2023-12-31"))


@event
def it_goes_to_an_entity_of_another_unit(world: World) -> Iterator[None]:
    made, other = before_use(world), add_entity(world, "B")
    yield
    changed(world, made, entity=other)


@event
def it_goes_out_of_use(world: World) -> Iterator[None]:
    made = before_use(world)
    yield
    on = day("2024-03-31")
    take_out_of_use(actor=world.people["staff"], instrument=made, on=on, reason="报废")


@event
def it_goes_out_of_use_later(world: World) -> Iterator[None]:
    made = before_use(world, out_of_use_on=day("2024-03-31"))
    yield
    on = day("2024-04-01")
    take_out_of_use(actor=world.people["staff"], instrument=made, on=on, reason="日期有误")


@event
def it_is_in_use_after_all(world: World) -> Iterator[None]:
    made = before_use(world, out_of_use_on=day("2024-03-31"))
    yield
    bring_back(actor=world.people["staff"], instrument=made, reason="未报废")


@event
def it_is_verified(world: World) -> Iterator[None]:
    made = before_use(world)
    yield
    data = {"verified_on": day("2024-03-31"), "stage": "periodic", "passed": False}
    record_verification(actor=world.people["staff"], instrument=made, data=data)


@event
def a_verification_is_removed(world: World) -> Iterator[None]:
    row = before_use(world).verifications.get(passed=True)
    yield
    remove_verification(actor=world.people["staff"], verification=row, reason="录入错误")


@event
def an_entity_moves(world: World) -> Iterator[None]:
    entity = before_use(world).entity
    yield
    move = {"organisation": world.units["B"]}
    save_entity(actor=world.people["staff"], entity=entity, data=move)


@event
def its_entity_becomes_a_clinic(world: World) -> Iterator[None]:
    entity = before_use(world).entity
    yield
    save_entity(actor=world.people["staff"], entity=entity, data={"kind": "medical"})


@event
def its_entity_closes(world: World) -> Iterator[None]:
    entity = before_use(world).entity
    yield
    close_entity(actor=world.people["staff"], entity=entity, closed_on=day("2024-03-31"))


def taken_over(world: World, kind: str, *lines: str) -> None:
    codes = {key: unit.code for key, unit in world.units.items()}
    content = "\n".join(lines).format(**codes).encode()
    job = checked(world, content, kind=kind, name="台账.csv")
    assert job.status == "ready", list(job.issues.values_list("code", "params"))
    bulk.approve(job=job, actor=world.people["reviewer"], expected_version=job.version)
    run(job.pk)
    job.refresh_from_db()
    assert job.status == "applied"


@event
def a_file_moves_instruments(world: World) -> Iterator[None]:
    made, other = before_use(world), add_entity(world, "B")
    yield
    head = "number,entity,kind,serial_no,maker,purpose,in_use_from"
    line = f"{made.number},{other.number},taximeter,{made.serial_no},厂,trade,2024-02-10"
    taken_over(world, "instruments", head, line)


@event
def a_file_moves_entities(world: World) -> Iterator[None]:
    entity = before_use(world).entity
    yield
    head = "number,name,kind,organisation"
    taken_over(world, "entities", head, f"{entity.number},{entity.name},market,{{B}}")


@event
def a_file_brings_verifications(world: World) -> Iterator[None]:
    made = before_use(world)
    yield
    head = "instrument,verified_on,stage,passed,valid_until"
    taken_over(world, "verifications", head, f"{made.number},2023-12-20,initial,failed,")


@event
def a_kind_leaves_its_group(world: World) -> Iterator[None]:
    group = before_use(world).kind.groups.get()
    yield
    save_group(
        actor=world.people["staff"],
        values={"name_zh": group.name_zh},
        kinds=[],
        group=group,
        expected_revision=group.revision,
    )
