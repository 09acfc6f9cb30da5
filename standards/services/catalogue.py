"""Versions of the catalogue: their facts and days, their items from a table, single items."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from metroplan.submissions.models import StoredFile
from standards.models import CatalogueItem, CatalogueVersion, InstrumentKind, LocalExclusion
from standards.rules.catalogue import ItemLine
from standards.services.catalogue_items import write_items
from standards.services.catalogue_plan import Carried, ImportPlan, plan_import
from standards.services.locks import refuse_stale
from standards.services.touching import catalogue_touched

LOGGED_CHANGES = 200


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """What a version is called and when it is in force; `effective_to` is not one of its days."""

    code: str
    title: str
    document: str
    effective_from: date
    effective_to: date | None = None
    is_demonstration: bool = False
    note: str = ""


def lock_version(
    version: CatalogueVersion, actor: User, expected_revision: int | None = None
) -> CatalogueVersion:
    """Kept from others until the transaction ends; 409 where it moved on since it was seen."""
    require(actor, "catalogue.keep", actor.organisation)
    locked = CatalogueVersion.objects.select_for_update().get(pk=version.pk)
    refuse_stale(locked.title, locked.revision, expected_revision)
    return locked


@transaction.atomic
def save_version(
    *,
    actor: User,
    facts: VersionFacts,
    version: CatalogueVersion | None = None,
    ends_previous: bool = False,
    expected_revision: int | None = None,
) -> CatalogueVersion:
    """A new version, or other facts of one that is there.

    `ends_previous` ends the version that is in force on the first day. Raises ValidationError by
    field, at `effective_from` where another version is in force on some of the days.
    """
    kept = _kept(actor, version, expected_revision)
    before = {} if kept.pk is None else _facts(kept)
    if ends_previous:
        _end_previous(actor, kept, facts.effective_from)
    for name, value in asdict(facts).items():
        setattr(kept, name, value)
    check_days(kept)
    if kept.pk is None:
        kept.save()
        record("catalogue.version_created", actor=actor, on=kept, after=_facts(kept))
        _touched(kept.effective_from, kept)
    elif before != _facts(kept):
        kept.revision += 1
        kept.save()
        record("catalogue.version_changed", actor=actor, on=kept, before=before, after=_facts(kept))
        _touched(_first_changed(before, kept), kept)
    return kept


def try_version(*, facts: VersionFacts, ends_previous: bool) -> None:
    """Raises the ValidationError that saving would; writes nothing."""
    with transaction.atomic():
        if ends_previous and (previous := _previous(CatalogueVersion(), facts.effective_from)):
            CatalogueVersion.objects.filter(pk=previous.pk).update(
                effective_to=facts.effective_from
            )
        try:
            check_days(CatalogueVersion(**asdict(facts)))
        finally:
            transaction.set_rollback(True)


def _kept(
    actor: User, version: CatalogueVersion | None, expected_revision: int | None
) -> CatalogueVersion:
    if version is not None:
        return lock_version(version, actor, expected_revision)
    require(actor, "catalogue.keep", actor.organisation)
    return CatalogueVersion()


def _facts(version: CatalogueVersion) -> dict[str, Any]:
    return {name: getattr(version, name) for name in VersionFacts.__dataclass_fields__}


def _end_previous(actor: User, kept: CatalogueVersion, first: date) -> None:
    previous = _previous(kept, first)
    if previous is None:
        return
    before = {"effective_to": previous.effective_to}
    previous.effective_to = first
    previous.revision += 1
    previous.save()
    after = {"effective_to": first}
    record("catalogue.version_changed", actor=actor, on=previous, before=before, after=after)


def _previous(kept: CatalogueVersion, first: date) -> CatalogueVersion | None:
    """The version before, if it goes on into the first day."""
    locked = CatalogueVersion.objects.select_for_update().exclude(pk=kept.pk)
    previous = locked.filter(effective_from__lt=first).first()
    ended = previous is None or (previous.effective_to and previous.effective_to <= first)
    return None if ended else previous


def check_days(version: CatalogueVersion) -> None:
    """Raises ValidationError; what is wrong with the days stands at the field of one of them."""
    first, end = version.effective_from, version.effective_to
    # A range that ends before it begins is none: whether it overlaps cannot be asked.
    if first and end and end <= first:
        text = _("The day it is replaced must come after its first day.")
        raise ValidationError({"effective_to": [text]})
    try:
        version.full_clean()
    except ValidationError as error:
        found = error.message_dict
        if whole := found.pop("__all__", None):
            found.setdefault("effective_from", []).extend(whole)
        raise ValidationError(found) from error


def _first_changed(before: dict[str, Any], version: CatalogueVersion) -> date:
    """From when something is counted otherwise; what it is called counts for nothing."""
    days = [version.effective_from, before["effective_from"]]
    if days[0] != days[1]:
        return min(days)
    ends = [day for day in (version.effective_to, before["effective_to"]) if day]
    return min(ends, default=version.effective_from)


def _touched(since: date, version: CatalogueVersion, units: Collection[int] | None = None) -> None:
    reason = _("The catalogue “{title}” has changed.").format(title=version.title)
    catalogue_touched(since=since, reason=reason, units=units)


@transaction.atomic
def import_catalogue(
    *,
    actor: User,
    lines: Sequence[ItemLine],
    source: StoredFile,
    fingerprint: str,
    facts: VersionFacts | None = None,
    version: CatalogueVersion | None = None,
    ends_previous: bool = False,
) -> CatalogueVersion:
    """Take a table over, whole or not at all: as a new version by `facts`, or into `version`.

    `fingerprint` is that of the plan that was shown; `catalogue.outdated` (409) where it would now
    come out otherwise, `catalogue.items_in_use` where an item with exclusions is left out.
    """
    if version is None:
        plan = plan_import(lines, version=None, first=facts.effective_from)
        kept = save_version(actor=actor, facts=facts, ends_previous=ends_previous)
    else:
        kept = lock_version(version, actor)
        plan = plan_import(lines, version=kept, first=kept.effective_from)
    _check(plan, fingerprint)
    changes = write_items(version=kept, lines=lines, kinds=_with_new_kinds(kept, plan))
    _carry_over(kept, plan.carried)
    kept.source, kept.revision = source, kept.revision + 1
    kept.save()
    record(
        "catalogue.imported",
        actor=actor,
        on=kept,
        file=source.name,
        sha256=source.sha256,
        counts=plan.counts,
        lines=[f"{one.kind} {one.key}" for one in changes[:LOGGED_CHANGES]],
    )
    _touched(kept.effective_from, kept)
    return kept


def _check(plan: ImportPlan, fingerprint: str) -> None:
    if plan.fingerprint != fingerprint:
        raise MetroplanError(
            "catalogue.outdated",
            gettext_lazy(
                "The catalogue has changed since this preview was made: look at the new preview, "
                "then take the table over."
            ),
        )
    if plan.stuck:
        names = ", ".join(dict.fromkeys(str(one.item) for one in plan.stuck))
        raise MetroplanError(
            "catalogue.items_in_use",
            gettext_lazy(
                "The table leaves out items that local exclusions name: {items}. Keep their lines, "
                "or import the table as a new version."
            ),
            items=names,
        )


def _with_new_kinds(version: CatalogueVersion, plan: ImportPlan) -> dict[str, Collection[int]]:
    kinds: dict[str, Collection[int]] = dict(plan.kinds)
    for code, name in plan.names.items():
        made, _created = InstrumentKind.objects.get_or_create(
            code=f"{version.code}-{code}"[:40], defaults={"name_zh": name}
        )
        kinds[code] = (made.pk,)
    return kinds


def _carry_over(version: CatalogueVersion, carried: Sequence[Carried]) -> None:
    items = dict(version.items.values_list("code", "pk"))
    LocalExclusion.objects.bulk_create(
        LocalExclusion(
            item_id=items[one.code],
            organisation=one.exclusion.organisation,
            valid_from=max(one.exclusion.valid_from, version.effective_from),
            valid_to=one.exclusion.valid_to,
            document=one.exclusion.document,
            reason=one.exclusion.reason,
        )
        for one in carried
    )


@transaction.atomic
def change_item(
    *,
    actor: User,
    item: CatalogueItem,
    values: dict[str, Any],
    kinds: Collection[InstrumentKind],
    expected_revision: int,
) -> CatalogueItem:
    """Other facts of one item, and the kinds it means. Raises ValidationError by field."""
    version = lock_version(item.version, actor, expected_revision)
    before = {name: getattr(item, name) for name in values} | {"kinds": _codes(item.kinds.all())}
    for name, value in values.items():
        setattr(item, name, value)
    item.full_clean()
    item.save()
    item.kinds.set(kinds)
    after = {name: getattr(item, name) for name in values} | {"kinds": _codes(kinds)}
    if before != after:
        version.revision += 1
        version.save()
        record("catalogue.item_changed", actor=actor, on=item, before=before, after=after)
        _touched(version.effective_from, version)
    return item


def _codes(kinds: Collection[InstrumentKind]) -> list[str]:
    return sorted(kind.code for kind in kinds)
