"""Where figures will stand at the next milestone if they go on as they did, for many rows at once.

A quarter counts as observed when as many of the unit's reporting units as make a figure final
reported in that very quarter: what is carried forward is no new knowledge. Of sums of the calendar
year, which begin anew each spring, only year-ends can be compared.

No line crosses a break. Breaks are those recorded for the measure; a merger or split that made the
unit what it is; for all but the owner's own figures the quarters in which units came under the unit
or left it (those renamed, merged or split inside it do not count, for all of theirs stayed); and
where the number of reporting units more than doubled or halved.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection

from indicators.engine.goals import Targets, Unit, targets_of
from indicators.engine.in_force import thresholds_in_force
from indicators.models import Indicator, Kind, Progress, RollUpRule
from indicators.rules import (
    Band,
    Forecast,
    Thresholds,
    Verdict,
    band_at,
    comparable,
    forecast,
    next_target,
)
from indicators.rules.forecasting import MOST_POINTS
from indicators.rules.trajectory import HUNDRED
from metroplan.common.periods import Period

Key = tuple[int, int, int]

POINTS = """
    WITH wanted AS (
        SELECT * FROM unnest(%(series)s::bigint[], %(units)s::bigint[], %(quarters)s::int[])
                      AS wanted(series_id, unit, k)
    ), unit AS MATERIALIZED (
        SELECT life.ancestor_id AS id, life.since, life.until
          FROM (SELECT DISTINCT unit FROM wanted) asked
          JOIN organisations_organisationancestry life
            ON life.ancestor_id = asked.unit AND life.descendant_id = asked.unit
    ), part AS MATERIALIZED (
        SELECT p.source_id, p.target_id, c.kind,
               (extract(year FROM c.effective_on) * 4
                + extract(quarter FROM c.effective_on) - 1)::int AS at
          FROM organisations_organisationchangepart p
          JOIN organisations_organisationchange c ON c.id = p.change_id
    ), moved AS MATERIALIZED (
        SELECT unit.id AS unit, a.descendant_id AS moved, turn.at, turn.came
          FROM unit
          JOIN organisations_organisationancestry a ON a.ancestor_id = unit.id AND a.depth > 0
         CROSS JOIN LATERAL (VALUES (a.since, true), (a.until, false)) AS turn(at, came)
         WHERE turn.at > unit.since AND turn.at < unit.until
           AND NOT EXISTS (
                SELECT FROM organisations_organisationancestry b
                 WHERE b.ancestor_id = unit.id AND b.descendant_id = a.descendant_id
                   AND turn.at = CASE WHEN came THEN b.until ELSE b.since END)
    ), broken AS MATERIALIZED (
        SELECT unit, at FROM moved
         WHERE NOT EXISTS (SELECT FROM part WHERE part.at = moved.at
                              AND moved.moved = CASE WHEN came THEN target_id ELSE source_id END)
            OR EXISTS (
                SELECT FROM part
                 WHERE part.at = moved.at
                   AND moved.moved = CASE WHEN came THEN target_id ELSE source_id END
                   AND NOT EXISTS (
                        SELECT FROM organisations_organisationancestry other
                         WHERE other.ancestor_id = moved.unit
                           AND other.descendant_id
                               = CASE WHEN came THEN source_id ELSE target_id END
                           AND other.since <= moved.at - came::int
                           AND other.until > moved.at - came::int))
    )
    SELECT wanted.*, began.at, r.period, r.value, r.expected
      FROM wanted
      JOIN indicators_series s ON s.id = wanted.series_id
      JOIN indicators_measure m ON m.id = s.measure_id
     CROSS JOIN LATERAL (
        SELECT max(at) AS at FROM (
            SELECT period AS at FROM indicators_measurebreak b WHERE b.measure_id = m.id
             UNION ALL
            SELECT at FROM broken WHERE broken.unit = wanted.unit AND m.roll_up <> %(own)s
             UNION ALL
            SELECT at FROM part WHERE target_id = wanted.unit AND kind IN ('merge', 'split')
        ) every WHERE at <= wanted.k
     ) began
      LEFT JOIN LATERAL (
        SELECT period, value, expected FROM indicators_rollup r
         WHERE r.series_id = s.id AND r.organisation_id = wanted.unit
           AND r.period BETWEEN coalesce(began.at, 0) AND wanted.k AND r.value IS NOT NULL
           AND r.reported > r.carried
           AND r.reported - r.carried >= %(coverage)s * r.expected
           AND (s.window <> 'calendar_year' OR r.period %% 4 = 3)
         ORDER BY period DESC LIMIT %(most)s
     ) r ON true
"""


@dataclass
class _Seen:
    began: int | None = None
    points: list[tuple[int, Decimal, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outlook:
    """`found` is None where nothing can be foretold. `points` quarters could be compared;
    `broken_at` is the first quarter after the newest break, None where there was none."""

    found: Forecast | None
    points: int
    broken_at: Period | None
    ceiling: Decimal | None

    @property
    def verdict(self) -> Verdict | None:
        return self.found.verdict if self.found else None

    def bands(self) -> dict[Period, Band]:
        """Quarter by quarter from the newest figure on the line to the milestone."""
        if self.found is None:
            return {}
        line, last = self.found.trend, Period.year_end(self.found.milestone_year)
        return {Period(k): band_at(line, k, self.ceiling) for k in range(line.at, last.index + 1)}


def key_of(row: Progress) -> Key:
    return row.indicator_id, row.organisation_id, row.period.index


def outlooks(
    rows: Iterable[Progress], targets: Targets, thresholds: Thresholds | None = None
) -> dict[Key, Outlook]:
    """(indicator id, unit id, quarter) → what can be foretold, in one query for all rows.

    Rows come with the indicator, its measure, and the unit. Give the thresholds in force where
    they were read already.
    """
    rows = list(rows)
    if not rows:
        return {}
    thresholds = thresholds or thresholds_in_force()
    seen = _seen(rows, thresholds)
    return {
        key_of(row): _outlook(
            row,
            seen[row.indicator.series_id, row.organisation_id, row.period.index],
            targets,
            thresholds,
        )
        for row in rows
    }


def _seen(rows: list[Progress], thresholds: Thresholds) -> dict[Key, _Seen]:
    keys = {(row.indicator.series_id, row.organisation_id, row.period.index) for row in rows}
    series, units, quarters = zip(*keys, strict=True)
    found = {key: _Seen() for key in keys}
    given = {
        "series": list(series),
        "units": list(units),
        "quarters": list(quarters),
        "own": RollUpRule.OWN,
        "coverage": thresholds.coverage,
        "most": MOST_POINTS,
    }
    with connection.cursor() as cursor:
        cursor.execute(POINTS, given)
        for series_id, unit, k, began, period, value, expected in cursor:
            found[series_id, unit, k].began = began
            if period is not None:
                found[series_id, unit, k].points.append((period, value, expected))
    return found


def _outlook(row: Progress, seen: _Seen, targets: Targets, thresholds: Thresholds) -> Outlook:
    indicator = row.indicator
    unit = Unit.from_path(row.organisation_id, row.organisation.path)
    asked = targets_of(indicator, unit, targets)
    target = next_target(asked, row.period.index, basis=indicator.basis, base=row.baseline)
    observed = comparable(seen.points)
    ceiling = ceiling_of(indicator)
    found = target and forecast(
        observed,
        target,
        indicator.comparator,
        decimals=indicator.measure.decimals,
        ceiling=ceiling,
        thresholds=thresholds,
    )
    broken_at = None if seen.began is None else Period(seen.began)
    return Outlook(found, len(observed), broken_at, ceiling)


def ceiling_of(indicator: Indicator) -> Decimal | None:
    """Parts of a whole do not pass 100 %."""
    measure = indicator.measure
    part = measure.kind == Kind.RATIO or measure.roll_up == RollUpRule.SHARE
    return HUNDRED if part else None
