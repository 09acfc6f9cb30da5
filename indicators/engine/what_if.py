"""What would follow from other figures, targets or thresholds: computed like everything else.

Within `supposing` the tables the engine works on are small temporary ones of the same names, filled
with what the units concerned need and changed as supposed; afterwards all of it is rolled back. So
what is said is what the engine would say, and nothing is stored.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from indicators.engine.in_force import thresholds_in_force
from indicators.engine.lines import create_lines
from indicators.engine.progress import store_progress
from indicators.engine.rollup import roll_up_lines
from indicators.engine.scope import create_tables, spread_upwards
from indicators.engine.tables import STORED
from indicators.models import Indicator, Observation, RollUp, RuleVersion, Target
from metroplan.common.periods import Period


@dataclass(frozen=True, slots=True)
class Supposition:
    """Unsaved rows that stand in the place of what is stored; keys of their own are not needed.

    `observations` are of units that report, at the quarter in question; `totals` are the figures of
    units that are made up of others, whatever these others report.
    """

    observations: tuple[Observation, ...] = ()
    totals: tuple[RollUp, ...] = ()
    targets: tuple[Target, ...] = ()
    rules: RuleVersion | None = None


# Above the owner of the indicator nothing is asked.
ABOVE = """
    DELETE FROM affected
     WHERE organisation_id NOT IN (
        SELECT descendant_id FROM organisations_organisationancestry WHERE ancestor_id = %(owner)s
     )
"""

# The history of the units concerned, and beside them the parts that their totals are made of.
SHADOWS = """
    CREATE TEMP TABLE indicators_progress ON COMMIT DROP AS
    SELECT * FROM indicators_progress WHERE false;
    CREATE TEMP TABLE indicators_rollup ON COMMIT DROP AS
    SELECT r.* FROM indicators_rollup r
      JOIN indicators_series s ON s.id = r.series_id
     WHERE s.measure_id = ANY(%(measures)s)
       AND (r.organisation_id IN (SELECT organisation_id FROM affected)
            OR r.period = %(period)s AND r.organisation_id IN (
                SELECT descendant_id FROM organisations_organisationancestry
                 WHERE depth = 1 AND ancestor_id IN (SELECT organisation_id FROM affected)));
    CREATE TEMP TABLE indicators_observation ON COMMIT DROP AS
    SELECT * FROM indicators_observation
     WHERE measure_id = ANY(%(measures)s) AND superseded_at IS NULL
       AND organisation_id IN (SELECT organisation_id FROM affected);
    CREATE TEMP TABLE indicators_target ON COMMIT DROP AS
    SELECT * FROM indicators_target
     WHERE indicator_id IN (SELECT i.id FROM indicators_indicator i
                              JOIN indicators_series s ON s.id = i.series_id
                             WHERE s.measure_id = ANY(%(measures)s));
    CREATE TEMP TABLE indicators_ruleversion ON COMMIT DROP AS
    SELECT * FROM indicators_ruleversion;
"""


@contextmanager
def supposing(
    supposition: Supposition, *, indicator: Indicator, unit: int, period: Period
) -> Iterator[None]:
    """Show the quarter's roll-ups and statuses of the unit and those above it, up to the owner.

    Read inside. The indicator comes with its series.
    """
    with transaction.atomic():
        _compute(supposition, [indicator.series.measure_id], unit, period, indicator.owner_id)
        yield
        transaction.set_rollback(True)


@contextmanager
def supposing_figures(
    observations: Sequence[Observation], *, unit: int, period: Period
) -> Iterator[None]:
    """The same for figures of one unit in many measures, up to the top of the tree."""
    measures = [row.measure_id for row in observations]
    with transaction.atomic():
        _compute(Supposition(observations=tuple(observations)), measures, unit, period, None)
        yield
        transaction.set_rollback(True)


def _compute(
    supposition: Supposition,
    measures: Sequence[int],
    unit: int,
    period: Period,
    owner: int | None,
) -> None:
    totals = {row.organisation_id for row in supposition.totals}
    dirty = {unit, *totals, *(row.organisation_id for row in supposition.observations)}
    create_tables()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dirty SELECT m.id, u.id, %s "
            "FROM unnest(%s::bigint[]) AS m(id), unnest(%s::bigint[]) AS u(id)",
            [period.index, list(measures), list(dirty)],
        )
        heights = spread_upwards()
        if owner is not None:
            cursor.execute(ABOVE, {"owner": owner})
        cursor.execute(SHADOWS, {"measures": list(measures), "period": period.index})
    _suppose(supposition, period)
    thresholds = thresholds_in_force()
    with _left_out(totals):
        create_lines(period.index, STORED)
        roll_up_lines(heights, horizon=period.index, tables=STORED, rule_version=thresholds.version)
    store_progress(STORED, thresholds, first=period.index)


@contextmanager
def _left_out(units: Collection[int]) -> Iterator[None]:
    """Totals that are supposed are not worked out; statuses follow from them all the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE left_out ON COMMIT DROP AS "
            "SELECT * FROM affected WHERE organisation_id = ANY(%s)",
            [list(units)],
        )
        cursor.execute("DELETE FROM affected WHERE organisation_id = ANY(%s)", [list(units)])
        yield
        cursor.execute("INSERT INTO affected SELECT * FROM left_out")


def _suppose(supposition: Supposition, period: Period) -> None:
    """Into the temporary tables: rows that are given replace those of their unit and quarter."""
    with connection.cursor() as cursor:
        for table, rows in (
            ("indicators_observation", supposition.observations),
            ("indicators_rollup", supposition.totals),
        ):
            cursor.execute(
                f"DELETE FROM pg_temp.{table} WHERE period = %s AND organisation_id = ANY(%s)",
                [period.index, [row.organisation_id for row in rows]],
            )
    for rows in (supposition.observations, supposition.targets):
        for number, row in enumerate(rows, start=1):
            row.pk = -number
    Observation.objects.bulk_create(supposition.observations)
    RollUp.objects.bulk_create(supposition.totals)
    Target.objects.bulk_create(supposition.targets)
    if supposition.rules:
        RuleVersion.objects.bulk_create([supposition.rules])
