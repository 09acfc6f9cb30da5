"""What a change of the map must fulfil. Every refusal names the units it is about."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NoReturn

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from metroplan.common.periods import Period
from metroplan.common.problems import MetroplanError
from metroplan.organisations.map_changes import ChangeOrder
from metroplan.organisations.models import (
    ChangeKind,
    Level,
    Organisation,
    OrganisationAncestry,
    OrganisationChangePart,
    OrganisationLink,
)

CODE = re.compile(r"\d{6}(-Z\d{1,2})?")
HEIGHT = {Level.PROVINCE: 3, Level.CITY: 2, Level.COUNTY: 1, Level.ZONE: 0}
ONE_UNIT = {ChangeKind.RENAME, ChangeKind.SPLIT}
FEWEST, MOST = {ChangeKind.SPLIT: 2}, {ChangeKind.RENAME: 1, ChangeKind.MERGE: 1}


def refuse(code: str, message: Any, **params: Any) -> NoReturn:
    raise MetroplanError(f"organisations.{code}", message, **params)


def check_order(order: ChangeOrder, known: Mapping[str, Organisation], today: date) -> None:
    """Raise MetroplanError unless the change fits the units as they stand.

    `known` are the units that the successors' codes already belong to.
    """
    _check_form(order)
    _check_shares(order)
    _check_heir(order)
    for unit in order.units:
        _check_life(unit, order)
    _check_successors(order, known, today)
    if order.parent:
        _check_parent(order, order.parent)


def _check_form(order: ChangeOrder) -> None:
    if not order.document.strip():
        refuse("document_missing", _("Name the document that decided the change."))
    wanted = order.kind in (ChangeKind.RENAME, ChangeKind.MERGE, ChangeKind.SPLIT)
    fewest = FEWEST.get(order.kind, 1) if wanted else 0
    most = MOST.get(order.kind, 50) if wanted else 0
    if not order.units or (order.kind in ONE_UNIT and len(order.units) > 1):
        refuse("units_wrong", _("Name one unit for a rename or a split, at least one otherwise."))
    if not fewest <= len(order.successors) <= most:
        refuse(
            "successors_wrong",
            _(
                "Name one successor for a rename or a merger, at least two for a split, and none "
                "for a transfer or an abolition."
            ),
        )
    if order.kind == ChangeKind.TRANSFER and order.parent is None:
        refuse("parent_missing", _("Name the unit under which {codes} will stand."), **_of(order))
    for codes in ([unit.code for unit in order.units], [s.code for s in order.successors]):
        if twice := [code for code, times in Counter(codes).items() if times > 1]:
            refuse(
                "named_twice",
                _("{codes} is named twice in this change: name every unit once."),
                codes=", ".join(twice),
            )


def _of(order: ChangeOrder) -> dict[str, str]:
    return {"codes": ", ".join(unit.code for unit in order.units)}


def _check_shares(order: ChangeOrder) -> None:
    if not order.successors:
        return
    shares = [successor.weight for successor in order.successors]
    if min(shares) <= 0 or sum(shares) != 1:
        refuse(
            "shares_uneven",
            _("The shares of {codes} are {shares} and do not add to 1: correct them."),
            codes=order.units[0].code,
            shares=" + ".join(format(share.normalize(), "f") for share in shares),
        )


def _check_heir(order: ChangeOrder) -> None:
    parts = [successor.code for successor in order.successors]
    if order.heir and (order.kind != ChangeKind.SPLIT or order.heir not in parts):
        refuse(
            "heir_not_part",
            _("{heir} is none of the parts {parts}: name the one that takes over plans and forms."),
            heir=order.heir,
            parts=", ".join(parts) or "—",
        )


def _check_life(unit: Organisation, order: ChangeOrder) -> None:
    if unit.valid_to is not None:
        refuse(
            "unit_ended",
            _("{unit} ends on {day} already: change the units that came after it."),
            unit=_named(unit),
            day=unit.valid_to,
        )
    if order.effective_on <= unit.valid_from:
        refuse(
            "before_life",
            _("{unit} begins on {day}: a change of it must be dated later."),
            unit=_named(unit),
            day=unit.valid_from,
        )
    later = _later_changes(unit, order)
    if later:
        refuse(
            "later_change",
            _("A later change of {unit} is on record for {days}: enter changes in order of date."),
            unit=_named(unit),
            days=", ".join(day.isoformat() for day in later),
        )


def _later_changes(unit: Organisation, order: ChangeOrder) -> list[date]:
    """Days on or after the change on which the unit, or what stands below it, moves already."""
    on = order.effective_on
    days = set(
        OrganisationChangePart.objects.filter(
            source=unit, change__effective_on__gte=on
        ).values_list("change__effective_on", flat=True)
    )
    links = OrganisationLink.objects.filter(Q(child=unit) | Q(parent=unit))
    days.update(links.filter(valid_from__gte=on).values_list("valid_from", flat=True))
    days.update(links.filter(valid_to__gt=on).values_list("valid_to", flat=True))
    return sorted(days)


def _check_successors(order: ChangeOrder, known: Mapping[str, Organisation], today: date) -> None:
    own = {unit.code for unit in order.units}
    for successor in order.successors:
        unit = known.get(successor.code)
        if unit is None:
            _check_new(successor.code, named=successor.new)
        elif keeps_code(order) and successor.new:
            _check_not_ahead(order, unit, today)
        elif successor.new:
            refuse(
                "code_taken",
                _("Code {wanted} belongs to {unit} already: give the new unit its own code."),
                wanted=successor.code,
                unit=unit.name,
            )
        elif order.kind == ChangeKind.RENAME:
            refuse(
                "name_missing", _("Give the new name of {codes}, with its new code."), **_of(order)
            )
        elif successor.code in own and order.kind == ChangeKind.MERGE:
            refuse(
                "merge_into_itself",
                _("{unit} cannot be merged into itself: name it as the unit that remains only."),
                unit=_named(unit),
            )
        elif not lives(unit, order.effective_on):
            _refuse_not_alive(unit, order.effective_on)


def keeps_code(order: ChangeOrder) -> bool:
    """A rename that changes the name alone: no unit ends and none begins."""
    return (
        order.kind == ChangeKind.RENAME
        and len(order.successors) == 1
        and order.successors[0].code == order.units[0].code
    )


def _check_not_ahead(order: ChangeOrder, unit: Organisation, today: date) -> None:
    if order.effective_on > today:
        refuse(
            "name_ahead",
            _("{unit} keeps its code, so its name changes at once: enter it on {day} or later."),
            unit=_named(unit),
            day=order.effective_on,
        )


def _check_new(code: str, *, named: bool) -> None:
    if not named:
        refuse(
            "unknown_unit",
            _("There is no unit {wanted}: correct the code, or name the unit to make it anew."),
            wanted=code,
        )
    if not CODE.fullmatch(code):
        refuse(
            "code_malformed",
            _(
                "“{wanted}” is not a unit's code: write six digits, with “-Z1” behind the city's "
                "code for a zone."
            ),
            wanted=code,
        )


def lives(unit: Organisation, day: date) -> bool:
    return unit.valid_from <= day and (unit.valid_to is None or day < unit.valid_to)


def _refuse_not_alive(unit: Organisation, day: date) -> NoReturn:
    refuse(
        "not_alive",
        _("{unit} does not exist on {day}; it lives from {start} to {end}: correct date or unit."),
        unit=_named(unit),
        day=day,
        start=unit.valid_from,
        end=unit.valid_to or "…",
    )


def _check_parent(order: ChangeOrder, parent: Organisation) -> None:
    if not lives(parent, order.effective_on) or parent.valid_to is not None:
        _refuse_not_alive(parent, order.effective_on)
    if order.kind != ChangeKind.TRANSFER:
        return
    _check_no_circle(order, parent)
    check_levels(((unit.code, unit.level) for unit in order.units), parent)


def _check_no_circle(order: ChangeOrder, parent: Organisation) -> None:
    above = OrganisationAncestry.objects.filter(
        ancestor__in=order.units,
        descendant=parent,
        until__gt=Period.containing(order.effective_on).index,
    )
    if circle := sorted({row.ancestor.code for row in above.select_related("ancestor")}):
        refuse(
            "tree_circle",
            _("{parent} stands below {codes}, which cannot stand below it: choose another parent."),
            parent=_named(parent),
            codes=", ".join(circle),
        )


def check_levels(units: Iterable[tuple[str, str]], parent: Organisation) -> None:
    """`units` are codes with levels."""
    wrong = [code for code, level in units if HEIGHT[level] >= HEIGHT[parent.level]]
    if wrong:
        refuse(
            "wrong_level",
            _("{codes} cannot stand under {parent}, a unit of their level or lower."),
            codes=", ".join(wrong),
            parent=_named(parent),
        )


def check_childless(unit: Organisation, children: Iterable[Organisation]) -> None:
    if codes := [child.code for child in children]:
        refuse(
            "still_has_units",
            _("{codes} still stand under {unit}: transfer them to other units first."),
            codes=", ".join(codes),
            unit=_named(unit),
        )


def _named(unit: Organisation) -> str:
    return f"{unit.code} {unit.name}"
