"""Filling in for the units below, all in one workbook."""

import io
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from metroplan.common.problems import MetroplanError
from metroplan.organisations.policy import require
from metroplan.submissions.forms_joint import JointSubmitForm, JointUploadForm
from metroplan.submissions.models import Submission
from metroplan.submissions.registry import registry
from metroplan.submissions.selectors.joint import (
    chosen_forms,
    joint_choices,
    joint_context,
    joint_page,
)
from metroplan.submissions.services.joint import JointOutcome, fill_for_units, submit_for_units
from metroplan.submissions.services.stage import refuse_oversize
from metroplan.submissions.views.files import TEMPLATES, attachment
from metroplan.submissions.wording import describe

UNPROCESSABLE = 422
PAGE = "submissions/joint_form.html"


@require_safe
@never_cache
def joint_form(request: HttpRequest) -> HttpResponse:
    """`?form=&period=` is one form and quarter; without them the choice of what is open."""
    require(request.user, "submission.fill_for")
    if "form" not in request.GET:
        context = {"choices": joint_choices(request.user)}
        return render(request, "submissions/joint_list.html", context)
    return _show(request, _chosen(request))


@require_safe
def joint_template(request: HttpRequest) -> FileResponse:
    """One workbook with a line for every unit and measure that is still open."""
    require(request.user, "submission.fill_for")
    submissions = _chosen(request)
    context = joint_context(request.user, submissions)
    content = registry.get(context.form.kind).joint_template(context)
    name = f"{context.form.name}-{context.filler.name}-{context.period}.xlsx"
    return attachment(io.BytesIO(content), name, TEMPLATES["xlsx"])


@require_POST
def joint_upload(request: HttpRequest) -> HttpResponse:
    require(request.user, "submission.fill_for")
    submissions = _chosen(request)
    form = JointUploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, submissions, upload_form=form, status=UNPROCESSABLE)
    file = form.cleaned_data["file"]
    try:
        refuse_oversize(file.size)
        outcome = fill_for_units(
            submissions=submissions,
            actor=request.user,
            filename=file.name,
            content=file.read(),
            expected=form.cleaned_data["versions"],
        )
    except MetroplanError as problem:
        return _show(request, submissions, problem=problem, status=problem.status)
    if outcome.issues:
        sentences = [(issue, describe(issue)) for issue in outcome.issues]
        return _show(request, submissions, file_issues=sentences, status=UNPROCESSABLE)
    _say_taken(request, outcome)
    return redirect(_address(submissions))


@require_POST
def joint_submit(request: HttpRequest) -> HttpResponse:
    require(request.user, "submission.fill_for")
    submissions = _chosen(request)
    form = JointSubmitForm(request.POST)
    if not form.is_valid():
        return _show(request, submissions, status=UNPROCESSABLE)
    outcome = submit_for_units(
        submissions=submissions, actor=request.user, expected=form.cleaned_data["versions"]
    )
    if outcome.taken:
        text = ngettext("{n} form was handed in.", "{n} forms were handed in.", len(outcome.taken))
        messages.success(request, text.format(n=len(outcome.taken)))
    _say_problems(request, outcome)
    return redirect(_address(submissions))


def _chosen(request: HttpRequest) -> list[Submission]:
    sent = request.POST if request.method == "POST" else request.GET
    found = chosen_forms(request.user, sent.get("form", ""), sent.get("period", ""))
    if not found:
        raise Http404(sent.get("form"))
    return found


def _address(submissions: list[Submission]) -> str:
    first = submissions[0]
    query = {"form": first.form.code, "period": str(first.period)}
    return reverse("submissions:joint-form", query=query)


def _say_taken(request: HttpRequest, outcome: JointOutcome) -> None:
    if outcome.taken:
        text = ngettext(
            "The figures of {n} unit were accepted.",
            "The figures of {n} units were accepted.",
            len(outcome.taken),
        )
        messages.success(request, text.format(n=len(outcome.taken)))
    if outcome.refused:
        text = ngettext(
            "The figures of {n} unit were refused: correct what is listed below and upload again.",
            "The figures of {n} units were refused: correct what is listed below and upload again.",
            len(outcome.refused),
        )
        messages.error(request, text.format(n=len(outcome.refused)))
    _say_problems(request, outcome)


def _say_problems(request: HttpRequest, outcome: JointOutcome) -> None:
    for submission, problem in outcome.problems:
        text = _("{unit}: {problem}")
        shown = text.format(unit=submission.organisation.name, problem=problem.message)
        messages.error(request, shown)


def _show(
    request: HttpRequest, submissions: list[Submission], *, status: int = 200, **more: Any
) -> HttpResponse:
    page = joint_page(submissions)
    context = {
        "page": page,
        "problem": None,
        "file_issues": [],
        "upload_form": JointUploadForm(initial={"versions": page.versions}),
    }
    return render(request, PAGE, context | more, status=status)
