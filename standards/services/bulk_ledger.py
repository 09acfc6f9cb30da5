"""Staged lines of a large file of the ledger: compared with what is kept, shown, and written."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, transaction

from metroplan.audit.record import record
from metroplan.submissions.bulk.registry import Outdated
from metroplan.submissions.models import BulkImport
from standards.models import LedgerEntry, LedgerState
from standards.rules import ledger as rules
from standards.selectors.ledger import with_state
from standards.services.ledger import said
from standards.services.touching import ledger_touched

TABLE = {
    "line": "int",
    "number": "varchar(40)",
    "kind": "varchar(20)",
    "level": "varchar(14)",
    "role": "varchar(12)",
    "title": "varchar(200)",
    "organisation_id": "bigint",
    "institute_id": "bigint",
    "document_no": "varchar(100)",
    "note": "varchar(500)",
    "state": "varchar(10)",
    "since": "date",
    "state_document": "varchar(100)",
}
FACTS = (
    "kind", "level", "role", "title", "organisation_id", "institute_id", "document_no", "note",
)  # fmt: skip
AT_ONCE = 2000
SHOWN_LINES = 50

Staged = NamedTuple("Staged", [(name, Any) for name in TABLE])


@dataclass(slots=True)
class Pair:
    """A line and the entry of its number; `fields` differ, `moves` says that the state does."""

    line: Staged
    entry: LedgerEntry | None
    events: list[rules.Event]
    fields: list[str]
    moves: bool

    @property
    def change(self) -> str:
        if self.entry is None:
            return "added"
        return "changed" if self.fields or self.moves else "same"

    @property
    def course(self) -> list[rules.Event]:
        """Its states once the line is taken over."""
        if not self.moves:
            return self.events
        last = max((event.number for event in self.events), default=0)
        return [*self.events, rules.Event(self.line.state, self.line.since, last + 1)]


def doubled(table: str) -> Iterator[tuple[int, str, int]]:
    """Row, number and first row of lines whose number stood before."""
    yield from _rows(
        f"SELECT t.line, t.number, twice.line FROM {table} t"
        f" JOIN (SELECT number, min(line) AS line FROM {table} GROUP BY number"
        "        HAVING count(*) > 1) twice USING (number)"
        " WHERE t.line > twice.line ORDER BY t.line"
    )


def broken(table: str) -> Iterator[tuple[int, str, date]]:
    """Row, number and the day of the first state that may not follow the one before it."""
    for pair in compared(table):
        if found := rules.broken_at(pair.course):
            yield pair.line.line, pair.line.number, found[1].since


def prepare(table: str) -> dict[str, Any]:
    """The preview; `stamp` tells whether what it was compared with has changed since."""
    preview: dict[str, Any] = {"added": 0, "changed": 0, "same": 0}
    kinds: dict[str, dict[str, int]] = {}
    units: dict[int, dict[str, int]] = {}
    lines: list[list[Any]] = []
    stamp = hashlib.sha256()
    for pair in compared(table):
        preview[pair.change] += 1
        for counts, key in ((kinds, pair.line.kind), (units, pair.line.organisation_id)):
            counts.setdefault(key, {"added": 0, "changed": 0, "same": 0})[pair.change] += 1
        stamp.update(_seen(pair))
        if pair.change != "same" and len(lines) < SHOWN_LINES:
            lines.append(_difference(pair))
    return preview | {
        "kinds": [[key, *by.values()] for key, by in sorted(kinds.items())],
        "units": [[key, *by.values()] for key, by in sorted(units.items())],
        "lines": lines,
        "stamp": stamp.hexdigest(),
    }


def apply(table: str, job: BulkImport, preview: dict[str, Any]) -> int:
    """Write the lines; the document that vouches for the file is the reason of every change."""
    numbers = f"SELECT number FROM {table}"
    _rows(f"SELECT id FROM standards_ledgerentry WHERE number IN ({numbers}) FOR UPDATE")
    stamp = hashlib.sha256()
    pairs = []
    for pair in compared(table):
        stamp.update(_seen(pair))
        if pair.change != "same":
            pairs.append(pair)
    if stamp.hexdigest() != preview["stamp"]:
        raise Outdated
    try:
        with transaction.atomic():
            for start in range(0, len(pairs), AT_ONCE):
                _write(pairs[start : start + AT_ONCE], job)
    except IntegrityError as error:
        raise Outdated from error
    return len(pairs)


def compared(table: str) -> Iterator[Pair]:
    """Every line in the order of the file."""
    staged = [
        Staged(*row) for row in _rows(f"SELECT {', '.join(TABLE)} FROM {table} ORDER BY line")
    ]
    for start in range(0, len(staged), AT_ONCE):
        yield from _pairs(staged[start : start + AT_ONCE])


def _pairs(lines: list[Staged]) -> Iterator[Pair]:
    known = with_state(LedgerEntry.objects.all(), date.max).prefetch_related("states")
    entries = known.in_bulk([line.number for line in lines], field_name="number")
    for line in lines:
        entry = entries.get(line.number)
        if entry is None:
            yield Pair(line, None, [], list(FACTS), moves=True)
            continue
        events = [rules.Event(row.state, row.since, row.pk) for row in entry.states.all()]
        fields = [name for name in FACTS if getattr(entry, name) != getattr(line, name)]
        held = (entry.state, entry.since, entry.state_document)
        moves = held != (line.state, line.since, line.state_document)
        yield Pair(line, entry, events, fields, moves)


def _write(pairs: list[Pair], job: BulkImport) -> None:
    before = {pair.line.number: _before(pair) for pair in pairs}
    added = [pair for pair in pairs if pair.entry is None]
    for pair in pairs:
        _take_over(pair)
    LedgerEntry.objects.bulk_create(pair.entry for pair in added)
    LedgerEntry.objects.bulk_update(
        [pair.entry for pair in pairs if pair not in added],
        [*FACTS, "counts_from", "counts_to", "version"],
    )
    LedgerState.objects.bulk_create(_state(pair, job) for pair in pairs if pair.moves)
    fresh = {pair.entry.pk for pair in added}
    moved = {pair.line.number: _said_state(pair.line) for pair in pairs}
    kept = LedgerEntry.objects.select_related("organisation", "institute")
    for number, entry in kept.in_bulk(list(before), field_name="number").items():
        _record(entry, entry.pk in fresh, before[number].said, moved[number], job)
    _tell(pairs, before, job)


@dataclass(frozen=True, slots=True)
class Before:
    said: dict[str, Any]
    counting: rules.Counting
    unit: int | None


def _before(pair: Pair) -> Before:
    if pair.entry is None:
        return Before({}, rules.Counting(), None)
    span = rules.Counting(pair.entry.counts_from, pair.entry.counts_to)
    return Before(said(pair.entry) | _said_state(pair.entry), span, pair.entry.organisation_id)


def _said_state(entry: LedgerEntry | Staged) -> dict[str, Any]:
    return {"entry_state": entry.state, "since": entry.since}


def _take_over(pair: Pair) -> None:
    if pair.entry is None:
        pair.entry = LedgerEntry(number=pair.line.number)
    else:
        pair.entry.version += 1
    for name in FACTS:
        setattr(pair.entry, name, getattr(pair.line, name))
    span = rules.counting(pair.course)
    pair.entry.counts_from, pair.entry.counts_to = span.first, span.end
    pair.entry.state, pair.entry.since = pair.line.state, pair.line.since


def _state(pair: Pair, job: BulkImport) -> LedgerState:
    return LedgerState(
        entry=pair.entry,
        state=pair.line.state,
        since=pair.line.since,
        document=pair.line.state_document,
        reason=job.document,
        recorded_by=job.uploaded_by,
    )


def _record(
    entry: LedgerEntry,
    added: bool,
    before: dict[str, Any],
    state: dict[str, Any],
    job: BulkImport,
) -> None:
    line = {"document": job.document, "file": job.file.name}
    after = said(entry) | state
    if added:
        record("ledger.added", actor=job.approved_by, on=entry, after=after, **line)
        return
    changed = [name for name in after if after[name] != before[name]]
    record(
        "ledger.changed",
        actor=job.approved_by,
        on=entry,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        **line,
    )


def _tell(pairs: list[Pair], before: dict[str, Before], job: BulkImport) -> None:
    """Figures are counted anew from the first day on which one of the entries counts otherwise."""
    days, touched, units = [], [], set()
    for pair in pairs:
        was = before[pair.line.number]
        now = rules.Counting(pair.entry.counts_from, pair.entry.counts_to)
        day = rules.first_difference(was.counting, now)
        if pair.fields:
            day = min(filter(None, (was.counting.first, now.first)), default=None)
        if day:
            days.append(day)
            touched.append(pair.entry.pk)
            units |= {was.unit} if was.unit else set()
    if days:
        ledger_touched(entries=touched, since=min(days), reason=job.document, units=units)


def _seen(pair: Pair) -> bytes:
    key = f"{pair.entry.pk}:{pair.entry.version}" if pair.entry else "-"
    return f"{pair.line.number}={key};".encode()


def _difference(pair: Pair) -> list[Any]:
    """[row, title, unit, since, old facts or None, new facts]; facts by column."""
    new = {name: getattr(pair.line, name) for name in (*FACTS, "state", "since")}
    old = None
    if pair.entry:
        old = {name: getattr(pair.entry, name) for name in (*FACTS, "state", "since")}
        new = {name: value for name, value in new.items() if value != old[name]}
        old = {name: old[name] for name in new}
    line = pair.line
    return [line.line, line.title, line.organisation_id, str(line.since), _plain(old), _plain(new)]


def _plain(facts: dict[str, Any] | None) -> dict[str, Any] | None:
    if facts is None:
        return None
    return {key: str(value) if isinstance(value, date) else value for key, value in facts.items()}


def _rows(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()
