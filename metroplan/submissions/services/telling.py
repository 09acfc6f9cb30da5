"""Telling the people at both ends what happened to a form. Each is called in the act's own
transaction; calling it twice for one event tells nobody twice."""

from typing import Any

from django.urls import reverse

from metroplan.organisations.models import Organisation, Role
from metroplan.organisations.notices import in_both
from metroplan.organisations.services.notices import notify, people_of, settle
from metroplan.submissions import notice_words as words
from metroplan.submissions.models import (
    BulkImport,
    BulkStatus,
    Correction,
    ReviewDecision,
    Submission,
)

TOLD_TO_SENDER = {
    BulkStatus.REFUSED: words.FILE_REFUSED,
    BulkStatus.DECLINED: words.FILE_DECLINED,
    BulkStatus.APPLIED: words.FILE_APPLIED,
}


def address_of(submission: Submission) -> str:
    return reverse("submissions:submission-detail", args=[submission.pk])


def about(submission: Submission) -> dict[str, Any]:
    """The words that every sentence about a form may use."""
    return {
        "form": in_both(submission.form),
        "unit": in_both(submission.organisation),
        "period": str(submission.period),
        "due": submission.due_on.isoformat(),
    }


def tell_submitted(submission: Submission) -> None:
    """What the unit was asked for is done; nobody needs to read it any more."""
    settle(codes=words.WAITS_FOR_UNIT, urls=[address_of(submission)])


def settle_withdrawn(submission: Submission) -> None:
    """A unit has decided anew: nobody needs to be told that its turn had come again."""
    settle(codes=[words.UNAPPROVED], urls=[address_of(submission)])


def tell_returned(decision: ReviewDecision) -> None:
    params = {"by": in_both(decision.unit), "reason": decision.reason}
    _tell_unit(decision.submission, words.RETURNED, f"decision:{decision.pk}", params)


def tell_approved(decision: ReviewDecision) -> None:
    """For the last approval, with which the figures come into force."""
    params = {"by": in_both(decision.unit)}
    _tell_unit(decision.submission, words.APPROVED, f"decision:{decision.pk}", params)


def tell_reopened(decision: ReviewDecision) -> None:
    params = {"by": in_both(decision.unit), "reason": decision.reason}
    _tell_unit(decision.submission, words.REOPENED, f"decision:{decision.pk}", params)


def tell_unapproved(decision: ReviewDecision) -> None:
    """The reviewers whose turn it is again, but for who withdrew it."""
    submission = decision.submission
    unit = submission.reviewer_unit_id
    reviewers = people_of([unit], [Role.REVIEWER])[unit]
    notify(
        code=words.UNAPPROVED,
        params=about(submission) | {"by": in_both(decision.unit), "reason": decision.reason},
        url=address_of(submission),
        key=f"decision:{decision.pk}",
        users=[user for user in reviewers if user.pk != decision.decided_by_id],
    )


def tell_correction_requested(correction: Correction, *, deciding: Organisation) -> None:
    """The reviewers of the unit that decides on it."""
    submission = correction.submission
    notify(
        code=words.CORRECTION_REQUESTED,
        params=about(submission) | {"reason": correction.reason},
        url=address_of(submission),
        key=f"correction:{correction.pk}",
        unit=deciding,
        roles=[Role.REVIEWER],
    )


def tell_correction_answered(correction: Correction) -> None:
    granted = correction.status == Correction.Status.GRANTED
    code = words.CORRECTION_GRANTED if granted else words.CORRECTION_REFUSED
    submission = correction.submission
    settle(codes=[words.CORRECTION_REQUESTED], urls=[address_of(submission)])
    _tell_unit(submission, code, f"correction:{correction.pk}", {"answer": correction.answer})


def tell_large_file(job: BulkImport) -> None:
    """Who may apply it once it is checked, who sent it once it is over."""
    url = reverse("submissions:bulk-detail", args=[job.pk])
    settle(codes=[words.FILE_READY], urls=[url])
    if job.status == BulkStatus.READY:
        unit = job.organisation_id
        people = people_of([unit], [Role.STAFF, Role.REVIEWER])[unit]
        code, told = words.FILE_READY, [user for user in people if user.pk != job.uploaded_by_id]
    elif job.status in TOLD_TO_SENDER:
        code, told = TOLD_TO_SENDER[job.status], [job.uploaded_by]
    else:
        return
    params = {"file": job.file.name, "count": job.changed, "reason": job.reason}
    notify(code=code, params=params, url=url, key=f"bulk:{job.pk}:{job.version}", users=told)


def _tell_unit(submission: Submission, code: str, key: str, params: dict[str, Any]) -> None:
    notify(
        code=code,
        params=about(submission) | params,
        url=address_of(submission),
        key=key,
        unit=submission.organisation,
        roles=[Role.REPORTER],
    )
