"""What is decided on a form: submitted, approved, returned, taken back, reopened, corrected."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from metroplan.common.problems import MetroplanError
from metroplan.organisations.policy import require
from metroplan.submissions.forms import VersionForm
from metroplan.submissions.forms_review import (
    AnswerForm,
    CorrectionForm,
    ReopenForm,
    ReturnForm,
    UnapproveForm,
)
from metroplan.submissions.models import Correction, Submission
from metroplan.submissions.selectors.acts import withdrawable_units
from metroplan.submissions.services import corrections, review, taking_back
from metroplan.submissions.services.moving import line_names
from metroplan.submissions.views.pages import show, visible_submission

UNPROCESSABLE = 422
AT_ONCE = 200
QUEUE = "submissions:review-queue"
DETAIL = "submissions:submission-detail"


@dataclass(frozen=True, slots=True)
class Step:
    """`right` is asked of the role; whose turn it is, the service says of the locked form.

    `form` makes the form from what was sent, `name` is what the page calls it.
    """

    right: str
    name: str
    form: Callable[..., forms.Form]
    act: Callable[..., Any]
    to_queue: bool = False


@require_POST
def submission_submit(request: HttpRequest, pk: int) -> HttpResponse:
    step = Step("submission.fill", "version_form", VersionForm, review.submit)
    return _decide(request, pk, step)


@require_POST
def submission_approve(request: HttpRequest, pk: int) -> HttpResponse:
    step = Step("submission.review", "version_form", VersionForm, review.approve, to_queue=True)
    return _decide(request, pk, step)


@require_POST
def submission_return(request: HttpRequest, pk: int) -> HttpResponse:
    act = review.return_submission
    return _decide(request, pk, Step("submission.review", "return_form", ReturnForm, act, True))


@require_POST
def submission_unapprove(request: HttpRequest, pk: int) -> HttpResponse:
    units = withdrawable_units(visible_submission(request, pk), request.user)
    form = partial(UnapproveForm, units=units)
    step = Step("submission.unapprove", "unapprove_form", form, taking_back.unapprove)
    return _decide(request, pk, step)


@require_POST
def submission_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    step = Step("submission.reopen", "reopen_form", ReopenForm, taking_back.reopen)
    return _decide(request, pk, step)


@require_POST
def submission_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """A correction is asked for; the form itself stays as it is."""
    form = partial(CorrectionForm, lines=line_names(visible_submission(request, pk)))

    def act(**sent: Any) -> Submission:
        return corrections.request_correction(**sent).submission

    return _decide(request, pk, Step("submission.fill", "correction_form", form, act))


@require_POST
def correction_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner's answer: the button says whether the lines are opened."""
    found = Correction.objects.visible_to(request.user).select_related("submission__form__owner")
    correction = get_object_or_404(found, pk=pk)
    require(request.user, "correction.decide", correction.submission)
    form, submission = AnswerForm(request.POST), correction.submission_id
    if not form.is_valid():
        return _again(request, submission, UNPROCESSABLE, answer_form=form)
    grant = form.cleaned_data["grant"] == "yes"
    service = corrections.grant_correction if grant else corrections.refuse_correction
    answer = form.cleaned_data["answer"]
    try:
        service(correction=correction, actor=request.user, answer=answer)
    except MetroplanError as problem:
        kept = AnswerForm(initial={"answer": answer})
        return _again(request, submission, problem.status, problem=problem, answer_form=kept)
    messages.success(request, _("The unit has been told."))
    return redirect(DETAIL, pk=submission)


@require_POST
def approve_many(request: HttpRequest) -> HttpResponse:
    """The forms ticked in the queue, each with the version that stood beside the tick."""
    require(request.user, "submission.review")
    items = [item for sent in request.POST.getlist("item")[:AT_ONCE] if (item := _item(sent))]
    outcomes = review.approve_many(items=items, actor=request.user)
    done = sum(outcome.problem is None for outcome in outcomes)
    if done:
        text = ngettext("{n} form approved.", "{n} forms approved.", done)
        messages.success(request, text.format(n=done))
    for outcome in outcomes:
        if outcome.problem is not None:
            text = _("{form} was not approved: {why}")
            shown = text.format(form=outcome.submission or outcome.pk, why=outcome.problem.message)
            messages.error(request, shown)
    if not outcomes:
        messages.warning(request, _("Tick the forms that are to be approved first."))
    return redirect(QUEUE)


def _item(sent: str) -> tuple[int, int] | None:
    """`17:3` is form 17 as its version 3; anything else is none."""
    pk, _colon, version = sent.partition(":")
    if not (pk.isdecimal() and version.isdecimal() and len(sent) < 20):
        return None
    return int(pk), int(version)


def _decide(request: HttpRequest, pk: int, step: Step) -> HttpResponse:
    """One step of a form's way; a refusal shows the page again with what was typed."""
    submission = visible_submission(request, pk)
    require(request.user, step.right)
    form = step.form(request.POST)
    if not form.is_valid():
        return show(request, submission, status=UNPROCESSABLE, **{step.name: form})
    try:
        submission = step.act(submission=submission, actor=request.user, **form.cleaned_data)
    except MetroplanError as problem:
        return _refused(request, pk, step, form.cleaned_data, problem)
    messages.success(request, _outcome(submission, step))
    return redirect(QUEUE) if step.to_queue else redirect(DETAIL, pk=pk)


def _refused(
    request: HttpRequest, pk: int, step: Step, typed: dict[str, Any], problem: MetroplanError
) -> HttpResponse:
    """The page as it stands now: what was typed is kept, bound to the version shown now."""
    submission = visible_submission(request, pk)
    kept = step.form(initial=typed | {"expected_version": submission.version})
    bound = {step.name: kept}
    return show(request, submission, problem=problem, status=problem.status, **bound)


def _again(request: HttpRequest, pk: int, status: int, **bound: Any) -> HttpResponse:
    return show(request, visible_submission(request, pk), status=status, **bound)


def _outcome(submission: Submission, step: Step) -> str:
    if step.name == "correction_form":
        return _("{unit} has been asked to open the lines.").format(unit=submission.form.owner.name)
    if step.name == "unapprove_form":
        text = _("The approval is withdrawn: {form} is under review at {unit} again.")
        return text.format(form=submission, unit=submission.reviewer_unit.name)
    if submission.reviewer_unit is not None:
        text = _("{form} is now with {unit} for review.")
        return text.format(form=submission, unit=submission.reviewer_unit.name)
    return _("{form}: {state}.").format(form=submission, state=submission.status_words)
