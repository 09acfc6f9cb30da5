"""The items of a version as a whole: written from lines, with the kinds they mean."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction

from metroplan.common.sync import Change, sync
from standards.models import CatalogueItem, CatalogueVersion, InstrumentKind
from standards.rules.catalogue import ItemLine

FIELDS = [
    *("name", "position", "regulation", "mode", "scope_note", "official_serial"),
    *("certainty", "certainty_note"),
]


def shown_fields() -> list[str]:
    return [name for name in FIELDS if name != "position"]


@transaction.atomic
def write_items(
    *, version: CatalogueVersion, lines: Sequence[ItemLine], kinds: Mapping[str, Collection[int]]
) -> list[Change]:
    """Bring the items of the version to what the lines say; what they do not name is removed.

    `kinds` maps codes of items to ids of kinds; an item that is not in it keeps its own.
    """
    outcome = sync(
        version.items.all(),
        [_item(version, line, place) for place, line in enumerate(lines)],
        key=["code"],
        fields=FIELDS,
        thing="item",
    )
    rows = {item.code: item for item in outcome.rows.values()}
    changes = outcome.changes + _removed(outcome.surplus)
    _hang(rows, lines)
    return changes + _attach(rows, kinds)


def _item(version: CatalogueVersion, line: ItemLine, place: int) -> CatalogueItem:
    values: dict[str, Any] = {name: getattr(line, name) for name in shown_fields()}
    return CatalogueItem(version=version, code=line.code, position=place, **values)


def _removed(surplus: Sequence[CatalogueItem]) -> list[Change]:
    """Children first: an item falls with its parent."""
    CatalogueItem.objects.filter(pk__in=[item.pk for item in surplus]).delete()
    return [Change("removed", "item", item.code) for item in surplus]


def _hang(rows: Mapping[str, CatalogueItem], lines: Sequence[ItemLine]) -> None:
    moved = []
    for line in lines:
        item, parent = rows[line.code], rows[line.parent_code] if line.parent_code else None
        if item.parent_id != (parent and parent.pk):
            item.parent = parent
            moved.append(item)
    CatalogueItem.objects.bulk_update(moved, ["parent"])


def _attach(
    rows: Mapping[str, CatalogueItem], kinds: Mapping[str, Collection[int]]
) -> list[Change]:
    link = CatalogueItem.kinds.through
    wanted = {(rows[code].pk, kind) for code, ids in kinds.items() for kind in ids}
    items = [rows[code].pk for code in kinds]
    stored = set(
        link.objects.filter(catalogueitem__in=items).values_list(
            "catalogueitem_id", "instrumentkind_id"
        )
    )
    gone, new = stored - wanted, wanted - stored
    for item, kind in gone:
        link.objects.filter(catalogueitem=item, instrumentkind=kind).delete()
    link.objects.bulk_create(
        link(catalogueitem_id=item, instrumentkind_id=kind) for item, kind in sorted(new)
    )
    codes = {item.pk: code for code, item in rows.items()}
    changed = sorted({codes[item] for item, _kind in gone | new})
    return [Change("changed", "kinds", code) for code in changed]


def kind_ids(codes: Collection[str]) -> dict[str, int]:
    return dict(InstrumentKind.objects.filter(code__in=codes).values_list("code", "pk"))
