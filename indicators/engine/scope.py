"""What has to be computed: the dirty units and everything above them, lowest first."""

from collections import defaultdict
from graphlib import TopologicalSorter

from django.db import connection

# Upwards over every link there ever was: what a unit that ended had brought goes on counting where
# the unit that keeps it stands later.
AFFECTED = """
    CREATE TEMP TABLE affected ON COMMIT DROP AS
    WITH RECURSIVE step AS MATERIALIZED (
        SELECT DISTINCT descendant_id, ancestor_id
          FROM organisations_organisationancestry WHERE depth = 1
    ), above AS (
        SELECT DISTINCT organisation_id AS id, organisation_id AS ancestor_id FROM dirty
         UNION
        SELECT above.id, step.ancestor_id
          FROM above JOIN step ON step.descendant_id = above.ancestor_id
    )
    SELECT dirty.measure_id, above.ancestor_id AS organisation_id, min(dirty.since) AS since
      FROM dirty
      JOIN indicators_measure m ON m.id = dirty.measure_id
      JOIN above ON above.id = dirty.organisation_id
       AND (m.roll_up <> 'own' OR above.ancestor_id = above.id)
     GROUP BY dirty.measure_id, above.ancestor_id
"""


STEPS = """
    SELECT DISTINCT descendant_id, ancestor_id FROM organisations_organisationancestry
     WHERE depth = 1 AND ancestor_id IN (SELECT organisation_id FROM affected)
"""


def heights() -> dict[int, int]:
    """Affected unit → the longest way down from it over every link there ever was.

    Units that never had others below them are absent; what is not affected counts as one of them,
    since its results are there already. One order serves all quarters, because `rebuild_ancestry`
    lets no two units stand above each other, not even at different times. Raises
    graphlib.CycleError where they do all the same.
    """
    children: dict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(STEPS)
        for child, parent in cursor:
            children[parent].add(child)
    known: dict[int, int] = {}
    for unit in TopologicalSorter(children).static_order():
        if unit in children:
            known[unit] = 1 + max(known.get(child, 0) for child in children[unit])
    return known


def create_tables() -> None:
    """`dirty`, empty, for this transaction alone."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS dirty, affected")
        cursor.execute(
            "CREATE TEMP TABLE dirty (measure_id bigint NOT NULL, "
            "organisation_id bigint NOT NULL, since int NOT NULL) ON COMMIT DROP"
        )


def spread_upwards() -> list[int]:
    """Fill `affected` from `dirty`; returns the heights that occur, lowest first."""
    with connection.cursor() as cursor:
        cursor.execute(AFFECTED)
        above = heights()
        cursor.execute("ALTER TABLE affected ADD COLUMN height smallint NOT NULL DEFAULT 0")
        cursor.execute(
            "UPDATE affected SET height = known.height "
            "FROM unnest(%s::bigint[], %s::smallint[]) AS known(id, height) "
            "WHERE known.id = affected.organisation_id",
            [list(above), list(above.values())],
        )
        cursor.execute("ANALYZE affected")
        cursor.execute("SELECT DISTINCT height FROM affected ORDER BY height")
        return [row[0] for row in cursor.fetchall()]
