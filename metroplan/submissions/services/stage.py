"""From an offered file to a staged version, or to the list of everything that is wrong with it."""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from metroplan.submissions.locks import lock, wait_turn
from metroplan.submissions.models import RowIssue, Severity, StagedRow, Submission, Upload
from metroplan.submissions.readers import read_file
from metroplan.submissions.registry import registry
from metroplan.submissions.selectors.mapping import as_mapped
from metroplan.submissions.services.files import sha256, store_file
from metroplan.submissions.services.warnings import judged
from metroplan.submissions.states import EDITABLE
from metroplan.submissions.types import CleanResult, CleanRow, FileProblem, Issue, SheetContext

Check = Callable[[Submission], CleanResult]
"""Reads and cleans what was offered; stores nothing."""


def check_file(*, submission: Submission, filename: str, content: bytes) -> CleanResult:
    """Read and clean a file for a submission; stores nothing."""
    kind = registry.get(submission.form.kind)
    try:
        document = as_mapped(read_file(content, filename), submission)
        return kind.clean(document, context_of(submission))
    except FileProblem as problem:
        return CleanResult(rows=[], issues=[problem.issue])


def context_of(submission: Submission) -> SheetContext:
    return SheetContext(
        form=submission.form, organisation=submission.organisation, period=submission.period
    )


def stage_upload(
    *,
    submission: Submission,
    actor: User,
    filename: str,
    content: bytes,
    expected_version: int,
    way: str = Upload.Way.FILE,
    idempotency_key: str = "",
    again: bool = False,
) -> Upload:
    """Take in a file; see `take_in`."""

    def check(locked: Submission) -> CleanResult:
        return check_file(submission=locked, filename=filename, content=content)

    return take_in(
        submission=submission,
        actor=actor,
        filename=filename,
        content=content,
        check=check,
        expected_version=expected_version,
        way=way,
        idempotency_key=idempotency_key,
        again=again,
    )


@transaction.atomic
def take_in(
    *,
    submission: Submission,
    actor: User,
    filename: str,
    content: bytes,
    check: Check,
    expected_version: int,
    way: str,
    idempotency_key: str = "",
    again: bool = False,
    right: str = "submission.fill",
) -> Upload:
    """Store what was offered and, when it has no error, make it the submission's next version.

    `content` is kept as it came; `check` says what it holds and what is wrong with it. What has
    errors is kept and listed as refused; the submission stays as it was. Content that is already
    the present version is recognised and not staged again; so is a request that comes twice with
    the same key. With `again` the same content is read anew: its columns were told apart otherwise.
    `right` is what the actor needs, "submission.fill_for" to fill in for a unit below.
    """
    require(actor, right, submission)
    wait_turn(submission)
    if repeated := answered_already(submission, idempotency_key, sha256(content)):
        return repeated
    submission = lock(submission, expected_version=expected_version)
    if submission.status not in EDITABLE:
        raise not_open(submission)
    refuse_oversize(len(content))
    same = None if again else staged_already(submission, sha256(content))
    if same is not None:
        return same
    result = judged(submission, check(submission))
    upload = keep_upload(
        submission, actor, filename, content, result, way=way, idempotency_key=idempotency_key
    )
    if upload.status == Upload.Status.STAGED:
        make_version(submission, upload, result.rows)
    record(
        f"upload.{upload.status}",
        actor=actor,
        on=upload,
        sha256=upload.file.sha256,
        version=upload.version,
        errors=upload.errors,
        warnings=upload.warnings,
    )
    return upload


def not_open(submission: Submission) -> MetroplanError:
    return MetroplanError(
        "submission.not_open",
        _("The form is “{state}” and takes no figures now: wait until it is returned."),
        state=submission.status_words,
    )


def refuse_oversize(size: int) -> None:
    """A file of more bytes than the limit is not even kept."""
    if size > settings.UPLOAD_MAX_BYTES:
        raise MetroplanError(
            "file.too_large",
            _(
                "The file is larger than {limit} MB: remove pictures and other sheets, "
                "then send it again."
            ),
            status=413,
            limit=settings.UPLOAD_MAX_BYTES // 1024 // 1024,
        )


def answered_already(submission: Submission, key: str, digest: str) -> Upload | None:
    """What came of the request that first carried this key."""
    if not key:
        return None
    earlier = submission.uploads.filter(idempotency_key=key).select_related("file").first()
    if earlier and earlier.file.sha256 != digest:
        raise MetroplanError(
            "request.key_reused",
            _("This Idempotency-Key was used for another file: send a new key."),
            status=422,
        )
    return earlier


def staged_already(submission: Submission, digest: str) -> Upload | None:
    newest = submission.uploads.filter(version=submission.version).select_related("file").first()
    return newest if newest and newest.file.sha256 == digest else None


def keep_upload(
    submission: Submission,
    actor: User,
    filename: str,
    content: bytes,
    result: CleanResult,
    **how: str,
) -> Upload:
    errors = sum(issue.severity == Severity.ERROR for issue in result.issues)
    upload = Upload.objects.create(
        submission=submission,
        file=store_file(name=filename, content=content, actor=actor),
        status=Upload.Status.REFUSED if errors else Upload.Status.STAGED,
        version=None if errors else submission.version + 1,
        uploaded_by=actor,
        errors=errors,
        warnings=len(result.issues) - errors,
        **how,
    )
    RowIssue.objects.bulk_create(_issue(upload, issue) for issue in result.issues)
    return upload


def _issue(upload: Upload, issue: Issue) -> RowIssue:
    return RowIssue(
        upload=upload,
        code=issue.code,
        severity=issue.severity,
        sheet=issue.sheet,
        row=issue.row,
        column=issue.column,
        key=issue.key,
        params=dict(issue.params),
    )


def make_version(submission: Submission, upload: Upload, rows: Iterable[CleanRow]) -> None:
    submission.version += 1
    submission.save(update_fields=["version"])
    StagedRow.objects.bulk_create(
        StagedRow(
            submission=submission,
            upload_id=row.source or upload.pk,
            version=submission.version,
            key=row.key,
            state=row.state,
            value=row.value,
            numerator=row.numerator,
            denominator=row.denominator,
            note=row.note,
            sheet=row.sheet,
            row=row.row,
            cells=row.cells,
            raw=row.raw,
        )
        for row in rows
    )
