"""Since when imported history was known: from the day of its document, not of its import.

A page “as known on” a past day can then show what the document had made known by that day.
"""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from indicators.models import ImportBatch
from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError

# No figure is known before its quarter is over. A figure that corrects another stays where it is:
# until it was imported, the other was the one that was known.
KNOWN_FROM = """
    UPDATE indicators_observation
       SET recorded_at = greatest(
               make_timestamptz(%(year)s, %(month)s, %(day)s, 0, 0, 0, %(zone)s),
               make_timestamptz(
                   (period + 1) / 4, (period + 1) %% 4 * 3 + 1, 1, 0, 0, 0, %(zone)s
               ))
     WHERE batch_id = %(batch)s AND revision = 1 AND superseded_at IS NULL
"""


def check_known_from(day: date) -> None:
    """Raises `import.known_later` for a day to come."""
    if day > timezone.localdate():
        raise MetroplanError(
            "import.known_later",
            _("{day} is still to come: give the day of the document, from which on it was known."),
            status=422,
            day=day,
        )


@transaction.atomic
def set_known_from(*, batch: ImportBatch, day: date, actor: Any) -> int:
    """Count the batch's figures as known from the day on, or from their quarter's end where that
    is later; returns how many. Raises `import.known_later`."""
    check_known_from(day)
    given = {"batch": batch.pk, "zone": settings.TIME_ZONE}
    given |= {"year": day.year, "month": day.month, "day": day.day}
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_FROM, given)
        figures = cursor.rowcount
    record(
        "figures.known_from",
        actor=actor,
        on=batch,
        document=batch.document,
        known_from=day,
        figures=figures,
    )
    return figures
