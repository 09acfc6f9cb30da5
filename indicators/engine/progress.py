"""Statuses of every affected indicator and unit, stored as a set.

The SQL says of all rows what `rules.assessment` says of one; the six rules are explained there.
Comparisons are multiplied out, so that a figure on the edge of a band falls inside; what is divided
is rounded once, when it is stored.
"""

from dataclasses import asdict

from django.db import connection
from django.utils import timezone

from indicators.engine.goals_in_sets import create_goals
from indicators.engine.rollup import PLACES
from indicators.engine.tables import Tables
from indicators.rules import Thresholds

COLUMNS = (
    "indicator_id, organisation_id, period, actual, expected, target, milestone_year, baseline, "
    "attainment, schedule_ratio, lag_quarters, status, provisional, met_by_rounding, reported, "
    "units_expected, carried, rule_version, computed_at"
)
FROM_THE_START = 0

# Also of units that no longer stand below the indicator's owner.
CLEAR = """
    DELETE FROM {progress} p
     USING affected, indicators_series s, indicators_indicator i
     WHERE s.measure_id = affected.measure_id AND i.series_id = s.id
       AND p.indicator_id = i.id AND p.organisation_id = affected.organisation_id
       AND p.period >= affected.since
"""
CLEAR_MOVED = """
    DELETE FROM {progress} p USING goal
     WHERE goal.moved AND p.indicator_id = goal.indicator_id
       AND p.organisation_id = goal.organisation_id AND p.period >= goal.eve
"""


def _holds(figure: str) -> str:
    """Does the figure meet the target? A range has no upper limit here."""
    return f"""
        CASE WHEN comparator = 'at_most' THEN {figure} <= bound
             WHEN comparator = 'equal' AND NOT approximate THEN {figure} = low
             ELSE {figure} >= bound END"""


# Half to even, as it is displayed; PostgreSQL rounds halves away from zero.
DISPLAYED = """
    CASE WHEN abs(y - trunc(y, decimals)) = half AND mod(trunc(y, decimals), 4 * half) = 0
         THEN trunc(y, decimals) ELSE round(y, decimals) END"""

# The figure of a quarter beside the milestone that is next, or the last one once the plan is over.
FIGURES = """
    SELECT goal.*, r.period::int AS k, r.value AS y, r.reported, r.expected AS units_expected,
           r.carried, coalesce(r.period - r.newest > goal.carry_forward, false) AS stale,
           rung.at, rung.low, rung.bound, rung.approximate, rung.a_at, rung.a_low,
           rung.level, rung.last_low,
           r.value IS NOT NULL AND r.reported < %(coverage)s * r.expected AS provisional
      FROM goal
      JOIN {rollup} r ON r.series_id = goal.series_id
       AND r.organisation_id = goal.organisation_id
       AND r.period >= greatest(CASE WHEN goal.moved THEN goal.eve ELSE goal.since END, %(first)s)
       AND r.period < goal.until
      LEFT JOIN rung ON rung.id = goal.id
       AND (rung.after IS NULL OR r.period > rung.after) AND (rung.last OR r.period <= rung.at)
"""

# E(k) − y0 is gain / divisor.
PATHS = f"""
    SELECT *, {_holds("y")} AS met, y - base_value AS made,
           CASE WHEN level THEN last_low - base_value
                WHEN k > at THEN low - base_value
                WHEN k <= base_at THEN 0
                ELSE (a_low - base_value) * (at - a_at) + (low - a_low) * (k - a_at) END AS gain,
           CASE WHEN level OR k > at OR k <= base_at THEN 1 ELSE at - a_at END AS divisor,
           y IS NOT NULL AND base_at IS NOT NULL AND comparator <> 'done' AS scheduled
      FROM ({FIGURES}) figure
    OFFSET 0
"""

STATUS = """
    CASE WHEN stale THEN 'stale'
         WHEN y IS NULL OR at IS NULL THEN 'no_data'
         WHEN met THEN 'achieved'
         WHEN k > at THEN 'missed'
         WHEN comparator = 'done'
         THEN CASE WHEN at - k <= %(due_soon)s THEN 'due_soon' ELSE 'not_due' END
         WHEN kept OR coalesce(low = base_value, false)
         THEN CASE WHEN CASE WHEN comparator = 'at_most' THEN y - low ELSE low - y END
                        <= %(maintain_tolerance)s * abs(low) THEN 'slightly_behind'
                   ELSE 'behind' END
         WHEN base_at IS NULL OR k = base_at THEN 'baseline'
         WHEN CASE WHEN comparator = 'at_most' THEN made > 0 ELSE made < 0 END THEN 'regressing'
         WHEN gain = 0 THEN CASE WHEN made = 0 THEN 'on_track' ELSE 'ahead' END
         WHEN made * divisor * sign(gain) >= %(ahead)s * abs(gain) THEN 'ahead'
         WHEN made * divisor * sign(gain) >= %(on_track)s * abs(gain) THEN 'on_track'
         WHEN made * divisor * sign(gain) >= %(slightly)s * abs(gain) THEN 'slightly_behind'
         WHEN made * divisor * sign(gain) >= %(behind)s * abs(gain) THEN 'behind'
         ELSE 'seriously_behind' END
"""

# The time nearest to k at which the path stands at y, cut off at the path's ends. Of two as near
# the one before or after the whole path counts first, then the earlier.
TIME = f"""
    SELECT time
      FROM (
        SELECT i, CASE WHEN heights[i] = heights[i + 1]
                       THEN least(greatest(k, times[i]), times[i + 1])::numeric
                       ELSE times[i] + 1.{PLACES} * (cut - heights[i])
                            * (times[i + 1] - times[i]) / (heights[i + 1] - heights[i]) END AS time
          FROM generate_subscripts(times, 1) i
         WHERE cut BETWEEN least(heights[i], heights[i + 1])
                       AND greatest(heights[i], heights[i + 1])
      ) standing
     ORDER BY abs(time - k), i > 1 AND i < cardinality(times) - 1, i LIMIT 1
"""

STORE = f"""
    INSERT INTO {{progress}} ({COLUMNS})
    SELECT indicator_id, organisation_id, k, y, base_value + 1.{PLACES} * gain / divisor, low,
           at / 4, CASE WHEN at IS NOT NULL THEN base_value END,
           1.{PLACES} * made / nullif(low - base_value, 0),
           CASE WHEN scheduled THEN 1.{PLACES} * made * divisor / nullif(gain, 0) END,
           CASE WHEN scheduled THEN k - ({TIME}) END,
           {STATUS}, provisional, NOT coalesce(met, true) AND {_holds(f"({DISPLAYED})")},
           reported, units_expected, carried, %(version)s, %(now)s
      FROM (
        SELECT path.*, times, heights, least(greatest(y, bottom), top) AS cut
          FROM ({PATHS}) path LEFT JOIN route USING (id)
      ) judged
"""


def store_progress(tables: Tables, thresholds: Thresholds, *, first: int = FROM_THE_START) -> None:
    """Replace the progress rows of all that stands in `affected`, from its first quarter on.

    Where the figure that changed may be the baseline itself, every quarter of the unit is
    replaced. Nothing before the quarter `first` is written.
    """
    given = asdict(thresholds) | {"first": first, "now": timezone.now()}
    with connection.cursor() as cursor:
        if not tables.fresh:
            cursor.execute(tables.named(CLEAR))
        if not create_goals(tables, thresholds):
            return
        if not tables.fresh:
            cursor.execute(tables.named(CLEAR_MOVED))
        cursor.execute(tables.named(STORE), given)
