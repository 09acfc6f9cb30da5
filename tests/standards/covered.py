"""A small catalogue and standards that cover some of it, written straight into the tables."""

from collections.abc import Iterable
from datetime import date

from standards.models import (
    CatalogueItem,
    CatalogueVersion,
    InForceSpan,
    Institute,
    InstrumentKind,
    MeasurementStandard,
)
from tests.world import World

YEAR_2020, YEAR_2030 = date(2020, 1, 1), date(2029, 12, 31)

Span = tuple[date, date]


def add_kinds(*codes: str) -> dict[str, InstrumentKind]:
    return {
        code: InstrumentKind.objects.get_or_create(
            code=code, defaults={"name_zh": f"器具{code}", "name_en": f"Kind {code}"}
        )[0]
        for code in codes
    }


def add_version(
    code: str,
    first: date,
    until: date | None,
    items: dict[str, tuple[str, Iterable[str]]],
) -> CatalogueVersion:
    """`items` maps the code of an item to its regulation and the kinds it means."""
    version = CatalogueVersion.objects.create(
        code=code, title=f"目录{code}", document="公告", effective_from=first, effective_to=until
    )
    parent = CatalogueItem.objects.create(version=version, code="1", name="一级")
    for place, (name, (regulation, kinds)) in enumerate(items.items(), start=1):
        item = CatalogueItem.objects.create(
            version=version,
            code=name,
            parent=parent,
            position=place,
            name=f"项目{name}",
            regulation=regulation,
        )
        item.kinds.set(add_kinds(*kinds).values())
    return version


def add_institute(world: World, unit: str, code: str = "") -> Institute:
    return Institute.objects.get_or_create(
        code=code or f"I-{unit}",
        defaults={
            "name": f"{unit}计量所",
            "kind": "statutory",
            "organisation": world.units[unit],
        },
    )[0]


def add_standard(
    world: World,
    unit: str,
    kinds: Iterable[str],
    *spans: Span,
    way: str = "verification",
    holder: str = "public",
) -> MeasurementStandard:
    """In force on the spans; through the whole of the twenties if none is given."""
    number = f"S{MeasurementStandard.objects.count() + 1:03d}"
    standard = MeasurementStandard.objects.create(
        number=number,
        name=f"标准装置{number}",
        field="12",
        institute=add_institute(world, unit),
        holder_kind=holder,
    )
    service = standard.services.create(way=way, instrument="器具", document_no="JJG 1")
    service.kinds.set(add_kinds(*kinds).values())
    for first, last in spans or ((YEAR_2020, YEAR_2030),):
        InForceSpan.objects.create(standard=standard, first=first, last=last)
    return standard
