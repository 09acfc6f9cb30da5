"""Tells a worker that there is work, once the transaction that made it is in."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

DRAIN = "indicators.tasks.drain_dirty_marks"

logger = logging.getLogger(__name__)


def drain_soon() -> None:
    transaction.on_commit(send_drain)


def send_drain() -> None:
    """The message may be lost: the marks stay, and the sweep of every minute finds them."""
    try:
        current_app.send_task(DRAIN, ignore_result=True)
    except OperationalError as error:
        logger.warning("no broker, the sweep will find the work: %s", error)
