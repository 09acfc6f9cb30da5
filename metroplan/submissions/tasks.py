"""Background work of the reporting pipeline."""

from celery import shared_task
from django.utils import timezone

from metroplan.submissions.services.opening import open_newest_quarter


@shared_task(soft_time_limit=300)
def open_quarter() -> int:
    return open_newest_quarter(today=timezone.localdate())
