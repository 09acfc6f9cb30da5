"""Bring stored rows to what a file says, in a fixed number of queries, and say what changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models


@dataclass(frozen=True)
class Change:
    """One difference: `kind` is added, changed or removed; values only where they help."""

    kind: str
    thing: str
    key: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


@dataclass
class Outcome:
    """Rows now stored by key, rows that the file no longer names, and the differences."""

    rows: dict[tuple, Any]
    surplus: list[Any]
    changes: list[Change]


def sync(
    stored: models.QuerySet,
    wanted: Sequence[models.Model],
    *,
    key: Sequence[str],
    fields: Sequence[str],
    thing: str = "",
) -> Outcome:
    """Create what is missing and update what differs; `surplus` is left for the caller.

    `key` and `fields` are attribute names, a foreign key by its `_id`. Fetch foreign keys of
    `fields` with select_related where their codes should show in the differences.
    """
    found = {_values(row, key): row for row in stored}
    rows, missing, updated, changes = {}, [], [], []
    for row in wanted:
        identity = _values(row, key)
        old = found.get(identity)
        if old is None:
            missing.append(row)
            changes.append(Change("added", thing, str(_key(row, key)), after=_shown(row, fields)))
        elif differing := [name for name in fields if getattr(old, name) != getattr(row, name)]:
            changes.append(
                Change(
                    "changed",
                    thing,
                    str(_key(row, key)),
                    before=_shown(old, differing),
                    after=_shown(row, differing),
                )
            )
            _copy(row, old, differing)
            updated.append(old)
        rows[identity] = old or row
    stored.model._default_manager.bulk_create(missing)
    if updated:
        stored.model._default_manager.bulk_update(updated, fields)
    return Outcome(rows, [row for identity, row in found.items() if identity not in rows], changes)


def removed(thing: str, rows: Iterable[models.Model], key: Sequence[str]) -> list[Change]:
    return [Change("removed", thing, _key(row, key)) for row in rows]


def _values(row: models.Model, names: Iterable[str]) -> tuple:
    return tuple(getattr(row, name) for name in names)


def _copy(source: models.Model, target: models.Model, names: Iterable[str]) -> None:
    for name in names:
        relation = name.removesuffix("_id")
        if relation != name and source._state.fields_cache.get(relation) is not None:
            setattr(target, relation, getattr(source, relation))
        else:
            setattr(target, name, getattr(source, name))


def _key(row: models.Model, names: Sequence[str]) -> str:
    return " ".join(str(_readable(row, name)) for name in names)


def _shown(row: models.Model, names: Iterable[str]) -> dict[str, Any]:
    return {name.removesuffix("_id"): _readable(row, name) for name in names}


def _readable(row: models.Model, name: str) -> Any:
    """A foreign key by the code of what it points to, where that is at hand."""
    relation = name.removesuffix("_id")
    related = row._state.fields_cache.get(relation) if relation != name else None
    if related is None:
        return plain(getattr(row, name))
    return getattr(related, "code", None) or str(related)


def plain(value: Any) -> Any:
    """A number without the zeros that its column adds; anything else as it is."""
    return Decimal(format(value.normalize(), "f")) if isinstance(value, Decimal) else value
