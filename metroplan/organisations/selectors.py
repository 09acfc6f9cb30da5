"""What the pages of units and accounts show."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils import timezone

from metroplan.common.periods import Period
from metroplan.organisations.map_changes import Count
from metroplan.organisations.models import (
    Organisation,
    OrganisationChangePart,
    OrganisationLink,
    User,
)
from metroplan.organisations.querysets import not_ended, unit_order
from metroplan.organisations.selectors_map import left_behind

LEVELS_SHOWN = 2
MATCHES_SHOWN = 50
SUGGESTIONS = 12


@dataclass
class UnitNode:
    unit: Organisation
    children: list["UnitNode"] = field(default_factory=list)


@dataclass(frozen=True)
class Match:
    """A unit that was searched for; `above` names the units over it, highest first."""

    unit: Organisation
    above: str


@dataclass(frozen=True)
class LineageRow:
    """`weight`: the share of the source that went to the target; `link`: may be opened.

    `itself`: the unit lives on, was transferred or abolished, and no other took over.
    """

    date: date
    kind: str
    document: str
    unit: Organisation
    weight: Decimal
    link: bool
    itself: bool


@dataclass(frozen=True)
class UnitDetail:
    unit: Organisation
    above: list[Organisation]
    children: list[Organisation]
    former_children: list[Organisation]
    parents: list[OrganisationLink]
    predecessors: list[LineageRow]
    successors: list[LineageRow]
    left: list[Count]


def unit_tree(user: User, *, ended: bool = False) -> list[UnitNode]:
    """The user's unit and two levels below it; deeper ones are on the units' own pages."""
    deepest = user.organisation.path.strip("/").count("/") + LEVELS_SHOWN
    units = Organisation.objects.visible_to(user).order_by(unit_order())
    if not ended:
        units = units.filter(not_ended(timezone.localdate()))
    return nest([unit for unit in units if unit.path.strip("/").count("/") <= deepest])


def nest(units: list[Organisation]) -> list[UnitNode]:
    """From a list in the order of units; a unit whose parent is not in it stands at the top."""
    nodes = {unit.code: UnitNode(unit) for unit in units}
    tops = []
    for unit in units:
        above = nodes.get(unit.parent_code or "")
        (above.children if above else tops).append(nodes[unit.code])
    return tops


def matching(user: User, text: str, *, ended: bool = False) -> QuerySet[Organisation]:
    """Units whose code begins with, or whose name contains, the text."""
    units = Organisation.objects.visible_to(user).filter(
        Q(code__startswith=text) | Q(name_zh__icontains=text) | Q(name_en__icontains=text)
    )
    units = units.order_by(unit_order())
    return units if ended else units.filter(not_ended(timezone.localdate()))


def unit_matches(user: User, text: str, *, ended: bool = False) -> list[Match]:
    units = list(matching(user, text, ended=ended)[:MATCHES_SHOWN])
    codes = {code for unit in units for code in codes_above(unit)}
    names = {unit.code: unit.name for unit in Organisation.objects.filter(code__in=codes)}
    return [Match(unit, " › ".join(names[code] for code in codes_above(unit))) for unit in units]


def codes_above(unit: Organisation) -> list[str]:
    return unit.path.strip("/").split("/")[:-1]


def unit_detail(user: User, unit: Organisation) -> UnitDetail:
    by_code = {
        above.code: above for above in Organisation.objects.filter(code__in=codes_above(unit))
    }
    parents = unit.parent_links.select_related("parent").order_by("valid_from")
    below = unit.child_links.select_related("child").order_by(
        unit_order("child__code"), "valid_from"
    )
    return UnitDetail(
        unit=unit,
        above=[by_code[code] for code in codes_above(unit) if code in by_code],
        children=[link.child for link in below if link.valid_to is None],
        former_children=unique([link.child for link in below if link.valid_to is not None]),
        parents=list(parents),
        predecessors=lineage(unit.origins.exclude(source=unit), "source", user),
        successors=lineage(unit.successions, "target", user),
        left=left_behind([unit], Period.containing(unit.valid_to)) if unit.valid_to else [],
    )


def unique(units: list[Organisation]) -> list[Organisation]:
    return list({unit.pk: unit for unit in units}.values())


def lineage(parts: QuerySet[OrganisationChangePart], side: str, user: User) -> list[LineageRow]:
    rows = []
    for part in parts.select_related("change", side).order_by("change__effective_on", "id"):
        unit = getattr(part, side)
        rows.append(
            LineageRow(
                date=part.change.effective_on,
                kind=part.change.get_kind_display(),
                document=part.change.document,
                unit=unit,
                weight=part.weight,
                link=unit.path.startswith(user.organisation.path),
                itself=part.source_id == part.target_id,
            )
        )
    return rows


def account_list(user: User, *, text: str = "", role: str = "", state: str = "") -> QuerySet[User]:
    accounts = User.objects.visible_to(user).select_related("organisation")
    if text:
        accounts = accounts.filter(
            Q(username__icontains=text)
            | Q(post_zh__icontains=text)
            | Q(post_en__icontains=text)
            | Q(organisation__name_zh__icontains=text)
            | Q(organisation__name_en__icontains=text)
            | Q(organisation__code__startswith=text)
        )
    if role:
        accounts = accounts.filter(role="" if role == "none" else role)
    if state:
        accounts = accounts.filter(is_active=state == "open")
    return accounts.order_by("organisation__path", "username")
