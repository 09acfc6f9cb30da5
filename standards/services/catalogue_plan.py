"""What taking over a table would do: a dry run that writes nothing.

Kinds carry over from item to item: services name kinds, so a new version of the catalogue finds
every standard where it was. An item continues the one it names, or that of its code and name, or
the only one of its name; without one its kind is found by name, or made.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from metroplan.common.text import folded
from standards.models import CatalogueItem, CatalogueVersion, InstrumentKind, LocalExclusion
from standards.rules.catalogue import ItemLine, continued
from standards.services.catalogue_file import Known
from standards.services.catalogue_items import shown_fields

RULED = ("name", "regulation", "mode", "scope_note")
ADDED, CHANGED, SAME, REMOVED = "added", "changed", "same", "removed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of an item, its values in words."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class PlanLine:
    """`continues` are codes of the older table; `kinds` names, `made` those that are new."""

    change: str
    code: str
    name: str
    first_level: bool
    differences: tuple[Difference, ...] = ()
    continues: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    made: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Carried:
    """An exclusion that goes on with the item that continues its own."""

    code: str
    exclusion: LocalExclusion


@dataclass(frozen=True)
class ImportPlan:
    """`kinds` maps codes of items to ids of kinds, `names` to those that have to be made.

    `stuck` are exclusions of items that the table leaves out of the version they belong to.
    """

    lines: tuple[PlanLine, ...]
    kinds: dict[str, tuple[int, ...]]
    names: dict[str, str]
    carried: tuple[Carried, ...]
    stuck: tuple[LocalExclusion, ...]
    older: CatalogueVersion | None

    def count(self, change: str) -> int:
        return sum(line.change == change and not line.first_level for line in self.lines)

    @property
    def counts(self) -> dict[str, int]:
        return {change: self.count(change) for change in (ADDED, CHANGED, SAME, REMOVED)}

    @property
    def fingerprint(self) -> str:
        """The same for the same plan: what is applied is what was shown."""
        lines = [(line.change, line.code) for line in self.lines]
        told = (lines, sorted(self.kinds.items()), sorted(self.names.items()))
        carried = [(one.code, one.exclusion.pk) for one in self.carried]
        return hashlib.sha256(repr((told, carried, self._base())).encode()).hexdigest()

    def _base(self) -> tuple[int, int] | None:
        return (self.older.pk, self.older.revision) if self.older else None


def older_version(version: CatalogueVersion | None, first: date) -> CatalogueVersion | None:
    """What a table is compared with: its version as it stands, else the one in force before."""
    if version is not None and version.items.exists():
        return version
    before = CatalogueVersion.objects.filter(effective_from__lt=first)
    return before.exclude(pk=version and version.pk).first()


def known_to(older: CatalogueVersion | None) -> Known:
    return Known(
        kinds=set(InstrumentKind.objects.values_list("code", flat=True)),
        older=set(_items(older).values_list("code", flat=True)) if older else set(),
        older_title=older.code if older else "",
    )


def plan_import(
    lines: Sequence[ItemLine], *, version: CatalogueVersion | None, first: date
) -> ImportPlan:
    """`version` is the one to be replaced, None for a new one in force from `first`."""
    older = older_version(version, first)
    stored = list(_items(older).select_related("parent").prefetch_related("kinds")) if older else []
    items = {item.code: item for item in stored if item.parent_id}
    follows = continued(lines, [(item.code, item.name) for item in items.values()])
    kinds, names = _kinds(lines, follows, items)
    # A version that is replaced is compared line by line; a new one with what it continues.
    itself = older is not None and older == version
    told = _told(lines, stored, follows, itself=itself)
    labels = _Labels(kinds, names)
    return ImportPlan(
        lines=tuple(labels.on(line) for line in told),
        kinds=kinds,
        names=names,
        carried=() if itself else tuple(_carried(follows, items, first)),
        stuck=tuple(_stuck(lines, older)) if itself else (),
        older=older,
    )


def _items(version: CatalogueVersion) -> Any:
    return CatalogueItem.objects.filter(version=version)


def _kinds(
    lines: Iterable[ItemLine],
    follows: dict[str, tuple[str, ...]],
    items: dict[str, CatalogueItem],
) -> tuple[dict[str, tuple[int, ...]], dict[str, str]]:
    known = list(InstrumentKind.objects.all())
    by_code = {kind.code: kind.pk for kind in known}
    by_name = {folded(kind.name_zh): kind.pk for kind in reversed(known)}
    kinds: dict[str, tuple[int, ...]] = {}
    names: dict[str, str] = {}
    for line in lines:
        if not line.parent_code:
            continue
        if line.kinds is not None:
            kinds[line.code] = tuple(by_code[code] for code in line.kinds)
            continue
        older = [items[code] for code in follows.get(line.code, ())]
        carried = dict.fromkeys(kind.pk for item in older for kind in item.kinds.all())
        same = by_name.get(folded(line.name))
        kinds[line.code] = tuple(carried) or ((same,) if same else ())
        if not kinds[line.code]:
            names[line.code] = line.name
    return kinds, names


class _Labels:
    """The names of kinds, for the preview."""

    def __init__(self, kinds: dict[str, tuple[int, ...]], names: dict[str, str]) -> None:
        self.kinds, self.names = kinds, names
        self.known = InstrumentKind.objects.in_bulk({pk for ids in kinds.values() for pk in ids})

    def on(self, line: PlanLine) -> PlanLine:
        if line.first_level or line.change == REMOVED:
            return line
        made = (self.names[line.code],) if line.code in self.names else ()
        shown = tuple(self.known[pk].name for pk in self.kinds.get(line.code, ()))
        return PlanLine(
            line.change,
            line.code,
            line.name,
            line.first_level,
            line.differences,
            line.continues,
            shown,
            made,
        )


def _told(
    lines: Sequence[ItemLine],
    stored: Sequence[CatalogueItem],
    follows: dict[str, tuple[str, ...]],
    *,
    itself: bool,
) -> Iterable[PlanLine]:
    by_code = {item.code: item for item in stored}
    met: set[str] = set()
    for line in lines:
        codes = follows.get(line.code, ())
        before = by_code.get(line.code) if itself else None
        if not itself:
            before = by_code[codes[0]] if codes else _first_level(line, stored)
        met |= {*codes} if not itself else {line.code}
        if before and not itself:
            met.add(before.code)
        differences = tuple(_differences(line, before, itself=itself)) if before else ()
        change = ADDED if before is None else CHANGED if differences else SAME
        shown = () if itself else codes
        yield PlanLine(change, line.code, line.name, not line.parent_code, differences, shown)
    for item in stored:
        if item.code not in met:
            yield PlanLine(REMOVED, item.code, item.name, item.parent_id is None)


def _first_level(line: ItemLine, stored: Sequence[CatalogueItem]) -> CatalogueItem | None:
    if line.parent_code:
        return None
    tops = (item for item in stored if item.parent_id is None)
    return next((item for item in tops if folded(item.name) == folded(line.name)), None)


def _differences(line: ItemLine, item: CatalogueItem, *, itself: bool) -> Iterable[Difference]:
    """Between two versions only what they rule differs; numbers and sources always do."""
    above = item.parent.code if item.parent_id else ""
    if itself and line.parent_code != above:
        yield Difference(_("first level"), above, line.parent_code)
    for name in shown_fields() if itself else RULED:
        old, new = getattr(item, name), getattr(line, name)
        if old != new:
            field = item._meta.get_field(name)
            words = dict(field.choices or ())
            label = str(field.verbose_name)
            yield Difference(label, str(words.get(old, old)), str(words.get(new, new)))


def _carried(
    follows: dict[str, tuple[str, ...]], items: dict[str, CatalogueItem], first: date
) -> Iterable[Carried]:
    """An item of several older ones is excluded where every one of them was."""
    going = LocalExclusion.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=first), item__in=[*items.values()]
    ).select_related("organisation")
    by_item: dict[int, dict[int, LocalExclusion]] = defaultdict(dict)
    for exclusion in going.order_by("-valid_from"):
        by_item[exclusion.item_id][exclusion.organisation_id] = exclusion
    for code, olders in follows.items():
        found = [by_item[items[older].pk] for older in olders]
        for unit in sorted(set.intersection(*(set(units) for units in found))):
            yield Carried(code, found[0][unit])


def _stuck(lines: Sequence[ItemLine], version: CatalogueVersion | None) -> Iterable[LocalExclusion]:
    codes = [line.code for line in lines]
    of_version = LocalExclusion.objects.filter(item__version=version)
    return of_version.exclude(item__code__in=codes).select_related("item", "organisation")
