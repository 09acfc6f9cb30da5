"""Units around the one a page is about, in the tree of the quarter it is about."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from metroplan.common.naming import BilingualName
from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation, OrganisationAncestry, User
from metroplan.organisations.querysets import unit_key, unit_order, within


@dataclass(frozen=True, slots=True)
class UnitRef(BilingualName):
    """A unit by name; `visible` says whether the reader may open it."""

    pk: int
    code: str
    name_zh: str
    name_en: str
    level: str
    visible: bool = True

    @classmethod
    def of(cls, unit: Organisation, user: User) -> "UnitRef":
        visible = unit.path.startswith(user.organisation.path)
        return cls(unit.pk, unit.code, unit.name_zh, unit.name_en, unit.level, visible)


def children_of(organisation: Organisation, period: Period, user: User) -> list[UnitRef]:
    """The units right below, by the links of the quarter's last day."""
    rows = (
        OrganisationAncestry.objects.filter(
            ancestor=organisation, depth=1, since__lte=period.index, until__gt=period.index
        )
        .select_related("descendant")
        .order_by(unit_order("descendant__code"))
    )
    return [UnitRef.of(row.descendant, user) for row in rows]


def line_down_to(code: str, period: Period, user: User) -> list[Organisation]:
    """The unit last, before it those above it at the quarter that the reader may open.

    Empty where the reader may not open the unit, or it did not exist at the quarter.
    """
    own = user.organisation.path
    rows = (
        OrganisationAncestry.objects.filter(
            within("descendant", own),
            descendant__code=code,
            since__lte=period.index,
            until__gt=period.index,
        )
        .select_related("ancestor")
        .order_by("-depth")
    )
    return [row.ancestor for row in rows if row.ancestor.path.startswith(own)]


# A unit has not reported where its gap is larger than those of the units below it together.
MISSING = """
    SELECT r.series_id, o.id, o.code, o.name_zh, o.name_en, o.level, starts_with(o.path, %(scope)s)
      FROM organisations_organisationancestry a
      JOIN organisations_organisation o ON o.id = a.descendant_id
      JOIN indicators_rollup r ON r.organisation_id = a.descendant_id
       AND r.series_id = ANY(%(series)s) AND r.period = %(period)s AND r.expected > r.reported
      JOIN indicators_series s ON s.id = r.series_id
      JOIN indicators_measure m ON m.id = s.measure_id
     WHERE a.ancestor_id = %(organisation)s
       AND a.since <= %(period)s AND a.until > %(period)s
       AND CASE WHEN m.roll_up = 'own' THEN a.depth = 0
                ELSE r.expected - r.reported > (
                    SELECT coalesce(sum(below.expected - below.reported), 0)
                      FROM organisations_organisationancestry b
                      JOIN indicators_rollup below ON below.organisation_id = b.descendant_id
                       AND below.series_id = r.series_id AND below.period = r.period
                     WHERE b.ancestor_id = a.descendant_id AND b.depth = 1
                       AND b.since <= %(period)s AND b.until > %(period)s
                ) END
"""


def missing_units(
    organisation: Organisation, period: Period, series: Collection[int], user: User
) -> dict[int, list[UnitRef]]:
    """Series id → the reporting units at or below that owe their figure for the quarter."""
    missing: dict[int, list[UnitRef]] = defaultdict(list)
    if not series:
        return missing
    with connection.cursor() as cursor:
        cursor.execute(
            MISSING,
            {
                "series": list(series),
                "period": period.index,
                "organisation": organisation.pk,
                "scope": user.organisation.path,
            },
        )
        for series_id, *unit in cursor.fetchall():
            missing[series_id].append(UnitRef(*unit))
    for units in missing.values():
        units.sort(key=lambda unit: unit_key(unit.code))
    return missing
