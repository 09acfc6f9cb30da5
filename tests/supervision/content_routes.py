"""The addresses of lots, integrity units and dishonesty records, for the tests that walk all."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from supervision.models import DishonestyRecord, IntegrityEvent, IntegrityUnit, Lot
from tests.supervision.counted import add_entity
from tests.world import World

LOT = ("lot-detail", "lot-change", "lot-judge", "lot-publish")
RUN = ("integrity-detail", "integrity-move", "integrity-correct", "integrity-score")
PUBLIC = ("lots", "integrity", "dishonesty")
LISTED = ("dishonesty-detail", "dishonesty-change", "dishonesty-repair")


@dataclass(frozen=True)
class ContentThings:
    """A lot, a run and a record of one unit."""

    lot: Lot
    unit: IntegrityUnit
    listed: DishonestyRecord

    def arguments(self) -> dict[str, list[Any]]:
        lots = {f"supervision:{name}": [self.lot.pk] for name in LOT}
        runs = {f"supervision:{name}": [self.unit.pk] for name in RUN}
        records = {f"supervision:{name}": [self.listed.pk] for name in LISTED}
        return (
            lots
            | runs
            | records
            | {
                "api:lot-detail": [self.lot.number],
                "api:integrity-unit-detail": [self.unit.number],
                "api:dishonesty-record-detail": [self.listed.pk],
            }
        )


def add_content(world: World, unit: str = "A", number: str = "1") -> ContentThings:
    entity = add_entity(world, unit, number=f"EC-{number}")
    where = {"organisation": world.units[unit], "entity": entity}
    lot = Lot.objects.create(
        number=f"NC-{number}",
        commodity="大米",
        product="大米5kg",
        sampled_on=date(2023, 5, 1),
        quantity_kind="mass",
        nominal=5,
        unit="kg",
        lot_size=5,
        sample_size=5,
        **where,
    )
    run = IntegrityUnit.objects.create(
        number=f"CX-{number}", state="committed", committed_on=date(2023, 5, 1), **where
    )
    IntegrityEvent.objects.create(unit=run, state="committed", since=date(2023, 5, 1))
    listed = DishonestyRecord.objects.create(
        ground="作弊",
        decision_no=f"罚〔2023〕{number}号",
        decided_on=date(2023, 5, 1),
        starts=date(2023, 5, 1),
        ends=date(2024, 4, 30),
        **where,
    )
    return ContentThings(lot, run, listed)


def grow_content(world: World, number: int) -> None:
    for at in range(number):
        add_content(world, f"X{at}", f"X{at}")


def content_table(figures: list[int], only: Any) -> dict[tuple[str, str], list[int]]:
    """Rows of the table of rights, from the words that it is written with."""
    reading = (
        *("lot-list", "lot-export", "lot-detail", "lot-calculator", "content-tables"),
        *("integrity-list", "integrity-export", "integrity-detail", "criteria-list"),
        *("dishonesty-list", "dishonesty-detail"),
    )
    recording = ("lot-create", "lot-change")
    keeping = ("integrity-create", "dishonesty-create", "dishonesty-change")
    tables = ("sampling-plan-create", "tolerance-create", "criteria-create")
    sending = (
        *("lot-publish", "integrity-move", "integrity-correct", "integrity-score"),
        "dishonesty-repair",
    )
    inspecting = ("staff", "reviewer", "reporter")
    rows = {("get", f"supervision:{name}"): figures for name in reading}
    for name in recording:
        rows["get", f"supervision:{name}"] = only(200, *inspecting)
        rows["post", f"supervision:{name}"] = only(422, *inspecting)
    for name in (*keeping, *tables):
        rows["get", f"supervision:{name}"] = only(200, "staff")
    for name in (*keeping, *tables, *sending):
        rows["post", f"supervision:{name}"] = only(422, "staff")
    rows["get", "supervision:lots-judge"] = only(200, "staff")
    rows["post", "supervision:lots-judge"] = only(302, "staff")
    rows["post", "supervision:lot-judge"] = only(422, *inspecting)
    rows["post", "supervision:lot-preview"] = figures
    rows["post", "supervision:lot-calculator"] = only(422, "leader", *inspecting)
    rows |= {("get", f"public:{name}"): [200] * len(figures) for name in PUBLIC}
    api = [
        f"api:{name}-{way}"
        for name in ("lot", "integrity-unit", "dishonesty-record")
        for way in ("list", "detail")
    ]
    return rows | {("get", name): figures for name in api}
