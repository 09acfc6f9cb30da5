"""Quarters open by themselves, also those that ended while nothing ran."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate

from metroplan.common.calendar import add_working_days
from metroplan.common.periods import Period, newest_closed
from metroplan.organisations.models import Notice, Role
from metroplan.organisations.services.notices import people_of, write
from metroplan.submissions import notice_words
from metroplan.submissions.models import ReportingForm, Submission
from metroplan.submissions.registry import registry
from metroplan.submissions.reporting import reporting_units, runs_in
from metroplan.submissions.services.telling import about, address_of

MISSED_AT_MOST = 8
"""Quarters that open after a standstill; older ones are opened by hand where they are wanted."""


@dataclass(frozen=True, slots=True)
class Opening:
    """How many forms opened anew, and the earliest quarter among them."""

    count: int
    since: Period | None


@transaction.atomic
def open_form(*, form: ReportingForm, period: Period) -> int:
    """Open the form for every unit that fills it; those already open stay as they are.

    The people who fill it are told. Returns how many were opened anew.
    """
    due_on = add_working_days(period.last_day, form.deadline_working_days)
    have = Submission.objects.filter(form=form, period=period).values("organisation")
    units = list(reporting_units(form, period).exclude(pk__in=have))
    if units:
        Submission.objects.bulk_create(
            [
                Submission(form=form, organisation=unit, period=period, due_on=due_on)
                for unit in units
            ],
            ignore_conflicts=True,
        )
        _announce(form, period, {unit.pk for unit in units})
    return len(units)


def open_due_quarters(*, today: date) -> Opening:
    """For every form the quarter that closed last, and those before it that were missed.

    A form without lines that a unit could fill in waits; registers count the others.
    """
    newest = newest_closed(today)
    forms = ReportingForm.objects.filter(opens__lte=newest).select_related("owner")
    opened: dict[Period, int] = {}
    for form in forms.annotate(last=Max("submissions__period")):
        lines = registry.get(form.kind).lines(form)
        for period in _due(form, newest):
            if all(line.counted_in(period) for line in lines):
                continue
            opened[period] = opened.get(period, 0) + open_form(form=form, period=period)
    anew = [period for period, count in opened.items() if count]
    return Opening(sum(opened.values()), min(anew, default=None))


def _due(form: ReportingForm, newest: Period) -> Iterator[Period]:
    """`form.last` is the newest quarter opened so far; a form that never opened missed nothing."""
    first = newest if form.last is None else max(form.last + 1, newest - MISSED_AT_MOST)
    for index in range(min(first, newest).index, newest.index + 1):
        if runs_in(form, Period(index)):
            yield Period(index)


def _announce(form: ReportingForm, period: Period, units: set[int]) -> None:
    people = people_of(units, [Role.REPORTER])
    fresh = Submission.objects.filter(form=form, period=period, organisation__in=people)
    write(
        Notice(
            user=user,
            code=notice_words.OPENED,
            key=f"submission:{item.pk}",
            params=about(item),
            url=address_of(item),
            day=localdate(item.opened_at),
        )
        for item in fresh.select_related("form", "organisation")
        for user in people[item.organisation_id]
    )
