"""A warning is answered by another figure or by a sentence why this one is right."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from metroplan.submissions.locks import lock
from metroplan.submissions.models import Explanation, Submission
from metroplan.submissions.registry import registry
from metroplan.submissions.selectors.explanations import Warned, unexplained, warned_lines
from metroplan.submissions.services.stage import not_open
from metroplan.submissions.states import EDITABLE

LENGTH = Explanation._meta.get_field("text").max_length
NAMED = 5
UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Said:
    """What is said to the warning `code` about the line `key`."""

    key: str
    code: str
    text: str


@transaction.atomic
def explain(
    *, submission: Submission, actor: User, said: Sequence[Said], expected_version: int
) -> Submission:
    """Keep each explanation with the figure it is about; one that is there already is replaced.

    All of them are kept, or none where one is refused.
    """
    submission = lock(submission, expected_version=expected_version)
    require(actor, "submission.fill", submission)
    if submission.status not in EDITABLE:
        raise not_open(submission)
    if not said:
        raise _refusal("explanation.nothing", _("Write an explanation for at least one warning."))
    warned = {(line.key, line.code): line for line in warned_lines(submission)}
    for item in said:
        _keep(submission, actor, item, warned.get((item.key, item.code)))
    return submission


def _keep(submission: Submission, actor: User, said: Said, line: Warned | None) -> None:
    text = said.text.strip()
    _check(said, text, line)
    if line.explanation and line.explanation.text == text:
        return
    kept, _created = Explanation.objects.update_or_create(
        submission=submission,
        key=line.key,
        code=line.code,
        figure=line.figure,
        defaults={"text": text, "written_by": actor},
    )
    record(
        "submission.explained",
        actor=actor,
        on=kept,
        before={"text": line.explanation.text} if line.explanation else {},
        after={"text": text},
        key=line.key,
        code=line.code,
        figure=line.figure,
        version=submission.version,
    )


def _check(said: Said, text: str, line: Warned | None) -> None:
    field = f"{said.code}:{said.key}"
    if line is None:
        raise _refusal(
            "explanation.no_warning",
            _("There is no warning {warning} about the line {key} now: load the page again."),
            field,
            warning=said.code[:60],
            key=said.key[:60],
        )
    if not text:
        raise _refusal(
            "explanation.no_text", _("Write why the figure of {key} is right."), field, key=said.key
        )
    if len(text) > LENGTH:
        raise _refusal(
            "explanation.too_long",
            _("The explanation for {key} is longer than {limit} characters: shorten it."),
            field,
            key=said.key,
            limit=LENGTH,
        )


def _refusal(code: str, text: str, field: str = "explanations", **params: object) -> MetroplanError:
    error = MetroplanError(code, text, status=UNPROCESSABLE, **params)
    error.fields = {field: [error.message]}
    return error


def refuse_unexplained(submission: Submission) -> None:
    """Raise where a warning of the present version has no explanation; the fields name each."""
    missing = unexplained(submission)
    if not missing:
        return
    names = {
        line.key: line.name for line in registry.get(submission.form.kind).lines(submission.form)
    }
    lines = list(dict.fromkeys(names.get(line.key, line.key) for line in missing))
    shown = "; ".join(lines[:NAMED]) + (" …" if len(lines) > NAMED else "")
    raise MetroplanError(
        "submission.unexplained",
        _(
            "{count} warnings have no explanation yet: correct the figures or write why they are "
            "right ({lines})."
        ),
        status=UNPROCESSABLE,
        fields={line.field: [line.sentence] for line in missing},
        count=len(missing),
        lines=shown,
    )
