"""Reminders of certificates that lapse, so many months ahead as the examination rule says.

Of the steps that have come only the last is told, and each once: a run that was missed is made up
for by the next, and a second run tells nobody again.
"""

from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import Role, User
from metroplan.organisations.services.notices import nearest_people, notify
from standards.models import Certificate, Examination, ExaminationRule, ExpiryReminder
from standards.rules.expiry import step_due
from standards.rules.in_force import Event, state_on
from standards.services.examination_rules import rule_on
from standards.states import COUNTING, State

EXPIRING = "standard.expiring"
SENTENCES = {
    EXPIRING: _(
        "Certificate {certificate} of “{standard}” ({number}) ends on {due}: apply for "
        "re-examination in time."
    )
}


@transaction.atomic
def remind(*, today: date) -> int:
    """Returns how many certificates were told of."""
    rule = rule_on(today)
    told = 0
    if rule is None:
        return told
    due = [(item, step) for item in _ending(rule, today) if (step := _step(item, rule, today))]
    units = {item.standard.institute.organisation for item, _step in due}
    people = nearest_people(units, [Role.STAFF])
    for item, months in due:
        _reminder, fresh = ExpiryReminder.objects.get_or_create(certificate=item, months=months)
        if fresh:
            _tell(item, months, people[item.standard.institute.organisation_id], today)
            told += 1
    return told


def _ending(rule: ExaminationRule, today: date) -> list[Certificate]:
    """Of standards in use, the last certificate of each kind, if no re-examination is under way."""
    held = Certificate.objects.filter(revoked_on=None, valid_until__gte=today)
    held = held.select_related("standard__institute__organisation")
    held = held.prefetch_related("standard__states", "standard__examinations", "reminders")
    last: dict[tuple[int, str], Certificate] = {}
    for item in held.order_by("valid_until", "pk"):
        last[item.standard_id, item.kind] = item
    return [item for item in last.values() if _in_use(item, today)]


def _in_use(item: Certificate, today: date) -> bool:
    states = item.standard.states.all()
    state = state_on((Event(row.since, row.pk, row.state) for row in states), today)
    if state == State.REEXAMINATION:
        results = {row.result for row in item.standard.examinations.all()}
        return Examination.Result.OPEN not in results
    return state in COUNTING


def _step(item: Certificate, rule: ExaminationRule, today: date) -> int | None:
    """The step that is to be told now; None where none has come or it was told before."""
    step = step_due(item.valid_until, rule.reminder_months, today)
    told = {row.months for row in item.reminders.all()}
    return None if step is None or step in told else step


def _tell(item: Certificate, months: int, users: list[User], today: date) -> None:
    standard = item.standard
    notify(
        code=EXPIRING,
        params={
            "certificate": item.number,
            "standard": standard.name,
            "number": standard.number,
            "due": item.valid_until.isoformat(),
        },
        url=reverse("standards:standard-detail", args=[standard.pk]),
        key=f"certificate:{item.pk}:{months}",
        users=users,
        day=today,
    )
