"""A quarter has ended: its forms open, and every unit that is asked is expected from now on."""

from datetime import date

from django.db import transaction

from indicators.services.marking import mark_asked
from metroplan.common.periods import newest_closed
from metroplan.submissions.services.opening import open_newest_quarter


@transaction.atomic
def begin_quarter(*, today: date) -> int:
    """Open the newest closed quarter's forms; returns how many were opened anew."""
    opened = open_newest_quarter(today=today)
    if opened:
        mark_asked(since=newest_closed(today))
    return opened
