"""Large files: the list, sending one, following it, taking it over."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metroplan.common.files import csv_response, csv_text
from metroplan.common.problems import MetroplanError
from metroplan.common.tables import file_response, table_file
from metroplan.organisations.policy import require
from metroplan.submissions.bulk.incoming import (
    IncomingHandler,
    announced,
    refuse_too_large,
    take_handler,
)
from metroplan.submissions.bulk.registry import BulkKind
from metroplan.submissions.forms import VersionForm
from metroplan.submissions.forms_bulk import BulkForm, DeclineForm
from metroplan.submissions.models import BulkImport
from metroplan.submissions.selectors import bulk as selectors
from metroplan.submissions.services import bulk

ROWS_PER_PAGE = 30
UNPROCESSABLE = 422


@require_safe
@never_cache
def bulk_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "bulk.view")
    jobs = selectors.visible_jobs(request.user)
    page = Paginator(jobs, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "submissions/bulk_list.html", {"page": page, "jobs": page.object_list})


@require_safe
@never_cache
def bulk_guide(request: HttpRequest) -> HttpResponse:
    """How files of `?kind=` are laid out; a part of the page that sends one."""
    kinds = selectors.kinds_for(request.user)
    kind = _kind(kinds, request.GET.get("kind"))
    return render(request, "submissions/_bulk_guide.html", {"kind": kind} | _limits())


@require_safe
@never_cache
def bulk_template(request: HttpRequest, kind: str) -> HttpResponse:
    """The headings alone, in the reader's language: `?format=xlsx` or `csv`."""
    chosen = next((each for each in selectors.kinds_for(request.user) if each.key == kind), None)
    fmt = request.GET.get("format", "xlsx")
    if chosen is None or fmt not in ("xlsx", "csv"):
        raise Http404(kind)
    headings = [column.heading for column in chosen.columns if not column.derived]
    return file_response(table_file(fmt, [headings]), f"template_{kind}", fmt)


def _kind(kinds: list[BulkKind], key: str | None) -> BulkKind:
    """The one asked for, or the first of them."""
    return next((kind for kind in kinds if kind.key == key), kinds[0])


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def bulk_create(request: HttpRequest) -> HttpResponse:
    """Too long a request is refused unread; only then does `_receive` check the CSRF token."""
    kinds, chosen = selectors.kinds_for(request.user), {"kind": request.GET.get("kind")}
    form = BulkForm(kinds=kinds, initial=chosen)
    if request.method != "POST":
        return _show_form(request, form)
    handler = take_handler(request)
    try:
        refuse_too_large(announced(request))
    except MetroplanError as problem:
        return _show_form(request, form, problem)
    return _receive(request, handler)


@csrf_protect
def _receive(request: HttpRequest, handler: IncomingHandler) -> HttpResponse:
    kinds = selectors.kinds_for(request.user)
    form = BulkForm(request.POST, request.FILES, kinds=kinds)
    if handler.too_large or not form.is_valid():
        problem = handler.problem() if handler.too_large else None
        return _show_form(request, form, problem)
    file = form.cleaned_data["file"]
    try:
        job, fresh = bulk.receive(
            kind=form.cleaned_data["kind"],
            actor=request.user,
            document=form.cleaned_data["document"],
            name=file.name,
            content=file,
            size=file.size,
            sha256=file.sha256,
        )
    except MetroplanError as problem:
        return _show_form(request, form, problem)
    if not fresh:
        messages.info(request, _("This very file is here already; this is what became of it."))
    return redirect("submissions:bulk-detail", pk=job.pk)


def _show_form(
    request: HttpRequest, form: BulkForm, problem: MetroplanError | None = None
) -> HttpResponse:
    kind = _kind(selectors.kinds_for(request.user), form["kind"].value())
    context = {"form": form, "problem": problem, "kind": kind} | _limits()
    status = problem.status if problem else UNPROCESSABLE if form.is_bound else 200
    return render(request, "submissions/bulk_create.html", context, status=status)


def _limits() -> dict[str, int]:
    return {
        "max_bytes": settings.BULK_MAX_BYTES,
        "max_megabytes": settings.BULK_MAX_BYTES // 1024 // 1024,
        "workbook_megabytes": settings.UPLOAD_MAX_BYTES // 1024 // 1024,
    }


@require_safe
@never_cache
def bulk_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _visible(request, pk))


@require_safe
@never_cache
def bulk_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part that a page at work asks for again; once the work is done, the whole page."""
    job = _visible(request, pk)
    detail = selectors.bulk_detail(job)
    response = render(request, "submissions/_bulk_progress.html", {"detail": detail})
    if not detail.at_work:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def bulk_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    job = _visible(request, pk)
    require(request.user, "bulk.cancel", job)
    try:
        job = bulk.cancel(job=job, actor=request.user)
    except MetroplanError as problem:
        return _show(request, _visible(request, pk), problem)
    text = _("The worker stops at once; nothing of the file is taken over.")
    messages.success(request, text if job.cancel_requested else _("The file was cancelled."))
    return redirect("submissions:bulk-detail", pk=pk)


@require_POST
def bulk_apply(request: HttpRequest, pk: int) -> HttpResponse:
    job = _visible(request, pk)
    require(request.user, "bulk.approve", job)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return _show(request, job, status=UNPROCESSABLE)
    try:
        bulk.approve(job=job, actor=request.user, **form.cleaned_data)
    except MetroplanError as problem:
        return _show(request, _visible(request, pk), problem)
    return redirect("submissions:bulk-detail", pk=pk)


@require_POST
def bulk_decline(request: HttpRequest, pk: int) -> HttpResponse:
    job = _visible(request, pk)
    require(request.user, "bulk.approve", job)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _show(request, job, decline_form=form, status=UNPROCESSABLE)
    try:
        bulk.decline(job=job, actor=request.user, **form.cleaned_data)
    except MetroplanError as problem:
        return _show(request, _visible(request, pk), problem)
    messages.success(request, _("The file was declined; who sent it has been told why."))
    return redirect("submissions:bulk-detail", pk=pk)


@require_safe
def bulk_issues(request: HttpRequest, pk: int) -> HttpResponse:
    """Every kept issue as CSV."""
    job = _visible(request, pk)
    head = (_("Row"), _("Cell"), _("Severity"), _("What to do"), _("Code"))
    lines = map(selectors.issue_line, job.issues.all().iterator(chunk_size=2000))
    rows = (
        (
            line.issue.row or None,
            line.cell,
            str(line.issue.get_severity_display()),
            line.sentence,
            line.issue.code,
        )
        for line in lines
    )
    return csv_response(csv_text([head, *rows]), f"issues-{job.pk}.csv")


@require_safe
def bulk_file(request: HttpRequest, pk: int) -> FileResponse:
    """The file as it was sent, under the name its sender gave it."""
    stored = _visible(request, pk).file
    response = FileResponse(
        stored.content.open("rb"),
        as_attachment=True,
        filename=stored.name,
        # A type of its own would let a browser open in our name what a stranger sent.
        content_type="application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _visible(request: HttpRequest, pk: int) -> BulkImport:
    job = get_object_or_404(selectors.visible_jobs(request.user), pk=pk)
    require(request.user, "bulk.view", job)
    return job


def _show(
    request: HttpRequest,
    job: BulkImport,
    problem: MetroplanError | None = None,
    decline_form: DeclineForm | None = None,
    **response: Any,
) -> HttpResponse:
    seen = {"expected_version": job.version}
    context = {
        "detail": selectors.bulk_detail(job),
        "problem": problem,
        "version_form": VersionForm(initial=seen),
        "decline_form": decline_form or DeclineForm(initial=seen),
    }
    if problem:
        response = {"status": problem.status}
    return render(request, "submissions/bulk_detail.html", context, **response)
