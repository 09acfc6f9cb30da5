"""Entities and instruments of the test world, written through the services."""

from datetime import date
from typing import Any

from standards.models import InstrumentKind
from supervision.models import Entity, Instrument, IntervalRule, Verification
from supervision.services.entities import save_entity
from supervision.services.instruments import save_instrument
from supervision.services.verifications import record_verification
from tests.world import World


def day(text: str) -> date:
    return date.fromisoformat(text)


def kind(code: str = "electronic-scale", months: int | None = 12) -> InstrumentKind:
    found, _made = InstrumentKind.objects.get_or_create(
        code=code, defaults={"name_zh": "电子秤", "name_en": "Electronic scales"}
    )
    if months:
        IntervalRule.objects.get_or_create(
            kind=found, effective_from=date(2000, 1, 1), defaults={"months": months}
        )
    return found


def entity_data(world: World, unit: str = "A", **more: Any) -> dict[str, Any]:
    return {
        "number": "",
        "name": f"{unit}农贸市场",
        "uscc": "",
        "kind": "market",
        "industry": "",
        "organisation": world.units[unit],
        "address": "解放路1号",
        "key_energy_user": False,
        "opened_on": None,
        "closed_on": None,
    } | more


def entity(world: World, unit: str = "A", **more: Any) -> Entity:
    return save_entity(actor=world.people["staff"], data=entity_data(world, unit, **more))


def instrument_data(holder: Entity, **more: Any) -> dict[str, Any]:
    return {
        "number": "",
        "entity": holder,
        "kind": more.pop("kind", None) or kind(),
        "name": "",
        "model": "ACS-30",
        "range_text": "(0~30) kg",
        "accuracy": "Ⅲ",
        "serial_no": str(1000 + Instrument.objects.count()),
        "maker": "永康衡器厂",
        "made_on": None,
        "place": "一号摊位",
        "purpose": "trade",
        "interval_months": None,
        "in_use_from": date(2020, 1, 1),
    } | more


def instrument(world: World, holder: Entity | None = None, **more: Any) -> Instrument:
    unit = more.pop("unit", "A")
    holder = holder or entity(world, unit)
    return save_instrument(actor=world.people["staff"], data=instrument_data(holder, **more))


def verified(world: World, thing: Instrument, on: str, **more: Any) -> Verification:
    """Passed, unless said otherwise, until the day that the interval gives."""
    data = {"verified_on": day(on), "stage": "periodic", "passed": True} | more
    row = record_verification(actor=world.people["staff"], instrument=thing, data=data)
    thing.refresh_from_db()
    return row
