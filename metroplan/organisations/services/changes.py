"""Changes of the map: a unit is renamed, merged, split, transferred or abolished.

Nothing is deleted: a unit that ends keeps its figures, accounts and links up to that day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from metroplan.audit.record import record
from metroplan.common.periods import Period
from metroplan.organisations.map_changes import (
    ChangeOrder,
    Count,
    LinkMove,
    MapMove,
    Successor,
    consequences,
)
from metroplan.organisations.models import (
    ChangeKind,
    Organisation,
    OrganisationAncestry,
    OrganisationChange,
    OrganisationChangePart,
    OrganisationLink,
    User,
)
from metroplan.organisations.querysets import unit_order
from metroplan.organisations.selectors_map import left_behind
from metroplan.organisations.services.change_checks import (
    check_childless,
    check_levels,
    check_order,
    keeps_code,
)
from metroplan.organisations.services.tree import rebuild_tree

LOCK_CLASS = 7302


@dataclass(frozen=True, slots=True)
class MapPreview:
    """What a change would do, computed and undone.

    `later`: it takes effect on a day to come. `left` is what units that end leave to be done;
    `recomputed` are the units whose roll-ups are computed anew from `since` on.
    """

    order: ChangeOrder
    since: Period
    later: bool
    ended: tuple[Organisation, ...]
    begun: tuple[Organisation, ...]
    links: tuple[LinkMove, ...]
    counts: tuple[Count, ...]
    left: tuple[Count, ...]
    recomputed: tuple[Organisation, ...]


class _Undo(Exception):
    def __init__(self, preview: MapPreview) -> None:
        self.preview = preview


@transaction.atomic
def apply_change(
    *,
    kind: str,
    effective_on: date,
    units: Sequence[Organisation],
    document: str,
    actor: User | None,
    today: date,
    successors: Sequence[Successor] = (),
    parent: Organisation | None = None,
    note: str = "",
    heir: str = "",
) -> OrganisationChange:
    """Carry out one change of the map, all of it or nothing.

    A rename makes a new unit with the new code and name, or changes the name alone where the code
    stays. A merger goes into a unit that exists on the day or into a new one; what stood below
    the merged or renamed units then stands below their successor. A split shares a unit out by
    weights that add to 1; among the parts may be the unit itself, which then lives on. `parent`
    is that of a transfer, and of new units where it is not their predecessor's. What a unit that
    ends owned goes to its successor, after a split to the part `heir`. A change dated ahead takes
    effect on its day. Raises MetroplanError naming the units.
    """
    order = ChangeOrder(
        kind, effective_on, tuple(units), document, tuple(successors), parent, note, heir
    )
    move = _carry_out(order, today)
    _log(order, move, actor)
    for consequence in consequences:
        consequence.hand_over(move, today)
    for consequence in consequences:
        consequence.follow(move, today)
    return move.change


def preview_change(*, order: ChangeOrder, today: date) -> MapPreview:
    """What the change would do; nothing is stored. Raises as `apply_change` does."""
    try:
        with transaction.atomic():
            raise _Undo(_preview(order, _carry_out(order, today), today))
    except _Undo as done:
        return done.preview


def _preview(order: ChangeOrder, move: MapMove, today: date) -> MapPreview:
    affected = affected_units(move)
    counts = [count for one in consequences for count in one.hand_over(move, today)]
    counts += [count for one in consequences for count in one.count(move, affected)]
    return MapPreview(
        order=order,
        since=move.since,
        later=order.effective_on > today,
        ended=move.ended,
        begun=move.begun,
        links=move.links,
        counts=tuple(count for count in counts if count.number),
        left=tuple(left_behind(move.ended, move.since)),
        recomputed=tuple(Organisation.objects.filter(pk__in=affected).order_by("path")),
    )


def affected_units(move: MapMove) -> frozenset[int]:
    """Ids of the touched units and of all that stand above them from the change on."""
    above = OrganisationAncestry.objects.filter(
        descendant__in=move.touched | move.replaced, until__gt=move.since.index
    )
    return move.touched | move.replaced | frozenset(above.values_list("ancestor", flat=True))


def _carry_out(order: ChangeOrder, today: date) -> MapMove:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LOCK_CLASS])
    order = _fresh(order)
    known = _known(order)
    check_order(order, known, today)
    change = _store_change(order)
    if keeps_code(order):
        _rename_only(order, change)
        return _move(order, change, [], [], [], _paths(), known)
    before = _paths()
    begun, links = _begin(order, known)
    ended, moved = _end_or_move(order, known)
    _store_parts(order, change, known)
    rebuild_tree(today=today)
    return _move(order, change, ended, begun, [*links, *moved], before, known)


def _fresh(order: ChangeOrder) -> ChangeOrder:
    """The units as they stand now that nobody else can change the map."""
    keys = [unit.pk for unit in order.units]
    found = Organisation.objects.select_for_update().in_bulk(keys)
    parent = order.parent and Organisation.objects.get(pk=order.parent.pk)
    return ChangeOrder(
        order.kind,
        order.effective_on,
        tuple(found[key] for key in keys),
        order.document,
        order.successors,
        parent,
        order.note,
        order.heir,
    )


def _known(order: ChangeOrder) -> dict[str, Organisation]:
    codes = [successor.code for successor in order.successors]
    return {unit.code: unit for unit in Organisation.objects.filter(code__in=codes)}


def _store_change(order: ChangeOrder) -> OrganisationChange:
    change = OrganisationChange(
        kind=order.kind,
        effective_on=order.effective_on,
        document=order.document,
        note=order.note,
    )
    change.full_clean()
    change.save()
    return change


def _store_parts(
    order: ChangeOrder, change: OrganisationChange, known: dict[str, Organisation]
) -> None:
    """A unit that is transferred or abolished has no successor: its part names itself."""
    OrganisationChangePart.objects.bulk_create(
        OrganisationChangePart(change=change, source=unit, target=target, weight=weight)
        for unit in order.units
        for target, weight in (
            [(known[successor.code], successor.weight) for successor in order.successors]
            or [(unit, 1)]
        )
    )


def _rename_only(order: ChangeOrder, change: OrganisationChange) -> None:
    unit, successor = order.units[0], order.successors[0]
    former = _("formerly {name}").format(name=unit.name_zh)
    change.note = f"{former}; {order.note}"[:300] if order.note else former
    change.save()
    unit.name_zh = successor.name_zh
    unit.name_en = successor.name_en or unit.name_en
    unit.full_clean(exclude=["path"])
    unit.save()
    OrganisationChangePart.objects.create(change=change, source=unit, target=unit)


def _begin(
    order: ChangeOrder, known: dict[str, Organisation]
) -> tuple[list[Organisation], list[LinkMove]]:
    """Make the new units; enters them into `known`."""
    begun, links = [], []
    parent = order.parent or parent_on(order.units[0], order.effective_on)
    for successor in order.successors:
        if successor.code in known:
            continue
        level = successor.level or order.units[0].level
        if parent:
            check_levels([(successor.code, level)], parent)
        unit = Organisation(
            code=successor.code,
            name_zh=successor.name_zh,
            name_en=successor.name_en,
            level=level,
            valid_from=order.effective_on,
        )
        unit.full_clean(exclude=["path"])
        unit.save()
        known[unit.code] = unit
        begun.append(unit)
        if parent:
            OrganisationLink.objects.create(
                child=unit, parent=parent, valid_from=order.effective_on
            )
        links.append(LinkMove(unit, None, parent))
    return begun, links


def _end_or_move(
    order: ChangeOrder, known: dict[str, Organisation]
) -> tuple[list[Organisation], list[LinkMove]]:
    on = order.effective_on
    if order.kind == ChangeKind.TRANSFER:
        return [], [_hang(unit, order.parent, on) for unit in order.units]
    ended = [unit for unit in order.units if unit.code not in known]
    moves = []
    for unit in ended:
        children = children_on(unit, on)
        if order.kind in (ChangeKind.RENAME, ChangeKind.MERGE):
            heir = known[order.successors[0].code]
            check_levels(((child.code, child.level) for child in children), heir)
            moves += [_hang(child, heir, on) for child in children]
        else:
            check_childless(unit, children)
        moves.append(_hang(unit, None, on))
        unit.valid_to = on
        unit.full_clean(exclude=["path"])
        unit.save()
    return ended, moves


def _hang(child: Organisation, parent: Organisation | None, on: date) -> LinkMove:
    """Close the child's link and open one under the parent, if there is one."""
    link = _link_on(child, on)
    before = link.parent if link else None
    if link:
        link.valid_to = on
        link.save()
    if parent:
        OrganisationLink.objects.create(child=child, parent=parent, valid_from=on)
    return LinkMove(child, before, parent)


def _link_on(child: Organisation, on: date) -> OrganisationLink | None:
    return child.parent_links.filter(_holding(on)).select_related("parent").first()


def parent_on(unit: Organisation, on: date) -> Organisation | None:
    link = _link_on(unit, on)
    return link.parent if link else None


def children_on(unit: Organisation, on: date) -> list[Organisation]:
    links = unit.child_links.filter(_holding(on)).select_related("child")
    return [link.child for link in links.order_by(unit_order("child__code"))]


def _holding(on: date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))


def _paths() -> dict[int, str]:
    return dict(Organisation.objects.values_list("pk", "path"))


def _move(
    order: ChangeOrder,
    change: OrganisationChange,
    ended: Iterable[Organisation],
    begun: Iterable[Organisation],
    links: Sequence[LinkMove],
    before: dict[int, str],
    known: dict[str, Organisation],
) -> MapMove:
    now = _paths()
    replaced = {pk for pk, path in now.items() if before.get(pk) != path}
    units = [unit for link in links for unit in (link.child, link.before, link.after) if unit]
    tops = [link.child.path for link in links] + [unit.path for unit in order.units]
    return MapMove(
        change=change,
        since=Period.containing(order.effective_on),
        ended=tuple(ended),
        begun=tuple(begun),
        links=tuple(links),
        touched=frozenset(unit.pk for unit in units),
        replaced=frozenset(replaced),
        concerned=frozenset(
            pk for pk, path in before.items() if any(top and path.startswith(top) for top in tops)
        ),
        heirs=tuple((unit, known[code]) for unit in ended for code in _heir(order)),
    )


def _heir(order: ChangeOrder) -> list[str]:
    """The code of the one that takes over, if there is one."""
    if order.kind == ChangeKind.SPLIT:
        return [order.heir] if order.heir else []
    return [successor.code for successor in order.successors]


def _log(order: ChangeOrder, move: MapMove, actor: User | None) -> None:
    """One row for each unit of the change, so that it is found in each unit's history."""
    for unit in order.units:
        record(
            "organisation.map_changed",
            actor=actor,
            on=unit,
            kind=order.kind,
            effective_on=order.effective_on,
            document=order.document,
            note=move.change.note,
            successors={successor.code: successor.weight for successor in order.successors},
            **({"heir": order.heir} if order.heir else {}),
            links={
                link.child.code: [link.before and link.before.code, link.after and link.after.code]
                for link in move.links
            },
        )
