"""Submitting a form and reviewing it up the tree."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import User
from metroplan.organisations.policy import can, require
from metroplan.submissions.locks import last_act, lock
from metroplan.submissions.models import ReturnedLine, ReviewDecision, Submission
from metroplan.submissions.registry import registry
from metroplan.submissions.reporting import next_reviewer
from metroplan.submissions.services.explanations import refuse_unexplained
from metroplan.submissions.services.moving import (
    Said,
    line_names,
    move,
    not_possible,
    reason_missing,
    refuse_unknown,
)
from metroplan.submissions.services.telling import (
    settle_withdrawn,
    tell_approved,
    tell_returned,
    tell_submitted,
)
from metroplan.submissions.states import EDITABLE, Status

Decision = ReviewDecision.Decision
REASON_LENGTH = ReviewDecision._meta.get_field("reason").max_length


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one form of several: `problem` says why it was not approved."""

    pk: int
    submission: Submission | None
    problem: MetroplanError | None = None


@transaction.atomic
def submit(
    *,
    submission: Submission,
    actor: User,
    expected_version: int,
    right: str = "submission.fill",
) -> Submission:
    """Hand the present version to the first unit of the review chain.

    `right` is what the actor needs, "submission.fill_for" to hand in for a unit below.
    """
    submission = lock(submission, expected_version=expected_version)
    require(actor, right, submission)
    if submission.status not in EDITABLE:
        raise not_possible(submission)
    if not submission.rows.filter(version=submission.version).exists():
        raise MetroplanError(
            "submission.nothing_to_submit",
            _("There is nothing to submit yet: upload the filled-in form first."),
        )
    refuse_unexplained(submission)
    submission.submitted_at, submission.submitted_by = timezone.now(), actor
    submission.first_submitted_at = submission.first_submitted_at or submission.submitted_at
    said = Said(Decision.SUBMITTED, actor, submission.organisation)
    move(submission, said, to=Status.SUBMITTED, reviewer=next_reviewer(submission))
    tell_submitted(submission)
    return submission


@transaction.atomic
def return_submission(
    *,
    submission: Submission,
    actor: User,
    expected_version: int,
    reason: str = "",
    lines: dict[str, str] | None = None,
) -> Submission:
    """Give the form back to the unit that filled it: with a reason for all of it, or by line.

    `lines` maps the keys of lines to what is wrong with each.
    """
    submission = lock(submission, expected_version=expected_version)
    _require_turn(submission, actor)
    marked = {key: text.strip() for key, text in (lines or {}).items() if text.strip()}
    names = line_names(submission) if marked else {}
    refuse_unknown(set(marked), names)
    _refuse_closed(submission, marked, names)
    said = Said(
        Decision.RETURNED,
        actor,
        submission.reviewer_unit,
        reason.strip() or _reason_of_lines(marked, names),
        {"lines": marked} if marked else {},
    )
    if not said.reason:
        raise reason_missing(
            _("Write why the form is returned, so that the unit knows what to change.")
        )
    decision = move(submission, said, to=Status.RETURNED, reviewer=None)
    ReturnedLine.objects.bulk_create(
        ReturnedLine(decision=decision, key=key, reason=text) for key, text in marked.items()
    )
    settle_withdrawn(submission)
    tell_returned(decision)
    return submission


@transaction.atomic
def approve(*, submission: Submission, actor: User, expected_version: int) -> Submission:
    """Approve for the actor's unit; at the end of the chain the figures become observations."""
    submission = lock(submission, expected_version=expected_version)
    _require_turn(submission, actor)
    following = next_reviewer(submission)
    said = Said(Decision.APPROVED, actor, submission.reviewer_unit)
    settle_withdrawn(submission)
    if following is not None:
        move(submission, said, to=Status.SUBMITTED, reviewer=following)
        return submission
    submission.approved_at = timezone.now()
    submission.approved_version = submission.version
    submission.open_lines = None
    decision = move(submission, said, to=Status.APPROVED, reviewer=None)
    registry.get(submission.form.kind).apply(submission, actor)
    tell_approved(decision)
    return submission


def approve_many(*, items: Iterable[tuple[int, int]], actor: User) -> list[Outcome]:
    """Approve forms by number and the version that was seen, each whole or not at all."""
    return [_approve_one(pk, version, actor) for pk, version in dict(items).items()]


def _approve_one(pk: int, version: int, actor: User) -> Outcome:
    visible = Submission.objects.visible_to(actor).select_related("form", "organisation")
    submission = visible.filter(pk=pk).first()
    if submission is None:
        return Outcome(pk, None, unknown_submission())
    try:
        done = approve(submission=submission, actor=actor, expected_version=version)
    except MetroplanError as problem:
        return Outcome(pk, submission, problem)
    except PermissionDenied:
        return Outcome(pk, submission, _not_your_turn())
    return Outcome(pk, done)


def unknown_submission() -> MetroplanError:
    return MetroplanError(
        "submission.unknown",
        _("There is no form with this number among those of your units."),
        status=404,
    )


def _not_your_turn() -> MetroplanError:
    return MetroplanError(
        "request.forbidden",
        _("It is not your turn to review this form: open it to see whose turn it is."),
        status=403,
    )


def _require_turn(submission: Submission, actor: User) -> None:
    """409 for who comes second; PermissionDenied for whose turn it never was."""
    if submission.status != Status.SUBMITTED:
        raise MetroplanError(
            "submission.not_under_review",
            _("The form is “{state}”, so there is nothing to review. {last} Load the page again."),
            state=submission.status_words,
            last=last_act(submission),
        )
    if can(actor, "submission.review", submission):
        return
    if can(actor, "submission.review") and _unit_has_decided(submission, actor):
        raise MetroplanError(
            "submission.decided",
            _("Your unit has decided on this version meanwhile. {last} Load the page again."),
            last=last_act(submission),
        )
    raise PermissionDenied("submission.review")


def _unit_has_decided(submission: Submission, actor: User) -> bool:
    decided = submission.decisions.filter(
        unit=actor.organisation_id, version=submission.version
    ).exclude(decision=Decision.SUBMITTED)
    return decided.exists()


def _refuse_closed(submission: Submission, marked: dict[str, str], names: dict[str, str]) -> None:
    """The unit could not change a line that its correction did not open."""
    if submission.open_lines is None:
        return
    if closed := [names[key] for key in marked if key not in submission.open_lines]:
        raise MetroplanError(
            "submission.line_closed",
            _("{lines}: not open in this correction; return the other lines or the whole form."),
            status=422,
            fields={"lines": ["closed"]},
            lines=", ".join(closed),
        )


def _reason_of_lines(marked: dict[str, str], names: dict[str, str]) -> str:
    """The reviewer's own words on each line, for where only one reason is read."""
    return "\n".join(
        names[key] + pgettext("punctuation", ": ") + text for key, text in marked.items()
    )[:REASON_LENGTH]
