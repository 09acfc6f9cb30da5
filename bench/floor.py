"""The least that could be done: the same rows summed level by level, nothing else.

No carrying forward, no windows, no coverage of who was asked, no statuses; the result goes into a
plain table with the indexes that the engine's table has.
"""

from django.db import connection

STATEMENTS = (
    "DROP TABLE IF EXISTS floor",
    """
    CREATE TABLE floor AS
    SELECT s.id AS series_id, o.organisation_id, o.period, o.value, o.numerator, o.denominator,
           1::bigint AS reported
      FROM indicators_observation o
      JOIN indicators_series s ON s.measure_id = o.measure_id
     WHERE o.superseded_at IS NULL
    """,
    """
    INSERT INTO floor
    SELECT f.series_id, l.parent_id, f.period, sum(f.value), sum(f.numerator), sum(f.denominator),
           sum(f.reported)
      FROM floor f
      JOIN organisations_organisation o ON o.id = f.organisation_id AND o.level = 'county'
      JOIN organisations_organisationlink l ON l.child_id = o.id
     GROUP BY f.series_id, l.parent_id, f.period
    """,
    """
    INSERT INTO floor
    SELECT f.series_id, l.parent_id, f.period, sum(f.value), sum(f.numerator), sum(f.denominator),
           sum(f.reported)
      FROM floor f
      JOIN organisations_organisation o ON o.id = f.organisation_id AND o.level = 'city'
      JOIN organisations_organisationlink l ON l.child_id = o.id
     GROUP BY f.series_id, l.parent_id, f.period
    """,
    "CREATE UNIQUE INDEX floor_pkey ON floor (series_id, organisation_id, period)",
    "CREATE INDEX floor_page ON floor (organisation_id, period)",
    "ANALYZE floor",
)


def bare_roll_up() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET work_mem = '256MB'")
        cursor.execute("SET maintenance_work_mem = '256MB'")
        for statement in STATEMENTS:
            cursor.execute(statement)
        cursor.execute("RESET work_mem")
        cursor.execute("RESET maintenance_work_mem")
