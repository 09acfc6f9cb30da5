"""Background work of the engine. The marks in the database say what to do, a message only when."""

from celery import shared_task
from django.utils import timezone

from indicators.services.checking import check
from indicators.services.in_effect import put_due_in_force
from indicators.services.map_changes import follow_calendar
from indicators.services.quarters import begin_quarter
from indicators.services.recompute import drain, recompute_all
from indicators.services.registers import drain_registers


@shared_task(soft_time_limit=1800)
def drain_dirty_marks() -> int:
    """Also the sweep of every minute, which finds revisions whose day has come."""
    put_due_in_force(today=timezone.localdate())
    return drain()


@shared_task(soft_time_limit=1800)
def count_registers() -> int:
    """Also the sweep of every minute. The figures it writes mark what is to be computed."""
    return drain_registers()


@shared_task(soft_time_limit=3600)
def recompute_everything() -> None:
    recompute_all()


@shared_task(soft_time_limit=3600)
def verify_everything() -> int:
    """How many differences there are; the page of operations names them."""
    return check()[0].differences


@shared_task(soft_time_limit=300)
def open_quarter() -> int:
    return begin_quarter(today=timezone.localdate())


@shared_task(soft_time_limit=300)
def follow_map() -> int:
    return follow_calendar(today=timezone.localdate())
