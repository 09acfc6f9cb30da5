"""Which column is which: asked once for a table with headings of its own."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from metroplan.common.problems import MetroplanError
from metroplan.common.text import whole_number
from metroplan.organisations.policy import require
from metroplan.submissions.forms_mapping import MappingForm
from metroplan.submissions.models import Upload
from metroplan.submissions.selectors.mapping import document_of, mapping_of, table_to_map
from metroplan.submissions.services.mapping import map_columns
from metroplan.submissions.views.files import visible_upload

UNPROCESSABLE = 422


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def upload_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """`?sheet=` and `?header=` show another sheet or take another row for the headings."""
    upload = visible_upload(request, pk)
    require(request.user, "submission.fill", upload.submission)
    document = document_of(upload)
    if document is None or document.manifest is not None:
        messages.error(request, _("This file has no columns to choose from."))
        return redirect("submissions:submission-detail", pk=upload.submission_id)
    given = request.POST if request.method == "POST" else request.GET
    table = table_to_map(
        document,
        upload.submission,
        sheet=given.get("sheet"),
        header=whole_number(given.get("header", "")),
    )
    if request.method == "POST":
        return _save(request, upload, MappingForm(request.POST, table=table))
    version = {"expected_version": upload.submission.version, "sheet": table.sheet}
    return _show(request, upload, MappingForm(initial=version, table=table))


def _save(request: HttpRequest, upload: Upload, form: MappingForm) -> HttpResponse:
    if not form.is_valid():
        return _show(request, upload, form, status=UNPROCESSABLE)
    sent = form.cleaned_data
    try:
        taken = map_columns(
            upload=upload,
            actor=request.user,
            sheet=sent["sheet"],
            header=sent["header"],
            columns=form.columns,
            expected_version=sent["expected_version"],
        )
    except MetroplanError as problem:
        return _show(request, upload, form, status=problem.status, problem=problem)
    if taken.status == Upload.Status.STAGED:
        text = _("{file} was accepted as version {version}: check the figures, then submit them.")
        messages.success(request, text.format(file=taken.file.name, version=taken.version))
    say_mapping(request, taken)
    return redirect("submissions:submission-detail", pk=upload.submission_id)


def say_mapping(request: HttpRequest, upload: Upload) -> None:
    """Tell that a file was read by a remembered layout, and where to change it."""
    mapping = mapping_of(upload)
    if mapping is None:
        return
    text = format_html(
        '{} <a class="alert-link" href="{}">{}</a>',
        _("{file} was read by the columns chosen on {day}.").format(
            file=upload.file.name, day=f"{mapping.saved_at:%Y-%m-%d}"
        ),
        reverse("submissions:upload-mapping", args=[upload.pk]),
        _("Change the columns"),
    )
    messages.info(request, text)


def _show(
    request: HttpRequest, upload: Upload, form: MappingForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"upload": upload, "form": form, "table": form.table, "problem": None} | more
    return render(request, "submissions/upload_mapping.html", context, status=status)
