"""What has to be counted anew from a register, written down where the register changed."""

from collections.abc import Collection, Iterable

from django.db import connection

from indicators.models import Measure, RegisterDue
from indicators.services.dispatch import count_soon
from metroplan.common.periods import Period

LONGEST_REASON = 500
LOCK = 7303

MARK_ASKED = """
    INSERT INTO indicators_registerdue (key, organisation_id, since, reason, marked_at)
    SELECT substr(source, %(prefix)s), NULL, greatest(counted_since, %(since)s), '', now()
      FROM indicators_measure
     WHERE starts_with(source, 'register:')
       AND (%(measures)s::bigint[] IS NULL OR id = ANY(%(measures)s))
"""


def mark_due(
    *,
    keys: Iterable[str],
    units: Collection[int] | None,
    since: Period,
    reason: str = "",
) -> None:
    """Have the figures of these registers counted anew for units, or for all, from a quarter on.

    Call it in the transaction that changes the register. `reason` is kept with figures that stood
    and come out otherwise.
    """
    places: Iterable[int | None] = [None] if units is None else sorted(units)
    rows = [
        RegisterDue(key=key, organisation_id=unit, since=since, reason=reason[:LONGEST_REASON])
        for key in keys
        for unit in places
    ]
    if rows:
        RegisterDue.objects.bulk_create(rows)
        count_soon()


def mark_counted(*, measures: Collection[int] | None, since: Period) -> None:
    """The same for the registers of measures, or of all, where who is asked has changed."""
    given = {
        "prefix": len(Measure.REGISTER) + 1,
        "measures": None if measures is None else list(measures),
        "since": since.index,
    }
    with connection.cursor() as cursor:
        cursor.execute(MARK_ASKED, given)
        if cursor.rowcount:
            count_soon()


def change_sources() -> None:
    """To this transaction's end nobody writes reported figures; waits for those who do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LOCK])


def keep_sources() -> None:
    """To this transaction's end no measure changes its source: ask before writing reports."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, 0)", [LOCK])
