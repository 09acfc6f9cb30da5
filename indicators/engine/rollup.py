"""SQL that rolls figures up the tree, one height at a time, for the rows in `scope`.

A parent's row is its own figure plus its children's rows, by the links of each quarter. Only
additive parts are summed: values of counts, numerators, denominators, numbers of units. Sums since
the plan's start of a unit that has ended stay with the unit it last hung under.
"""

from django.db import connection

from indicators.engine.own import OWN
from indicators.engine.tables import Tables

CHILDREN = """
    SELECT r.series_id, s.measure_id, a.ancestor_id AS organisation_id, r.period,
           CASE WHEN m.roll_up = 'sum' THEN r.value END AS value,
           r.numerator, r.denominator, r.reported, r.expected, r.carried, r.newest
      FROM scope
      JOIN indicators_measure m ON m.id = scope.measure_id AND m.roll_up <> 'own'
      JOIN indicators_series s ON s.measure_id = m.id
      JOIN organisations_organisationancestry a
        ON a.ancestor_id = scope.organisation_id AND a.depth = 1
      JOIN {rollup} r
        ON r.series_id = s.id AND r.organisation_id = a.descendant_id
       AND r.period >= greatest(scope.since, a.since) AND r.period <= %(horizon)s
      JOIN organisations_organisationancestry life
        ON life.ancestor_id = a.descendant_id AND life.descendant_id = a.descendant_id
       AND (r.period < a.until OR s.window = 'since_plan_start' AND a.until = life.until)
"""

INSERT = f"""
    INSERT INTO {{rollup}} (series_id, organisation_id, period, value, numerator,
        denominator, reported, expected, carried, newest, rule_version)
    SELECT series_id, organisation_id, period,
           CASE WHEN m.kind <> 'ratio' AND m.roll_up IN ('sum', 'own') THEN sum(part.value)
                WHEN m.roll_up = 'mean' THEN sum(numerator) / nullif(sum(denominator), 0)
                ELSE 100 * sum(numerator) / nullif(sum(denominator), 0) END,
           sum(numerator), sum(denominator),
           sum(reported), sum(expected), sum(carried), max(newest), %(rule_version)s
      FROM ({OWN} UNION ALL {CHILDREN}) part
      JOIN indicators_measure m ON m.id = part.measure_id
     GROUP BY series_id, organisation_id, period, m.kind, m.roll_up
    HAVING sum(expected) > 0 OR max(newest) IS NOT NULL
"""

DELETE = """
    DELETE FROM {rollup} r
     USING scope, indicators_series s
     WHERE s.measure_id = scope.measure_id AND r.series_id = s.id
       AND r.organisation_id = scope.organisation_id AND r.period >= scope.since
"""


def roll_up_scope(horizon: int, tables: Tables, rule_version: int) -> None:
    """Replace the roll-ups of every row in `scope` (all of one height)."""
    with connection.cursor() as cursor:
        cursor.execute(tables.named(DELETE))
        cursor.execute(
            tables.named(INSERT),
            {
                "horizon": horizon,
                "rule_version": rule_version,
                "known_at": tables.known_at,
            },
        )
