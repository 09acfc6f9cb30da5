"""Tells a worker that a large file waits, once the transaction that made it so is in."""

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

RUN = "metroplan.submissions.tasks_bulk.run_bulk"

logger = logging.getLogger(__name__)


def run_soon(pk: int) -> None:
    transaction.on_commit(partial(send_run, pk))


def send_run(pk: int) -> None:
    """The message may be lost: the job's state stays, and the sweep of every minute finds it."""
    try:
        current_app.send_task(RUN, [pk], ignore_result=True)
    except OperationalError as error:
        logger.warning("no broker, the sweep will find the file: %s", error)
