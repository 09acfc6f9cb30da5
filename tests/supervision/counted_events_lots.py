"""What happens to lots of prepackages; see counted_events.py."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from supervision.models import Entity, Lot
from supervision.rules.net_content import Reading, SamplingLine
from supervision.services.content_tables import enter_plan
from supervision.services.judging import judge_superseded
from supervision.services.lots import judge_again, save_lot
from supervision.services.net_content_reference import load_net_content
from tests.supervision.counted import add_entity, day
from tests.supervision.counted_events import event
from tests.world import World


def lot_data(world: World, entity: Entity, on: str, **more: Any) -> dict[str, Any]:
    return {
        "number": "", "inspection": None, "campaign": None, "organisation": entity.organisation,
        "entity": entity, "commodity": "面粉", "product": "面粉100g", "maker": "", "batch_no": "",
        "sampled_on": day(on), "quantity_kind": "mass", "nominal": Decimal(100), "unit": "g",
        "lot_size": 60, "sample_size": 13, "tare": None, "label_unit": "g",
        "label_height": Decimal(3), "label_complete": True,
    } | more  # fmt: skip


READINGS = [Reading(net=Decimal(100))] * 12 + [Reading(net=Decimal("95.4"))]
"""One piece is short by more than T and less than 2T: one is allowed."""


def lot(world: World, on: str = "2024-03-31", where: Entity | None = None) -> Lot:
    load_net_content(Path(settings.BASE_DIR) / "fixtures" / "reference")
    data = lot_data(world, where or add_entity(world, "A"), on)
    return save_lot(actor=world.people["staff"], data=data, readings=READINGS)


@event
def a_lot_is_sampled(world: World) -> Iterator[None]:
    yield
    lot(world)


@event
def a_lot_was_sampled_on_another_day_by_another_unit(world: World) -> Iterator[None]:
    held = lot(world)
    yield
    data = lot_data(world, held.entity, "2024-04-01", organisation=world.units["C1"])
    data["number"] = held.number
    save_lot(actor=world.people["staff"], lot=held, data=data, readings=READINGS)


@event
def a_reading_of_a_lot_was_wrong(world: World) -> Iterator[None]:
    held = lot(world)
    yield
    data = lot_data(world, held.entity, "2024-03-31", number=held.number)
    short = [*READINGS[:-1], Reading(net=Decimal(80))]
    save_lot(actor=world.people["staff"], lot=held, data=data, readings=short)


def stricter_plan(world: World) -> None:
    enter_plan(
        actor=world.people["staff"], edition="更严", effective_from=day("2024-01-01"), note="",
        rows=[SamplingLine(1, 50, None, None, 0, 0), SamplingLine(51, None, 13, Decimal(1), 0, 0)],
    )  # fmt: skip


@event
def a_lot_is_judged_again(world: World) -> Iterator[None]:
    held = lot(world)
    stricter_plan(world)
    yield
    judge_again(actor=world.people["staff"], lot=held)


@event
def lots_are_judged_again(world: World) -> Iterator[None]:
    lot(world)
    lot(world, "2024-01-01", add_entity(world, "B"))
    stricter_plan(world)
    yield
    judge_superseded(actor=world.people["staff"])
