"""Large files in the background. The job's row says what to do, a message only when."""

from celery import shared_task

from metroplan.submissions.bulk.incoming import clear_leftovers
from metroplan.submissions.bulk.runner import next_waiting, run


@shared_task(soft_time_limit=6 * 3600)
def run_bulk(pk: int) -> str:
    """Then whatever waited meanwhile: a job is passed by while another is at work."""
    status = run(pk)
    if status:
        sweep_bulk()
    return status


@shared_task(soft_time_limit=6 * 3600)
def sweep_bulk() -> int:
    """Every minute: jobs that a lost broker or a dead worker left."""
    clear_leftovers()
    done = 0
    while (pk := next_waiting()) is not None and run(pk):
        done += 1
    return done
