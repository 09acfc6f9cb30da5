"""`verify` finds what was changed behind the portal's back, and names it."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from indicators.models import DirtyMark, Progress, RollUp
from indicators.services.recompute import drain
from indicators.services.verify import verify
from metroplan.audit.models import AuditEvent
from metroplan.audit.record import record
from metroplan.common.periods import Period
from metroplan.submissions.services.files import store_file
from tests.world import World, allow_test_flush, make_world, report

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clean(settings, tmp_path) -> World:
    """Figures that are computed, a log of three events, a stored file."""
    settings.MEDIA_ROOT = tmp_path
    world = make_world()
    with transaction.atomic():
        report(world, "standards", "A", "2022Q4", 10)
        report(world, "rate", "D", "2022Q4", (1, 3))
    drain()
    for unit in ("A", "B", "D"):
        record("unit.seen", actor=world.people["staff"], on=world.units[unit], after={"n": 1})
    store_file(name="figures.csv", content=b"1,2,3\n", actor=world.people["clerk"])
    return world


@contextmanager
def log_unguarded() -> Iterator[None]:
    """As the owner of the database could."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
        yield
        cursor.execute("ALTER TABLE audit_auditevent ENABLE TRIGGER USER")
    allow_test_flush()


def events() -> list[int]:
    return sorted(AuditEvent.objects.values_list("pk", flat=True))


def run() -> tuple[int, str]:
    """Exit code and output of the command."""
    output = StringIO()
    try:
        call_command("verify", stdout=output)
    except SystemExit as stop:
        return stop.code, output.getvalue()
    return 0, output.getvalue()


def test_a_clean_portal_has_no_differences_and_exits_0(clean):
    assert verify() == []
    code, output = run()
    assert code == 0
    assert output.splitlines()[-1] == "0 differences"


def test_verifying_stores_nothing(clean):
    before = set(Progress.objects.values_list("pk", "computed_at"))
    verify()
    assert set(Progress.objects.values_list("pk", "computed_at")) == before


def test_a_changed_total_is_found(clean):
    city = clean.units["C1"]
    row = RollUp.objects.get(
        organisation=city, series__measure__code="standards", period=Period.parse("2022Q4")
    )
    RollUp.objects.filter(pk=row.pk).update(value=11)
    (found,) = verify()
    assert found.what == "roll-up"
    assert found.where == f"{row.series_id} {city.pk} {row.period.index}"
    assert "11.000000000000" in found.stored
    assert "10.000000000000" in found.computed


def test_a_row_taken_out_and_a_row_put_in_are_found(clean):
    row = RollUp.objects.filter(organisation=clean.units["P"]).order_by("period").first()
    RollUp.objects.filter(pk=row.pk).delete()
    (found,) = verify()
    assert (found.what, found.stored) == ("roll-up", "—")
    row.save(force_insert=True)
    row.pk = (row.series_id, row.organisation_id, Period.parse("2001Q1"))
    row.save(force_insert=True)
    (found,) = verify()
    assert (found.what, found.computed) == ("roll-up", "—")


def test_a_changed_status_is_found(clean):
    row = Progress.objects.filter(
        indicator__code="standards", organisation=clean.units["P"], period=Period.parse("2022Q4")
    )
    row.update(status="achieved")
    (found,) = verify()
    assert found.what == "progress"
    assert "achieved" in found.stored
    assert "achieved" not in found.computed


def test_a_figure_that_no_worker_has_computed_yet_is_a_difference(clean):
    with transaction.atomic():
        report(clean, "standards", "B", "2022Q4", 5)
    assert {found.what for found in verify()} == {"roll-up", "progress"}
    drain()
    assert not DirtyMark.objects.exists()
    assert verify() == []


def test_a_changed_file_is_found(clean, settings):
    (kept,) = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    kept.write_bytes(b"1,2,4\n")
    (found,) = verify()
    assert (found.what, found.where) == ("file", "figures.csv")
    assert found.stored != found.computed
    kept.unlink()
    (found,) = verify()
    assert (found.what, found.computed) == ("file", "missing")


def test_a_changed_log_entry_is_found(clean):
    first, *_ = events()
    with log_unguarded(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditevent SET actor = 'someone' WHERE id = %s", [first])
    (found,) = verify()
    assert (found.what, found.where) == ("audit", f"event {first}")
    assert found.stored == "altered content"


def test_a_changed_hash_breaks_its_own_entry_and_the_next(clean):
    first, second, _ = events()
    with log_unguarded(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditevent SET hash = repeat('0', 64) WHERE id = %s", [first])
    assert [found.where for found in verify()] == [f"event {first}", f"event {second}"]


def test_a_log_entry_taken_out_is_found(clean):
    _, second, third = events()
    with log_unguarded(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditevent WHERE id = %s", [second])
    (found,) = verify()
    assert (found.where, found.stored) == (f"event {third}", "another row before it")


def test_the_command_lists_every_difference_and_exits_1(clean):
    RollUp.objects.filter(organisation=clean.units["P"]).update(reported=99)
    differing = verify()
    code, output = run()
    lines = output.splitlines()
    assert code == 1
    assert len(lines) == len(differing) + 1
    assert lines[0].startswith(f"roll-up {differing[0].where}: stored ")
    assert lines[-1] == f"{len(differing)} differences"
