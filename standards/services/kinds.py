"""Kinds of instruments, and the groups that plans follow together."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from metroplan.audit.record import record
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from standards.models import InstrumentKind, KindGroup
from standards.services.locks import refuse_stale
from standards.services.touching import kinds_touched


@transaction.atomic
def save_kind(
    *,
    actor: User,
    values: dict[str, Any],
    kind: InstrumentKind | None = None,
    expected_revision: int | None = None,
) -> InstrumentKind:
    """`values`: code (of a new one), name_zh, name_en, field. Raises ValidationError by field."""
    require(actor, "catalogue.keep", actor.organisation)
    kept = _locked(InstrumentKind, kind, expected_revision)
    return _saved(kept, values, actor, "kind")


@transaction.atomic
def save_group(
    *,
    actor: User,
    values: dict[str, Any],
    kinds: Collection[InstrumentKind],
    group: KindGroup | None = None,
    expected_revision: int | None = None,
) -> KindGroup:
    """`values`: code (of a new one), name_zh, name_en, note. Raises ValidationError by field."""
    require(actor, "catalogue.keep", actor.organisation)
    kept = _locked(KindGroup, group, expected_revision)
    before = set(kept.kinds.all()) if kept.pk else set()
    kept = _saved(kept, values, actor, "group")
    if before != {*kinds}:
        kept.kinds.set(kinds)
        record(
            "group.kinds_changed",
            actor=actor,
            on=kept,
            added=_codes({*kinds} - before),
            removed=_codes(before - {*kinds}),
        )
        kinds_touched(reason=_("Group of kinds changed: {group}").format(group=kept.name_zh))
    return kept


def _locked(model: Any, thing: Any, expected_revision: int | None) -> Any:
    if thing is None:
        return model()
    locked = model.objects.select_for_update().get(pk=thing.pk)
    refuse_stale(locked.name, locked.revision, expected_revision)
    return locked


def _saved(kept: Any, values: dict[str, Any], actor: User, noun: str) -> Any:
    before = {name: getattr(kept, name) for name in values}
    for name, value in values.items():
        setattr(kept, name, value)
    kept.full_clean()
    if kept.pk is None:
        kept.save()
        record(f"{noun}.created", actor=actor, on=kept, after=values)
        return kept
    kept.revision += 1
    kept.save()
    if before != values:
        record(f"{noun}.changed", actor=actor, on=kept, before=before, after=values)
    return kept


def _codes(kinds: Collection[InstrumentKind]) -> list[str]:
    return sorted(kind.code for kind in kinds)
