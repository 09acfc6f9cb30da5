"""A large file and a page at the same rows: whoever comes second does not undo the first."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from time import sleep
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, connections, transaction

from metroplan.submissions.bulk.registry import Outdated
from supervision.models import Entity, Instrument, Verification
from supervision.services import bulk_entities, bulk_instruments, bulk_verifications
from supervision.services.bulk_ledgers import Ledger
from supervision.services.entities import save_entity
from supervision.services.instruments import save_instrument
from supervision.services.verifications import remove_verification
from tests.supervision.ledger import instrument, verified
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)

STAGED = "staged_lines"
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"
PATIENCE = 500
"""Hundredths of a second."""


def staged(ledger: Ledger, **line: Any) -> None:
    """One line of a file, checked and waiting."""
    columns = ", ".join(f"{name} {kind}" for name, kind in ledger.table.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {STAGED} ({columns})")
        values = [line.get(name) for name in ledger.table]
        cursor.execute(f"INSERT INTO {STAGED} VALUES ({', '.join(['%s'] * len(values))})", values)


def job_of(world: World) -> SimpleNamespace:
    person = world.people["staff"]
    file = SimpleNamespace(name="台账.csv")
    return SimpleNamespace(document="文件", file=file, approved_by=person, uploaded_by=person)


def facts_of(thing: Any, ledger: Ledger, **changed: Any) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in ledger.facts} | changed


@pytest.fixture
def lines(world):
    """What a file says of things on record, and what a page does to them meanwhile."""
    thing = instrument(world, number="I-1")
    row = verified(world, thing, "2024-02-01")
    staff, unit = world.people["staff"], thing.entity.organisation_id
    common = {"line": 2, "organisation_id": unit}
    entity_line = facts_of(thing.entity, bulk_entities.LEDGER, address="文件路2号")
    instrument_line = facts_of(thing, bulk_instruments.LEDGER, place="文件摊位")
    verification_line = facts_of(row, bulk_verifications.LEDGER, certificate_no="文件")
    yield {
        "entities": (
            bulk_entities.LEDGER,
            common | entity_line | {"number": thing.entity.number},
            lambda: save_entity(actor=staff, entity=thing.entity, data={"industry": "零售"}),
            lambda: Entity.objects.get().industry == "零售",
        ),
        "instruments": (
            bulk_instruments.LEDGER,
            common | instrument_line | {"number": "I-1"},
            lambda: save_instrument(actor=staff, instrument=thing, data={"model": "ACS-15"}),
            lambda: Instrument.objects.get().model == "ACS-15",
        ),
        "verifications": (
            bulk_verifications.LEDGER,
            common | verification_line | {"instrument_id": thing.pk, "number": "I-1"},
            lambda: remove_verification(actor=staff, verification=row, reason="误录"),
            lambda: not Verification.objects.exists(),
        ),
    }
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {STAGED}")


def elsewhere(act: Callable[[], Any]) -> Any:
    """By another connection."""
    try:
        return act()
    finally:
        connections.close_all()


def until(true: Callable[[], bool]) -> None:
    for _ in range(PATIENCE):
        if true():
            return
        sleep(0.01)
    raise AssertionError("nobody waits")


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone()[0] > 0


@pytest.mark.parametrize("kind", ["entities", "instruments", "verifications"])
def test_a_file_waits_for_a_page_and_is_looked_at_again(world, lines, kind):
    ledger, line, change, stands = lines[kind]
    staged(ledger, **line)
    preview = ledger.prepare(STAGED)
    assert preview["changed"] == 1

    def applied() -> int:
        with transaction.atomic():
            return ledger.apply(STAGED, job_of(world), preview)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            change()
            file: Future = pool.submit(elsewhere, applied)
            until(somebody_waits)
        with pytest.raises(Outdated):
            file.result()
    assert stands()


@pytest.mark.parametrize("kind", ["entities", "instruments", "verifications"])
def test_a_page_waits_for_a_file_and_changes_what_it_wrote(world, lines, kind):
    ledger, line, change, stands = lines[kind]
    staged(ledger, **line)
    preview = ledger.prepare(STAGED)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            ledger.apply(STAGED, job_of(world), preview)
            page = pool.submit(elsewhere, change)
            until(somebody_waits)
        page.result()
    assert stands()
    if kind == "entities":
        assert Entity.objects.get().address == "文件路2号"
    if kind == "instruments":
        thing = Instrument.objects.get()
        assert (thing.place, thing.in_use_from) == ("文件摊位", date(2020, 1, 1))
