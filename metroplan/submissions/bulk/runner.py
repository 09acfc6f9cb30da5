"""The way of a job: checked chunk by chunk, then as a set, then applied in one transaction.

Everything here can be killed at any moment and run again: a chunk, its issues and the checkpoint
are one transaction, the closing checks are one, and the writing is one.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from metroplan.audit.record import record
from metroplan.organisations.models import User
from metroplan.submissions.bulk import leases, staging
from metroplan.submissions.bulk.counting import in_order, note
from metroplan.submissions.bulk.header import find_columns
from metroplan.submissions.bulk.leases import Cancelled, LeaseLost, beat
from metroplan.submissions.bulk.reading import chunks, open_stored
from metroplan.submissions.bulk.registry import BulkKind, Chunk, Outdated, Row, bulk_registry
from metroplan.submissions.models import BulkImport, BulkStatus, Severity
from metroplan.submissions.models.bulk import OVER, WORK
from metroplan.submissions.services.telling import tell_large_file
from metroplan.submissions.types import FileProblem, Issue

MAX_ATTEMPTS = 10
SORT_MEMORY = "64MB"
# Of less the planner knows enough by the size of the table.
ANALYSED_FROM = 100_000
PROGRESS = ["rows_total", "rows_done", "rows_blank", "rows_clean", "checkpoint"]
FOUND = ["errors", "warnings", "counts"]


def run(pk: int) -> str:
    """Bring one job as far as it goes without a person; returns its state.

    Nothing happens where another worker is at it. Safe to call at any time and twice.
    """
    job = leases.take(pk)
    if job is None:
        return ""
    try:
        _work(job)
    except LeaseLost:
        return ""
    except Cancelled:
        stop(job, BulkStatus.CANCELLED)
    except Exception:
        leases.release(job)
        raise
    return job.status


def _work(job: BulkImport) -> None:
    if job.attempts > MAX_ATTEMPTS:
        stop(job, BulkStatus.FAILED)
    elif job.status == BulkStatus.APPLYING:
        _apply(job)
    else:
        _check(job)


def stop(job: BulkImport, status: BulkStatus) -> None:
    """The job is over and nothing of it was written."""
    with transaction.atomic():
        locked = BulkImport.objects.select_for_update().get(pk=job.pk)
        if locked.status in WORK:
            move(locked, status)
        job.status = locked.status


def move(
    job: BulkImport, status: BulkStatus, *, actor: User | None = None, **changes: object
) -> None:
    """To the next state, inside the caller's transaction. The lease and what is staged go."""
    now = timezone.now()
    values = {"status": status, "version": job.version + 1, "lease": ""} | changes
    if status in OVER:
        staging.drop(staging.table_of(job))
        values["finished_at"] = now
    before = job.status
    for name, value in values.items():
        setattr(job, name, value)
    job.save(update_fields=list(values))
    record(
        f"bulk.{status}",
        actor=actor,
        on=job,
        before={"status": before},
        after={"status": str(status)},
        **{name: getattr(job, name) for name in ("errors", "warnings", "changed", "reason")},
    )
    tell_large_file(job)


def _check(job: BulkImport) -> None:
    kind = bulk_registry.get(job.kind)
    _begin(job, kind)
    try:
        with no_collecting():
            columns, issues = _read_all(job, kind)
    except FileProblem as problem:
        columns, issues = {}, [problem.issue]
    _close(job, kind, columns, issues)


@contextmanager
def no_collecting() -> Iterator[None]:
    """Rows are lists of texts by the ten thousand: to look for cycles in them takes longer than
    to clean them. They go by their reference counts."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _read_all(job: BulkImport, kind: BulkKind) -> tuple[dict[str, int], list[Issue]]:
    """Where the columns are, and what is wrong with the heading."""
    source = open_stored(job.file)
    job.rows_total = max(source.total, job.rows_done)
    rows = source.rows()
    columns, issues = find_columns(next(rows, (1, (), {})), kind.columns)
    if not issues:
        _read(job, kind, rows, columns)
    return columns, issues


@transaction.atomic
def _begin(job: BulkImport, kind: BulkKind) -> None:
    staging.may_be_lost()
    staging.create(staging.table_of(job), kind)
    beat(job, status=BulkStatus.CHECKING)


def _read(job: BulkImport, kind: BulkKind, rows: Iterator[Row], columns: dict[str, int]) -> None:
    """From the row after the checkpoint on; what was read before is only passed by."""
    reader = kind.begin(job.uploaded_by)
    left = (row for row in rows if row[0] > job.checkpoint) if job.checkpoint else rows
    for chunk in chunks(left, settings.BULK_CHUNK_ROWS):
        _stage(job, kind, chunk, reader.clean_chunk(chunk, columns))


@transaction.atomic
def _stage(job: BulkImport, kind: BulkKind, rows: list[Row], found: Chunk) -> None:
    staging.may_be_lost()
    staging.fill(staging.table_of(job), kind, found.lines)
    note(job, found.issues)
    job.rows_done += len(rows)
    job.rows_blank += found.blank
    job.rows_clean += len(found.lines)
    job.checkpoint = rows[-1][0]
    beat(job, **{name: getattr(job, name) for name in PROGRESS + FOUND})


@transaction.atomic
def _close(job: BulkImport, kind: BulkKind, columns: dict[str, int], issues: list[Issue]) -> None:
    """The last checks and the preview; the file is refused or waits for its second person."""
    table = staging.table_of(job)
    preview: dict = {}
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{SORT_MEMORY}'")
    if job.rows_clean >= ANALYSED_FROM:
        staging.analyse(table)
    note(job, issues)
    if not issues:
        note(job, in_order(kind.check(table, columns)))
    if not (job.errors or job.rows_clean):
        note(job, [Issue("file.nothing_in_it", severity=Severity.ERROR)])
    if not job.errors:
        preview = kind.prepare(table)
    # Only a job that was read to its end knows its length.
    beat(job, rows_total=job.rows_done, **{name: getattr(job, name) for name in FOUND})
    move(job, BulkStatus.REFUSED if job.errors else BulkStatus.READY, preview=preview)


def _apply(job: BulkImport) -> None:
    kind = bulk_registry.get(job.kind)
    try:
        _write(job, kind)
    except Outdated:
        _show_anew(job, kind)


@transaction.atomic
def _write(job: BulkImport, kind: BulkKind) -> None:
    """All or nothing. The job's row stays locked to the end: nobody takes over meanwhile."""
    beat(job)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{SORT_MEMORY}'")
    changed = kind.apply(staging.table_of(job), job, job.preview)
    move(job, BulkStatus.APPLIED, changed=changed)


@transaction.atomic
def _show_anew(job: BulkImport, kind: BulkKind) -> None:
    """What is stored has moved on since the preview: it is made again and looked at again, unless
    the file does not fit what is stored any more."""
    table = staging.table_of(job)
    heading = next(open_stored(job.file).rows(), (1, (), {}))
    columns, _issues = find_columns(heading, kind.columns)
    found = in_order(kind.check(table, columns))
    # Warnings were noted when the file was first looked at.
    note(job, [issue for issue in found if issue.severity == Severity.ERROR])
    preview = {} if job.errors else kind.prepare(table)
    beat(job, **{name: getattr(job, name) for name in FOUND})
    nobody = {"approved_by": None, "approved_at": None, "outdated": True}
    move(job, BulkStatus.REFUSED if job.errors else BulkStatus.READY, preview=preview, **nobody)


def next_waiting() -> int | None:
    """The job that has waited longest and that nobody alive is at."""
    waiting = BulkImport.objects.filter(leases.waiting(timezone.now()))
    return waiting.order_by("attempts", "id").values_list("pk", flat=True).first()
