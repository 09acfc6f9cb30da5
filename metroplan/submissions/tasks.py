"""Background work around forms. What is to be told is data; a message only says when to look."""

from datetime import time

from celery import shared_task
from django.utils import timezone

from metroplan.common.calendar import is_working_day
from metroplan.organisations.services.digests import send_digests
from metroplan.submissions.services.reminders import remind

FROM = time(8, 30)


@shared_task(soft_time_limit=1800)
def tell_people() -> int:
    """Reminders, then digests, from 08:30 on working days; returns how many digests were sent.

    Runs again all day long and does again nothing that is done: so it makes up for a worker that
    stood still in the morning and for a mail server that did not answer.
    """
    now = timezone.localtime()
    if now.time() < FROM or not is_working_day(now.date()):
        return 0
    remind(today=now.date())
    return send_digests(now=now).sent
