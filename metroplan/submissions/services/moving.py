"""One step of a form on its way: the state, the decision and the log change together."""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Organisation, User
from metroplan.submissions.locks import last_act
from metroplan.submissions.models import ReviewDecision, Submission
from metroplan.submissions.registry import registry
from metroplan.submissions.states import may_move


@dataclass(frozen=True, slots=True)
class Said:
    """Who decides what, for which unit, and why."""

    decision: str
    actor: User
    unit: Organisation
    reason: str = ""
    more: dict[str, object] = field(default_factory=dict)


def move(
    submission: Submission, said: Said, *, to: str, reviewer: Organisation | None
) -> ReviewDecision:
    """Raises MetroplanError where the table of states does not allow it."""
    if not may_move(submission.status, to):
        raise not_possible(submission)
    before = {"status": submission.status, "reviewer": _code(submission.reviewer_unit)}
    submission.status, submission.reviewer_unit = to, reviewer
    after = {"status": to, "reviewer": _code(reviewer)}
    return decide(submission, said, before=before, after=after)


def decide(
    submission: Submission, said: Said, *, before: dict[str, object], after: dict[str, object]
) -> ReviewDecision:
    """Save the submission as it is now, with the decision that made it so."""
    submission.save()
    decision = ReviewDecision.objects.create(
        submission=submission,
        unit=said.unit,
        decision=said.decision,
        version=submission.version,
        reason=said.reason,
        decided_by=said.actor,
    )
    record(
        f"submission.{said.decision}",
        actor=said.actor,
        on=submission,
        before=before,
        after=after,
        version=submission.version,
        reason=said.reason,
        **said.more,
    )
    return decision


def not_possible(submission: Submission) -> MetroplanError:
    return MetroplanError(
        "submission.not_possible",
        _("A form that is “{state}” cannot take this step. {last} Load the page again."),
        state=submission.status_words,
        last=last_act(submission),
    )


def reason_missing(message: object) -> MetroplanError:
    return MetroplanError(
        "submission.reason_missing", message, status=422, fields={"reason": ["required"]}
    )


def line_names(submission: Submission) -> dict[str, str]:
    """By key, the lines that the form asks for, without those that a register counts."""
    lines = registry.get(submission.form.kind).lines(submission.form)
    return {line.key: line.name for line in lines if not line.counted_in(submission.period)}


def refuse_unknown(keys: set[str], names: dict[str, str]) -> None:
    if unknown := sorted(keys - names.keys()):
        raise MetroplanError(
            "submission.line_unknown",
            _("The form has no line {lines}: name lines of this form."),
            status=422,
            fields={"lines": ["unknown"]},
            lines=", ".join(unknown),
        )


def _code(unit: Organisation | None) -> str | None:
    return unit.code if unit else None
