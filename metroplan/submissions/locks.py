"""One submission is changed by one person at a time, and only as they last saw it."""

from django.utils.translation import gettext_lazy as _

from metroplan.common.problems import MetroplanError
from metroplan.submissions.models import Submission


def lock(submission: Submission, *, expected_version: int) -> Submission:
    """The row locked until the transaction ends; 409 if it has moved on since it was looked at."""
    locked = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("form__owner", "organisation", "reviewer_unit")
        .get(pk=submission.pk)
    )
    if locked.version != expected_version:
        raise MetroplanError(
            "submission.changed",
            _(
                "Someone else has changed this form: you saw version {seen}, it is now at version "
                "{now}. Load the page again before you go on."
            ),
            seen=expected_version,
            now=locked.version,
        )
    return locked


def wait_turn(submission: Submission) -> None:
    """Until the transaction ends nobody else changes the row, whatever version it is at."""
    Submission.objects.select_for_update().get(pk=submission.pk)
