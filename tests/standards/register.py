"""Institutes and standards of the test world, written through the services."""

from datetime import date
from typing import Any

from standards.models import Institute, InstituteKind, MeasurementStandard
from standards.services.life import add_certificate
from standards.services.standards import save_standard
from tests.world import World

LINE = {
    "quantity": "长度",
    "range_text": "(0~500) mm",
    "performance_kind": "uncertainty",
    "performance_text": "U=0.2 μm (k=2)",
}
SERVICE = {
    "way": "verification",
    "instrument": "千分尺",
    "range_text": "(0~300) mm",
    "document_no": "JJG 21-2008",
    "kinds": [],
}
EQUIPMENT = {"name": "量块", "serial_no": "1001", "certificate_no": "CD-1", "traced_to": "省院"}
UPPER = {"name": "一等量块标准装置", "way": "verification", "holder": "省院"}


def day(text: str) -> date:
    return date.fromisoformat(text)


def institute(world: World, unit: str = "C1", **fields: Any) -> Institute:
    count = Institute.objects.count()
    given = {
        "code": f"I{count + 1}",
        "name": f"{unit}计量所",
        "kind": InstituteKind.STATUTORY,
        "organisation": world.units[unit],
    } | fields
    return Institute.objects.create(**given)


def data_of(holder: Institute, **fields: Any) -> dict[str, Any]:
    return {
        "number": "",
        "name": "二等量块标准器组",
        "code": "01110000",
        "field": "01",
        "institute": holder,
        "holder_kind": "public",
        "custodian": "长度室",
        "location": "实验楼101",
        "note": "",
    } | fields


def saved(world: World, holder: Institute | None = None, **more: Any) -> MeasurementStandard:
    """A new standard in use since 2020, public unless said otherwise, not certified yet."""
    given = {
        "capabilities": [LINE],
        "services": [SERVICE],
        "equipment": [EQUIPMENT],
        "upper_links": [UPPER],
    }
    lines = {name: more.pop(name, rows) for name, rows in given.items()}
    data = {"state": "in_force", "since": day("2020-01-01"), "rank": "highest"} | more
    return save_standard(
        actor=world.people["staff"],
        data=data_of(holder or institute(world), **data),
        **lines,
    )


def certified(
    world: World,
    standard: MeasurementStandard,
    first: str = "2020-03-01",
    last: str = "2024-02-29",
    number: str = "",
) -> MeasurementStandard:
    """Both certificates for these days."""
    for kind in ("examination", "public"):
        add_certificate(
            actor=world.people["staff"],
            standard=standard,
            kind=kind,
            number=f"{kind}-{number or standard.number}",
            valid_from=day(first),
            valid_until=day(last),
        )
    standard.refresh_from_db()
    return standard


def spans(standard: MeasurementStandard) -> list[tuple[str, str]]:
    return [(str(span.first), str(span.last)) for span in standard.in_force.order_by("first")]
