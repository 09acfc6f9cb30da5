"""Corrections after approval: asked for by the unit, answered by the form's owner."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from metroplan.submissions.locks import last_act, lock
from metroplan.submissions.models import Correction, Submission
from metroplan.submissions.services.moving import line_names, reason_missing, refuse_unknown
from metroplan.submissions.services.telling import (
    tell_correction_answered,
    tell_correction_requested,
)
from metroplan.submissions.states import Status


@transaction.atomic
def request_correction(
    *,
    submission: Submission,
    actor: User,
    lines: Iterable[str],
    reason: str,
    expected_version: int,
) -> Correction:
    """Ask that these lines of the approved form be opened again."""
    submission = lock(submission, expected_version=expected_version)
    require(actor, "submission.fill", submission)
    if submission.status != Status.APPROVED:
        raise _not_approved(submission)
    if not reason.strip():
        raise reason_missing(_("Write why the figures are to be corrected."))
    keys = _known_lines(submission, lines)
    if submission.corrections.filter(status=Correction.Status.REQUESTED).exists():
        raise MetroplanError(
            "correction.waiting",
            _("A correction of this form has been asked for already: wait for the answer."),
        )
    correction = Correction.objects.create(
        submission=submission,
        version=submission.version,
        keys=keys,
        reason=reason.strip(),
        requested_by=actor,
    )
    record("correction.requested", actor=actor, on=correction, lines=keys, reason=reason.strip())
    tell_correction_requested(correction, deciding=submission.form.owner)
    return correction


@transaction.atomic
def grant_correction(*, correction: Correction, actor: User, answer: str = "") -> Correction:
    """Open the named lines, and only these; what is approved stays in force meanwhile."""
    correction, submission = _to_decide(correction, actor)
    if submission.status != Status.APPROVED:
        raise _not_approved(submission)
    submission.status, submission.open_lines = Status.RETURNED, correction.keys
    submission.save(update_fields=["status", "open_lines"])
    return _settle(correction, actor, Correction.Status.GRANTED, answer.strip())


@transaction.atomic
def refuse_correction(*, correction: Correction, actor: User, answer: str) -> Correction:
    """The form stays as it is approved; the unit reads why."""
    correction, _submission = _to_decide(correction, actor)
    if not answer.strip():
        raise MetroplanError(
            "correction.answer_missing",
            _("Write why the correction is refused: the unit reads exactly this."),
            status=422,
            fields={"answer": ["required"]},
        )
    return _settle(correction, actor, Correction.Status.REFUSED, answer.strip())


def settle_waiting(submission: Submission, actor: User, status: str, answer: str) -> None:
    """Another act has answered what was asked for."""
    for waiting in submission.corrections.filter(status=Correction.Status.REQUESTED):
        _settle(waiting, actor, status, answer)


def _to_decide(correction: Correction, actor: User) -> tuple[Correction, Submission]:
    """Both locked; nobody answers what they asked for themselves."""
    known = correction.submission
    submission = lock(known, expected_version=known.version)
    require(actor, "correction.decide", submission)
    correction = Correction.objects.select_for_update().get(pk=correction.pk)
    correction.submission = submission
    if correction.requested_by_id == actor.pk:
        raise PermissionDenied("correction.decide")
    if correction.status != Correction.Status.REQUESTED:
        raise MetroplanError(
            "correction.decided",
            _("The correction is “{state}” already. {last} Load the page again."),
            state=correction.get_status_display(),
            last=last_act(submission),
        )
    return correction, submission


def _settle(correction: Correction, actor: User, status: str, answer: str) -> Correction:
    correction.status, correction.answer = status, answer
    correction.decided_by, correction.decided_at = actor, timezone.now()
    correction.save()
    record(f"correction.{status}", actor=actor, on=correction, lines=correction.keys, answer=answer)
    tell_correction_answered(correction)
    return correction


def _known_lines(submission: Submission, lines: Iterable[str]) -> list[str]:
    """In the form's order."""
    wanted, names = set(lines), line_names(submission)
    refuse_unknown(wanted, names)
    if not wanted:
        raise MetroplanError(
            "correction.lines_missing",
            _("Choose the lines that are to be corrected."),
            status=422,
            fields={"lines": ["required"]},
        )
    return [key for key in names if key in wanted]


def _not_approved(submission: Submission) -> MetroplanError:
    return MetroplanError(
        "correction.not_approved",
        _("Only an approved form is corrected in this way; this one is “{state}”. {last}"),
        state=submission.status_words,
        last=last_act(submission),
    )
