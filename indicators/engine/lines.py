"""What is computed, spelled out: one line for each series and unit in `affected`.

`span` says from when to when the observations of a line reach and whether they leave quarters open;
`branch` names the units that hang under those of the lines, and in which quarters.

A line carries all that its figures need of measure, series, unit and forms, so that the statements
that work on figures join nothing else and compare no words. `asked` holds the quarters for which a
form asks the unit; `counts` is false where a mean is taken over units of another level; `until`
ends the unit's life.
"""

from django.db import connection

from indicators.engine.tables import Tables
from metroplan.submissions.reporting import FILLS

LINES = f"""
    CREATE TEMP TABLE line ON COMMIT DROP AS
    WITH asked AS (
        SELECT fm.measure_id, a.descendant_id AS organisation_id,
               range_agg(int4range(
                   greatest(a.since, f.opens),
                   least(a.until, coalesce(f.closes + 1, a.until), %(horizon)s + 1)
               )) AS quarters
          FROM submissions_reportingform f
          JOIN indicators_formmeasure fm ON fm.form_id = f.id
          JOIN organisations_organisationancestry a ON a.ancestor_id = f.owner_id
          JOIN organisations_organisation u ON u.id = a.descendant_id
          LEFT JOIN submissions_formunit named
            ON named.form_id = f.id AND named.organisation_id = u.id
         WHERE {FILLS}
           AND greatest(a.since, f.opens)
               < least(a.until, coalesce(f.closes + 1, a.until), %(horizon)s + 1)
           AND fm.measure_id IN (SELECT measure_id FROM affected)
           AND u.id IN (SELECT organisation_id FROM affected)
         GROUP BY fm.measure_id, a.descendant_id
    )
    SELECT row_number() OVER ()::int AS id, s.id AS series_id, affected.organisation_id,
           affected.height, affected.since::int AS since, m.roll_up, s.window,
           m.kind = 'ratio' AS ratio, m.roll_up = 'mean' AS mean, m.roll_up = 'share' AS share,
           m.kind <> 'ratio' AND m.roll_up IN ('sum', 'own') AS adds,
           m.accumulation = 'stock' AS stock,
           m.accumulation = 'flow' AND s.window <> 'as_is' AS running,
           s.window = 'since_plan_start' AS endless, s.window = 'calendar_year' AS yearly,
           greatest(life.since, coalesce(s.since, 0))::int AS counted_from,
           m.carry_forward::int AS carry_forward, life.until::int AS until,
           (m.roll_up <> 'mean' OR o.level = m.mean_level
            OR m.mean_level = 'county' AND o.level = 'zone') AS counts,
           asked.quarters * int4multirange(int4range(coalesce(s.since, 0), NULL)) AS asked,
           m.id AS measure_id
      FROM affected
      JOIN indicators_measure m ON m.id = affected.measure_id
      JOIN indicators_series s ON s.measure_id = m.id
      JOIN organisations_organisation o ON o.id = affected.organisation_id
      JOIN organisations_organisationancestry life
        ON life.descendant_id = o.id AND life.depth = 0
      LEFT JOIN asked ON asked.measure_id = m.id AND asked.organisation_id = o.id
"""


# Figures outside the quarters that count for a line are rare; they are looked past one by one.
SPANS = """
    CREATE TEMP TABLE span ON COMMIT DROP AS
    SELECT line.id,
           CASE WHEN seen.first >= line.counted_from AND seen.last <= line.last THEN seen.first
                ELSE (SELECT min(o.period) FROM indicators_observation o
                       WHERE o.measure_id = line.measure_id
                         AND o.organisation_id = line.organisation_id AND {known}
                         AND o.period BETWEEN line.counted_from AND line.last)
           END::int AS first,
           seen.figures <= seen.last - seen.first OR seen.first < line.counted_from
           OR seen.last > line.last OR seen.last <> line.open_until AS ragged
      FROM (
        SELECT o.measure_id, o.organisation_id, min(o.period) AS first, max(o.period) AS last,
               count(*) AS figures
          FROM indicators_observation o
         WHERE {known} {among}
         GROUP BY o.measure_id, o.organisation_id
      ) seen
      JOIN (
        SELECT *, least(until - 1, %(horizon)s) AS last,
               CASE WHEN endless THEN %(horizon)s
                    WHEN yearly THEN least((until - 1) / 4 * 4 + 3, %(horizon)s)
                    ELSE least(until - 1, %(horizon)s) END AS open_until
          FROM line
      ) line USING (measure_id, organisation_id)
"""
AMONG = "AND (o.measure_id, o.organisation_id) IN (SELECT measure_id, organisation_id FROM line)"

# Sums since the plan's start of a unit that has ended stay with the unit it last hung under, those
# of the calendar year to its end: `kept_until` and `kept_that_year` are for these.
BRANCHES = """
    CREATE TEMP TABLE branch ON COMMIT DROP AS
    SELECT line.height, a.ancestor_id AS organisation_id, a.descendant_id AS unit_id, a.since,
           a.until,
           CASE WHEN a.until = life.until THEN %(horizon)s + 1 ELSE a.until END AS kept_until,
           CASE WHEN a.until = life.until THEN (a.until - 1)::int / 4 * 4 + 4
                ELSE a.until END AS kept_that_year
      FROM (SELECT DISTINCT organisation_id, height FROM line WHERE height > 0) line
      JOIN organisations_organisationancestry a
        ON a.ancestor_id = line.organisation_id AND a.depth = 1
      JOIN organisations_organisationancestry life
        ON life.descendant_id = a.descendant_id AND life.depth = 0
"""


def create_lines(horizon: int, tables: Tables) -> None:
    """Fill `line`, `span` and `branch` from `affected`, up to the quarter `horizon`."""
    given = {"horizon": horizon, "known_at": tables.known_at}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS line, span, branch")
        cursor.execute(LINES, given)
        cursor.execute("ANALYZE line")
        among = "" if tables.fresh else AMONG
        cursor.execute(tables.named(SPANS.replace("{among}", among)), given)
        cursor.execute(BRANCHES, given)
        cursor.execute("ANALYZE branch")
