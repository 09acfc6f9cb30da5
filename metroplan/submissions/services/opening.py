"""Quarters open by themselves."""

from datetime import date

from django.db import transaction

from metroplan.common.calendar import add_working_days
from metroplan.common.periods import Period, newest_closed
from metroplan.submissions.models import ReportingForm, Submission
from metroplan.submissions.reporting import open_at, reporting_units


@transaction.atomic
def open_form(*, form: ReportingForm, period: Period) -> int:
    """Open the form for every unit that fills it; those already open stay as they are.

    Returns how many were opened anew.
    """
    due_on = add_working_days(period.last_day, form.deadline_working_days)
    have = Submission.objects.filter(form=form, period=period).values("organisation")
    units = reporting_units(form, period).exclude(pk__in=have)
    fresh = [
        Submission(form=form, organisation=unit, period=period, due_on=due_on) for unit in units
    ]
    Submission.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def open_newest_quarter(*, today: date) -> int:
    """Open the quarter that closed last, for every form that runs in it."""
    period = newest_closed(today)
    forms = ReportingForm.objects.filter(open_at(period)).select_related("owner")
    return sum(open_form(form=form, period=period) for form in forms)
