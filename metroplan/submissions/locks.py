"""One submission is changed by one person at a time, and only as they last saw it."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import User
from metroplan.submissions.models import ReviewDecision, Submission

Decision = ReviewDecision.Decision

DONE = {
    "staged": gettext_lazy("{who} of {unit} uploaded version {version} at {time}."),
    Decision.SUBMITTED: gettext_lazy("{who} of {unit} submitted version {version} at {time}."),
    Decision.APPROVED: gettext_lazy("{who} of {unit} approved version {version} at {time}."),
    Decision.RETURNED: gettext_lazy("{who} of {unit} returned version {version} at {time}."),
    Decision.UNAPPROVED: gettext_lazy(
        "{who} of {unit} withdrew the approval of version {version} at {time}."
    ),
    Decision.REOPENED: gettext_lazy("{who} of {unit} reopened the form at {time}."),
    "granted": gettext_lazy("{who} of {unit} granted a correction at {time}."),
}


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
            gettext_lazy(
                "The form has changed since you opened it: you saw version {seen}, it is now at "
                "version {now}. {last} Load the page again before you go on."
            ),
            seen=expected_version,
            now=locked.version,
            last=last_act(locked),
        )
    return locked


def wait_turn(submission: Submission) -> None:
    """Until the transaction ends nobody else changes the row, whatever version it is at."""
    Submission.objects.select_for_update().get(pk=submission.pk)


def last_act(submission: Submission) -> str:
    """Who did what to the form last, as a sentence in the reader's language."""
    people = "__organisation"
    staged = submission.uploads.filter(version__isnull=False).select_related(f"uploaded_by{people}")
    decided = submission.decisions.order_by("-id").select_related(f"decided_by{people}")
    granted = submission.corrections.filter(status="granted").select_related(f"decided_by{people}")
    acts = [(item.uploaded_at, "staged", item.uploaded_by, item.version) for item in staged[:1]]
    acts += [
        (item.decided_at, item.decision, item.decided_by, item.version) for item in decided[:1]
    ]
    acts += [(item.decided_at, "granted", item.decided_by, item.version) for item in granted[:1]]
    if not acts:
        return _("Nothing has been handed in yet.")
    at, act, person, version = max(acts, key=lambda item: item[0])
    return _sentence(act, person, version, timezone.localtime(at).strftime("%Y-%m-%d %H:%M"))


def _sentence(act: str, person: User, version: int, time: str) -> str:
    return str(DONE[act]).format(
        who=person.get_full_name(), unit=person.organisation.name, version=version, time=time
    )
