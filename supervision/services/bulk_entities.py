"""Staged lines of a large file of entities: matched by number or credit code, and written."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from metroplan.submissions.models import BulkImport
from supervision.models import Entity
from supervision.services.bulk_ledgers import (
    Ledger,
    Pair,
    differing,
    number_new,
    record_written,
    rows,
    store,
)
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
ACTIONS = ("entity.added", "entity.changed")
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
    kept = [pair.thing for pair in pairs if pair.thing]
    before = {entity.pk: (facts(entity), entity.organisation_id) for entity in kept}
    number_new((pair for pair in pairs if pair.thing is None), Entity, PREFIX)
    store(pairs, Entity, FACTS)
    written = Entity.objects.select_related("organisation")
    for entity in written.in_bulk([pair.thing.pk for pair in pairs]).values():
        said, unit = before.get(entity.pk, (None, None))
        after = facts(entity)
        record_written(entity, ACTIONS, (said, after), job)
        moved = said and (unit, said["entity_kind"]) != (entity.organisation_id, entity.kind)
        if moved:
            tell_moved(entity, unit)


LEDGER = Ledger(
    table=TABLE,
    facts=FACTS,
    locked=Entity,
    keys="SELECT e.id FROM supervision_entity e JOIN {table} t USING (number)"
    " UNION SELECT e.id FROM supervision_entity e JOIN {table} t USING (uscc)"
    " WHERE t.number = '' AND t.uscc <> ''",
    match=match,
    write=write,
    unit=lambda line: line.organisation_id,
    title=lambda line: line.name,
)
