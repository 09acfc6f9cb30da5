"""The catalogue on its own pages: versions, items, kinds, groups, local exclusions."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet

from metroplan.organisations.models import User
from metroplan.organisations.querysets import unit_order, within
from standards.models import (
    CatalogueItem,
    CatalogueVersion,
    InstrumentKind,
    KindGroup,
    LocalExclusion,
    Service,
    Way,
)
from standards.rules.catalogue import UNKNOWN, VERIFIED

IN_ITEMS = Q(items__parent__isnull=False)


@dataclass(frozen=True, slots=True)
class Group:
    """A first-level line with its items."""

    parent: CatalogueItem
    items: tuple[CatalogueItem, ...]


def versions() -> QuerySet[CatalogueVersion]:
    """Newest first, with the numbers of first-level lines, items, and items to be verified."""
    return CatalogueVersion.objects.annotate(
        groups_count=Count("items", filter=Q(items__parent__isnull=True)),
        items_count=Count("items", filter=IN_ITEMS),
        verified_count=Count("items", filter=IN_ITEMS & Q(items__regulation__in=VERIFIED)),
        unknown_count=Count("items", filter=IN_ITEMS & Q(items__regulation=UNKNOWN)),
        official_count=Count(
            "items", filter=IN_ITEMS & Q(items__certainty=CatalogueItem.Certainty.OFFICIAL)
        ),
    ).order_by("-effective_from")


def items(
    version: CatalogueVersion,
    *,
    text: str = "",
    regulation: str = "",
    certainty: str = "",
    group: KindGroup | None = None,
) -> QuerySet[CatalogueItem]:
    """Items of the second level, in the table's order, with their first level and kinds."""
    found = CatalogueItem.objects.filter(version=version, parent__isnull=False)
    if text:
        found = found.filter(
            Q(name__icontains=text)
            | Q(code__startswith=text)
            | Q(parent__name__icontains=text)
            | Q(kinds__name_zh__icontains=text)
            | Q(kinds__name_en__icontains=text)
        ).distinct()
    if regulation:
        found = found.filter(regulation=regulation)
    if certainty:
        found = found.filter(certainty=certainty)
    if group:
        found = found.filter(kinds__groups=group).distinct()
    return found.select_related("parent").prefetch_related("kinds").order_by("position")


def by_first_level(found: QuerySet[CatalogueItem]) -> list[Group]:
    groups: dict[int, tuple[CatalogueItem, list[CatalogueItem]]] = {}
    for item in found:
        groups.setdefault(item.parent_id, (item.parent, []))[1].append(item)
    return [Group(parent, tuple(of)) for parent, of in groups.values()]


def kinds(
    user: User, *, text: str = "", field: str = "", group: str = ""
) -> QuerySet[InstrumentKind]:
    """With the items that mean them, newest version first.

    `services_count` counts services in the reader's area that verify them.
    """
    own = within("services__standard__institute__organisation", user.organisation.path)
    verifying = Q(services__way=Way.VERIFICATION) & own
    found = InstrumentKind.objects.annotate(
        services_count=Count("services", filter=verifying, distinct=True)
    )
    if text:
        named = Q(name_zh__icontains=text) | Q(name_en__icontains=text)
        found = found.filter(named | Q(code__icontains=text))
    if field:
        found = found.filter(field=field)
    if group:
        found = found.filter(groups__code=group)
    meaning = CatalogueItem.objects.select_related("version").order_by("-version__effective_from")
    return found.prefetch_related(Prefetch("items", meaning), "groups").order_by("field", "code")


def services_of(kind: InstrumentKind, user: User) -> QuerySet[Service]:
    """Of standards in the reader's area."""
    found = Service.objects.filter(kinds=kind).select_related("standard__institute__organisation")
    visible = within("standard__institute__organisation", user.organisation.path)
    return found.filter(visible).order_by("standard__number", "position")


def groups() -> QuerySet[KindGroup]:
    return KindGroup.objects.annotate(kinds_count=Count("kinds")).order_by("code")


def exclusions(user: User, *, day: date | None = None) -> QuerySet[LocalExclusion]:
    """Of the reader's area, and of the units above it, which hold there too."""
    own = user.organisation
    above = Q(organisation__code__in=own.path.strip("/").split("/"))
    found = LocalExclusion.objects.filter(above | within("organisation", own.path))
    if day:
        valid = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
        found = found.filter(valid, valid_from__lte=day)
    related = found.select_related("item__version", "item__parent", "organisation")
    return related.order_by(unit_order("organisation__code"), "item__position", "valid_from")
