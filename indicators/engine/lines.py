"""What is computed, spelled out: one line for each series and unit in `affected`.

A line carries all that its figures need of measure, series, unit and forms, so that the statements
that work on figures join nothing else and compare no words. `asked` holds the quarters for which a
form asks the unit; `counts` is false where a mean is taken over units of another level; `until`
ends the unit's life.
"""

from django.db import connection

LINES = """
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
          JOIN organisations_organisation o ON o.id = a.descendant_id
         WHERE (f.owner_fills AND a.depth = 0
                OR a.depth > 0
                   AND (o.level = f.level OR f.level = 'county' AND o.level = 'zone'))
           AND greatest(a.since, f.opens)
               < least(a.until, coalesce(f.closes + 1, a.until), %(horizon)s + 1)
           AND fm.measure_id IN (SELECT measure_id FROM affected)
           AND o.id IN (SELECT organisation_id FROM affected)
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
        ON life.ancestor_id = o.id AND life.descendant_id = o.id AND life.depth = 0
      LEFT JOIN asked ON asked.measure_id = m.id AND asked.organisation_id = o.id
"""


def create_lines(horizon: int) -> None:
    """Fill `line` from `affected`, up to the quarter `horizon`."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS line")
        cursor.execute(LINES, {"horizon": horizon})
        cursor.execute("ANALYZE line")
