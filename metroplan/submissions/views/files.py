"""Files that leave: templates, originals, what is wrong with them. Never by path, by right."""

import csv
import io
from pathlib import PurePosixPath

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from metroplan.common.text import safe_text
from metroplan.organisations.policy import require
from metroplan.submissions.models import Upload
from metroplan.submissions.registry import registry
from metroplan.submissions.selectors.detail import IssueLine, issue_lines
from metroplan.submissions.services.marking_up import marked_workbook
from metroplan.submissions.types import SheetContext
from metroplan.submissions.views.pages import visible_submission

TEMPLATES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@require_safe
def template(request: HttpRequest, pk: int) -> FileResponse:
    """The form of the unit and quarter, `?format=xlsx` or `csv`.

    With what its present version says in it, if there is one; with `empty=yes` without.
    """
    submission = visible_submission(request, pk)
    fmt = request.GET.get("format", "xlsx")
    if fmt not in TEMPLATES:
        raise Http404(fmt)
    context = SheetContext(
        form=submission.form, organisation=submission.organisation, period=submission.period
    )
    filled = request.GET.get("empty") != "yes"
    content = registry.get(submission.form.kind).template(context, fmt=fmt, filled=filled)
    name = f"{submission.form.name}-{submission.organisation.name}-{submission.period}.{fmt}"
    return attachment(io.BytesIO(content), name, TEMPLATES[fmt])


@require_safe
def upload_download(request: HttpRequest, pk: int) -> FileResponse:
    """The file as it was sent, under the name its sender gave it."""
    upload = visible_upload(request, pk)
    # A type of its own would let a browser open in our name what a stranger sent.
    return attachment(upload.file.content.open("rb"), upload.file.name, "application/octet-stream")


@require_safe
def upload_issues(request: HttpRequest, pk: int) -> HttpResponse:
    """Every issue of one upload as CSV."""
    upload = visible_upload(request, pk)
    form = upload.submission.form
    lines = issue_lines(upload, registry.get(form.kind).lines(form))
    content = io.BytesIO(_as_csv(lines).encode("utf-8-sig"))
    name = _("Issues of {file}").format(file=upload.file.name)
    return attachment(content, f"{name}.csv", TEMPLATES["csv"])


@require_safe
def upload_marked(request: HttpRequest, pk: int) -> FileResponse:
    """The sender's own workbook with the faulty cells marked and a list of all issues in front."""
    upload = visible_upload(request, pk)
    if upload.way == Upload.Way.FORM:
        raise Http404(pk)
    content = io.BytesIO(marked_workbook(upload))
    name = _("{file}, marked").format(file=PurePosixPath(upload.file.name).stem)
    return attachment(content, f"{name}.xlsx", TEMPLATES["xlsx"])


def visible_upload(request: HttpRequest, pk: int) -> Upload:
    found = Upload.objects.visible_to(request.user).select_related(
        "file", "submission__form", "submission__organisation"
    )
    upload = get_object_or_404(found, pk=pk)
    require(request.user, "submission.view", upload.submission)
    return upload


def _as_csv(lines: list[IssueLine]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(
        [_("Sheet"), _("Row"), _("Cell"), _("Measure"), _("Severity"), _("What to do"), _("Code")]
    )
    for line in lines:
        issue = line.issue
        texts = [line.measure, str(issue.get_severity_display()), line.sentence, issue.code]
        place = [safe_text(issue.sheet), issue.row or "", line.cell]
        writer.writerow([*place, *map(safe_text, texts)])
    return buffer.getvalue()


def attachment(content: io.IOBase, name: str, content_type: str) -> FileResponse:
    response = FileResponse(content, as_attachment=True, filename=name, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
