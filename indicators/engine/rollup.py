"""SQL that rolls figures up the tree, one height at a time.

A unit that never had units below it has its own figures. Above, a row is the unit's own figure plus
its children's rows, by the links of each quarter. Only additive parts are summed: values of counts,
numerators, denominators, numbers of units. Sums since the plan's start of a unit that has ended
stay with the unit it last hung under.
"""

from django.db import connection

from indicators.engine.own import OWN
from indicators.engine.tables import Tables

COLUMNS = (
    "series_id, organisation_id, period, value, numerator, denominator, reported, expected, "
    "carried, newest, rule_version"
)
# A quotient has at least the places of its terms: enough that what is stored is rounded once.
PLACES = "0" * 24
FIGURE = f"""
    CASE WHEN adds THEN value
         WHEN mean THEN 1.{PLACES} * numerator / nullif(denominator, 0)
         ELSE 100.{PLACES} * numerator / nullif(denominator, 0) END
"""

DELETE = """
    DELETE FROM {rollup} r USING line
     WHERE r.series_id = line.series_id AND r.organisation_id = line.organisation_id
       AND r.period >= line.since
"""

LEAVES = f"""
    INSERT INTO {{rollup}} ({COLUMNS})
    SELECT series_id, organisation_id, period, {FIGURE}, numerator, denominator, reported,
           expected, carried, newest, %(rule_version)s
      FROM ({OWN.replace("{which}", "line.height = 0")}) own
"""

OWN_ABOVE = f"""
    CREATE TEMP TABLE own_above ON COMMIT DROP AS
    {OWN.replace("{which}", "line.height > 0")}
"""

CHILDREN = """
    SELECT r.series_id, line.organisation_id, r.period,
           CASE WHEN line.adds THEN r.value END AS value,
           r.numerator, r.denominator, r.reported, r.expected, r.carried, r.newest
      FROM line
      JOIN organisations_organisationancestry a
        ON a.ancestor_id = line.organisation_id AND a.depth = 1
      JOIN organisations_organisationancestry life
        ON life.ancestor_id = a.descendant_id AND life.descendant_id = a.descendant_id
      JOIN {rollup} r
        ON r.series_id = line.series_id AND r.organisation_id = a.descendant_id
       AND r.period >= greatest(line.since, a.since)
       AND (r.period < a.until
            OR line.endless AND a.until = life.until)
     WHERE line.height = %(height)s AND line.roll_up <> 'own'
"""

PARENTS = f"""
    INSERT INTO {{rollup}} ({COLUMNS})
    SELECT series_id, organisation_id, period, {FIGURE}, numerator, denominator, reported,
           expected, carried, newest, %(rule_version)s
      FROM (
        SELECT series_id, organisation_id, period, sum(value) AS value,
               sum(numerator) AS numerator, sum(denominator) AS denominator,
               sum(reported) AS reported, sum(expected) AS expected, sum(carried) AS carried,
               max(newest) AS newest
          FROM (
            SELECT series_id, organisation_id, period, value, numerator, denominator, reported,
                   expected, carried, newest
              FROM own_above WHERE height = %(height)s
            UNION ALL {CHILDREN}
          ) part
         GROUP BY series_id, organisation_id, period
      ) total
      JOIN (SELECT DISTINCT series_id, adds, mean FROM line) kind USING (series_id)
     WHERE expected > 0 OR newest IS NOT NULL
"""


def roll_up_lines(heights: list[int], *, horizon: int, tables: Tables, rule_version: int) -> None:
    """Replace the roll-ups of every row of `line`, lowest height first."""
    given = {"horizon": horizon, "rule_version": rule_version, "known_at": tables.known_at}
    with connection.cursor() as cursor:
        if not tables.fresh:
            cursor.execute(tables.named(DELETE))
        cursor.execute(tables.named(LEAVES), given)
        cursor.execute("DROP TABLE IF EXISTS own_above")
        cursor.execute(tables.named(OWN_ABOVE), given)
        for height in heights:
            if height > 0:
                cursor.execute(tables.named(PARENTS), given | {"height": height})
