"""What every affected indicator asks of every unit, spelled out in temporary tables.

`pair` has one row for each indicator and unit at or below its owner; `goal` those of which
something is asked, with the baseline of their path; `rung` their milestones, each with the stretch
of the path that leads up to it; `route` the whole path. These say for many at once what `goals.py`
and `rules.trajectory` say of one; the rules are explained there.
"""

from django.db import connection
from django.db.models import Case, F, QuerySet, Value, When

from indicators.engine.in_force import in_force, newest_baselines
from indicators.engine.tables import Tables
from indicators.models import Comparator, RollUpRule, Target
from indicators.rules import Thresholds
from indicators.rules.trajectory import HUNDRED, ONE

FEW_UNITS = 1_000

# Which units stand at or below each owner of indicators today.
REACH = """
    CREATE TEMP TABLE reach ON COMMIT DROP AS
    SELECT owner.id AS owner_id, o.id AS unit_id, life.until::int AS until,
           string_to_array(trim(BOTH '/' FROM o.path), '/') AS codes
      FROM organisations_organisation owner
      JOIN organisations_organisation o ON starts_with(o.path, owner.path)
      JOIN organisations_organisationancestry life
        ON life.descendant_id = o.id AND life.depth = 0
     WHERE owner.id IN (SELECT owner_id FROM indicators_indicator)
       AND o.id IN (SELECT organisation_id FROM affected)
"""

# The figure of the base year is the owner's; others have theirs in their roll-ups.
PAIRS = """
    CREATE TEMP TABLE pair ON COMMIT DROP AS
    SELECT row_number() OVER ()::int AS id, i.id AS indicator_id, reach.unit_id AS organisation_id,
           reach.codes, s.id AS series_id, greatest(affected.since, p.starts - 1)::int AS since,
           reach.until, (p.starts - 1)::int AS eve, i.comparator, i.mode = 'maintain' AS kept,
           i.basis = 'growth_percent' AS grows, m.kind = 'ratio' AS ratio,
           m.kind = 'ratio' AND m.roll_up = 'ratio' AS inherits, m.decimals::int AS decimals,
           ('5e-' || m.decimals + 1)::numeric AS half, m.carry_forward::int AS carry_forward,
           base.year * 4 + 3 AS base,
           CASE WHEN reach.unit_id = i.owner_id AND base.year IS NOT NULL THEN base.value END
           AS printed
      FROM affected
      JOIN indicators_measure m ON m.id = affected.measure_id
      JOIN indicators_series s ON s.measure_id = m.id
      JOIN indicators_indicator i ON i.series_id = s.id
      JOIN plans_plan p ON p.id = i.plan_id
      JOIN reach ON reach.owner_id = i.owner_id AND reach.unit_id = affected.organisation_id
      LEFT JOIN rebased ON rebased.indicator_id = i.id
     CROSS JOIN LATERAL (
        SELECT CASE WHEN rebased.indicator_id IS NULL THEN i.baseline_year ELSE rebased.year END
               ::int AS year,
               CASE WHEN rebased.indicator_id IS NULL THEN i.baseline_value ELSE rebased.value END
               AS value
     ) base
"""

# Its own targets are asked of a unit; where a rate has none, those of the nearest unit above.
ASKED = """
    SELECT DISTINCT ON (pair.id) pair.id, step.code
      FROM pair
     CROSS JOIN LATERAL unnest(
        CASE WHEN inherits THEN codes ELSE codes[cardinality(codes):] END
     ) WITH ORDINALITY AS step(code, height)
      JOIN (SELECT DISTINCT indicator_id, code FROM aim) aimed
        ON aimed.indicator_id = pair.indicator_id AND aimed.code = step.code
     ORDER BY pair.id, step.height DESC
"""

# A path begins at the base year's figure, else a count at nothing before the plan, a rate at the
# first figure there is. Growth begins at the base year or nowhere. Where the figure that changed
# may be the one a path begins at, all quarters are judged anew: the figure of the base year may be
# gone, and the path begin at an earlier one.
GOALS = f"""
    CREATE TEMP TABLE goal ON COMMIT DROP AS
    SELECT *, since > eve AND (base_at IS NULL OR base_at >= since
                               OR coalesce(base >= since, false)) AS moved
      FROM (
        SELECT pair.*, asked.code,
               CASE WHEN given IS NOT NULL THEN base WHEN grows THEN NULL
                    WHEN ratio THEN first.period ELSE eve END AS base_at,
               CASE WHEN given IS NOT NULL THEN given WHEN grows THEN NULL
                    WHEN ratio THEN first.value ELSE 0 END AS base_value
          FROM pair
          JOIN ({ASKED}) asked USING (id)
         CROSS JOIN LATERAL (
            SELECT coalesce(pair.printed, (
                SELECT r.value FROM {{rollup}} r
                 WHERE r.series_id = pair.series_id AND r.organisation_id = pair.organisation_id
                   AND r.period = pair.base AND r.period < pair.until
            )) AS given OFFSET 0
         ) known
          LEFT JOIN LATERAL (
            SELECT r.period::int AS period, r.value FROM {{rollup}} r
             WHERE pair.ratio AND r.series_id = pair.series_id
               AND r.organisation_id = pair.organisation_id
               AND r.period < pair.until AND r.value IS NOT NULL
             ORDER BY r.period LIMIT 1
          ) first ON true
      ) begun
"""

# From the anchor before it (`a_at`, `a_low`) the path leads to a milestone that lies after the
# baseline; it is `level` where none does. From `bound` on an approximate target counts as met.
RUNGS = """
    CREATE TEMP TABLE rung ON COMMIT DROP AS
    SELECT *, at = last_at AS last, base_at >= last_at AS level,
           low + CASE WHEN NOT approximate THEN 0 WHEN comparator = 'at_most' THEN slack
                      ELSE -slack END AS bound,
           CASE WHEN after > base_at THEN after ELSE base_at END AS a_at,
           CASE WHEN after > base_at THEN after_low ELSE base_value END AS a_low
      FROM (
        SELECT id, at, low, high, approximate, comparator, base_at, base_value,
               (1 - %(approximate_share)s) * abs(low) AS slack,
               lag(at) OVER upwards AS after, lag(low) OVER upwards AS after_low,
               last_value(at) OVER whole AS last_at, last_value(low) OVER whole AS last_low
          FROM (
            SELECT goal.id, aim.at, aim.approximate, goal.comparator, goal.base_at,
                   goal.base_value,
                   CASE WHEN grows THEN base_value * (1 + aim.low * 0.01) ELSE aim.low END AS low,
                   CASE WHEN grows THEN base_value * (1 + aim.high * 0.01) ELSE aim.high END AS high
              FROM goal JOIN aim USING (indicator_id, code)
             WHERE NOT grows OR base_at IS NOT NULL
          ) grown
        WINDOW upwards AS (PARTITION BY id ORDER BY at),
               whole AS (upwards ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
      ) ordered
"""

# The anchors of the path; before the first and behind the last it goes on level without end.
ROUTES = """
    CREATE TEMP TABLE route ON COMMIT DROP AS
    SELECT id, NULL::int || times || NULL::int AS times, bottom, top,
           heights[1] || heights || heights[cardinality(heights)] AS heights
      FROM (
        SELECT id, least(first_low, min(low) FILTER (WHERE on_path)) AS bottom,
               greatest(first_low, max(low) FILTER (WHERE on_path)) AS top,
               first_at || array_agg(at ORDER BY at) FILTER (WHERE on_path) AS times,
               first_low || array_agg(low ORDER BY at) FILTER (WHERE on_path) AS heights
          FROM (
            SELECT *, at > base_at AS on_path,
                   CASE WHEN level THEN last_at ELSE base_at END AS first_at,
                   CASE WHEN level THEN last_low ELSE base_value END AS first_low
              FROM rung
             WHERE base_at IS NOT NULL AND comparator <> 'done'
          ) anchor
         GROUP BY id, first_at, first_low
      ) anchored
"""


def create_goals(tables: Tables, thresholds: Thresholds) -> bool:
    """Fill `pair`, `goal`, `rung` and `route` for all that stands in `affected`.

    False, and only `pair` is there, where no indicator uses any of it.
    """
    _create("reach", REACH)
    _create_from("rebased", "indicator_id, year, value", newest_baselines(tables.known_at))
    _create("pair", PAIRS)
    if not (indicators := _column("SELECT DISTINCT indicator_id FROM pair")):
        return False
    aims = _aims(indicators, tables)
    _create_from("aim", "indicator_id, code, at, low, high, approximate", aims)
    _create("goal", tables.named(GOALS))
    _create("rung", RUNGS, {"approximate_share": thresholds.approximate_share})
    _create("route", ROUTES)
    return True


def _create(name: str, statement: str, given: dict | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {name}; {statement}; ANALYZE {name}", given)


def _create_from(name: str, columns: str, rows: QuerySet) -> None:
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"DROP TABLE IF EXISTS {name}; "
            f"CREATE TEMP TABLE {name} ({columns}) ON COMMIT DROP AS {sql}; ANALYZE {name}",
            params,
        )


def _aims(indicators: list[int], tables: Tables) -> QuerySet:
    """The targets in force; a deliverable's is 1, or all units where it is a share."""
    targets = Target.objects.filter(indicator__in=indicators)
    if (codes := _few_codes()) is not None:
        targets = targets.filter(organisation__code__in=codes)
    everyone = When(
        indicator__comparator=Comparator.DONE,
        indicator__series__measure__roll_up=RollUpRule.SHARE,
        then=Value(HUNDRED),
    )
    done = When(indicator__comparator=Comparator.DONE, then=Value(ONE))
    return (
        in_force(targets, tables.known_at)
        .order_by("indicator_id", "organisation_id", "milestone__year", "-revision")
        .distinct("indicator_id", "organisation_id", "milestone__year")
        .annotate(at=F("milestone__year") * 4 + 3, asked=Case(everyone, done, default=F("low")))
        .values_list("indicator_id", "organisation__code", "at", "asked", "high", "approximate")
    )


def _few_codes() -> set[str] | None:
    """The units concerned and those above them, where they are few enough to ask for by name."""
    paths = _column("SELECT DISTINCT codes FROM pair LIMIT %s", [FEW_UNITS])
    return None if len(paths) == FEW_UNITS else {code for path in paths for code in path}


def _column(statement: str, given: list | None = None) -> list:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return [row[0] for row in cursor.fetchall()]
