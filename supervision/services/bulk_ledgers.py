"""What the large files of the ledgers share: lines compared with what is kept, shown, written."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from metroplan.audit.record import record
from metroplan.organisations.models import Organisation
from metroplan.organisations.services.numbers import next_numbers
from metroplan.submissions.bulk.registry import Outdated
from metroplan.submissions.models import BulkImport

AT_ONCE = 2000
SHOWN_LINES = 50
CHANGES = ("added", "changed", "same")


@dataclass(slots=True)
class Pair:
    """A line of the file and what is kept under its key; `fields` differ."""

    line: Any
    thing: Model | None
    fields: list[str]

    @property
    def change(self) -> str:
        if self.thing is None:
            return "added"
        return "changed" if self.fields else "same"

    @property
    def seen(self) -> bytes:
        """What the line was compared with, to tell whether it has changed since."""
        key = f"{self.thing.pk}:{getattr(self.thing, 'version', '')}" if self.thing else "-"
        return f"{self.line.line}={key}:{','.join(self.fields)};".encode()


@dataclass(frozen=True)
class Ledger:
    """One kind of lines. `table` names the staged columns, the row's number first; `match` finds
    what is kept for some lines; `write` takes over pairs that are not the same. `locked` is the
    model whose rows pages lock before they change what the lines are about, `keys` the SQL of the
    ids of those that the lines of `{table}` name."""

    table: dict[str, str]
    facts: tuple[str, ...]
    locked: type[Model]
    keys: str
    match: Callable[[Sequence[Any]], Iterator[Pair]]
    write: Callable[[list[Pair], BulkImport], None]
    unit: Callable[[Any], int]
    title: Callable[[Any], str]

    def compared(self, table: str) -> Iterator[Pair]:
        """Every line in the order of the file."""
        staged = NamedTuple("Staged", [(name, Any) for name in self.table])
        lines = [
            staged(*row)
            for row in rows(f"SELECT {', '.join(self.table)} FROM {table} ORDER BY line")
        ]
        for start in range(0, len(lines), AT_ONCE):
            yield from self.match(lines[start : start + AT_ONCE])

    def prepare(self, table: str) -> dict[str, Any]:
        """The preview; `stamp` tells whether what it was compared with has changed since."""
        preview: dict[str, Any] = dict.fromkeys(CHANGES, 0)
        units: dict[int, dict[str, int]] = {}
        shown: list[list[Any]] = []
        stamp = hashlib.sha256()
        for pair in self.compared(table):
            preview[pair.change] += 1
            counts = units.setdefault(self.unit(pair.line), dict.fromkeys(CHANGES, 0))
            counts[pair.change] += 1
            stamp.update(pair.seen)
            if pair.change != "same" and len(shown) < SHOWN_LINES:
                shown.append(self._difference(pair))
        tallies = [[key, *by.values()] for key, by in sorted(units.items())]
        return preview | {"units": tallies, "lines": shown, "stamp": stamp.hexdigest()}

    def apply(self, table: str, job: BulkImport, preview: dict[str, Any]) -> int:
        """Write the lines; the document that vouches for the file is the reason of every change."""
        self._lock(table)
        stamp, pairs = hashlib.sha256(), []
        for pair in self.compared(table):
            stamp.update(pair.seen)
            if pair.change != "same":
                pairs.append(pair)
        if stamp.hexdigest() != preview["stamp"]:
            raise Outdated
        try:
            with transaction.atomic():
                for start in range(0, len(pairs), AT_ONCE):
                    self.write(pairs[start : start + AT_ONCE], job)
        except IntegrityError as error:
            raise Outdated from error
        return len(pairs)

    def _lock(self, table: str) -> None:
        """Until the end of the transaction nobody changes what the lines are compared with; in the
        order of their ids, so that two files do not wait for each other."""
        name, keys = self.locked._meta.db_table, self.keys.format(table=table)
        rows(f"SELECT id FROM {name} WHERE id IN ({keys}) ORDER BY id FOR UPDATE")

    def _difference(self, pair: Pair) -> list[Any]:
        """[row, title, unit, old facts or None, new facts]; facts by column."""
        names = pair.fields if pair.thing else self.facts
        new = {name: plain(getattr(pair.line, name)) for name in names}
        old = {name: plain(getattr(pair.thing, name)) for name in names} if pair.thing else None
        return [pair.line.line, self.title(pair.line), self.unit(pair.line), old, new]


def number_new(pairs: Iterable[Pair], model: type[Model], prefix: str) -> None:
    """Pairs without a thing get a new one, those without a number the next of their unit."""
    by_unit: dict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        pair.thing = model(number=pair.line.number)
        if not pair.line.number:
            by_unit[pair.line.organisation_id].append(pair)
    units = Organisation.objects.in_bulk(by_unit)
    for key, unnumbered in sorted(by_unit.items()):
        numbers = next_numbers(model, units[key], prefix, count=len(unnumbered))
        for pair, number in zip(unnumbered, numbers, strict=True):
            pair.thing.number = number


def store(pairs: Iterable[Pair], model: type[Model], names: Sequence[str]) -> None:
    """What the lines say into their things, and these into the table; whoever looks at one that was
    there now looks at something older, where the model has versions."""
    versions = ["version"] if hasattr(model, "version") else []
    fresh, held = [], []
    for pair in pairs:
        for name in names:
            setattr(pair.thing, name, getattr(pair.line, name))
        (held if pair.thing.pk else fresh).append(pair.thing)
    for thing in held if versions else ():
        thing.version += 1
    model._default_manager.bulk_create(fresh)
    model._default_manager.bulk_update(held, [*names, *versions])


def source_of(job: BulkImport) -> dict[str, Any]:
    """What the log says of where a change came from."""
    return {"document": job.document, "file": job.file.name}


def record_written(
    thing: Model, actions: tuple[str, str], said: tuple[Any, dict[str, Any]], job: BulkImport
) -> None:
    """`actions` are those of something added and of something changed; `said` is what was said of
    it before, None of what was added, and what is now."""
    added, changed = actions
    before, after = said
    if before is None:
        record(added, actor=job.approved_by, on=thing, after=after, **source_of(job))
        return
    names = [name for name in after if before[name] != after[name]]
    record(
        changed,
        actor=job.approved_by,
        on=thing,
        before={name: before[name] for name in names},
        after={name: after[name] for name in names},
        **source_of(job),
    )


def differing(thing: Model | None, line: Any, names: Sequence[str]) -> list[str]:
    if thing is None:
        return list(names)
    return [name for name in names if getattr(thing, name) != getattr(line, name)]


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def rows(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def doubled(table: str, key: str) -> Iterator[tuple[int, str, int]]:
    """Row, key and first row of lines whose key (SQL of the staged columns) stood before; a blank
    key stands for none."""
    yield from rows(
        "SELECT line, key, first FROM ("
        f" SELECT line, {key} AS key, min(line) OVER (PARTITION BY {key}) AS first"
        f"   FROM {table} WHERE {key} <> '') keyed"
        " WHERE line > first ORDER BY line"
    )
