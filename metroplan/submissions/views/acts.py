"""Files that come in at the page of a form."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from metroplan.common.problems import MetroplanError
from metroplan.organisations.policy import require
from metroplan.submissions.forms import UploadForm
from metroplan.submissions.models import Submission, Upload
from metroplan.submissions.selectors.mapping import needs_mapping
from metroplan.submissions.services.stage import refuse_oversize, stage_upload
from metroplan.submissions.views.bodies import ENVELOPE, announced_length, discard
from metroplan.submissions.views.mapping import say_mapping
from metroplan.submissions.views.pages import show, visible_submission

UNPROCESSABLE = 422


@csrf_exempt
@require_POST
def upload_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Too long a request is refused unread; only then does `receive` check the CSRF token in it."""
    submission = visible_submission(request, pk)
    require(request.user, "submission.fill", submission)
    try:
        refuse_oversize(announced_length(request) - ENVELOPE)
    except MetroplanError as problem:
        discard(request)
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
    if needs_mapping(upload):
        return redirect("submissions:upload-mapping", pk=upload.pk)
    _say_what_came_of_it(request, upload, seen=form.cleaned_data["expected_version"])
    say_mapping(request, upload)
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


def _refused(request: HttpRequest, pk: int, problem: MetroplanError) -> HttpResponse:
    """The page as it stands now."""
    submission = visible_submission(request, pk)
    return show(request, submission, problem=problem, status=problem.status)
