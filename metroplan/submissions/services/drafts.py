"""What is being typed is kept as a draft, and two windows do not overwrite each other."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from metroplan.submissions.locks import wait_turn
from metroplan.submissions.models import Draft, Submission, Upload
from metroplan.submissions.selectors.typed import Texts, place_of, present_texts
from metroplan.submissions.services.stage import not_open
from metroplan.submissions.states import EDITABLE


class DraftConflict(MetroplanError):
    """Somebody has typed since the caller looked. The exception carries what stands there now."""

    def __init__(self, submission: Submission) -> None:
        super().__init__(
            "draft.changed",
            _(
                "The figures were changed in another window since you began: compare and take "
                "what is right."
            ),
        )
        self.submission = submission
        self.base, self.revision = place_of(submission)
        draft = getattr(submission, "draft", None)
        self.draft = draft if draft and draft.lines else None
        self.lines: dict[str, Texts] = self.draft.lines if self.draft else present_texts(submission)
        self.changed_by: User | None = None
        self.changed_at: datetime | None = None
        if self.draft:
            self.changed_by, self.changed_at = self.draft.saved_by, self.draft.saved_at
        elif upload := submission.uploads.filter(version=submission.version).first():
            self.changed_by, self.changed_at = upload.uploaded_by, upload.uploaded_at


@transaction.atomic
def save_draft(
    *,
    submission: Submission,
    actor: User,
    base: int,
    revision: int,
    lines: dict[str, Texts],
) -> Draft:
    """Keep what was typed; `base` and `revision` are those that were looked at.

    An empty draft, and none at all (revision 0), begins anew on the version `base`. Raises
    DraftConflict when another draft, or another version, stands there by now.
    """
    draft = same_draft(submission, actor, base=base, revision=revision)
    if draft is None:
        draft = Draft(submission=submission)
    draft.base, draft.revision = base, revision + 1
    draft.lines, draft.saved_by = lines, actor
    draft.save()
    return draft


def same_draft(submission: Submission, actor: User, *, base: int, revision: int) -> Draft | None:
    """The draft as the caller saw it, None where none was begun; nobody changes it meanwhile."""
    require(actor, "submission.fill", submission)
    wait_turn(submission)
    now = Submission.objects.select_related("draft__saved_by").get(pk=submission.pk)
    if now.status not in EDITABLE:
        raise not_open(now)
    if place_of(now) != (base, revision):
        raise DraftConflict(now)
    return getattr(now, "draft", None)


@transaction.atomic
def discard_draft(*, submission: Submission, actor: User, base: int, revision: int) -> None:
    """Drop what was typed and go back to the present version."""
    draft = same_draft(submission, actor, base=base, revision=revision)
    if draft is not None:
        _empty(draft)
        record("draft.discarded", actor=actor, on=submission, version=submission.version)


def draft_taken_over(submission: Submission, upload: Upload) -> None:
    """What was typed is a version now. Where that is the version before, the draft is emptied only:
    revisions go on counting, so that a window left open cannot take a new draft for its own.
    """
    draft = Draft.objects.filter(submission=submission).first()
    if draft is not None and draft.base == upload.version:
        _empty(draft)
    elif draft is not None:
        draft.delete()


def _empty(draft: Draft) -> None:
    draft.revision, draft.lines = draft.revision + 1, {}
    draft.save()
