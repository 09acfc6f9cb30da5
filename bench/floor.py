"""The least that could be done: the same rows with the same figures, summed level by level.

It knows that every county reports every measure in every quarter, so nothing is carried, nobody is
missing, and there are no statuses. The result goes into a plain table with the indexes that the
engine's table has, and must equal what the engine computes.
"""

from django.db import connection

FIGURES = "value, numerator, denominator, reported"

COUNTIES = """
    CREATE TABLE floor AS
    SELECT s.id AS series_id, o.organisation_id, o.period,
           CASE WHEN m.accumulation = 'flow' THEN sum(o.value) OVER so_far
                WHEN m.kind = 'ratio' THEN 100 * o.numerator / o.denominator
                ELSE o.value END AS value,
           o.numerator, o.denominator, 1::bigint AS reported
      FROM indicators_observation o
      JOIN indicators_measure m ON m.id = o.measure_id
      JOIN indicators_series s ON s.measure_id = o.measure_id
     WHERE o.superseded_at IS NULL
    WINDOW so_far AS (PARTITION BY o.measure_id, o.organisation_id ORDER BY o.period)
"""

PARENTS = """
    INSERT INTO floor
    SELECT series_id, parent_id, period,
           CASE WHEN m.kind = 'ratio' THEN 100 * numerator / denominator ELSE value END,
           numerator, denominator, reported
      FROM (
        SELECT f.series_id, l.parent_id, f.period, sum(f.value) AS value,
               sum(f.numerator) AS numerator, sum(f.denominator) AS denominator,
               sum(f.reported) AS reported
          FROM floor f
          JOIN organisations_organisation o ON o.id = f.organisation_id AND o.level = %s
          JOIN organisations_organisationlink l ON l.child_id = o.id
         GROUP BY f.series_id, l.parent_id, f.period
      ) total
      JOIN indicators_series s ON s.id = total.series_id
      JOIN indicators_measure m ON m.id = s.measure_id
"""

INDEXES = (
    "CREATE UNIQUE INDEX floor_pkey ON floor (series_id, organisation_id, period)",
    "CREATE INDEX floor_page ON floor (organisation_id, period)",
    "ANALYZE floor",
)

DIFFERENT = """
    SELECT count(*) FROM floor f
      FULL JOIN indicators_rollup r USING (series_id, organisation_id, period)
     WHERE (round(f.value, 12), f.numerator, f.denominator, f.reported)
           IS DISTINCT FROM (r.value, r.numerator, r.denominator, r.reported)
"""


def bare_roll_up() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET work_mem = '256MB'")
        cursor.execute("SET maintenance_work_mem = '256MB'")
        cursor.execute("DROP TABLE IF EXISTS floor")
        cursor.execute(COUNTIES)
        for level in ("county", "city"):
            cursor.execute(PARENTS, [level])
        for statement in INDEXES:
            cursor.execute(statement)
        cursor.execute("RESET work_mem")
        cursor.execute("RESET maintenance_work_mem")


def rows_that_differ() -> int:
    """Rows of the floor and of the engine that are not the same."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENT)
        return cursor.fetchone()[0]
