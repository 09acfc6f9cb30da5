"""Background work of the registers."""

from datetime import time

from celery import shared_task
from django.utils import timezone

from metroplan.common.calendar import is_working_day
from standards.services.reminders import remind

FROM = time(8)


@shared_task(soft_time_limit=1800)
def remind_expiries() -> int:
    """From 08:00 on working days; runs every hour and tells nothing twice, so that a worker that
    stood still is made up for."""
    now = timezone.localtime()
    if now.time() < FROM or not is_working_day(now.date()):
        return 0
    return remind(today=now.date())
