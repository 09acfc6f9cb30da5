"""SQL that rolls figures up the tree, one height at a time.

A unit that never had units below it has its own figures. Above, a row is the unit's own figure plus
its children's rows, by the links of each quarter. Only additive parts are summed: values of counts,
numerators, denominators, numbers of units. Sums since the plan's start of a unit that has ended
stay with the unit it last hung under, sums of the calendar year to the end of that year.
"""

from django.db import connection

from indicators.engine.own import OWN
from indicators.engine.tables import Tables
from indicators.models import RollUp

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
    SELECT series_id, organisation_id, period, {FIGURE} AS value, numerator, denominator, reported,
           expected, carried, newest, %(rule_version)s AS rule_version
      FROM ({OWN.replace("{which}", "line.height = 0")}) own
"""

OWN_ABOVE = f"""
    CREATE TEMP TABLE own_above ON COMMIT DROP AS
    {OWN.replace("{which}", "line.height > 0")}
"""

# A sum that meets no figure takes no memory where it is not even told of them.
PARENTS = f"""
    INSERT INTO {{rollup}} ({COLUMNS})
    SELECT series_id, organisation_id, period, {FIGURE}, numerator, denominator, reported,
           expected, carried, newest, %(rule_version)s
      FROM (
        SELECT series_id, organisation_id, period,
               sum(value) FILTER (WHERE value IS NOT NULL) AS value,
               sum(numerator) FILTER (WHERE numerator IS NOT NULL) AS numerator,
               sum(denominator) FILTER (WHERE denominator IS NOT NULL) AS denominator,
               sum(reported) AS reported, sum(expected) AS expected, sum(carried) AS carried,
               max(newest) AS newest
          FROM (
            SELECT series_id, organisation_id, period, value, numerator, denominator, reported,
                   expected, carried, newest
              FROM own_above WHERE height = %(height)s
            UNION ALL
            SELECT line.series_id, line.organisation_id, r.period,
                   CASE WHEN line.adds THEN r.value END,
                   r.numerator, r.denominator, r.reported, r.expected, r.carried, r.newest
              FROM branch
              JOIN {{rollup}} r ON r.organisation_id = branch.unit_id
              JOIN line ON line.series_id = r.series_id
               AND line.organisation_id = branch.organisation_id
               AND line.height = %(height)s AND line.roll_up <> 'own'
             WHERE branch.height = %(height)s
               AND r.period >= greatest(line.since, branch.since)
               AND r.period < CASE WHEN line.endless THEN branch.kept_until
                                   WHEN line.yearly THEN branch.kept_that_year
                                   ELSE branch.until END
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
        cursor.execute(tables.named(_into(tables, LEAVES)), given)
        if tables.fresh:
            cursor.execute(tables.named("ANALYZE {rollup}"))
        cursor.execute("DROP TABLE IF EXISTS own_above")
        cursor.execute(tables.named(OWN_ABOVE), given)
        for height in heights:
            if height > 0:
                cursor.execute(tables.named(PARENTS), given | {"height": height})


def _into(tables: Tables, rows: str) -> str:
    """A table that is not there yet is made by what fills it: much faster than row by row."""
    if not tables.unmade:
        return f"INSERT INTO {{rollup}} ({COLUMNS}) {rows}"
    types = {field.column: field.db_type(connection) for field in RollUp._meta.concrete_fields}
    columns = ", ".join(f"{name}::{types[name]}" for name in COLUMNS.split(", "))
    return f"CREATE TABLE {{rollup}} AS SELECT {columns} FROM ({rows}) leaf"
