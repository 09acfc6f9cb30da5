"""What is done to a form: uploaded, submitted, approved, returned."""

from collections.abc import Callable

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from metroplan.common.problems import MetroplanError
from metroplan.organisations.policy import require
from metroplan.submissions.forms import ReturnForm, UploadForm, VersionForm
from metroplan.submissions.models import Submission, Upload
from metroplan.submissions.services import review
from metroplan.submissions.services.stage import refuse_oversize, stage_upload
from metroplan.submissions.views.pages import show, visible_submission

UNPROCESSABLE = 422
# What a browser puts around the file: boundaries, headers, the other fields.
ENVELOPE = 64 * 1024
DISCARD_AT_ONCE = 1024 * 1024
DISCARD_AT_MOST = 8

Act = Callable[[Submission, dict], Submission]


@csrf_exempt
@require_POST
def upload_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Too long a request is refused unread; only then does `receive` check the CSRF token in it."""
    submission = visible_submission(request, pk)
    require(request.user, "submission.fill", submission)
    try:
        refuse_oversize(_length(request) - ENVELOPE)
    except MetroplanError as problem:
        _discard(request)
        return show(request, submission, problem=problem, status=problem.status)
    return _receive(request, pk)


@csrf_protect
def _receive(request: HttpRequest, pk: int) -> HttpResponse:
    submission = visible_submission(request, pk)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return show(request, submission, upload_form=form, status=UNPROCESSABLE)
    try:
        upload = _stage(request, submission, form)
    except MetroplanError as problem:
        return _refused(request, pk, problem)
    _say_what_came_of_it(request, upload, seen=form.cleaned_data["expected_version"])
    return redirect("submissions:submission-detail", pk=pk)


def _stage(request: HttpRequest, submission: Submission, form: UploadForm) -> Upload:
    file = form.cleaned_data["file"]
    refuse_oversize(file.size)
    return stage_upload(
        submission=submission,
        actor=request.user,
        filename=file.name,
        content=file.read(),
        expected_version=form.cleaned_data["expected_version"],
    )


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _discard(request: HttpRequest) -> None:
    """Take in a little too much and drop it: a browser cut off while sending shows no answer."""
    left = min(_length(request), DISCARD_AT_MOST * settings.UPLOAD_MAX_BYTES)
    while left > 0 and (part := request.read(min(left, DISCARD_AT_ONCE))):
        left -= len(part)


def _say_what_came_of_it(request: HttpRequest, upload: Upload, *, seen: int) -> None:
    if upload.status == Upload.Status.REFUSED:
        text = ngettext(
            "{file} was refused: correct the error listed below and upload it again.",
            "{file} was refused: correct the {count} errors listed below and upload it again.",
            upload.errors,
        )
        messages.error(request, text.format(file=upload.file.name, count=upload.errors))
    elif upload.version == seen:
        text = _("This file is already version {version} of the form; nothing has changed.")
        messages.info(request, text.format(version=upload.version))
    else:
        text = _("{file} was accepted as version {version}: check the figures, then submit them.")
        shown = text.format(file=upload.file.name, version=upload.version)
        messages.success(request, shown)


@require_POST
def submission_submit(request: HttpRequest, pk: int) -> HttpResponse:
    def act(submission: Submission, sent: dict) -> Submission:
        return review.submit(submission=submission, actor=request.user, **sent)

    return _decide(request, pk, "submission.fill", VersionForm, "version_form", act)


@require_POST
def submission_approve(request: HttpRequest, pk: int) -> HttpResponse:
    def act(submission: Submission, sent: dict) -> Submission:
        return review.approve(submission=submission, actor=request.user, **sent)

    return _decide(request, pk, "submission.review", VersionForm, "version_form", act)


@require_POST
def submission_return(request: HttpRequest, pk: int) -> HttpResponse:
    def act(submission: Submission, sent: dict) -> Submission:
        return review.return_submission(submission=submission, actor=request.user, **sent)

    return _decide(request, pk, "submission.review", ReturnForm, "return_form", act)


def _decide(
    request: HttpRequest,
    pk: int,
    right: str,
    form_class: type[forms.Form],
    form_name: str,
    act: Act,
) -> HttpResponse:
    """One step of a form's way; a refusal shows the page again with what was typed."""
    submission = visible_submission(request, pk)
    require(request.user, right, submission)
    form = form_class(request.POST)
    if not form.is_valid():
        return show(request, submission, status=UNPROCESSABLE, **{form_name: form})
    try:
        submission = act(submission, form.cleaned_data)
    except MetroplanError as problem:
        return _refused(request, pk, problem, typed=form.cleaned_data)
    messages.success(request, _outcome(submission))
    if right == "submission.review":
        return redirect("submissions:review-queue")
    return redirect("submissions:submission-detail", pk=pk)


def _refused(
    request: HttpRequest, pk: int, problem: MetroplanError, typed: dict | None = None
) -> HttpResponse:
    """The page as it stands now: what was typed is kept, bound to the version shown now."""
    submission = visible_submission(request, pk)
    bound = {}
    if typed and "reason" in typed:
        bound["return_form"] = ReturnForm(
            initial={"reason": typed["reason"], "expected_version": submission.version}
        )
    return show(request, submission, problem=problem, status=problem.status, **bound)


def _outcome(submission: Submission) -> str:
    if submission.reviewer_unit is not None:
        text = _("{form} is now with {unit} for review.")
        return text.format(form=submission, unit=submission.reviewer_unit.name)
    return _("{form}: {state}.").format(form=submission, state=submission.get_status_display())
