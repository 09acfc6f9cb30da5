"""How many of the units that were due had reported, and how many in time: one definition.

A unit is due in a quarter when it fills the form by the tree of that quarter's last day, so that a
unit that ended before leaves both terms. It has reported once it handed its form in, and in time
when that was on the due day or before, by the clock of the bureau. A quarter that was opened for
nobody has no rates.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from metroplan.common.naming import BilingualName
from metroplan.common.periods import Period
from metroplan.submissions.reporting import FILLS

PLACES = Decimal("0.0001")

ASKED = f"""
    SELECT f.id AS form_id, quarter.period, u.id AS unit_id
      FROM submissions_reportingform f
      JOIN generate_series(%(first)s, %(last)s) AS quarter(period)
        ON f.opens <= quarter.period AND (f.closes IS NULL OR f.closes >= quarter.period)
      JOIN organisations_organisationancestry a
        ON a.ancestor_id = f.owner_id AND a.since <= quarter.period AND a.until > quarter.period
      JOIN organisations_organisation u ON u.id = a.descendant_id
      LEFT JOIN submissions_formunit named
        ON named.form_id = f.id AND named.organisation_id = u.id
     WHERE (%(forms)s::bigint[] IS NULL OR f.id = ANY(%(forms)s))
       AND {FILLS}
"""

DONE = "coalesce(s.first_submitted_at, s.submitted_at)"

RATES = f"""
    SELECT f.code AS form, f.name_zh AS form_zh, f.name_en AS form_en,
           u.id AS unit, u.code AS organisation, u.name_zh, u.name_en, asked.period,
           count(*) AS due, count({DONE}) AS reported,
           count(*) FILTER (
               WHERE ({DONE} AT TIME ZONE %(zone)s)::date <= s.due_on
           ) AS on_time
      FROM ({ASKED}) asked
      JOIN submissions_reportingform f ON f.id = asked.form_id
      JOIN organisations_organisationancestry above
        ON above.descendant_id = asked.unit_id
       AND above.since <= asked.period AND above.until > asked.period
      JOIN organisations_organisation u ON u.id = above.ancestor_id
      LEFT JOIN submissions_submission s
        ON s.form_id = asked.form_id AND s.organisation_id = asked.unit_id
       AND s.period = asked.period
     WHERE EXISTS (
               SELECT FROM submissions_submission opened
                WHERE opened.form_id = asked.form_id AND opened.period = asked.period)
       AND (%(units)s::bigint[] IS NULL OR u.id = ANY(%(units)s))
       AND starts_with(u.path, %(path)s) AND (%(code)s = '' OR u.code = %(code)s)
     GROUP BY f.id, u.id, asked.period
"""

ORDERS = {
    "period": "period",
    "organisation": """organisation COLLATE "C\"""",
    "form": "form",
    "reporting_rate": "reported::numeric / due",
    "on_time_rate": "on_time::numeric / due",
}
USUAL = ("-period", "form", "organisation")


@dataclass(frozen=True, slots=True)
class Rate(BilingualName):
    """The units at or below one unit that were due with one form in one quarter.

    `name_zh` and `name_en` are the unit's; rates are shares, 1 for all.
    """

    form: str
    form_zh: str
    form_en: str
    unit: int
    organisation: str
    name_zh: str
    name_en: str
    period: Period
    due: int
    reported: int
    on_time: int

    @property
    def reporting_rate(self) -> Decimal:
        return _share(self.reported, self.due)

    @property
    def on_time_rate(self) -> Decimal:
        return _share(self.on_time, self.due)


def _share(part: int, whole: int) -> Decimal:
    return (Decimal(part) / whole).quantize(PLACES, ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates as a list that is read page by page; only units that had someone due have one.

    `forms` and `units` are ids, None for all; `path` cuts to one area.
    """

    first: Period
    last: Period
    path: str
    forms: Collection[int] | None = None
    units: Collection[int] | None = None
    code: str = ""
    order: tuple[str, ...] = USUAL

    def __len__(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({RATES}) rates", self._params())
            return cursor.fetchone()[0]

    count = __len__

    def __iter__(self) -> Iterator[Rate]:
        return iter(self[:None])

    def __getitem__(self, part: slice) -> list[Rate]:
        start = part.start or 0
        limit = None if part.stop is None else part.stop - start
        names = dict.fromkeys((*self.order, *USUAL))
        order = ", ".join(
            f"{ORDERS[name.lstrip('-')]} {'DESC' if name.startswith('-') else 'ASC'}"
            for name in names
        )
        query = f"SELECT * FROM ({RATES}) rates ORDER BY {order} LIMIT %(limit)s OFFSET %(start)s"
        with connection.cursor() as cursor:
            cursor.execute(query, self._params() | {"limit": limit, "start": start})
            return [_rate(*row) for row in cursor.fetchall()]

    def _params(self) -> dict[str, Any]:
        return {
            "first": self.first.index,
            "last": self.last.index,
            "path": self.path,
            "forms": None if self.forms is None else list(self.forms),
            "units": None if self.units is None else list(self.units),
            "code": self.code,
            "zone": settings.TIME_ZONE,
        }


def _rate(*row: Any) -> Rate:
    before, period, after = row[:7], row[7], row[8:]
    return Rate(*before, Period(period), *after)
