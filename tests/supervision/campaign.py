"""Campaigns, inspectors and inspections of the test world, written through the services."""

import base64
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from supervision.models import Campaign, Entity, Finding, Inspection, Inspector
from supervision.services.campaigns import move_campaign, save_campaign
from supervision.services.findings import order_rectification
from supervision.services.inspection_files import sign
from supervision.services.inspections import (
    Answer,
    begin_inspection,
    conclude_inspection,
    save_inspection,
)
from supervision.services.inspectors import save_inspector
from tests.supervision.counted import add_entity
from tests.world import World

PNG = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
    "WjR9awAAAABJRU5ErkJggg=="
)
PICTURE = base64.b64decode(PNG.split(",")[1])
CHECKLIST = [("计量器具是否检定合格", "实施细则第四十三条"), ("是否公示收费标准", "")]


def today() -> date:
    return timezone.localdate()


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def campaign_data(world: World, unit: str = "P", **more: Any) -> dict[str, Any]:
    return {
        "number": "",
        "title": "集贸市场在用计量器具专项检查",
        "kind": "special",
        "organisation": world.units[unit],
        "legal_basis": "《计量法实施细则》第四十三条",
        "task": None,
        "starts": ago(60),
        "ends": today(),
        "departments": ["商务厅"],
        "commodities": [],
        "entity_kinds": [],
        "kinds": [],
    } | more


def campaign(world: World, unit: str = "P", state: str = "running", **more: Any) -> Campaign:
    staff = world.people["staff"]
    data = campaign_data(world, unit, **more)
    made = save_campaign(actor=staff, data=data, checklist=CHECKLIST)
    if state == "planned":
        return made
    return move_campaign(actor=staff, campaign=made, to=state)


def inspector(world: World, unit: str = "A", **more: Any) -> Inspector:
    number = more.pop("certificate_no", f"JC{Inspector.objects.count() + 1:04d}")
    data = {
        "certificate_no": number,
        "name": "",
        "organisation": world.units[unit],
        "valid_from": ago(1000),
        "valid_until": today() + timedelta(days=1000),
    }
    return save_inspector(actor=world.people["staff"], data=data | more)


def begun(world: World, entity: Entity | None = None, **more: Any) -> Inspection:
    entity = entity or add_entity(world, "A", "market")
    people = more.pop("inspectors", None)
    data = {
        "campaign": None,
        "entity": entity,
        "organisation": entity.organisation,
        "inspected_on": ago(10),
        "basis": "",
    }
    return begin_inspection(
        actor=world.people["clerk"],
        data=data | more,
        inspectors=[inspector(world), inspector(world)] if people is None else people,
    )


def filled(world: World, inspection: Inspection, *, result: str = "yes", **more: Any) -> Inspection:
    data = {
        "inspected_on": inspection.inspected_on,
        "basis": "",
        "outcome": "conforming",
        "summary": "",
        "substitution": "",
        "signed_by_entity": "",
        "refusal": "",
    }
    checks = more.pop("checks", [])
    return save_inspection(
        actor=world.people["clerk"],
        inspection=inspection,
        data=data | more,
        inspectors=list(inspection.inspectors.all()),
        answers=[Answer(item.pk, result) for item in inspection.items.all()],
        checks=checks,
    )


def signed(world: World, inspection: Inspection) -> Inspection:
    for side in ("entity", "inspector"):
        sign(actor=world.people["clerk"], inspection=inspection, side=side, image=PNG)
    inspection.refresh_from_db()
    return inspection


def concluded(world: World, entity: Entity | None = None, **more: Any) -> Inspection:
    outcome = {name: more.pop(name) for name in ("outcome", "result") if name in more}
    inspection = signed(world, filled(world, begun(world, entity, **more), **outcome))
    return conclude_inspection(actor=world.people["clerk"], inspection=inspection)


def ordered(world: World, inspection: Inspection | None = None, **more: Any) -> Finding:
    given = {"description": "三台电子秤超期未检", "due_on": today() + timedelta(days=5)} | more
    return order_rectification(
        actor=world.people["clerk"], inspection=inspection or begun(world), **given
    )
