"""Administrative divisions and zones, their lives, and what became of which."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.common.sync import sync
from metroplan.organisations.models import (
    Organisation,
    OrganisationChange,
    OrganisationChangePart,
    OrganisationLink,
)
from metroplan.organisations.services.tree import rebuild_tree


@dataclass(frozen=True)
class DivisionRow:
    """One unit with its life and the one parent it has all that time."""

    code: str
    name_zh: str
    name_en: str
    level: str
    parent_code: str
    valid_from: date
    valid_to: date | None
    note: str


@dataclass(frozen=True)
class ChangeRow:
    """One part of one change: the share `weight` of `source_code` went to `target_code`."""

    change: str
    kind: str
    effective_on: date
    source_code: str
    target_code: str
    weight: Decimal
    document: str
    note: str


@dataclass(frozen=True)
class DivisionCounts:
    created: int
    updated: int
    links: int
    changes: int

    @property
    def anything(self) -> bool:
        return any((self.created, self.updated, self.links, self.changes))


def read_divisions(*paths: Path) -> list[DivisionRow]:
    return [
        DivisionRow(
            **row | {"valid_from": _day(row["valid_from"]), "valid_to": _day(row["valid_to"])}
        )
        for path in paths
        for row in _rows(path)
    ]


def read_changes(path: Path) -> list[ChangeRow]:
    return [
        ChangeRow(
            **row | {"effective_on": _day(row["effective_on"]), "weight": Decimal(row["weight"])}
        )
        for row in _rows(path)
    ]


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@transaction.atomic
def load_divisions(
    *, divisions: Sequence[DivisionRow], changes: Sequence[ChangeRow], actor: Any, today: date
) -> DivisionCounts:
    """Bring units, links and changes to what the rows say; loading them again changes nothing.

    Units that the rows do not name stay as they are, and so do those that a change entered in
    the portal ended or moved. Rebuilds ancestry and paths.
    """
    _check(divisions, changes)
    kept = _changed_in_the_portal(changes)
    created, updated = _write_units([row for row in divisions if row.code not in kept])
    units = {unit.code: unit for unit in Organisation.objects.all()}
    links = _write_links([row for row in divisions if row.code not in kept], units)
    counts = DivisionCounts(created, updated, links, _write_changes(changes, units))
    rebuild_tree(today=today)
    if counts.anything:
        _log(divisions, counts, actor)
    return counts


def _changed_in_the_portal(changes: Sequence[ChangeRow]) -> set[str]:
    """Codes of units whose life or links a change that no file names has altered since."""
    listed = {(parts[0].effective_on, _pairs(parts)) for parts in _grouped(changes)}
    entered = [change for change in _stored_changes() if _identity(change) not in listed]
    codes = {part.source.code for change in entered for part in change.parts.all()}
    moved = OrganisationLink.objects.filter(parent__code__in=codes).values("child")
    days = {change.effective_on for change in entered}
    rehung = OrganisationLink.objects.filter(child__in=moved, valid_from__in=days)
    return codes | set(rehung.values_list("child__code", flat=True))


def _log(divisions: Sequence[DivisionRow], counts: DivisionCounts, actor: Any) -> None:
    """One row for each top unit, so that the auditors of each region see it."""
    tops = [row.code for row in divisions if not row.parent_code]
    for top in Organisation.objects.filter(code__in=tops):
        record("organisation.divisions_loaded", actor=actor, on=top, counts=vars(counts))


def _check(divisions: Sequence[DivisionRow], changes: Sequence[ChangeRow]) -> None:
    known = {row.code for row in divisions} | set(
        Organisation.objects.values_list("code", flat=True)
    )
    named = {row.parent_code for row in divisions if row.parent_code}
    named |= {code for row in changes for code in (row.source_code, row.target_code)}
    if unknown := sorted(named - known):
        raise MetroplanError(
            "organisations.unknown_unit",
            _("Units {codes} are named as parent, source or target but not listed: add them."),
            codes=", ".join(unknown),
        )
    if own := sorted(row.code for row in divisions if row.parent_code == row.code):
        raise MetroplanError(
            "organisations.tree_circle",
            _("Units {codes} are listed under themselves: name the unit above each."),
            codes=", ".join(own),
        )
    _check_once(divisions)
    _check_lives(divisions, changes)
    shares: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in changes:
        shares[row.change, row.source_code] += row.weight
    if uneven := sorted(source for (_change, source), total in shares.items() if total != 1):
        raise MetroplanError(
            "organisations.shares_uneven",
            _("The shares of {codes} do not add to 1: correct the weights of their change."),
            codes=", ".join(uneven),
        )


def _check_once(divisions: Sequence[DivisionRow]) -> None:
    """A row is a unit with its one link: listed twice, it would have two at once."""
    rows: dict[str, list[DivisionRow]] = defaultdict(list)
    for row in divisions:
        rows[row.code].append(row)
    for code, (first, *others) in rows.items():
        if not others:
            continue
        other = others[0]
        if first.parent_code != other.parent_code:
            raise MetroplanError(
                "organisations.two_parents",
                _("{unit} is listed under {one} and under {other}: keep one of the rows."),
                unit=code,
                one=first.parent_code or "—",
                other=other.parent_code or "—",
            )
        raise MetroplanError(
            "organisations.links_overlap",
            _("{unit} is listed from {since} and again from {again}: keep one of the rows."),
            unit=code,
            since=first.valid_from,
            again=other.valid_from,
        )


def _check_lives(divisions: Sequence[DivisionRow], changes: Sequence[ChangeRow]) -> None:
    """What takes over must exist on the day, and what it takes over from before it."""
    lives = {
        code: (start, end)
        for code, start, end in Organisation.objects.values_list("code", "valid_from", "valid_to")
    } | {row.code: (row.valid_from, row.valid_to) for row in divisions}
    wrong = []
    for row in changes:
        start, end = lives[row.target_code]
        if row.effective_on < start or (end and end <= row.effective_on):
            wrong.append(f"{row.source_code} → {row.target_code} ({row.effective_on})")
    if wrong:
        raise MetroplanError(
            "organisations.not_alive",
            _("The unit that takes over does not exist on that day in {rows}: correct the rows."),
            rows=", ".join(wrong),
        )
    early = [row for row in changes if row.effective_on <= lives[row.source_code][0]]
    if early:
        raise MetroplanError(
            "organisations.before_life",
            _("{rows} are dated before the unit that is changed begins: correct the dates."),
            rows=", ".join(f"{row.source_code} ({row.effective_on})" for row in early),
        )


FIELDS = ["name_zh", "name_en", "level", "valid_from", "valid_to", "note"]


def _write_units(divisions: Sequence[DivisionRow]) -> tuple[int, int]:
    wanted = [
        Organisation(code=row.code, **{field: getattr(row, field) for field in FIELDS})
        for row in divisions
    ]
    outcome = sync(Organisation.objects.all(), wanted, key=["code"], fields=FIELDS)
    created = sum(change.kind == "added" for change in outcome.changes)
    return created, len(outcome.changes) - created


def _write_links(divisions: Sequence[DivisionRow], units: dict[str, Organisation]) -> int:
    wanted = [
        OrganisationLink(
            child=units[row.code],
            parent=units[row.parent_code],
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row in divisions
        if row.parent_code
    ]
    outcome = sync(
        OrganisationLink.objects.all(),
        wanted,
        key=["child_id", "valid_from"],
        fields=["parent_id", "valid_to"],
    )
    return len(outcome.changes)


def _write_changes(rows: Sequence[ChangeRow], units: dict[str, Organisation]) -> int:
    """Changes have no code of their own: one is known by its day, sources and targets."""
    stored = {_identity(change): change for change in _stored_changes()}
    written = 0
    for parts in _grouped(rows):
        head = parts[0]
        change = stored.get((head.effective_on, _pairs(parts)))
        values = {"kind": head.kind, "document": head.document, "note": head.note}
        if change is None:
            _create_change(parts, units, values)
            written += 1
        elif _differs(change, values) or _weights(change) != {
            (row.source_code, row.target_code): row.weight for row in parts
        }:
            change.delete()
            _create_change(parts, units, values)
            written += 1
    return written


def _stored_changes() -> Iterable[OrganisationChange]:
    return OrganisationChange.objects.prefetch_related("parts__source", "parts__target")


def _identity(change: OrganisationChange) -> tuple[date, frozenset]:
    return change.effective_on, frozenset(_weights(change))


def _pairs(parts: Sequence[ChangeRow]) -> frozenset:
    return frozenset((row.source_code, row.target_code) for row in parts)


def _weights(change: OrganisationChange) -> dict[tuple[str, str], Decimal]:
    return {(part.source.code, part.target.code): part.weight for part in change.parts.all()}


def _grouped(rows: Sequence[ChangeRow]) -> Iterable[list[ChangeRow]]:
    groups: dict[str, list[ChangeRow]] = defaultdict(list)
    for row in rows:
        groups[row.change].append(row)
    return groups.values()


def _create_change(
    parts: list[ChangeRow], units: dict[str, Organisation], values: dict[str, str]
) -> None:
    change = OrganisationChange.objects.create(effective_on=parts[0].effective_on, **values)
    OrganisationChangePart.objects.bulk_create(
        OrganisationChangePart(
            change=change,
            source=units[row.source_code],
            target=units[row.target_code],
            weight=row.weight,
        )
        for row in parts
    )


def _differs(change: OrganisationChange, values: dict[str, str]) -> bool:
    return any(getattr(change, field) != value for field, value in values.items())
