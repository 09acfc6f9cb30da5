"""Tells a worker that there is work, once the transaction that made it is in."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

DRAIN = "indicators.tasks.drain_dirty_marks"
COUNT = "indicators.tasks.count_registers"

logger = logging.getLogger(__name__)


def drain_soon() -> None:
    transaction.on_commit(send_drain)


def count_soon() -> None:
    transaction.on_commit(send_count)


def send_drain() -> None:
    _send(DRAIN)


def send_count() -> None:
    _send(COUNT)


def _send(task: str) -> None:
    """The message may be lost: the marks stay, and the sweep of every minute finds them."""
    try:
        current_app.send_task(task, ignore_result=True)
    except OperationalError as error:
        logger.warning("no broker, the sweep will find the work: %s", error)
