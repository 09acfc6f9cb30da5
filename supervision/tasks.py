"""Background work of supervision."""

from datetime import time

from celery import shared_task
from django.utils import timezone

from metroplan.common.calendar import is_working_day
from supervision.services.escalation import escalate_overdue
from supervision.services.integrity import lapse
from supervision.services.reminders import remind

FROM = time(8)


@shared_task(soft_time_limit=1800)
def remind_verifications() -> int:
    """From 08:00 on working days; runs every hour and tells nobody twice in a month, so that a
    worker that stood still is made up for."""
    now = timezone.localtime()
    if now.time() < FROM or not is_working_day(now.date()):
        return 0
    return remind(today=now.date())


@shared_task(soft_time_limit=1800)
def lapse_integrity_units() -> int:
    """Titles whose last day is over; runs every hour, so that one that was missed is made up."""
    return lapse(today=timezone.localdate())


@shared_task(soft_time_limit=1800)
def escalate_findings() -> int:
    """Overdue findings rise; runs every hour and takes each step once, so that a worker that stood
    still is made up for."""
    return escalate_overdue(today=timezone.localdate())
