"""What people do with large files: send, stop, apply. The work itself is bulk/runner.py."""

from typing import BinaryIO

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from metroplan.submissions.bulk import leases
from metroplan.submissions.bulk.dispatch import run_soon
from metroplan.submissions.bulk.registry import bulk_registry
from metroplan.submissions.bulk.runner import move
from metroplan.submissions.models import BulkImport, BulkStatus
from metroplan.submissions.services.files import keep_file

NOT_REPEATED = (
    BulkStatus.REFUSED,
    BulkStatus.DECLINED,
    BulkStatus.CANCELLED,
    BulkStatus.FAILED,
)


@transaction.atomic
def receive(
    *,
    kind: str,
    actor: User,
    document: str,
    name: str,
    content: File | BinaryIO,
    size: int,
    sha256: str,
    idempotency_key: str = "",
) -> tuple[BulkImport, bool]:
    """Keep the file and have it checked; the job, and whether it is new.

    The same file that is already on its way or in gets the job it has. `content` is on disk
    already; nothing is read here.
    """
    require(actor, bulk_registry.get(kind).upload_right)
    document = vouching_document(document)
    # Two that come at once with the same file or key: the second waits and finds the first.
    User.objects.select_for_update().get(pk=actor.pk)
    if earlier := _answered_already(actor, idempotency_key, sha256) or _known(actor, kind, sha256):
        return earlier, False
    job = BulkImport.objects.create(
        kind=kind,
        organisation=actor.organisation,
        file=keep_file(name=name, content=content, size=size, sha256=sha256, actor=actor),
        document=document,
        uploaded_by=actor,
        idempotency_key=idempotency_key,
    )
    record("bulk.received", actor=actor, on=job, file=job.file.name, sha256=sha256, bytes=size)
    run_soon(job.pk)
    return job, True


def vouching_document(name: str) -> str:
    """The name without the blanks around it. Raises `import.no_document` where none is left."""
    if not name.strip():
        raise MetroplanError(
            "import.no_document",
            _("Name the document that vouches for these figures."),
            status=422,
            fields={"document": ["required"]},
        )
    return name.strip()


def _answered_already(actor: User, key: str, sha256: str) -> BulkImport | None:
    """What came of the request that first carried this key."""
    if not key:
        return None
    earlier = BulkImport.objects.filter(uploaded_by=actor, idempotency_key=key)
    found = earlier.select_related("file").first()
    if found and found.file.sha256 != sha256:
        raise MetroplanError(
            "request.key_reused",
            _("This Idempotency-Key was used for another file: send a new key."),
            status=422,
        )
    return found


def _known(actor: User, kind: str, sha256: str) -> BulkImport | None:
    """The same file of the same unit that is on its way or in."""
    same = BulkImport.objects.filter(
        kind=kind, organisation=actor.organisation_id, file__sha256=sha256
    )
    return same.exclude(status__in=NOT_REPEATED).select_related("file").first()


@transaction.atomic
def cancel(*, job: BulkImport, actor: User) -> BulkImport:
    """Stop it. A worker that is at it stops within its chunk; nothing of the file is written."""
    require(actor, "bulk.cancel", job)
    job = _locked(job)
    if job.status not in (BulkStatus.RECEIVED, BulkStatus.CHECKING, BulkStatus.READY):
        raise _not_possible(job)
    record("bulk.cancel_asked", actor=actor, on=job)
    if BulkImport.objects.filter(leases.busy(timezone.now()), pk=job.pk).exists():
        job.cancel_requested = True
        job.save(update_fields=["cancel_requested"])
    else:
        move(job, BulkStatus.CANCELLED)
    return job


@transaction.atomic
def approve(*, job: BulkImport, actor: User, expected_version: int) -> BulkImport:
    """A second person of the unit has looked at the preview: have the file written."""
    job = _to_decide(job, actor, expected_version)
    job.status, job.version = BulkStatus.APPLYING, job.version + 1
    job.approved_by, job.approved_at, job.outdated = actor, timezone.now(), False
    job.lease, job.attempts = "", 0
    job.save()
    totals = {name: job.preview.get(name, 0) for name in ("added", "changed", "same")}
    record("bulk.approved", actor=actor, on=job, counts=totals)
    run_soon(job.pk)
    return job


@transaction.atomic
def decline(*, job: BulkImport, actor: User, expected_version: int, reason: str) -> BulkImport:
    """A second person of the unit does not take the file over; who sent it reads why."""
    job = _to_decide(job, actor, expected_version)
    if not reason.strip():
        raise MetroplanError(
            "bulk.reason_missing",
            _("Write why the file is declined: who sent it reads exactly this."),
            status=422,
            fields={"reason": ["required"]},
        )
    move(job, BulkStatus.DECLINED, actor=actor, declined_by=actor, reason=reason.strip())
    return job


def _to_decide(job: BulkImport, actor: User, expected_version: int) -> BulkImport:
    """Locked, as the actor saw it, and waiting for a second person who may be this one."""
    job = _locked(job)
    require(actor, bulk_registry.get(job.kind).apply_right, job)
    if job.version != expected_version:
        raise MetroplanError(
            "bulk.changed",
            _("The preview has changed since you looked at it: load the page and look again."),
        )
    if job.status != BulkStatus.READY:
        raise _not_possible(job)
    return job


def _locked(job: BulkImport) -> BulkImport:
    found = BulkImport.objects.select_for_update(of=("self",)).select_related(
        "organisation", "file", "uploaded_by"
    )
    return found.get(pk=job.pk)


def _not_possible(job: BulkImport) -> MetroplanError:
    return MetroplanError(
        "bulk.not_possible",
        _("The file is in the state “{state}” and cannot take this step: load the page again."),
        state=job.get_status_display(),
    )
