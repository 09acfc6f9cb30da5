"""One worker at a time. A lease is good while its heart beats; then another takes over.

Every transaction of a worker ends with `beat`: where the lease is no longer the worker's own, the
transaction is taken back, so two workers never both go forward.
"""

from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Q
from django.utils import timezone

from metroplan.submissions.models import BulkImport
from metroplan.submissions.models.bulk import WORK


class LeaseLost(Exception):
    """Another worker has taken over, or the job is over."""


class Cancelled(Exception):
    """Somebody asked to stop."""


def waiting(now: datetime) -> Q:
    """The condition that a job has work and nobody alive is at it."""
    silent = now - timedelta(seconds=settings.BULK_LEASE_SECONDS)
    return Q(status__in=WORK) & (Q(lease="") | Q(heartbeat_at__lt=silent))


def busy(now: datetime) -> Q:
    return Q(status__in=WORK) & ~Q(lease="") & ~waiting(now)


@transaction.atomic
def take(pk: int) -> BulkImport | None:
    """The job under a new lease; None when there is nothing to do or somebody is at it.

    One large file at a time: the other worker stays free for approvals.
    """
    now = timezone.now()
    others = BulkImport.objects.filter(busy(now)).exclude(pk=pk)
    free = BulkImport.objects.select_for_update(skip_locked=True, of=("self",))
    job = free.select_related("file", "organisation", "uploaded_by__organisation").filter(
        waiting(now), ~Exists(others), pk=pk
    )
    found = job.first()
    if found is not None:
        found.lease, found.heartbeat_at = uuid4().hex, now
        found.attempts += 1
        found.save(update_fields=["lease", "heartbeat_at", "attempts"])
    return found


def beat(job: BulkImport, **progress: object) -> None:
    """Still alive, and so far. Raises LeaseLost or Cancelled, which take the step back."""
    values = progress | {"heartbeat_at": timezone.now(), "attempts": 0}
    held = BulkImport.objects.filter(pk=job.pk, lease=job.lease)
    if not held.filter(cancel_requested=False).update(**values):
        raise Cancelled if held.exists() else LeaseLost
    for name, value in values.items():
        setattr(job, name, value)


def release(job: BulkImport) -> None:
    """Nobody is at it; for a worker that stops in order."""
    BulkImport.objects.filter(pk=job.pk, lease=job.lease).update(lease="")
