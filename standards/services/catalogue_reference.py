"""The demonstration versions of the catalogue, with kinds and groups: `fixtures/reference`."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from metroplan.audit.record import record
from standards.models import CatalogueVersion, InstrumentKind, KindGroup
from standards.rules.catalogue import ItemLine
from standards.services.catalogue_items import kind_ids, write_items
from standards.services.touching import catalogue_touched, kinds_touched


@transaction.atomic
def load_catalogue(directory: Path) -> int:
    """Bring what is missing; what staff have changed since, or replaced, stays as it is."""
    known = set(InstrumentKind.objects.values_list("code", flat=True))
    kinds = [InstrumentKind(**row) for row in _rows(directory / "instrument_kinds.csv")]
    InstrumentKind.objects.bulk_create(kind for kind in kinds if kind.code not in known)
    changed = sum(kind.code not in known for kind in kinds)
    groups = sum(_group(row) for row in _rows(directory / "kind_groups.csv"))
    if groups:
        kinds_touched(reason="")
    changed += groups
    for row in _rows(directory / "catalogue_versions.csv"):
        changed += _version(row, directory)
    return changed


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _group(row: dict[str, str]) -> bool:
    kinds = row.pop("kinds").split()
    group, created = KindGroup.objects.get_or_create(code=row["code"], defaults=row)
    if created:
        group.kinds.set(kind_ids(kinds).values())
    return created


def _version(row: dict[str, Any], directory: Path) -> int:
    """Only a version that is not there yet, and only where no other is in force on its days."""
    code, first, end = row["code"], date.fromisoformat(row["effective_from"]), row["effective_to"]
    days = {"effective_from": first, "effective_to": date.fromisoformat(end) if end else None}
    if CatalogueVersion.objects.filter(Q(code=code) | overlapping(**days)).exists():
        return 0
    demonstration = {"is_demonstration": row["is_demonstration"] == "1"}
    version = CatalogueVersion.objects.create(**row | days | demonstration)
    lines = [_line(item) for item in _rows(directory / f"catalogue_{code}.csv")]
    ids = kind_ids({kind for line in lines for kind in line.kinds or ()})
    kinds = {line.code: [ids[kind] for kind in line.kinds] for line in lines if line.kinds}
    write_items(version=version, lines=lines, kinds=kinds)
    record("catalogue.loaded", actor=None, on=version, items=len(lines))
    reason = _("The catalogue “{title}” has changed.").format(title=version.title)
    catalogue_touched(since=version.effective_from, reason=reason)
    return len(lines) + 1


def overlapping(effective_from: date, effective_to: date | None) -> Q:
    """The condition that a version is in force on one of these days."""
    later = Q(effective_to__isnull=True) | Q(effective_to__gt=effective_from)
    return later & Q(effective_from__lt=effective_to) if effective_to else later


def _line(row: dict[str, str]) -> ItemLine:
    names = ("code", "parent_code", "name", "regulation", "scope_note", "official_serial")
    return ItemLine(
        **{name: row[name] for name in (*names, "certainty", "certainty_note")},
        mode=row["verification_mode"],
        kinds=tuple(row["kinds"].split()),
    )
