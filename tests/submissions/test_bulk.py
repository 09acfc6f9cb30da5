"""Large files: received, checked in chunks, looked at by a second person, applied whole."""

import gc
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from indicators.models import DirtyMark, ImportBatch, Observation
from metroplan.audit.models import AuditEvent
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Notice
from metroplan.submissions.bulk import leases, runner, staging
from metroplan.submissions.bulk.registry import bulk_registry, copy_line
from metroplan.submissions.bulk.runner import run
from metroplan.submissions.models import BulkImport, BulkStatus, StoredFile
from metroplan.submissions.services import bulk
from metroplan.submissions.tasks_bulk import run_bulk, sweep_bulk
from metroplan.submissions.wording import describe
from tests.submissions.bulk_files import (
    applied,
    checked,
    codes,
    lines_of,
    many_lines,
    received,
)
from tests.world import current, report


@pytest.fixture(autouse=True)
def small_chunks(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.BULK_CHUNK_ROWS = 7


def staged_tables() -> set[str]:
    names = connection.introspection.table_names()
    return {name for name in names if name.startswith("submissions_bulk_rows_")}


def test_a_good_file_is_checked_and_waits_for_a_second_person(world):
    job = checked(world, many_lines(world, 8))
    assert (job.status, job.rows_done, job.rows_clean, job.errors) == ("ready", 72, 72, 0)
    assert (job.preview["added"], job.preview["changed"], job.preview["same"]) == (72, 0, 0)
    assert job.share_done == 1
    assert not Observation.objects.exists()


def test_who_may_apply_it_is_told_and_then_who_sent_it(world):
    content = many_lines(world, 2)
    job = checked(world, content)
    told = {notice.user: notice.code for notice in Notice.objects.all()}
    assert job.uploaded_by not in told
    assert set(told.values()) == {"bulk.ready"}
    applied(world, content)
    assert not Notice.objects.filter(code="bulk.ready", read_at__isnull=True).exists()
    assert Notice.objects.get(code="bulk.applied").user == job.uploaded_by


def test_who_sent_a_faulty_file_is_told(world):
    job = checked(world, lines_of(world, "{A},nothing,2021Q1,,7,,"))
    assert Notice.objects.get().user == job.uploaded_by
    assert Notice.objects.get().code == "bulk.refused"


def test_applied_figures_name_the_line_of_the_file(world):
    report(world, "standards", "A", "2021Q1", "5")
    report(world, "standards", "B", "2021Q1", "6")
    marks = DirtyMark.objects.count()
    job = applied(
        world,
        lines_of(
            world,
            "{A},standards,2021Q1,,7,,",
            "{B},standards,2021Q1,,6,,",
            "{D},rate,2021Q1,,,9,10",
            "{D},units,2021Q1,zero,0,,",
            "{D},standards,2021Q1,,,,",
            "{B},rate,2021Q1,not_applicable,,,",
        ),
    )
    assert (job.status, job.changed, job.rows_blank) == ("applied", 4, 1)
    figure = current(world.measures["standards"], world.units["A"], "2021Q1")
    batch = ImportBatch.objects.get()
    assert (figure.value, figure.revision, figure.line, figure.batch) == (7, 2, 2, batch)
    same = current(world.measures["standards"], world.units["B"], "2021Q1")
    assert (same.value, same.revision, same.batch) == (6, 1, None)
    rate = current(world.measures["rate"], world.units["D"], "2021Q1")
    assert (rate.value, rate.numerator, rate.denominator, rate.line) == (None, 9, 10, 4)
    assert current(world.measures["rate"], world.units["B"], "2021Q1").state == "not_applicable"
    assert (batch.file, batch.document) == (job.file, job.document)
    assert DirtyMark.objects.count() == marks + 4
    assert not staged_tables()


def test_every_issue_of_every_line_with_the_codes_of_the_other_ways(world):
    job = checked(
        world,
        lines_of(
            world,
            "999999,standards,2021Q1,,1,,",
            "{A},nothing,2021Q1,,1,,",
            "{A},standards,2021-1,,1,,",
            "{A},standards,2099Q1,,1,,",
            "{A},standards,1999Q4,,1,,",
            "{A},standards,2021Q1,,-1,,",
            "{A},rate,2021Q1,,,11,10",
            "{A},standards,2021Q4,done,1,,",
            "{A},standards,2022Q1,zero,1,,",
            "{A},standards,2022Q2,,1,,",
            "{B},standards,2022Q2,,1,,",
            "{A},standards,2022Q2,,2,,",
        ),
    )
    assert job.status == "refused"
    assert codes(job) == [
        ("import.unknown_unit", 2, "A"),
        ("import.unknown_measure", 3, "B"),
        ("import.not_a_quarter", 4, "C"),
        ("import.quarter_not_over", 5, "C"),
        ("import.unit_not_alive", 6, "A"),
        ("figure.negative", 7, "E"),
        ("figure.part_over_whole", 8, "F"),
        ("import.unknown_state", 9, "D"),
        ("import.state_disagrees", 10, "D"),
        ("import.doubled", 13, "B"),
    ]
    assert all(describe(issue) for issue in job.issues.all())
    assert not staged_tables()


def test_a_figure_that_no_form_asks_for_is_a_warning_once_a_unit(world):
    job = checked(
        world,
        lines_of(
            world,
            "{A},standards,2019Q4,,1,,",
            "{A},standards,2020Q1,,1,,",
            "{A},standards,2021Q1,,1,,",
            "{C1},standards,2021Q1,,1,,",
        ),
    )
    assert (job.status, job.errors, job.warnings) == ("ready", 0, 2)
    assert codes(job) == [("import.not_asked", 2, "B"), ("import.not_asked", 5, "B")]
    assert job.issues.first().params["lines"] == 2


def test_units_outside_the_senders_area_are_refused(world):
    world.people["staff"].organisation = world.units["C1"]
    world.people["staff"].save()
    lines = lines_of(world, "{A},standards,2021Q1,,1,,", "{D},standards,2021Q1,,1,,")
    assert codes(checked(world, lines)) == [("import.not_your_unit", 3, "A")]


def test_issues_beyond_the_limit_are_counted_but_not_kept(world, settings):
    settings.BULK_ISSUES_KEPT = 10
    lines = lines_of(world, *(f"99{n:04d},standards,2021Q1,,1,," for n in range(25)))
    job = checked(world, lines)
    assert (job.errors, job.counts) == (25, {"import.unknown_unit": 25})
    assert job.issues.count() == 10


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"\x00\x01\x02", "file.not_a_workbook"),
        (b"PK\x03\x04 broken", "file.not_a_workbook"),
        (b"a,b\n1,2\n", "import.columns_missing"),
        (b"organisation,measure,period,value\n", "file.nothing_in_it"),
        ("organisation,measure,period,value\n甲".encode("utf-16-le"), "file.not_a_workbook"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_a_reason(world, content, code):
    job = checked(world, content)
    assert job.status == "refused"
    assert job.issues.first().code == code


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_and_delimiter_is_read_as_a_stream(world, encoding):
    text = lines_of(world, "{A};units;2021Q1;12家", header="organisation;measure;period;value")
    job = applied(world, text.decode().encode(encoding))
    assert job.status == "applied"
    assert current(world.measures["units"], world.units["A"], "2021Q1").value == 12


def test_a_quoted_line_end_counts_as_one_row(world):
    lines = ('"{A}\n",standards,2021Q1,,1,,', "9,standards,2021Q1,,1,,")
    job = checked(world, lines_of(world, *lines))
    assert codes(job) == [("import.unknown_unit", 3, "A")]


def test_the_same_file_twice_is_one_job_until_it_was_refused(world):
    good, bad = many_lines(world, 2), lines_of(world, "9,standards,2021Q1,,1,,")
    assert received(world, good) == checked(world, good) == received(world, good)
    assert checked(world, bad) != received(world, bad)
    assert StoredFile.objects.count() == 3


def test_a_key_answers_again_and_is_not_used_for_another_file(world):
    first = received(world, many_lines(world, 2), idempotency_key="k")
    checked(world, many_lines(world, 2))
    assert received(world, many_lines(world, 2), idempotency_key="k") == first
    with pytest.raises(MetroplanError, match=r"request\.key_reused"):
        received(world, many_lines(world, 3), idempotency_key="k")


def test_a_file_applied_again_changes_nothing(world):
    applied(world, many_lines(world, 4))
    again = applied(world, many_lines(world, 4) + b"\n")
    assert (again.status, again.changed, again.preview["same"]) == ("applied", 0, 36)
    assert Observation.objects.count() == 36


def test_nobody_applies_their_own_file_and_only_staff_and_reviewers_above_do(world):
    job = checked(world, many_lines(world, 2))
    for person in ("staff", "clerk", "city_reviewer", "leader", "system_admin"):
        with pytest.raises(PermissionDenied):
            bulk.approve(job=job, actor=world.people[person], expected_version=job.version)
    with pytest.raises(PermissionDenied):
        received(world, many_lines(world, 3), person="reviewer")


def test_an_old_preview_is_not_applied(world):
    job = checked(world, many_lines(world, 2))
    with pytest.raises(MetroplanError, match=r"bulk\.changed"):
        bulk.approve(job=job, actor=world.people["reviewer"], expected_version=1)


@pytest.mark.parametrize("value", ["5", "3"])
def test_figures_that_moved_since_the_preview_are_looked_at_again(world, value):
    job = checked(world, many_lines(world, 45))
    bulk.approve(job=job, actor=world.people["reviewer"], expected_version=job.version)
    report(world, "standards", "A", "2021Q1", value)
    run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.outdated, job.approved_by) == ("ready", True, None)
    assert Observation.objects.count() == 1
    assert job.preview["added"] == 404
    bulk.approve(job=job, actor=world.people["reviewer"], expected_version=job.version)
    run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.outdated) == ("applied", False)


def test_a_worker_goes_on_where_another_stopped(world, monkeypatch):
    job = received(world, many_lines(world, 8))
    stage, calls = runner._stage, []

    def dying(*arguments):
        if len(calls) == 3:
            raise KeyboardInterrupt
        calls.append(1)
        stage(*arguments)

    monkeypatch.setattr(runner, "_stage", dying)
    with pytest.raises(KeyboardInterrupt):
        run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.rows_done, job.checkpoint) == ("checking", 21, 22)
    monkeypatch.setattr(runner, "_stage", stage)
    assert run(job.pk) == ""
    gone_silent(job)
    assert sweep_bulk() == 1
    job.refresh_from_db()
    assert (job.status, job.rows_done, job.rows_clean) == ("ready", 72, 72)


def gone_silent(job: BulkImport) -> None:
    BulkImport.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))


def test_a_worker_that_lost_its_lease_writes_nothing(world, monkeypatch):
    job = received(world, many_lines(world, 8))
    note = runner.note

    def robbed(*arguments):
        BulkImport.objects.filter(pk=job.pk).update(lease="another")
        note(*arguments)

    monkeypatch.setattr(runner, "note", robbed)
    assert run(job.pk) == ""
    job.refresh_from_db()
    assert (job.rows_done, job.checkpoint) == (0, 0)


def test_a_job_that_kills_its_workers_is_given_up(world):
    job = received(world, many_lines(world, 2))
    BulkImport.objects.filter(pk=job.pk).update(attempts=runner.MAX_ATTEMPTS)
    assert run(job.pk) == "failed"
    assert BulkImport.objects.get().finished_at


def test_a_cancel_stops_the_worker_within_its_chunk(world, monkeypatch):
    job = received(world, many_lines(world, 8))
    fill = staging.fill

    def asked_meanwhile(*arguments):
        fill(*arguments)
        bulk.cancel(job=job, actor=world.people["staff"])

    monkeypatch.setattr(staging, "fill", asked_meanwhile)
    assert run(job.pk) == "cancelled"
    job.refresh_from_db()
    assert job.rows_done == 0
    assert not staged_tables()


@pytest.mark.parametrize("state", ["received", "ready"])
def test_a_job_that_nobody_is_at_is_cancelled_at_once(world, state):
    job = (received if state == "received" else checked)(world, many_lines(world, 2))
    assert bulk.cancel(job=job, actor=world.people["staff"]).status == "cancelled"
    assert not staged_tables()
    assert run(job.pk) == ""


def test_an_applied_file_is_not_cancelled(world):
    job = applied(world, many_lines(world, 2))
    with pytest.raises(MetroplanError, match=r"bulk\.not_possible"):
        bulk.cancel(job=job, actor=world.people["staff"])


def test_one_file_at_a_time(world):
    first, second = received(world, many_lines(world, 2)), received(world, many_lines(world, 3))
    assert leases.take(first.pk)
    assert leases.take(second.pk) is None
    gone_silent(first)
    assert leases.take(second.pk)


def test_without_a_broker_the_file_is_accepted_and_the_sweep_finds_it(
    world, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(*args, **kwargs):
        raise OperationalError("no broker")

    monkeypatch.setattr("metroplan.submissions.bulk.dispatch.current_app.send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        job = received(world, many_lines(world, 2))
    assert job.status == BulkStatus.RECEIVED
    assert sweep_bulk() == 1
    job.refresh_from_db()
    assert job.status == "ready"


def test_the_task_does_what_else_waits(world):
    first, second = received(world, many_lines(world, 2)), received(world, many_lines(world, 3))
    assert run_bulk(second.pk) == "ready"
    first.refresh_from_db()
    assert first.status == "ready"


def test_every_step_is_in_the_log(world):
    applied(world, many_lines(world, 2))
    logged = AuditEvent.objects.filter(object_type="submissions.bulkimport").order_by("id")
    actions = [(event.action, event.actor) for event in logged]
    assert actions == [
        ("bulk.received", "staff"),
        ("bulk.ready", "system"),
        ("bulk.approved", "reviewer"),
        ("bulk.applied", "system"),
    ]
    assert AuditEvent.objects.filter(action="figures.imported", actor="reviewer").exists()


def test_a_kind_is_registered_once():
    with pytest.raises(ValueError, match="twice"):
        bulk_registry.register(bulk_registry.get("figures"))


def test_text_for_copy_keeps_tabs_line_ends_and_nulls():
    assert copy_line(["a\tb", None, "c\\d\n", 1]) == "a\\tb\t\\N\tc\\\\d\\n\t1"


@pytest.mark.parametrize("content", [lambda world: many_lines(world, 2), b"\xff\xfe\x00"])
def test_after_a_file_cycles_are_looked_for_again(world, content):
    checked(world, content(world) if callable(content) else content)
    assert gc.isenabled()
