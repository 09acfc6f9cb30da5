"""Submitting a form and reviewing it up the tree."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Organisation, User
from metroplan.organisations.policy import require
from metroplan.submissions.locks import lock
from metroplan.submissions.models import ReviewDecision, Submission
from metroplan.submissions.registry import registry
from metroplan.submissions.reporting import next_reviewer
from metroplan.submissions.states import EDITABLE, Status, may_move

Decision = ReviewDecision.Decision


@transaction.atomic
def submit(*, submission: Submission, actor: User, expected_version: int) -> Submission:
    """Hand the present version to the first unit of the review chain."""
    submission = lock(submission, expected_version=expected_version)
    require(actor, "submission.fill", submission)
    if submission.status not in EDITABLE:
        raise _not_possible(submission)
    if not submission.rows.filter(version=submission.version).exists():
        raise MetroplanError(
            "submission.nothing_to_submit",
            _("There is nothing to submit yet: upload the filled-in form first."),
        )
    submission.submitted_at, submission.submitted_by = timezone.now(), actor
    return _move(
        submission,
        to=Status.SUBMITTED,
        reviewer=next_reviewer(submission),
        decision=Decision.SUBMITTED,
        actor=actor,
    )


@transaction.atomic
def return_submission(
    *, submission: Submission, actor: User, reason: str, expected_version: int
) -> Submission:
    """Give the form back to the unit that filled it, with the reason."""
    submission = lock(submission, expected_version=expected_version)
    _require_turn(submission, actor)
    if not reason.strip():
        raise MetroplanError(
            "submission.reason_missing",
            _("Write why the form is returned, so that the unit knows what to change."),
            status=422,
            fields={"reason": ["required"]},
        )
    return _move(
        submission,
        to=Status.RETURNED,
        reviewer=None,
        decision=Decision.RETURNED,
        actor=actor,
        reason=reason.strip(),
    )


@transaction.atomic
def approve(*, submission: Submission, actor: User, expected_version: int) -> Submission:
    """Approve for the actor's unit; at the end of the chain the figures become observations."""
    submission = lock(submission, expected_version=expected_version)
    _require_turn(submission, actor)
    following = next_reviewer(submission)
    if following is not None:
        return _move(
            submission,
            to=Status.SUBMITTED,
            reviewer=following,
            decision=Decision.APPROVED,
            actor=actor,
        )
    submission.approved_at = timezone.now()
    submission.approved_version = submission.version
    approved = _move(
        submission, to=Status.APPROVED, reviewer=None, decision=Decision.APPROVED, actor=actor
    )
    registry.get(submission.form.kind).apply(approved, actor)
    return approved


def _require_turn(submission: Submission, actor: User) -> None:
    if submission.status != Status.SUBMITTED:
        raise MetroplanError(
            "submission.not_under_review",
            _("The form is “{state}”, so there is nothing to review: load the page again."),
            state=submission.get_status_display(),
        )
    require(actor, "submission.review", submission)


def _move(
    submission: Submission,
    *,
    to: str,
    reviewer: Organisation | None,
    decision: str,
    actor: User,
    reason: str = "",
) -> Submission:
    if not may_move(submission.status, to):
        raise _not_possible(submission)
    before = {"status": submission.status, "reviewer": _code(submission.reviewer_unit)}
    deciding = submission.reviewer_unit or submission.organisation
    submission.status, submission.reviewer_unit = to, reviewer
    submission.save()
    ReviewDecision.objects.create(
        submission=submission,
        unit=deciding,
        decision=decision,
        version=submission.version,
        reason=reason,
        decided_by=actor,
    )
    record(
        f"submission.{decision}",
        actor=actor,
        on=submission,
        before=before,
        after={"status": to, "reviewer": _code(reviewer)},
        version=submission.version,
        reason=reason,
    )
    return submission


def _not_possible(submission: Submission) -> MetroplanError:
    return MetroplanError(
        "submission.not_possible",
        _("A form that is “{state}” cannot take this step: load the page again."),
        state=submission.get_status_display(),
    )


def _code(unit: Organisation | None) -> str | None:
    return unit.code if unit else None
