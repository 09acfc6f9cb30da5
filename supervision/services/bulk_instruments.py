"""Staged lines of a large file of instruments: matched by number, or by serial number, maker and
entity, and written."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from metroplan.submissions.models import BulkImport
from supervision.models import Instrument
from supervision.services.bulk_ledgers import (
    Ledger,
    Pair,
    differing,
    number_new,
    record_written,
    rows,
    store,
)
from supervision.services.instruments import PREFIX, facts
from supervision.services.touching import counts_from, touched_instruments

TABLE = {
    "line": "int",
    "organisation_id": "bigint",
    "number": "varchar(40)",
    "entity_id": "bigint",
    "kind_id": "bigint",
    "name": "varchar(120)",
    "model": "varchar(80)",
    "range_text": "varchar(120)",
    "accuracy": "varchar(60)",
    "serial_no": "varchar(80)",
    "maker": "varchar(120)",
    "made_on": "date",
    "place": "varchar(160)",
    "purpose": "varchar(12)",
    "interval_months": "int",
    "in_use_from": "date",
    "out_of_use_on": "date",
}
FACTS = tuple(name for name in TABLE if name not in ("line", "organisation_id", "number"))
ACTIONS = ("instrument.added", "instrument.changed")
COUNTED = {"entity_id", "kind_id", "purpose", "in_use_from", "out_of_use_on"}
SAME = ("serial_no", "maker", "entity_id")
KEY = "serial_no || ' · ' || maker || ' · ' || entity_id"


def match(lines: Sequence[Any]) -> Iterator[Pair]:
    found = Instrument.objects.select_related("entity__organisation", "kind")
    numbered = found.in_bulk([line.number for line in lines if line.number], field_name="number")
    serials = {line.serial_no for line in lines if not line.number}
    same = {key_of(thing): thing for thing in found.filter(serial_no__in=serials)}
    for line in lines:
        thing = numbered.get(line.number) if line.number else same.get(key_of(line))
        yield Pair(line, thing, differing(thing, line, FACTS))


def key_of(thing: Any) -> tuple[Any, ...]:
    return tuple(getattr(thing, name) for name in SAME)


def taken_serials(table: str) -> Iterator[tuple[int, str, str, str]]:
    """Row, serial number, maker and number of another instrument on record that is the same by its
    entity, maker and serial number."""
    yield from rows(
        f"SELECT t.line, t.serial_no, t.maker, i.number FROM {table} t"
        "  JOIN supervision_instrument i USING (serial_no, maker, entity_id)"
        " WHERE t.number <> '' AND i.number <> t.number ORDER BY t.line"
    )


def verified_before(table: str) -> Iterator[tuple[int, date, date]]:
    """Row, day it was made and day of a verification that is on record before it."""
    yield from rows(
        f"SELECT t.line, t.made_on, min(v.verified_on) FROM {table} t"
        "  JOIN supervision_instrument i ON i.number = t.number OR (t.number = '' AND"
        "       (i.serial_no, i.maker, i.entity_id) = (t.serial_no, t.maker, t.entity_id))"
        "  JOIN supervision_verification v ON v.instrument_id = i.id"
        "       AND v.verified_on < t.made_on"
        " GROUP BY t.line, t.made_on ORDER BY t.line"
    )


def write(pairs: list[Pair], job: BulkImport) -> None:
    kept = {pair.thing.pk: _before(pair) for pair in pairs if pair.thing}
    number_new((pair for pair in pairs if pair.thing is None), Instrument, PREFIX)
    store(pairs, Instrument, FACTS)
    written = Instrument.objects.select_related("entity__organisation", "kind")
    for thing in written.in_bulk([pair.thing.pk for pair in pairs]).values():
        before = kept[thing.pk]["said"] if thing.pk in kept else None
        record_written(thing, ACTIONS, (before, said(thing)), job)
    _tell(pairs, kept, job)


def _before(pair: Pair) -> dict[str, Any]:
    thing = pair.thing
    unit, first = thing.entity.organisation_id, thing.in_use_from
    return {"said": said(thing), "unit": unit, "first": first, "end": thing.out_of_use_on}


def said(thing: Instrument) -> dict[str, Any]:
    return facts(thing) | {"out_of_use_on": thing.out_of_use_on}


def _tell(pairs: list[Pair], kept: dict[int, dict[str, Any]], job: BulkImport) -> None:
    """Figures are counted anew from the first day on which one of them counts otherwise."""
    ids, before = [], []
    for pair in pairs:
        was = kept.get(pair.thing.pk)
        if was and not COUNTED & {*pair.fields}:
            continue
        ids.append(pair.thing.pk)
        before += [was] if was else []
    if first := counts_from(Instrument.objects.filter(pk__in=ids)):
        since = min([first, *(was["first"] for was in before)])
        touched_instruments(ids, since, job.document, {was["unit"] for was in before})


LEDGER = Ledger(
    table=TABLE,
    facts=FACTS,
    locked=Instrument,
    keys="SELECT i.id FROM supervision_instrument i JOIN {table} t USING (number)"
    " UNION SELECT i.id FROM supervision_instrument i"
    "  JOIN {table} t USING (serial_no, maker, entity_id) WHERE t.number = ''",
    match=match,
    write=write,
    unit=lambda line: line.organisation_id,
    title=lambda line: line.name,
)
