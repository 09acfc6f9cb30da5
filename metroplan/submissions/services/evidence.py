"""Files that show where a figure comes from: scans, certificates, the unit's own tables."""

from pathlib import PurePosixPath

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from metroplan.submissions.locks import wait_turn
from metroplan.submissions.models import Evidence, Submission
from metroplan.submissions.registry import registry
from metroplan.submissions.selectors.grid import is_closed
from metroplan.submissions.services.files import plain_name, store_file
from metroplan.submissions.services.stage import not_open
from metroplan.submissions.states import EDITABLE

UNPROCESSABLE = 422
ZIP, OLE = (b"PK\x03\x04",), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
# What a file of each kind begins with, so that nothing else goes by its name; text has no mark.
SIGNATURES: dict[str, tuple[bytes, ...]] = {
    ".pdf": (b"%PDF-",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    **dict.fromkeys((".ofd", ".docx", ".xlsx", ".ods", ".odt"), ZIP),
    **dict.fromkeys((".doc", ".xls", ".wps", ".et"), OLE),
    **dict.fromkeys((".csv", ".txt"), ()),
}
KINDS = ", ".join(sorted(suffix[1:] for suffix in SIGNATURES))


@transaction.atomic
def add_evidence(
    *, submission: Submission, actor: User, key: str, filename: str, content: bytes
) -> Evidence:
    """Keep a file with one line of the form; refuses other kinds, empty ones and too many."""
    require(actor, "submission.fill", submission)
    refuse_unfit(filename, content)
    _take_turn(submission)
    _refuse_closed(submission, key)
    if key not in {line.key for line in registry.get(submission.form.kind).lines(submission.form)}:
        raise MetroplanError(
            "evidence.unknown_line",
            _("This form has no line “{key}”: load the page again."),
            status=UNPROCESSABLE,
            key=key[:60],
        )
    if submission.evidence.filter(key=key, removed_at=None).count() >= settings.EVIDENCE_MAX_FILES:
        raise MetroplanError(
            "evidence.too_many",
            _("A line takes {limit} files: remove one before you add another."),
            status=UNPROCESSABLE,
            limit=settings.EVIDENCE_MAX_FILES,
        )
    kept = Evidence.objects.create(
        submission=submission,
        key=key,
        file=store_file(name=filename, content=content, actor=actor),
        added_by=actor,
    )
    record("evidence.added", actor=actor, on=kept, file=kept.file.name, sha256=kept.file.sha256)
    return kept


@transaction.atomic
def remove_evidence(*, evidence: Evidence, actor: User) -> None:
    """No longer shown with the line; who added and who removed it stays on record."""
    require(actor, "submission.fill", evidence.submission)
    _take_turn(evidence.submission)
    _refuse_closed(evidence.submission, evidence.key)
    if Evidence.objects.filter(pk=evidence.pk, removed_at=None).update(
        removed_at=timezone.now(), removed_by=actor
    ):
        record("evidence.removed", actor=actor, on=evidence, file=evidence.file.name)


def _take_turn(submission: Submission) -> None:
    wait_turn(submission)
    submission.refresh_from_db(fields=["status", "open_lines"])
    if submission.status not in EDITABLE:
        raise not_open(submission)


def _refuse_closed(submission: Submission, key: str) -> None:
    if is_closed(submission, key):
        raise MetroplanError(
            "evidence.line_closed",
            _("This line is approved and not open for correction: its files stay as they are."),
        )


def refuse_unfit(filename: str, content: bytes) -> None:
    """Raises MetroplanError for a file that is empty, too large or of a kind not kept."""
    _refuse_size(len(content))
    _refuse_kind(plain_name(filename), content)


def _refuse_size(size: int) -> None:
    if not size:
        raise MetroplanError(
            "evidence.empty", _("The file is empty: choose another."), status=UNPROCESSABLE
        )
    if size > settings.EVIDENCE_MAX_BYTES:
        raise too_large()


def too_large() -> MetroplanError:
    return MetroplanError(
        "evidence.too_large",
        _("The file is larger than {limit} MB: make it smaller or split it, then add it again."),
        status=413,
        limit=settings.EVIDENCE_MAX_BYTES // 1024 // 1024,
    )


def _refuse_kind(name: str, content: bytes) -> None:
    marks = SIGNATURES.get(PurePosixPath(name).suffix.lower())
    if marks is None or (marks and not content.startswith(marks)):
        raise MetroplanError(
            "evidence.kind",
            _("“{name}” is not of a kind that is kept as evidence: add one of {kinds}."),
            status=UNPROCESSABLE,
            name=name[:60],
            kinds=KINDS,
        )
