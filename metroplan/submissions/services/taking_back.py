"""What was approved is taken back from above, or a form is opened once more for one unit."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Organisation, User
from metroplan.organisations.policy import require
from metroplan.submissions.locks import last_act, lock
from metroplan.submissions.models import Correction, ReviewDecision, Submission
from metroplan.submissions.registry import registry
from metroplan.submissions.selectors.acts import may_be_given_time, withdrawable_units
from metroplan.submissions.services.corrections import settle_waiting
from metroplan.submissions.services.moving import Said, decide, move, reason_missing
from metroplan.submissions.services.telling import tell_reopened, tell_unapproved
from metroplan.submissions.states import Status

Decision = ReviewDecision.Decision


@transaction.atomic
def unapprove(
    *, submission: Submission, actor: User, reason: str, expected_version: int, unit: str = ""
) -> Submission:
    """Take back the approval of the unit with this code (or the newest one): its turn comes again.

    After the last approval its observations are withdrawn too, until the form is approved again.
    """
    submission = lock(submission, expected_version=expected_version)
    require(actor, "submission.unapprove", submission)
    if not reason.strip():
        raise reason_missing(_("Write why the approval is withdrawn: the unit reads exactly this."))
    turn = _unit_to_repeat(submission, actor, unit)
    in_force = submission.status == Status.APPROVED
    if in_force:
        submission.approved_at = submission.approved_version = None
        settle_waiting(submission, actor, Correction.Status.REFUSED, reason.strip())
    said = Said(Decision.UNAPPROVED, actor, actor.organisation, reason.strip())
    decision = move(submission, said, to=Status.SUBMITTED, reviewer=turn)
    if in_force:
        registry.get(submission.form.kind).withdraw(submission, actor)
    tell_unapproved(decision)
    return submission


@transaction.atomic
def reopen(
    *,
    submission: Submission,
    actor: User,
    reason: str,
    expected_version: int,
    due_on: date | None = None,
) -> Submission:
    """Open an approved form again in all its lines, or give one that is overdue until `due_on`.

    What is approved stays in force until the next approval.
    """
    submission = lock(submission, expected_version=expected_version)
    require(actor, "submission.reopen", submission)
    if not reason.strip():
        raise reason_missing(_("Write why the form is reopened: the unit reads exactly this."))
    said = Said(Decision.REOPENED, actor, actor.organisation, reason.strip())
    if submission.status == Status.APPROVED:
        submission.open_lines = None
        settle_waiting(submission, actor, Correction.Status.GRANTED, reason.strip())
        decision = move(submission, said, to=Status.RETURNED, reviewer=None)
    elif may_be_given_time(submission, timezone.localdate()):
        decision = _give_time(submission, said, due_on)
    else:
        raise _not_reopenable(submission)
    tell_reopened(decision)
    return submission


def _unit_to_repeat(submission: Submission, actor: User, code: str) -> Organisation:
    found = withdrawable_units(submission, actor)
    chosen = next((unit for unit in found if code in ("", unit.code)), None)
    if chosen is None:
        raise MetroplanError(
            "submission.no_approval",
            _("There is no such approval that your unit may take back. {last}"),
            last=last_act(submission),
        )
    return chosen


def _give_time(submission: Submission, said: Said, due_on: date | None) -> ReviewDecision:
    if due_on is None or due_on < timezone.localdate():
        raise MetroplanError(
            "submission.due_on_missing",
            _("Name the day until which the unit may report: today or later."),
            status=422,
            fields={"due_on": ["required"]},
        )
    before = {"due_on": submission.due_on}
    submission.due_on = due_on
    return decide(submission, said, before=before, after={"due_on": due_on})


def _not_reopenable(submission: Submission) -> MetroplanError:
    return MetroplanError(
        "submission.not_reopenable",
        _(
            "A form that is “{state}” is not reopened: only one that is approved, or one that is "
            "overdue and was never handed in. {last}"
        ),
        state=submission.status_words,
        last=last_act(submission),
    )
