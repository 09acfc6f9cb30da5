"""Staged lines of a large file of entities: matched by number or credit code, and written."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from metroplan.audit.record import record
from metroplan.organisations.models import Organisation
from metroplan.organisations.services.numbers import next_numbers
from metroplan.submissions.models import BulkImport
from supervision.models import Entity
from supervision.services.bulk_ledgers import Ledger, Pair, differing, rows
from supervision.services.entities import PREFIX, facts, tell_moved

TABLE = {
    "line": "int",
    "number": "varchar(40)",
    "name": "varchar(160)",
    "uscc": "varchar(18)",
    "kind": "varchar(14)",
    "industry": "varchar(80)",
    "organisation_id": "bigint",
    "address": "varchar(200)",
    "key_energy_user": "boolean",
    "opened_on": "date",
    "closed_on": "date",
}
FACTS = tuple(name for name in TABLE if name not in ("line", "number"))


def match(lines: Sequence[Any]) -> Iterator[Pair]:
    found = Entity.objects.select_related("organisation")
    numbered = found.in_bulk([line.number for line in lines if line.number], field_name="number")
    coded = {
        entity.uscc: entity
        for entity in found.filter(uscc__in=[line.uscc for line in lines if line.uscc])
    }
    for line in lines:
        entity = numbered.get(line.number) if line.number else coded.get(line.uscc)
        yield Pair(line, entity, differing(entity, line, FACTS))


def taken_codes(table: str) -> Iterator[tuple[int, str, str]]:
    """Row, credit code and name where an entity of another number has the code."""
    yield from rows(
        f"SELECT t.line, t.uscc, e.name FROM {table} t JOIN supervision_entity e USING (uscc)"
        " WHERE t.uscc <> '' AND t.number <> '' AND e.number <> t.number ORDER BY t.line"
    )


def still_used(table: str) -> Iterator[tuple[int, str, date, int]]:
    """Row, name, the day on which the entity closes, and how many instruments are in use then."""
    yield from rows(
        f"SELECT t.line, t.name, t.closed_on, count(*) FROM {table} t"
        "  JOIN supervision_entity e ON e.number = t.number"
        "       OR (t.number = '' AND t.uscc <> '' AND e.uscc = t.uscc)"
        "  JOIN supervision_instrument i ON i.entity_id = e.id"
        "       AND (i.out_of_use_on IS NULL OR i.out_of_use_on > t.closed_on)"
        " WHERE t.closed_on IS NOT NULL GROUP BY t.line, t.name, t.closed_on ORDER BY t.line"
    )


def write(pairs: list[Pair], job: BulkImport) -> None:
    kept = [pair for pair in pairs if pair.thing]
    before = {pair.thing.pk: (facts(pair.thing), pair.thing.organisation_id) for pair in kept}
    _number(pair for pair in pairs if pair.thing is None)
    for pair in pairs:
        for name in FACTS:
            setattr(pair.thing, name, getattr(pair.line, name))
    fresh = [pair.thing for pair in pairs if pair.thing.pk is None]
    Entity.objects.bulk_create(fresh)
    for pair in kept:
        pair.thing.version += 1
    Entity.objects.bulk_update([pair.thing for pair in kept], [*FACTS, "version"])
    written = Entity.objects.select_related("organisation")
    for entity in written.in_bulk([pair.thing.pk for pair in pairs]).values():
        _record(entity, before.get(entity.pk), job)


def _number(pairs: Iterator[Pair]) -> None:
    """New entities, those without a number with the next of their unit."""
    by_unit: dict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        pair.thing = Entity(number=pair.line.number)
        if not pair.line.number:
            by_unit[pair.line.organisation_id].append(pair)
    units = Organisation.objects.in_bulk(by_unit)
    for key, unnumbered in sorted(by_unit.items()):
        numbers = next_numbers(Entity, units[key], PREFIX, count=len(unnumbered))
        for pair, number in zip(unnumbered, numbers, strict=True):
            pair.thing.number = number


def _record(entity: Entity, before: tuple[dict[str, Any], int] | None, job: BulkImport) -> None:
    source = {"document": job.document, "file": job.file.name}
    after = facts(entity)
    if before is None:
        record("entity.added", actor=job.approved_by, on=entity, after=after, **source)
        return
    said, unit = before
    changed = [name for name in after if said[name] != after[name]]
    record(
        "entity.changed",
        actor=job.approved_by,
        on=entity,
        before={name: said[name] for name in changed},
        after={name: after[name] for name in changed},
        **source,
    )
    if unit != entity.organisation_id or "entity_kind" in changed:
        tell_moved(entity, unit)


LEDGER = Ledger(
    table=TABLE,
    facts=FACTS,
    match=match,
    write=write,
    unit=lambda line: line.organisation_id,
    title=lambda line: line.name,
)
