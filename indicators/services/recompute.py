"""Recompute what is dirty, or everything. Safe to run twice and by several workers at once."""

from django.db import connection, transaction
from django.utils import timezone

from indicators.engine.computing import compute_dirty
from indicators.engine.progress import FROM_THE_START
from indicators.engine.scope import create_tables
from indicators.engine.swap import replaced_tables
from indicators.engine.tables import STORED, Tables
from metroplan.common.periods import newest_closed

LOCK_CLASS = 7301
BATCH = 2000

CLAIM = """
    WITH claimed AS (
        SELECT id FROM indicators_dirtymark ORDER BY measure_id, id
         LIMIT %s FOR UPDATE SKIP LOCKED
    ), taken AS (
        DELETE FROM indicators_dirtymark mark USING claimed WHERE mark.id = claimed.id
        RETURNING mark.measure_id, mark.organisation_id, mark.period
    )
    INSERT INTO dirty
    SELECT measure_id, organisation_id, min(period) FROM taken
     GROUP BY measure_id, organisation_id
"""


EVERYTHING = """
    INSERT INTO dirty
    SELECT m.id, o.id, 0
      FROM (SELECT DISTINCT measure_id AS id FROM indicators_series) m
     CROSS JOIN organisations_organisation o
"""


def drain() -> int:
    """Work off the dirty marks in batches; returns how many (measure, unit) pairs were dirty."""
    total = 0
    while pairs := _drain_batch():
        total += pairs
    return total


@transaction.atomic
def _drain_batch() -> int:
    """Marks go in the transaction that stores their results: a worker that dies leaves both."""
    create_tables()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [BATCH])
        pairs = cursor.rowcount
    if pairs:
        _recompute_dirty(STORED)
    return pairs


@transaction.atomic
def recompute_all() -> None:
    """Every roll-up and every progress row, from the first observation on.

    Pages read the old rows until the new ones are whole.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LOCK_CLASS])
        cursor.execute("DELETE FROM indicators_dirtymark")
    with replaced_tables() as tables:
        compute_everything(tables)


def compute_everything(tables: Tables, *, statuses_from: int = FROM_THE_START) -> None:
    """Fill empty tables from the observations alone. Call it inside a transaction."""
    create_tables()
    with connection.cursor() as cursor:
        cursor.execute(EVERYTHING)
    _recompute_dirty(tables, statuses_from=statuses_from)


def _recompute_dirty(tables: Tables, *, statuses_from: int = FROM_THE_START) -> None:
    _lock_measures()
    horizon = newest_closed(timezone.localdate()).index
    compute_dirty(tables, horizon=horizon, statuses_from=statuses_from)


def _lock_measures() -> None:
    """One recompute per measure at a time, taken in order: a later one sees all figures."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, measure_id::int) FROM "
            "(SELECT DISTINCT measure_id FROM dirty ORDER BY measure_id) measures",
            [LOCK_CLASS],
        )
