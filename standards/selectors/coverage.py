"""What the standards in force cover of the catalogue: 强制检定项目建标覆盖率.

Denominator: items of the version in force that must be verified, without those a local exclusion
takes out for the unit or for one above it. Numerator: of these, items with at least one kind that
a public standard in force verifies, held by an institute of the unit or below it, of one of the
levels. Items whose regulation is not known are left out and shown as such.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from metroplan.common.periods import Period
from metroplan.organisations.models import Level, Organisation, OrganisationAncestry
from standards.models import (
    CatalogueItem,
    CatalogueVersion,
    HolderKind,
    InForceSpan,
    LocalExclusion,
    Way,
)
from standards.rules.catalogue import UNKNOWN, VERIFIED

COVERED, GAP, EXCLUDED, NOT_KNOWN = "covered", "gap", "excluded", "unknown"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cover:
    """One standard that covers an item; `until` is the last day of its present span."""

    standard: int
    number: str
    name: str
    holder: int
    institute: str
    level: str
    organisation: int
    until: date


@dataclass(frozen=True, slots=True)
class ItemCoverage:
    """`until` is the last day up to which standards follow one another without a gap."""

    item: CatalogueItem
    standing: str
    covered_by: tuple[Cover, ...] = ()
    until: date | None = None
    exclusion: LocalExclusion | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """`total` is the denominator; excluded and unknown items are in neither number."""

    covered: int = 0
    total: int = 0
    excluded: int = 0
    unknown: int = 0

    @property
    def rate(self) -> Decimal | None:
        """As a part of one; None without a denominator."""
        return Decimal(self.covered) / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Coverage:
    """`version` is None on a day on which no catalogue was in force; then there are no items."""

    version: CatalogueVersion | None
    organisation: Organisation
    day: date
    levels: tuple[str, ...]
    items: tuple[ItemCoverage, ...]

    def _count(self, *standings: str) -> int:
        return sum(line.standing in standings for line in self.items)

    @property
    def covered(self) -> int:
        return self._count(COVERED)

    @property
    def total(self) -> int:
        return self._count(COVERED, GAP)

    @property
    def excluded(self) -> int:
        return self._count(EXCLUDED)

    @property
    def unknown(self) -> int:
        return self._count(NOT_KNOWN)

    @property
    def rate(self) -> Decimal | None:
        return Tally(self.covered, self.total).rate


@dataclass(frozen=True, slots=True)
class Serving:
    """A span on which a standard serves an item; it may begin after the day looked at."""

    item: int
    cover: Cover
    first: date


def version_on(day: date) -> CatalogueVersion | None:
    open_on = Q(effective_to__isnull=True) | Q(effective_to__gt=day)
    return CatalogueVersion.objects.filter(open_on, effective_from__lte=day).first()


def counted_levels(levels: Collection[str] | None) -> tuple[str, ...]:
    """Levels of units whose institutes count; management zones stand beside the counties."""
    chosen = set(levels or Level.values)
    return tuple(sorted(chosen | {Level.ZONE} if Level.COUNTY in chosen else chosen))


def coverage(
    *,
    organisation: Organisation,
    day: date,
    levels: Collection[str] | None = None,
    version: CatalogueVersion | None = None,
    kinds: Collection[int] | None = None,
) -> Coverage:
    """What is covered for a unit on a day, past or to come, if nothing else were recorded.

    `kinds` narrows the items to those that mean one of these kinds, such as those of a group.
    """
    version = version or version_on(day)
    counted = counted_levels(levels)
    lines: tuple[ItemCoverage, ...] = ()
    if version is not None:
        items = list(items_of(version, kinds))
        served = serving(version, area(organisation, day), counted, day)
        excluded = exclusions([organisation], version, day).get(organisation.pk, {})
        lines = tuple(_line(item, served.get(item.pk, []), excluded, day) for item in items)
    return Coverage(version, organisation, day, tuple(levels or ()), lines)


def items_of(
    version: CatalogueVersion, kinds: Collection[int] | None = None
) -> QuerySet[CatalogueItem]:
    """The items that are counted or left out; those that need type approval only are neither."""
    items = CatalogueItem.objects.filter(
        version=version, parent__isnull=False, regulation__in=(*VERIFIED, UNKNOWN)
    ).select_related("parent")
    if kinds is not None:
        link = CatalogueItem.kinds.through.objects
        meant = link.filter(catalogueitem=OuterRef("pk"), instrumentkind__in=kinds)
        items = items.filter(Exists(meant))
    return items.order_by("position")


def _line(
    item: CatalogueItem,
    served: list[Serving],
    excluded: dict[int, LocalExclusion],
    day: date,
) -> ItemCoverage:
    standing, covers, until = standing_of(item, served, excluded, day)
    return ItemCoverage(item, standing, covers, until, excluded.get(item.pk))


def standing_of(
    item: CatalogueItem, served: list[Serving], excluded: Collection[int], day: date
) -> tuple[str, tuple[Cover, ...], date | None]:
    covers = tuple(one.cover for one in served if one.first <= day)
    until = lasting(served, day)
    if item.pk in excluded:
        return EXCLUDED, covers, until
    if item.regulation == UNKNOWN:
        return NOT_KNOWN, covers, until
    return (COVERED if covers else GAP), covers, until


def lasting(served: Iterable[Serving], day: date) -> date | None:
    """The last day up to which one span follows another from the day on; None without any."""
    until = None
    for first, last in sorted((one.first, one.cover.until) for one in served):
        if first <= (until + ONE_DAY if until else day):
            until = max(until or last, last)
    return until


def area(organisation: Organisation, day: date) -> QuerySet[Organisation]:
    """The unit and all below it by the tree of the day's quarter.

    A unit that the quarter's tree does not hold stands where its path puts it.
    """
    quarter = Period.containing(day).index
    then = OrganisationAncestry.objects.filter(since__lte=quarter, until__gt=quarter)
    below = then.filter(ancestor=organisation).values("descendant")
    alive = then.filter(descendant=OuterRef("pk"), depth=0)
    elsewhere = Q(path__startswith=organisation.path) & ~Exists(alive)
    return Organisation.objects.filter(Q(pk__in=below) | elsewhere)


def serving(
    version: CatalogueVersion,
    holders: QuerySet[Organisation],
    levels: Collection[str],
    day: date,
) -> dict[int, list[Serving]]:
    """Item id → spans, ending on the day or later, of public standards that verify it."""
    standard, institute = "standard__", "standard__institute__"
    item = "standard__services__kinds__items"
    rows = (
        InForceSpan.objects.filter(
            last__gte=day,
            standard__holder_kind=HolderKind.PUBLIC,
            standard__institute__organisation__in=holders.filter(level__in=levels).values("pk"),
            standard__services__way=Way.VERIFICATION,
            standard__services__kinds__items__version=version,
        )
        .values_list(
            *(item, "first", "last", "standard_id", f"{standard}number", f"{standard}name"),
            *("standard__institute_id", f"{institute}name"),
            *(f"{institute}organisation__level", f"{institute}organisation_id"),
        )
        .distinct()
        .order_by("last", f"{standard}number")
    )
    found: dict[int, list[Serving]] = defaultdict(list)
    for place, first, last, *who in rows:
        cover = Cover(*who, last)
        found[place].append(Serving(place, cover, first))
    return found


def exclusions(
    units: Iterable[Organisation], version: CatalogueVersion, day: date
) -> dict[int, dict[int, LocalExclusion]]:
    """Unit id → item id → the exclusion of the unit or of one above it, valid on the day."""
    units = list(units)
    quarter = Period.containing(day).index
    above = OrganisationAncestry.objects.filter(
        descendant__in=[unit.pk for unit in units], since__lte=quarter, until__gt=quarter
    )
    lines: dict[int, set[int]] = defaultdict(set)
    for unit, ancestor in above.values_list("descendant_id", "ancestor_id"):
        lines[unit].add(ancestor)
    valid = LocalExclusion.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=day), item__version=version, valid_from__lte=day
    ).select_related("organisation")
    found: dict[int, dict[int, LocalExclusion]] = defaultdict(dict)
    for exclusion in valid:
        for unit in units:
            known = lines.get(unit.pk)
            within = (
                exclusion.organisation_id in known
                if known
                else unit.path.startswith(exclusion.organisation.path)
            )
            if within:
                found[unit.pk].setdefault(exclusion.item_id, exclusion)
    return found


STANDS = """
    SELECT tree.ancestor_id, tree.descendant_id
      FROM organisations_organisationancestry tree
     WHERE tree.since <= %(quarter)s AND tree.until > %(quarter)s
       AND tree.ancestor_id IN (SELECT id FROM {above})
       AND tree.descendant_id IN (SELECT id FROM {below})
     UNION
    SELECT above.id, below.id
      FROM organisations_organisation below
      JOIN organisations_organisation above ON starts_with(below.path, above.path)
     WHERE above.id IN (SELECT id FROM {above}) AND below.id IN (SELECT id FROM {below})
       AND NOT EXISTS (
           SELECT 1 FROM organisations_organisationancestry life
            WHERE life.descendant_id = below.id AND life.depth = 0
              AND life.since <= %(quarter)s AND life.until > %(quarter)s)
"""
TALLIES = f"""
WITH asked AS (SELECT unnest(%(units)s::bigint[]) AS id),
items AS (
    SELECT id, regulation = ANY(%(verified)s) AS must
      FROM standards_catalogueitem
     WHERE version_id = %(version)s AND parent_id IS NOT NULL
       AND (regulation = ANY(%(verified)s) OR regulation = %(unknown)s)
),
served AS (
    SELECT DISTINCT institute.organisation_id AS id, meant.catalogueitem_id AS item_id
      FROM standards_inforcespan span
      JOIN standards_measurementstandard standard ON standard.id = span.standard_id
       AND standard.holder_kind = %(public)s
      JOIN standards_institute institute ON institute.id = standard.institute_id
      JOIN organisations_organisation holder ON holder.id = institute.organisation_id
       AND holder.level = ANY(%(levels)s)
      JOIN standards_service service ON service.standard_id = standard.id
       AND service.way = %(verification)s
      JOIN standards_service_kinds kind ON kind.service_id = service.id
      JOIN standards_catalogueitem_kinds meant
        ON meant.instrumentkind_id = kind.instrumentkind_id
      JOIN items ON items.id = meant.catalogueitem_id
     WHERE span.first <= %(day)s AND span.last >= %(day)s
),
stands AS ({STANDS.format(above="asked", below="served")}),
covered AS (
    SELECT DISTINCT stands.ancestor_id AS unit_id, served.item_id
      FROM stands JOIN served ON served.id = stands.descendant_id
),
struck AS (
    SELECT exclusion.organisation_id AS id, exclusion.item_id
      FROM standards_localexclusion exclusion JOIN items ON items.id = exclusion.item_id
     WHERE exclusion.valid_from <= %(day)s
       AND (exclusion.valid_to IS NULL OR exclusion.valid_to > %(day)s)
),
hangs (ancestor_id, descendant_id) AS ({STANDS.format(above="struck", below="asked")}),
left_out AS (
    SELECT DISTINCT hangs.descendant_id AS unit_id, struck.item_id
      FROM hangs JOIN struck ON struck.id = hangs.ancestor_id
)
SELECT asked.id,
       count(*) FILTER (WHERE items.must AND left_out.item_id IS NULL
                          AND covered.item_id IS NOT NULL),
       count(*) FILTER (WHERE items.must AND left_out.item_id IS NULL),
       count(*) FILTER (WHERE left_out.item_id IS NOT NULL),
       count(*) FILTER (WHERE NOT items.must AND left_out.item_id IS NULL)
  FROM asked CROSS JOIN items
  LEFT JOIN covered ON covered.unit_id = asked.id AND covered.item_id = items.id
  LEFT JOIN left_out ON left_out.unit_id = asked.id AND left_out.item_id = items.id
 GROUP BY asked.id
"""


def tallies(
    unit_ids: Collection[int],
    day: date,
    levels: Collection[str] | None = None,
    version: CatalogueVersion | None = None,
) -> dict[int, Tally]:
    """Unit id → its numbers, of every unit asked for, in two queries."""
    version = version or version_on(day)
    if version is None:
        return dict.fromkeys(unit_ids, Tally())
    params = {
        "units": list(unit_ids),
        "version": version.pk,
        "day": day,
        "quarter": Period.containing(day).index,
        "levels": list(counted_levels(levels)),
        "verified": list(VERIFIED),
        "unknown": UNKNOWN,
        "public": HolderKind.PUBLIC.value,
        "verification": Way.VERIFICATION.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(TALLIES, params)
        found = {unit: Tally(*numbers) for unit, *numbers in cursor.fetchall()}
    return dict.fromkeys(unit_ids, Tally()) | found


def coverage_of_units(
    unit_ids: Collection[int], day: date, levels: Collection[str] | None = None
) -> dict[int, tuple[int, int]]:
    """Unit id → (numerator, denominator), both 0 on a day without a catalogue."""
    found = tallies(unit_ids, day, levels)
    return {unit: (tally.covered, tally.total) for unit, tally in found.items()}
