"""Figures of an earlier quarter as the units of today would have had them.

Every unit's own part of a quarter follows the changes of the map forward, by their weights, to
the units of today, and is then put together along today's tree. Counts add, ratios add both
terms. A mean, a share of units and an own figure cannot be divided or joined: they are comparable
only where a unit has one forerunner and all of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext_lazy as _

from indicators.models import RollUpRule, Series, Window
from indicators.selectors.units import UnitRef
from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation, User
from metroplan.organisations.querysets import unit_key

DIVISIBLE = {RollUpRule.SUM, RollUpRule.RATIO}

REASONS = {
    "not_divisible": _("Units were joined or divided; this figure cannot be."),
    "no_successor": _("The unit was abolished and no unit of today came after it."),
}


@dataclass(frozen=True, slots=True)
class TodaysFigure:
    """One unit of today. A figure that is not `comparable` is withheld, with its `reason`.

    `estimated`: a part of a divided unit was taken by its weight. `sources` are the former units
    behind the figure. `reported` of `expected` counts the units that reported then.
    """

    period: Period
    unit: UnitRef
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    reported: int = 0
    expected: int = 0
    comparable: bool = True
    reason: str = ""
    estimated: bool = False
    sources: tuple[UnitRef, ...] = ()

    @property
    def reason_text(self) -> str:
        return str(REASONS[self.reason]) if self.reason else ""


# A unit that ended keeps what it brought to a running sum, which the engine leaves with the unit it
# last hung under, that of a calendar year to the year's end; here its successor's line goes on.
# `steps.after` is the day of the source's change before: a step is taken from a day on or after
# it and before its own.
FOLLOWED = """
WITH RECURSIVE
steps AS MATERIALIZED (
    SELECT p.source_id, p.target_id, p.weight, c.effective_on AS day,
           coalesce(max(c.effective_on) OVER (
               PARTITION BY p.source_id ORDER BY c.effective_on
               RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE GROUP
           ), '-infinity'::date) AS after
      FROM organisations_organisationchangepart p
      JOIN organisations_organisationchange c ON c.id = p.change_id
     WHERE c.kind IN ('rename', 'merge', 'split') AND c.effective_on <= %(today)s
       AND NOT (c.kind = 'rename' AND p.source_id = p.target_id)
),
family (unit_id) AS (
    SELECT id FROM organisations_organisation WHERE starts_with(path, %(path)s)
    UNION
    SELECT steps.source_id FROM family JOIN steps ON steps.target_id = family.unit_id
),
figures AS MATERIALIZED (
    SELECT r.period, r.organisation_id, own.*,
           least(make_date(r.period / 4, r.period %% 4 * 3 + 1, 1) + interval '3 months - 1 day',
                 o.valid_to - 1)::date AS day
      FROM family
      JOIN organisations_organisation o ON o.id = family.unit_id
      JOIN indicators_rollup r
        ON r.organisation_id = o.id AND r.series_id = %(series)s AND r.period = ANY(%(periods)s)
     CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM organisations_organisationancestry a
             WHERE a.ancestor_id = o.id AND a.depth = 0
               AND a.since <= r.period AND r.period < a.until
        ) AS lives
     ) AS life
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(b.value), 0) AS value, coalesce(sum(b.numerator), 0) AS numerator,
               coalesce(sum(b.denominator), 0) AS denominator,
               coalesce(sum(b.reported), 0) AS reported, coalesce(sum(b.expected), 0) AS expected
          FROM organisations_organisationancestry a
          JOIN organisations_organisationancestry life
            ON life.ancestor_id = a.descendant_id AND life.descendant_id = a.descendant_id
          JOIN indicators_rollup b ON b.organisation_id = a.descendant_id
           AND b.series_id = r.series_id AND b.period = r.period
         WHERE %(rolls)s AND a.ancestor_id = o.id AND a.depth = 1 AND a.since <= r.period
           AND (r.period < a.until OR %(kept)s AND a.until = life.until)
     ) AS below
     CROSS JOIN LATERAL (
        SELECT r.value - CASE WHEN %(adds)s THEN below.value ELSE 0 END AS value,
               r.numerator - below.numerator AS numerator,
               r.denominator - below.denominator AS denominator,
               CASE WHEN lives THEN r.reported - below.reported ELSE 0 END AS reported,
               CASE WHEN lives THEN r.expected - below.expected ELSE 0 END AS expected
     ) AS own
     WHERE (lives OR (%(running)s AND o.valid_to IS NOT NULL))
       AND (own.expected > 0 OR %(adds)s AND own.value <> 0
            OR own.denominator <> 0 OR own.numerator <> 0)
),
follow (period, origin_id, unit_id, day, weight) AS (
    SELECT period, organisation_id, organisation_id, day, 1::numeric FROM figures
    UNION ALL
    SELECT f.period, f.origin_id, steps.target_id, steps.day, f.weight * steps.weight
      FROM follow f
      JOIN steps ON steps.source_id = f.unit_id AND steps.after <= f.day AND f.day < steps.day
),
arrived AS (
    SELECT period, origin_id, unit_id, sum(weight) AS weight
      FROM follow f
     WHERE NOT EXISTS (
        SELECT FROM steps
         WHERE steps.source_id = f.unit_id AND steps.after <= f.day AND f.day < steps.day
     )
     GROUP BY period, origin_id, unit_id
),
placed AS (
    SELECT a.period, a.origin_id, a.unit_id, a.weight, f.value, f.numerator, f.denominator,
           f.reported, f.expected, o.path,
           (o.valid_to IS NOT NULL AND o.valid_to <= %(today)s) AS gone,
           (count(*) OVER (PARTITION BY a.period, a.unit_id) = 1 AND a.weight = 1) AS alone
      FROM arrived a
      JOIN figures f ON f.period = a.period AND f.organisation_id = a.origin_id
      JOIN organisations_organisation o ON o.id = a.unit_id
       AND starts_with(o.path, %(path)s)
)
"""

# The unit itself for its own part, the unit right below it for all others, a unit that is gone
# for its own.
ROWS = (
    FOLLOWED
    + """
SELECT period,
       CASE WHEN gone THEN path ELSE
            %(path)s || CASE WHEN path = %(path)s OR %(whole)s THEN ''
                ELSE split_part(substr(path, length(%(path)s) + 1), '/', 1) || '/' END
       END AS place,
       gone,
       sum(value * weight), sum(numerator * weight), sum(denominator * weight),
       sum(reported), sum(expected),
       bool_and(alone), bool_or(weight < 1),
       coalesce(array_agg(DISTINCT origin_id) FILTER (WHERE origin_id <> unit_id),
                ARRAY[]::bigint[])
  FROM placed
 GROUP BY 1, 2, 3
 ORDER BY 1, 2
"""
)


def todays_map(
    series: Series, organisation: Organisation, period: Period, user: User, *, today: date
) -> list[TodaysFigure]:
    """The units right below the one given, today; first its own part, last units that are gone.

    A unit of today that had no figure then stands with an empty line. The series comes with its
    measure.
    """
    rows = _query(series, organisation, [period], today, whole=False)
    below = _units_below(organisation, today)
    units = _Units(rows, below, user)
    places = {row[1] for row in rows}
    lines = [_figure(row, series, units) for row in rows]
    lines += [TodaysFigure(period, units.at(path)) for path in below if path not in places]
    return sorted(lines, key=_place)


def _place(line: TodaysFigure) -> tuple[bool, str]:
    return line.reason == "no_successor", unit_key(line.unit.code)


def todays_series(
    series: Series,
    organisation: Organisation,
    periods: Iterable[Period],
    user: User,
    *,
    today: date,
) -> list[TodaysFigure]:
    """One unit of today through the quarters, as if it had always been what it is; quarters
    without any figure are left out."""
    rows = [
        row
        for row in _query(series, organisation, list(periods), today, whole=True)
        if row[1] == organisation.path
    ]
    units = _Units(rows, {}, user)
    return [_figure(row, series, units) for row in rows]


def _query(
    series: Series, organisation: Organisation, periods: list[Period], today: date, *, whole: bool
) -> list[tuple]:
    measure = series.measure
    values = {
        "today": today,
        "path": organisation.path,
        "series": series.pk,
        "periods": [period.index for period in periods],
        "whole": whole,
        "rolls": measure.roll_up != RollUpRule.OWN,
        "adds": measure.roll_up in (RollUpRule.SUM, RollUpRule.OWN),
        "kept": series.window != Window.AS_IS,
        "running": measure.roll_up in DIVISIBLE
        and measure.accumulation == "flow"
        and series.window != Window.AS_IS,
    }
    with connection.cursor() as cursor:
        cursor.execute(ROWS, values)
        return cursor.fetchall()


def _units_below(organisation: Organisation, today: date) -> dict[str, int]:
    """Path → id of the units that stand right below it today."""
    depth = organisation.path.count("/") + 1
    units = Organisation.objects.filter(
        path__startswith=organisation.path, valid_from__lte=today
    ).exclude(valid_to__lte=today)
    return {path: pk for pk, path in units.values_list("pk", "path") if path.count("/") == depth}


class _Units:
    """The units that the rows name, by path and by id, fetched at once."""

    def __init__(self, rows: list[tuple], below: dict[str, int], user: User) -> None:
        codes = {place.strip("/").split("/")[-1] for _k, place, *_rest in rows}
        keys = {origin for row in rows for origin in row[10]}
        found = Organisation.objects.filter(pk__in=keys | set(below.values()))
        found = found | Organisation.objects.filter(code__in=codes)
        self._by_id = {unit.pk: UnitRef.of(unit, user) for unit in found}
        self._by_code = {ref.code: ref for ref in self._by_id.values()}

    def at(self, path: str) -> UnitRef:
        return self._by_code[path.strip("/").split("/")[-1]]

    def of(self, keys: list[int]) -> tuple[UnitRef, ...]:
        return tuple(sorted((self._by_id[key] for key in keys), key=lambda ref: unit_key(ref.code)))


def _figure(row: tuple, series: Series, units: _Units) -> TodaysFigure:
    k, place, gone, value, numerator, denominator, reported, expected, alone, split, origins = row
    rule = series.measure.roll_up
    reason = "no_successor" if gone else ""
    if not gone and rule not in DIVISIBLE and not alone:
        reason = "not_divisible"
    withheld = reason == "not_divisible"
    terms = rule not in (RollUpRule.SUM, RollUpRule.OWN)
    figure = _quotient(rule, numerator, denominator) if terms else value
    return TodaysFigure(
        period=Period(k),
        unit=units.at(place),
        value=None if withheld else figure,
        numerator=None if withheld else numerator,
        denominator=None if withheld else denominator,
        reported=int(reported),
        expected=int(expected),
        comparable=not reason,
        reason=reason,
        estimated=split and not withheld,
        sources=units.of(origins),
    )


def _quotient(rule: str, numerator: Decimal | None, denominator: Decimal | None) -> Decimal | None:
    if numerator is None or not denominator:
        return None
    return (1 if rule == RollUpRule.MEAN else 100) * numerator / denominator
