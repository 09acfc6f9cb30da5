"""Looking back: the portal as it was known at the end of a day.

Within `as_known_on` the tables of figures, targets, baselines, rule versions, breaks, roll-ups and
statuses show what was known then, to every query of this connection: temporary tables and views
of the same names stand before them. So whatever reads them needs to know nothing of it. Roll-ups
and statuses are computed anew for the units and measures asked for; others are not there.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django.db import connection, models, transaction
from django.utils import timezone

from indicators.engine.computing import compute_affected
from indicators.engine.scope import create_tables, spread_upwards
from indicators.engine.tables import Tables
from indicators.models import (
    BaselineRevision,
    MeasureBreak,
    Observation,
    Progress,
    RollUp,
    RuleVersion,
    Target,
)
from metroplan.common.periods import newest_closed
from metroplan.organisations.models import Organisation

COMPUTED = (RollUp, Progress)
REVISED = (Target, BaselineRevision, RuleVersion)

REVISIONS_KNOWN = (
    "CREATE TEMP VIEW {table} AS SELECT * FROM {table} "
    "WHERE recorded_at <= %(known_at)s AND effective_from <= %(day)s"
)
BREAKS_KNOWN = "CREATE TEMP VIEW {table} AS SELECT * FROM {table} WHERE recorded_at <= %(known_at)s"
FIGURES_KNOWN = """
    CREATE TEMP VIEW {table} AS
    SELECT {columns}, NULL::timestamptz AS superseded_at FROM {table}
     WHERE recorded_at <= %(known_at)s
       AND (superseded_at IS NULL OR superseded_at > %(known_at)s)
"""
ASKED_FOR = """
    INSERT INTO dirty
    SELECT DISTINCT m.id, a.descendant_id, 0
      FROM unnest(%(measures)s::bigint[]) AS m(id)
      JOIN organisations_organisationancestry a ON a.ancestor_id = %(unit)s
"""
# What is above the unit would be computed from a part of its figures, and nobody asked for it.
ABOVE = """
    DELETE FROM affected
     WHERE organisation_id NOT IN (
        SELECT descendant_id FROM organisations_organisationancestry WHERE ancestor_id = %(unit)s
     )
"""


def end_of(day: date) -> datetime:
    """The last moment of the day in the time of the bureau."""
    midnight = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
    return midnight - timedelta(microseconds=1)


@contextmanager
def as_known_on(
    day: date, *, organisation: Organisation, measures: Collection[int]
) -> Iterator[None]:
    """Show the unit and all below it, for measures by id, as known at the end of the day.

    Read and render inside; a query evaluated later sees today again. Not to be nested.
    """
    with transaction.atomic():
        _put_up(day, organisation, measures)
        yield
        _take_down()


def _put_up(day: date, organisation: Organisation, measures: Collection[int]) -> None:
    known_at = end_of(day)
    create_tables()
    with connection.cursor() as cursor:
        cursor.execute(ASKED_FOR, {"measures": list(measures), "unit": organisation.pk})
        for statement in _statements():
            cursor.execute(statement, {"known_at": known_at, "day": day})
        heights = spread_upwards()
        cursor.execute(ABOVE, {"unit": organisation.pk})
    compute_affected(Tables(known_at=known_at), heights, horizon=newest_closed(day).index)


def _statements() -> Iterator[str]:
    for model in COMPUTED:
        table = model._meta.db_table
        yield f"CREATE TEMP TABLE {table} (LIKE {table} INCLUDING ALL) ON COMMIT DROP"
    for model in REVISED:
        yield REVISIONS_KNOWN.format(table=model._meta.db_table)
    yield BREAKS_KNOWN.format(table=MeasureBreak._meta.db_table)
    columns = [field.column for field in Observation._meta.concrete_fields]
    columns.remove("superseded_at")
    yield FIGURES_KNOWN.format(table=Observation._meta.db_table, columns=", ".join(columns))


def _take_down() -> None:
    with connection.cursor() as cursor:
        for model in (*REVISED, MeasureBreak, Observation):
            cursor.execute(f"DROP VIEW pg_temp.{_table(model)}")
        for model in COMPUTED:
            cursor.execute(f"DROP TABLE pg_temp.{_table(model)}")


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table
