"""What the large files of the ledgers share: lines compared with what is kept, shown, written."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, transaction
from django.db.models import Model

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
    what is kept for some lines; `write` takes over pairs that are not the same."""

    table: dict[str, str]
    facts: tuple[str, ...]
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

    def _difference(self, pair: Pair) -> list[Any]:
        """[row, title, unit, old facts or None, new facts]; facts by column."""
        names = pair.fields if pair.thing else self.facts
        new = {name: plain(getattr(pair.line, name)) for name in names}
        old = {name: plain(getattr(pair.thing, name)) for name in names} if pair.thing else None
        return [pair.line.line, self.title(pair.line), self.unit(pair.line), old, new]


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
