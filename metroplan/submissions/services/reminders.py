"""Reminders of forms that are still to be handed in, before and after their due day.

The reminder of a form is the last of its steps that has come; each is sent once, so that a run
that was missed is made up for by the next and a second run on the same day tells nobody again.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.http import urlencode

from metroplan.common.calendar import working_days_until
from metroplan.common.periods import Period
from metroplan.organisations.models import Notice, Organisation, Role
from metroplan.organisations.notices import in_both
from metroplan.organisations.services.notices import people_of, write
from metroplan.submissions import notice_words as words
from metroplan.submissions.models import FormReminder, ReportingForm, Submission
from metroplan.submissions.reporting import review_chains
from metroplan.submissions.services.telling import about, address_of
from metroplan.submissions.states import EDITABLE

LOOKED_AT = timedelta(days=120)
"""On both sides of today: the longest reminder is 60 working days from the due day."""

KEEPERS = (Role.REVIEWER, Role.STAFF)
Pile = tuple[ReportingForm, Period, date]


@transaction.atomic
def remind(*, today: date) -> int:
    """Write the reminders that are due on this working day; returns how many were offered."""
    written = 0
    for (form, period, due_on), waiting in _piles(today).items():
        left = working_days_until(today, due_on)
        steps = [(step.days, step.to) for step in form.reminders.all()]
        for to in FormReminder.To:
            days = min((days for days, who in steps if who == to and days >= left), default=None)
            if days is not None:
                written += write(_notices(form, period, due_on, waiting, to, days, today))
    return written


def _piles(today: date) -> dict[Pile, list[Submission]]:
    """What waits, by form, quarter and due day; a granted correction has no due day of its own."""
    waiting = Submission.objects.filter(
        status__in=EDITABLE,
        approved_version__isnull=True,
        due_on__range=(today - LOOKED_AT, today + LOOKED_AT),
    ).select_related("form__owner", "organisation")
    piles: dict[Pile, list[Submission]] = defaultdict(list)
    for item in waiting.prefetch_related("form__reminders").order_by("pk"):
        piles[item.form, item.period, item.due_on].append(item)
    return piles


def _notices(
    form: ReportingForm,
    period: Period,
    due_on: date,
    waiting: list[Submission],
    to: str,
    days: int,
    today: date,
) -> Iterator[Notice]:
    over = today > due_on
    if to == FormReminder.To.UNIT:
        code = words.OVERDUE if over else words.DUE_SOON
        yield from _to_units(waiting, code, f"{due_on}:{days}", today)
        return
    code = words.BELOW_OVERDUE if over else words.BELOW_DUE
    counts = _counts(form, period, waiting, owner=to == FormReminder.To.OWNER)
    roles = KEEPERS if to == FormReminder.To.OWNER else [Role.REVIEWER]
    people = people_of([unit.pk for unit in counts], roles)
    for unit, count in counts.items():
        params = {
            "form": in_both(form),
            "period": str(period),
            "due": due_on.isoformat(),
            "count": count,
        }
        query = urlencode({"form": form.code, "organisation": unit.code})
        for user in people[unit.pk]:
            yield Notice(
                user=user,
                code=code,
                key=f"form:{form.pk}:{period}:{due_on}:{days}",
                params=params,
                url=f"{reverse('submissions:matrix')}?{query}",
                day=today,
            )


def _to_units(waiting: Iterable[Submission], code: str, step: str, today: date) -> Iterator[Notice]:
    by_unit = {item.organisation_id: item for item in waiting}
    for unit, people in people_of(by_unit, [Role.REPORTER]).items():
        item = by_unit[unit]
        for user in people:
            yield Notice(
                user=user,
                code=code,
                key=f"submission:{item.pk}:{step}",
                params=about(item),
                url=address_of(item),
                day=today,
            )


def _counts(
    form: ReportingForm, period: Period, waiting: list[Submission], *, owner: bool
) -> dict[Organisation, int]:
    """By reviewing unit, how many forms below it are missing."""
    if owner:
        return {form.owner: len(waiting)}
    chains = review_chains(form, period, [item.organisation_id for item in waiting])
    counts: dict[Organisation, int] = defaultdict(int)
    for item in waiting:
        for unit in chains[item.organisation_id] or [form.owner]:
            counts[unit] += 1
    return counts
