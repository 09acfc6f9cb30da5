"""Tells a worker that there is work, once the transaction that made it is in."""

from celery import current_app
from django.db import transaction

DRAIN = "indicators.tasks.drain_dirty_marks"


def drain_soon() -> None:
    """The message may be lost: the marks stay, and the sweep of every minute finds them."""
    transaction.on_commit(send_drain, robust=True)


def send_drain() -> None:
    current_app.send_task(DRAIN, ignore_result=True)
