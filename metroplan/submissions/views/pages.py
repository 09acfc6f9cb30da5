"""The lists, one form's page, and the cell a figure came from."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from metroplan.common.periods import newest_closed
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Level
from metroplan.organisations.policy import can, require
from metroplan.submissions.forms import (
    ListFilterForm,
    QueueFilterForm,
    UploadForm,
    VersionForm,
)
from metroplan.submissions.forms_explaining import ExplanationsForm
from metroplan.submissions.forms_review import (
    AnswerForm,
    CorrectionForm,
    ReopenForm,
    ReturnForm,
    UnapproveForm,
)
from metroplan.submissions.models import StagedRow, Submission
from metroplan.submissions.selectors import detail, listing, queue, source
from metroplan.submissions.selectors.acts import Acts, acts_for

ROWS_PER_PAGE = 30
ABOVE_OTHERS = {Level.PROVINCE, Level.CITY}


@require_safe
def submission_list(request: HttpRequest) -> HttpResponse:
    """Someone who fills in forms sees what to do now above what is done; others one list."""
    require(request.user, "submission.view")
    user, today = request.user, timezone.localdate()
    newest, fills = newest_closed(today), can(user, "submission.fill")
    past = listing.past_forms(user, newest=newest) if fills else listing.area_forms(user)
    form = ListFilterForm(request.GET, periods=listing.periods_of(past), units=not fills)
    found = listing.narrowed(past, form.cleaned_data if form.is_valid() else {})
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    present = listing.present_forms(user, newest=newest) if fills else []
    context = {
        "fills": fills,
        "fills_below": fills and user.organisation.level in ABOVE_OTHERS,
        "present": listing.form_rows(present, user=user, today=today),
        "form": form,
        "page": page,
        "rows": listing.form_rows(page.object_list, user=user, today=today),
    }
    return render(request, "submissions/submission_list.html", context)


@require_safe
@never_cache
def submission_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, visible_submission(request, pk))


@require_safe
@never_cache
def review_queue(request: HttpRequest) -> HttpResponse:
    require(request.user, "submission.review")
    user, today = request.user, timezone.localdate()
    waiting = queue.review_queue(user)
    form = QueueFilterForm(
        request.GET, periods=listing.periods_of(waiting), forms_waiting=queue.forms_of(waiting)
    )
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = queue.queue_rows(queue.narrowed_queue(waiting, chosen), user=user, today=today)
    page = Paginator(queue.sorted_rows(rows, chosen), ROWS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "form": form,
        "page": page,
        "rows": page.object_list,
        "decisions": queue.latest_decisions(user),
        "corrections": queue.waiting_corrections(user),
    }
    return render(request, "submissions/review_queue.html", context)


@require_safe
def row_detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = StagedRow.objects.visible_to(request.user).select_related(
        "submission__form", "submission__organisation", "upload__file", "upload__uploaded_by"
    )
    row = get_object_or_404(rows, pk=pk)
    require(request.user, "submission.view", row.submission)
    return render(request, "submissions/row_detail.html", {"detail": source.row_detail(row)})


def visible_submission(request: HttpRequest, pk: int) -> Submission:
    """The form, if the user may know of it (else 404) and may look at it (else 403)."""
    found = Submission.objects.visible_to(request.user).select_related(
        "form__owner", "organisation", "reviewer_unit", "submitted_by", "draft__saved_by"
    )
    submission = get_object_or_404(found, pk=pk)
    require(request.user, "submission.view", submission)
    return submission


def show(
    request: HttpRequest,
    submission: Submission,
    *,
    problem: MetroplanError | None = None,
    status: int = 200,
    **bound: Any,
) -> HttpResponse:
    """One form's page; `bound` brings back a form that was refused, with what was typed."""
    today = timezone.localdate()
    found = detail.submission_detail(submission, today=today)
    acts = acts_for(
        submission,
        request.user,
        today=today,
        names=found.names,
        waiting=found.records.waiting,
    )
    context = {
        "detail": found,
        "acts": acts,
        "problem": problem,
        **page_forms(submission, acts, found.names),
        "explain_form": ExplanationsForm(
            initial={"expected_version": submission.version}, warned=found.warned
        ),
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "max_megabytes": settings.UPLOAD_MAX_BYTES // 1024 // 1024,
    }
    page = "submissions/submission_detail.html"
    return render(request, page, context | bound, status=status)


def page_forms(submission: Submission, acts: Acts, names: dict[str, str]) -> dict[str, Form]:
    """Every form that the page of a submission may hold, by its name there."""
    version = {"expected_version": submission.version}
    return {
        "upload_form": UploadForm(initial=version),
        "version_form": VersionForm(initial=version),
        "return_form": ReturnForm(initial=version),
        "unapprove_form": UnapproveForm(initial=version, units=acts.withdrawable),
        "reopen_form": ReopenForm(initial=version),
        "correction_form": CorrectionForm(initial=version, lines=names),
        "answer_form": AnswerForm(),
    }
