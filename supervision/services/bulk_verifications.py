"""Staged lines of a large file of verifications: one for an instrument and a day, and written."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import F

from metroplan.audit.record import record
from metroplan.submissions.models import BulkImport
from supervision.models import Instrument, Verification
from supervision.services.bulk_ledgers import Ledger, Pair, differing, rows, source_of, store
from supervision.services.touching import touched_instruments
from supervision.services.verifications import facts, repeat

TABLE = {
    "line": "int",
    "organisation_id": "bigint",
    "instrument_id": "bigint",
    "number": "varchar(40)",
    "verified_on": "date",
    "stage": "varchar(12)",
    "passed": "boolean",
    "valid_until": "date",
    "certificate_no": "varchar(80)",
    "institute_id": "bigint",
    "institute_name": "varchar(160)",
    "free_of_charge": "boolean",
}
FACTS = (
    "verified_on", "stage", "passed", "valid_until", "certificate_no", "institute_id",
    "institute_name", "free_of_charge",
)  # fmt: skip


def match(lines: Sequence[Any]) -> Iterator[Pair]:
    found = Verification.objects.filter(
        instrument__in={line.instrument_id for line in lines},
        verified_on__in={line.verified_on for line in lines},
    )
    held = {(row.instrument_id, row.verified_on): row for row in found.select_related("institute")}
    for line in lines:
        row = held.get((line.instrument_id, line.verified_on))
        yield Pair(line, row, differing(row, line, FACTS))


def doubled_days(table: str) -> Iterator[tuple[int, str, date]]:
    """Row, instrument's number and day of lines whose instrument and day stood before."""
    yield from rows(
        "SELECT line, number, verified_on FROM ("
        " SELECT line, number, verified_on, row_number() OVER"
        f" (PARTITION BY instrument_id, verified_on ORDER BY line) AS place FROM {table}) placed"
        " WHERE place > 1 ORDER BY line"
    )


def write(pairs: list[Pair], job: BulkImport) -> None:
    before = {pair.thing.pk: facts(pair.thing) for pair in pairs if pair.thing}
    for pair in pairs:
        if pair.thing is None:
            pair.thing = Verification(
                instrument_id=pair.line.instrument_id, recorded_by=job.uploaded_by
            )
    store(pairs, Verification, FACTS)
    ids = {pair.line.instrument_id for pair in pairs}
    repeat(ids)
    Instrument.objects.filter(pk__in=ids).update(version=F("version") + 1)
    _record(pairs, before, job)
    touched_instruments(ids, min(pair.line.verified_on for pair in pairs), job.document)


def _record(pairs: list[Pair], before: dict[int, dict[str, Any]], job: BulkImport) -> None:
    """In the log of each instrument."""
    found = Instrument.objects.select_related("entity__organisation")
    things = found.in_bulk({pair.line.instrument_id for pair in pairs})
    kept = Verification.objects.select_related("institute")
    for row in kept.in_bulk([pair.thing.pk for pair in pairs]).values():
        record(
            "instrument.verified",
            actor=job.approved_by,
            on=things[row.instrument_id],
            before=before.get(row.pk),
            after=facts(row),
            **source_of(job),
        )


LEDGER = Ledger(
    table=TABLE,
    facts=FACTS,
    locked=Instrument,
    keys="SELECT instrument_id FROM {table}",
    match=match,
    write=write,
    unit=lambda line: line.organisation_id,
    title=lambda line: line.number,
)
