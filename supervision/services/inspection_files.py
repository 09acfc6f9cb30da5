"""Photos and signatures of an inspection."""

import base64

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import User
from metroplan.submissions.services.files import store_file
from supervision.models import Inspection, InspectionEvidence, InspectionItem
from supervision.rules.pictures import PNG, without_traces
from supervision.services.inspections import draft
from supervision.services.locks import bump
from supervision.services.pictures import picture

UNPROCESSABLE = 422
DATA_URL = "data:image/png;base64,"
SIGNATURE_MAX_BYTES = 200 * 1024
ENTITY, INSPECTOR = "entity", "inspector"
SIDES = {ENTITY: "entity_signature", INSPECTOR: "inspector_signature"}


@transaction.atomic
def add_photo(
    *,
    actor: User,
    inspection: Inspection,
    filename: str,
    content: bytes,
    caption: str = "",
    item: InspectionItem | None = None,
) -> InspectionEvidence:
    """A photo, without the place it was taken at; refuses other kinds, empty ones and too many.
    `item` is the point of the checklist that it shows."""
    inspection = draft(inspection, actor, None)
    content = picture(filename, content)
    if inspection.evidence.filter(removed_at=None).count() >= settings.EVIDENCE_MAX_FILES:
        raise MetroplanError(
            "inspection.too_many_files",
            _("An inspection takes {limit} files: remove one before you add another."),
            status=UNPROCESSABLE,
            limit=settings.EVIDENCE_MAX_FILES,
        )
    file = store_file(name=filename, content=content, actor=actor)
    kept = inspection.evidence.create(file=file, caption=caption, item=item, added_by=actor)
    record("inspection.photo_added", actor=actor, on=inspection, file=file.name, sha256=file.sha256)
    return kept


@transaction.atomic
def remove_photo(*, actor: User, evidence: InspectionEvidence) -> None:
    """No longer shown; the file and who added it stay on record."""
    inspection = draft(evidence.inspection, actor, None)
    found = InspectionEvidence.objects.filter(pk=evidence.pk, removed_at=None)
    if found.update(removed_at=timezone.now()):
        record("inspection.photo_removed", actor=actor, on=inspection, file=evidence.file.name)


@transaction.atomic
def sign(*, actor: User, inspection: Inspection, side: str, image: str, name: str = "") -> None:
    """Keep the signature of one of SIDES, drawn on the screen: `image` is a data URL of a PNG.
    `name` is who signed for the entity. A second one takes the place of the first."""
    inspection = draft(inspection, actor, None)
    content = _png(image)
    file = store_file(name=f"{inspection.number}-{side}.png", content=content, actor=actor)
    setattr(inspection, SIDES[side], file)
    if side == ENTITY and name:
        inspection.signed_by_entity = name
    bump(inspection)
    record("inspection.signed", actor=actor, on=inspection, side=side, sha256=file.sha256)


def _png(image: str) -> bytes:
    text = image.removeprefix(DATA_URL)
    try:
        content = base64.b64decode(text, validate=True) if text != image else b""
    except ValueError:
        content = b""
    try:
        if not content.startswith(PNG) or len(content) > SIGNATURE_MAX_BYTES:
            raise ValueError("signature.kind")
        return without_traces(content)
    except ValueError as error:
        raise MetroplanError(
            "inspection.no_signature",
            _("There is no signature in the field: sign with the finger or the mouse first."),
            status=UNPROCESSABLE,
        ) from error
