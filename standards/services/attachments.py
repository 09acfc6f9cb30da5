"""Files that are kept with a standard."""

from django.db import transaction
from django.utils import timezone

from metroplan.audit.record import record
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from metroplan.submissions.models import StoredFile
from metroplan.submissions.services.evidence import refuse_unfit
from metroplan.submissions.services.files import store_file
from standards.models import Attachment, MeasurementStandard


def keep_upload(*, name: str, content: bytes, actor: User) -> StoredFile:
    """Raises MetroplanError for a file that is empty, too large or of a kind not kept."""
    refuse_unfit(name, content)
    return store_file(name=name, content=content, actor=actor)


@transaction.atomic
def add_attachment(
    *, standard: MeasurementStandard, actor: User, title: str, file: StoredFile
) -> Attachment:
    require(actor, "register.keep", standard.institute)
    kept = Attachment.objects.create(standard=standard, title=title, file=file)
    record("attachment.added", actor=actor, on=kept, file=file.name, sha256=file.sha256)
    return kept


@transaction.atomic
def remove_attachment(*, attachment: Attachment, actor: User) -> None:
    """No longer shown; who added and who removed it stays on record."""
    require(actor, "register.keep", attachment.standard.institute)
    open_one = Attachment.objects.filter(pk=attachment.pk, removed_at=None)
    if open_one.update(removed_at=timezone.now()):
        record("attachment.removed", actor=actor, on=attachment, file=attachment.file.name)
