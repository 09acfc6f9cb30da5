"""Staged lines of a large file of standards, gathered by standard and checked as a whole."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from django.db import connection

from standards.models import (
    Certificate,
    Grade,
    HolderKind,
    Institute,
    InstrumentKind,
    MeasurementStandard,
    NationalLevel,
    Rank,
)
from standards.rules.faults import Fault
from standards.rules.in_force import state_on
from standards.services.life import events_of, grade_faults, move_faults
from standards.services.lines import Row, lines_of, read_lines

TABLE = {"line": "int", "number": "varchar(40)", "own": "text", "parts": "text"}
AT_ONCE = 500
CERTIFICATE_DAYS = ("issued_on", "valid_from", "valid_until")
CERTIFICATE = ("number", "authority", *CERTIFICATE_DAYS)
KINDS = {"exam": Certificate.Kind.EXAMINATION, "public": Certificate.Kind.PUBLIC}
FIELDS = (
    "name", "code", "field", "institute", "holder_kind", "custodian", "location", "note",
)  # fmt: skip
NEEDED = ("name", "field", "institute", "holder_kind", "state", "since")
PREFIXES = ("capabilities", "services", "equipment")
GROUPS = {"capabilities": "capability", "services": "service", "equipment": "equipment"}
LENGTHS = {
    "number": 40, "name": 160, "custodian": 60, "location": 200, "note": 500,
    "state_document": 100, "exam_number": 80, "public_number": 80, "exam_authority": 120,
    "public_authority": 120,
}  # fmt: skip
DAY_COLUMNS = (
    "since", "graded_since", *(f"{kind}_{day}" for kind in KINDS for day in CERTIFICATE_DAYS),
)  # fmt: skip
LEVELS = (NationalLevel.UNKNOWN, NationalLevel.BELOW, NationalLevel.MIDDLE)
LEVELS += (NationalLevel.UPPER_MIDDLE,)


@dataclass(frozen=True, slots=True)
class CellFault:
    row: int
    column: str
    fault: Fault


@dataclass(slots=True)
class Group:
    """All lines of one standard. `own` holds each column of the file by its value, `rows` the row
    in which the value stands; `parts` the lines of the standard with their rows."""

    number: str
    first: int
    own: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    parts: dict[str, list[tuple[int, Row]]] = field(default_factory=dict)
    faults: list[CellFault] = field(default_factory=list)
    standard: MeasurementStandard | None = None

    def fault(self, column: str, fault: Fault) -> None:
        self.faults.append(CellFault(self.rows.get(column, self.first), column, fault))

    def given(self, name: str) -> Any:
        return self.own.get(name) or None


@dataclass(slots=True)
class World:
    """What the groups of a batch name."""

    institutes: dict[str, Institute]
    kinds: dict[str, InstrumentKind]


def check(table: str) -> Iterator[CellFault]:
    """Every fault of every standard as a whole, in the order of the file."""
    taken: dict[tuple[str, str], Group] = {}
    for batch, world in batches(table):
        others = other_holders(batch)
        for group in batch:
            _check_group(group, world)
            _check_numbers(group, taken, others)
            yield from sorted(group.faults, key=lambda fault: (fault.row, fault.column))


def batches(table: str, *, lock: bool = False) -> Iterator[tuple[list[Group], World]]:
    """The standards of the file in the order in which they first stand in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT line, number, own, parts FROM {table} t"
            f" JOIN (SELECT number, min(line) AS first FROM {table} GROUP BY number) f"
            " USING (number) ORDER BY first, line"
        )
        rows = cursor.fetchall()
    groups = [_gathered(number, list(of)) for number, of in groupby(rows, key=lambda row: row[1])]
    kinds = {kind.code: kind for kind in InstrumentKind.objects.all()}
    for start in range(0, len(groups), AT_ONCE):
        batch = groups[start : start + AT_ONCE]
        yield batch, _known(batch, kinds, lock=lock)


def _gathered(number: str, lines: list[tuple[int, str, str, str]]) -> Group:
    group = Group(number, first=lines[0][0])
    for row, _number, own_text, parts_text in lines:
        for name, value in json.loads(own_text).items():
            _agree(group, name, value, row)
        for prefix, part in json.loads(parts_text).items():
            group.parts.setdefault(prefix, []).append((row, part))
    for name in DAY_COLUMNS:
        if text := group.own.get(name):
            group.own[name] = date.fromisoformat(text)
    for part in (part for _row, part in group.parts.get("equipment", ())):
        for name in ("calibrated_on", "valid_until"):
            part[name] = date.fromisoformat(part[name]) if part.get(name) else None
    return group


def _agree(group: Group, name: str, value: Any, row: int) -> None:
    """The first that says something holds; another that says otherwise is a fault."""
    held = group.own.get(name)
    if held in ("", None):
        group.own[name] = value
        group.rows[name] = row
    elif value not in ("", None, held):
        params = {"value": value, "expected": held, "first": group.rows[name]}
        group.faults.append(CellFault(row, name, Fault("register.differs", params)))


def _known(batch: list[Group], kinds: dict[str, InstrumentKind], *, lock: bool) -> World:
    """Give each group the standard of its number, whole, in as many queries for one as for all."""
    numbers = [group.number for group in batch]
    if lock:
        locked = MeasurementStandard.objects.select_for_update().filter(number__in=numbers)
        list(locked.order_by("pk").values_list("pk"))
    found = MeasurementStandard.objects.filter(number__in=numbers)
    found = found.select_related("institute__organisation").prefetch_related(
        *("states", "certificates", "grades", "capabilities", "equipment"),
        *("services__kinds", "upper_links__upper"),
    )
    stored = {standard.number: standard for standard in found}
    for group in batch:
        group.standard = stored.get(group.number)
    named = {group.own.get("institute") for group in batch} - {None}
    held = Institute.objects.select_related("organisation")
    institutes = held.in_bulk(list(named), field_name="code")
    return World(institutes, kinds)


def institute_of(group: Group, world: World) -> Institute:
    return world.institutes.get(group.own.get("institute")) or group.standard.institute


def field_of(group: Group) -> str:
    return group.given("field") or (group.standard.field if group.standard else "")


def _check_group(group: Group, world: World) -> None:
    for name in NEEDED:
        if not group.given(name) and (group.standard is None or name in group.own):
            group.fault(name, Fault("register.missing", {"column": name}))
    holder = group.given("holder_kind") or (group.standard and group.standard.holder_kind)
    if group.given("public_number") and holder != HolderKind.PUBLIC:
        group.fault("public_number", Fault("certificate.not_public"))
    _check_lines(group)
    _check_certificates(group)
    if group.standard and not group.faults:
        _check_course(group)


def _check_lines(group: Group) -> None:
    """Services against what the standard can measure, which other lines of the file say."""
    rows = {prefix: [row for _line, row in lines] for prefix, lines in group.parts.items()}
    if "capabilities" not in rows and group.standard:
        rows["capabilities"] = lines_of(group.standard)["capabilities"]
    _read, faults = read_lines(rows)
    for key, found in faults.items():
        prefix, place, name = key.split("-", 2)
        for fault in found:
            if fault.code == "service.outside":
                row = group.parts[prefix][int(place)][0]
                group.faults.append(CellFault(row, f"{GROUPS[prefix]}_{name}", fault))


def _check_certificates(group: Group) -> None:
    for prefix, kind in KINDS.items():
        number, first = group.given(f"{prefix}_number"), group.given(f"{prefix}_valid_from")
        stored = certificate(group, kind, number, first)
        if stored and (changed := _other_facts(group, prefix, stored)):
            params = {"value": number, "day": first.isoformat(), "stored": changed}
            group.fault(f"{prefix}_number", Fault("certificate.changed", params))


def certificate(group: Group, kind: str, number: str | None, first: date | None) -> Any:
    held = group.standard.certificates.all() if group.standard and number else ()
    same = (c for c in held if (c.kind, c.number, c.valid_from) == (kind, number, first))
    return next(same, None)


def _other_facts(group: Group, prefix: str, stored: Certificate) -> str:
    """What is on record otherwise than in the file, where the file says something."""
    names = ("authority", "issued_on", "valid_until")
    differing = [
        getattr(stored, name)
        for name in names
        if (said := group.given(f"{prefix}_{name}")) and said != getattr(stored, name)
    ]
    return ", ".join(str(value or "—") for value in differing)


def _check_course(group: Group) -> None:
    """States and grades that cannot follow what is on record."""
    standard = group.standard
    if moves(group):
        since = group.own["since"]
        standard.holder_kind = group.given("holder_kind") or standard.holder_kind
        found = move_faults(standard, events_of(standard), group.own["state"], since, "-")
        columns = {"to": "state"}
        for name, faults in found.items():
            for fault in faults:
                group.fault(columns.get(name, name), fault)
    if grade := added_grade(group):
        for faults in grade_faults(grade).values():
            for fault in faults:
                group.fault("graded_since", fault)


def _check_numbers(
    group: Group, taken: dict[tuple[str, str], Group], others: dict[tuple[str, str], str]
) -> None:
    """A certificate belongs to one standard, in the file and in the register."""
    for prefix, kind in KINDS.items():
        number = group.given(f"{prefix}_number")
        if not number:
            continue
        before = taken.setdefault((kind, number), group)
        holder = others.get((kind, number))
        if before is not group:
            holder = before.number
        if holder and holder != group.number:
            params = {"value": number, "standard": holder}
            group.fault(f"{prefix}_number", Fault("certificate.taken", params))


def other_holders(batch: list[Group]) -> dict[tuple[str, str], str]:
    """By kind and number of a certificate that the batch names, the standard that has it."""
    named = {group.given(f"{prefix}_number") for group in batch for prefix in KINDS} - {None}
    held = Certificate.objects.filter(number__in=named)
    rows = held.values_list("kind", "number", "standard__number")
    return {(kind, number): standard for kind, number, standard in rows}


def moves(group: Group) -> bool:
    state, since = group.given("state"), group.given("since")
    if not (state and since):
        return False
    events = events_of(group.standard)
    known = any(event.since == since and event.state == state for event in events)
    return not (known and state_on(events, since) == state)


def added_grade(group: Group) -> Grade | None:
    """The change of grade that the file adds to a standard of the register."""
    rank, since = group.given("rank"), group.given("graded_since")
    if not (rank and since) or group.standard is None:
        return None
    level = group.own.get("national_level") or ""
    stored = sorted(group.standard.grades.all(), key=lambda grade: grade.since)
    if any((g.since, g.rank, g.national_level) == (since, rank, level) for g in stored):
        return None
    last = stored[-1] if stored else None
    return Grade(
        standard=group.standard,
        since=since,
        change=_change_of_grade(last, rank, level),
        rank=rank,
        national_level=level,
    )


def _change_of_grade(last: Grade | None, rank: str, level: str) -> str:
    if last is None:
        return Grade.Change.NEW
    higher = rank == Rank.HIGHEST and last.rank == Rank.LOWER
    better = LEVELS.index(level) > LEVELS.index(last.national_level)
    return Grade.Change.UPGRADED if higher or better else Grade.Change.REGRADED
