"""Marks for changes that are not figures: a plan is loaded, the tree moves, a quarter opens.

Every unit that is asked for a measure has a roll-up row for every quarter, reported or not: its
parents count it as expected. So whatever changes who is asked marks all those units, those that
reported without being asked, and those that have roll-ups from before.
"""

from collections.abc import Iterable

from django.db import connection

from indicators.models import Measure
from indicators.services.counting_due import mark_counted
from indicators.services.dispatch import drain_soon
from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation

FROM_THE_START = Period(0)

MARK_ASKED = """
    INSERT INTO indicators_dirtymark (measure_id, organisation_id, period, marked_at)
    SELECT DISTINCT fm.measure_id, a.descendant_id, %(since)s::smallint, now()
      FROM indicators_formmeasure fm
      JOIN submissions_reportingform f ON f.id = fm.form_id
      JOIN organisations_organisationancestry a ON a.ancestor_id = f.owner_id
     WHERE %(measures)s::bigint[] IS NULL OR fm.measure_id = ANY(%(measures)s)
     UNION
    SELECT m.id, o.id, %(since)s::smallint, now()
      FROM indicators_measure m
     CROSS JOIN organisations_organisation o
     WHERE (%(measures)s::bigint[] IS NULL OR m.id = ANY(%(measures)s))
       AND (EXISTS (SELECT FROM indicators_observation seen
                     WHERE seen.measure_id = m.id AND seen.organisation_id = o.id)
         OR EXISTS (SELECT FROM indicators_rollup r JOIN indicators_series s ON s.id = r.series_id
                     WHERE s.measure_id = m.id AND r.organisation_id = o.id))
"""


def mark_asked(
    *, measures: Iterable[Measure] | None = None, since: Period = FROM_THE_START
) -> None:
    """Mark the units these measures (or all) concern as dirty from a quarter on."""
    keys = None if measures is None else [measure.pk for measure in measures]
    with connection.cursor() as cursor:
        cursor.execute(MARK_ASKED, {"measures": keys, "since": since.index})
    mark_counted(measures=keys, since=since)
    drain_soon()


MARK_UNIT = """
    INSERT INTO indicators_dirtymark (measure_id, organisation_id, period, marked_at)
    SELECT DISTINCT %(measure)s::bigint, a.descendant_id, %(since)s::smallint, now()
      FROM organisations_organisationancestry a
     WHERE a.ancestor_id = %(unit)s AND (%(below)s OR a.depth = 0)
"""

MARK_EVERYTHING = """
    INSERT INTO indicators_dirtymark (measure_id, organisation_id, period, marked_at)
    SELECT m.measure_id, o.id, %(since)s::smallint, now()
      FROM (SELECT DISTINCT measure_id FROM indicators_series) m
     CROSS JOIN organisations_organisation o
"""


def mark_unit(*, measure: Measure, organisation: Organisation, below: bool) -> None:
    """Mark all quarters of a measure for a unit, and for those that ever stood below it."""
    with connection.cursor() as cursor:
        cursor.execute(
            MARK_UNIT,
            {
                "measure": measure.pk,
                "unit": organisation.pk,
                "below": below,
                "since": FROM_THE_START.index,
            },
        )
    drain_soon()


def mark_everything() -> None:
    """Mark every measure for every unit: what all statuses are judged by has changed."""
    with connection.cursor() as cursor:
        cursor.execute(MARK_EVERYTHING, {"since": FROM_THE_START.index})
    drain_soon()
