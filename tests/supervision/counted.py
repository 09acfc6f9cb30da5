"""Rows of the test world that figures of supervision are counted from, written directly."""

from datetime import date
from typing import Any

from standards.models import InstrumentKind, KindGroup
from supervision.models import (
    Campaign,
    Entity,
    Finding,
    Inspection,
    Instrument,
    InstrumentCheck,
    IntegrityUnit,
    Lot,
    Verification,
)
from tests.world import World


def day(text: str) -> date:
    return date.fromisoformat(text)


def add_kind(code: str, *groups: str) -> InstrumentKind:
    kind, _ = InstrumentKind.objects.get_or_create(code=code, defaults={"name_zh": code})
    for name in groups:
        group, _ = KindGroup.objects.get_or_create(code=name, defaults={"name_zh": name})
        group.kinds.add(kind)
    return kind


def add_entity(world: World, unit: str, kind: str = "enterprise", **more: Any) -> Entity:
    number = more.pop("number", f"E{Entity.objects.count() + 1:05d}")
    return Entity.objects.create(
        number=number, name=f"{unit}单位{number}", kind=kind, organisation=world.units[unit], **more
    )


def add_instrument(
    entity: Entity, kind: str = "water-meter", since: str = "2020-01-01", **more: Any
) -> Instrument:
    number = f"I{Instrument.objects.count() + 1:06d}"
    values = {"name": kind, "serial_no": number, "maker": "厂", "purpose": "trade"} | more
    return Instrument.objects.create(
        number=number, entity=entity, kind=add_kind(kind), in_use_from=day(since), **values
    )


def verify(
    instrument: Instrument, on: str, until: str | None = None, stage: str = "periodic", **more: Any
) -> Verification:
    """Passed where it says until when; else failed."""
    return Verification.objects.create(
        instrument=instrument,
        verified_on=day(on),
        stage=stage,
        passed=until is not None,
        valid_until=day(until) if until else None,
        **more,
    )


def add_campaign(world: World, unit: str, ends: str, **more: Any) -> Campaign:
    number = f"C{Campaign.objects.count() + 1}"
    values = {"kind": "special", "state": "finished", "title": number} | more
    return Campaign.objects.create(
        number=number,
        organisation=world.units[unit],
        starts=day(ends),
        ends=day(ends),
        legal_basis="计量法",
        **values,
    )


def add_inspection(
    world: World, unit: str, on: str, campaign: Campaign | None = None, state: str = "closed"
) -> Inspection:
    return Inspection.objects.create(
        number=f"J{Inspection.objects.count() + 1}",
        organisation=world.units[unit],
        entity=add_entity(world, unit),
        inspected_on=day(on),
        campaign=campaign,
        state=state,
    )


def add_check(inspection: Inspection, found: str, passed: bool | None = None) -> InstrumentCheck:
    return InstrumentCheck.objects.create(
        inspection=inspection, description="秤", found=found, passed=passed
    )


def add_lot(
    world: World, unit: str, on: str, label: bool | None, quantity: bool | None, **more: Any
) -> Lot:
    number = f"L{Lot.objects.count() + 1:06d}"
    values = {"entity": None, "nominal": 500, "lot_size": 1000, "sample_size": 80} | more
    values["entity"] = values["entity"] or add_entity(world, unit)
    return Lot.objects.create(
        number=number,
        organisation=world.units[unit],
        commodity="大米",
        product="大米",
        sampled_on=day(on),
        quantity_kind="mass",
        unit="g",
        label_passed=label,
        quantity_passed=quantity,
        **values,
    )


def add_finding(
    world: World, unit: str, due: str, closed: str | None = None, state: str = "verified"
) -> Finding:
    inspection = add_inspection(world, unit, "2023-01-05")
    return Finding.objects.create(
        number=f"F{Finding.objects.count() + 1}",
        inspection=inspection,
        entity=inspection.entity,
        organisation=world.units[unit],
        description="超期未检",
        found_on=day("2023-01-05"),
        due_on=day(due),
        state=state if closed else "ordered",
        closed_on=day(closed) if closed else None,
    )


def add_integrity(
    world: World, unit: str, state: str = "conferred", **days: str | None
) -> IntegrityUnit:
    return IntegrityUnit.objects.create(
        number=f"U{IntegrityUnit.objects.count() + 1}",
        organisation=world.units[unit],
        entity=add_entity(world, unit),
        state=state,
        **{name: day(text) for name, text in days.items() if text},
    )
