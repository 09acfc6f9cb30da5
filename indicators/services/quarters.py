"""A quarter has ended: its forms open, and what was computed up to the last reaches into it."""

from datetime import date

from django.db import transaction

from indicators.models import RollUp
from indicators.services.marking import mark_asked
from indicators.services.registers import begin_counting
from metroplan.common.periods import newest_closed
from metroplan.submissions.services.opening import open_due_quarters


@transaction.atomic
def begin_quarter(*, today: date) -> int:
    """Open what is to be open, missed quarters too; returns how many forms opened anew.

    Figures are carried and sums stand in the new quarter, also where no form asks any more.
    """
    opened, newest = open_due_quarters(today=today), newest_closed(today)
    if opened.count or not RollUp.objects.filter(period=newest).exists():
        mark_asked(since=min(opened.since or newest, newest))
    begin_counting(newest=newest)
    return opened.count
