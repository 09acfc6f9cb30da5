"""Marks for changes that are not figures: a plan is loaded, the tree moves, a quarter opens.

Every unit that is asked for a measure has a roll-up row for every quarter, reported or not: its
parents count it as expected. So whatever changes who is asked marks all those units.
"""

from collections.abc import Iterable

from django.db import connection

from indicators.models import Measure
from indicators.services.dispatch import drain_soon
from metroplan.common.periods import Period

FROM_THE_START = Period(0)

MARK_ASKED = """
    INSERT INTO indicators_dirtymark (measure_id, organisation_id, period, marked_at)
    SELECT DISTINCT fm.measure_id, a.descendant_id, %(since)s::smallint, now()
      FROM indicators_formmeasure fm
      JOIN submissions_reportingform f ON f.id = fm.form_id
      JOIN organisations_organisationancestry a ON a.ancestor_id = f.owner_id
     WHERE %(measures)s::bigint[] IS NULL OR fm.measure_id = ANY(%(measures)s)
"""


def mark_asked(
    *, measures: Iterable[Measure] | None = None, since: Period = FROM_THE_START
) -> None:
    """Mark the units asked for these measures (or all) as dirty from a quarter on."""
    keys = None if measures is None else [measure.pk for measure in measures]
    with connection.cursor() as cursor:
        cursor.execute(MARK_ASKED, {"measures": keys, "since": since.index})
    drain_soon()
