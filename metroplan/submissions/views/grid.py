"""The browser form: shown, checked while it is typed, kept as a draft, taken over as a version."""

from collections.abc import Iterable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from metroplan.common.problems import MetroplanError
from metroplan.common.text import whole_number
from metroplan.organisations.policy import require
from metroplan.submissions.entry_input import Typed, typed_in_form, typed_in_json
from metroplan.submissions.models import Submission, Upload
from metroplan.submissions.registry import registry
from metroplan.submissions.selectors.grid import grid_issue, grid_of
from metroplan.submissions.selectors.typed import Texts, as_cells
from metroplan.submissions.services.cells import check_cells, stage_cells
from metroplan.submissions.services.drafts import DraftConflict, discard_draft, save_draft
from metroplan.submissions.states import EDITABLE
from metroplan.submissions.types import CleanResult, Issue, SheetLine
from metroplan.submissions.views.pages import visible_submission

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def submission_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """The grid; a POST takes what was typed over as the next version."""
    submission = fillable(request, pk)
    if submission.status not in EDITABLE:
        messages.info(request, _("This form takes no figures now."))
        return redirect("submissions:submission-detail", pk=pk)
    if request.method == "POST":
        return _take_over(request, submission)
    return show_entry(request, submission)


def fillable(request: HttpRequest, pk: int) -> Submission:
    submission = visible_submission(request, pk)
    require(request.user, "submission.fill", submission)
    return submission


def lines_of(submission: Submission) -> list[SheetLine]:
    return registry.get(submission.form.kind).lines(submission.form)


def _take_over(request: HttpRequest, submission: Submission) -> HttpResponse:
    try:
        typed = typed_in_form(request.POST, lines_of(submission))
    except MetroplanError as problem:
        return show_entry(request, submission, problem=problem, status=UNPROCESSABLE)
    result = check_cells(submission=submission, lines=as_cells(typed.lines))
    if result.errors:
        return show_entry(
            request, submission, typed=typed.lines, issues=result.issues, status=UNPROCESSABLE
        )
    try:
        upload = _stage(request, submission, typed)
    except MetroplanError as problem:
        return refused(request, submission.pk, typed, problem)
    if upload.status == Upload.Status.REFUSED:
        issues = list(upload.issues.all())
        return show_entry(
            request, submission, typed=typed.lines, issues=issues, status=UNPROCESSABLE
        )
    _say_what_came_of_it(request, upload, seen=submission.version)
    return redirect("submissions:submission-detail", pk=submission.pk)


def _stage(request: HttpRequest, submission: Submission, typed: Typed) -> Upload:
    seen = whole_number(request.POST.get("expected_version", ""))
    return stage_cells(
        submission=submission,
        actor=request.user,
        lines=as_cells(typed.lines),
        expected_version=-1 if seen is None else seen,
        draft=(typed.base, typed.revision),
    )


def _say_what_came_of_it(request: HttpRequest, upload: Upload, *, seen: int) -> None:
    if upload.version == seen:
        text = _("These figures are already version {version} of the form; nothing has changed.")
        messages.info(request, text.format(version=upload.version))
    else:
        text = _("The figures are now version {version}: check them once more, then submit them.")
        messages.success(request, text.format(version=upload.version))


def refused(
    request: HttpRequest, pk: int, typed: Typed | None, problem: MetroplanError
) -> HttpResponse:
    """The page as it stands now with what was typed, and beside it what somebody else typed."""
    submission = fillable(request, pk)
    if submission.status not in EDITABLE:
        messages.error(request, problem.message)
        return redirect("submissions:submission-detail", pk=pk)
    others = problem.lines if isinstance(problem, DraftConflict) else None
    return show_entry(
        request,
        submission,
        typed=typed.lines if typed else None,
        others=others,
        problem=problem,
        status=problem.status,
    )


def show_entry(
    request: HttpRequest,
    submission: Submission,
    *,
    problem: MetroplanError | None = None,
    status: int = 200,
    typed: dict[str, Texts] | None = None,
    others: dict[str, Texts] | None = None,
    issues: Iterable[Issue] = (),
) -> HttpResponse:
    grid = grid_of(
        submission, today=timezone.localdate(), typed=typed, others=others, issues=issues
    )
    context = {
        "grid": grid,
        "problem": problem,
        "dirty": typed is not None,
        "conflict": others is not None,
        "max_bytes": settings.EVIDENCE_MAX_BYTES,
        "max_megabytes": settings.EVIDENCE_MAX_BYTES // 1024 // 1024,
    }
    return render(request, "submissions/submission_entry.html", context, status=status)


def answers_json(view: Any) -> Any:
    """A refusal is said to the page's script in the same words as on a page."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except DraftConflict as conflict:
            return JsonResponse(_conflict_body(conflict), status=conflict.status)
        except MetroplanError as problem:
            body = {"code": problem.code, "message": problem.message}
            return JsonResponse(body, status=problem.status)

    return wrapped


@require_POST
@answers_json
def draft_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is typed: `{revision, base, saved_at}`, or 409 with what stands there now."""
    submission = fillable(request, pk)
    typed = typed_in_json(request, lines_of(submission))
    draft = save_draft(
        submission=submission,
        actor=request.user,
        base=typed.base,
        revision=typed.revision,
        lines=typed.lines,
    )
    saved_at = timezone.localtime(draft.saved_at).isoformat(timespec="seconds")
    return JsonResponse({"base": draft.base, "revision": draft.revision, "saved_at": saved_at})


def _conflict_body(conflict: DraftConflict) -> dict[str, Any]:
    by = conflict.changed_by
    at = conflict.changed_at
    return {
        "code": conflict.code,
        "message": conflict.message,
        "base": conflict.base,
        "revision": conflict.revision,
        "version": conflict.submission.version,
        "drafted": conflict.draft is not None,
        "changed_by": by.get_full_name() if by else "",
        "changed_at": timezone.localtime(at).isoformat(timespec="seconds") if at else "",
        "lines": conflict.lines,
    }


@require_POST
def draft_discard(request: HttpRequest, pk: int) -> HttpResponse:
    submission = fillable(request, pk)
    try:
        typed = typed_in_form(request.POST, lines_of(submission))
        discard_draft(
            submission=submission, actor=request.user, base=typed.base, revision=typed.revision
        )
    except MetroplanError as problem:
        return refused(request, pk, None, problem)
    messages.info(request, _("The draft was dropped; the form shows what was taken over last."))
    return redirect("submissions:submission-entry", pk=pk)


@require_POST
@answers_json
def entry_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Every issue of what is typed and how each figure is read; stores nothing."""
    submission = fillable(request, pk)
    typed = typed_in_json(request, lines_of(submission))
    result = check_cells(submission=submission, lines=as_cells(typed.lines))
    return JsonResponse(_check_body(submission, result))


def _check_body(submission: Submission, result: CleanResult) -> dict[str, Any]:
    said = ((issue.key, grid_issue(issue)) for issue in result.issues)
    return {
        "issues": [
            {
                "key": key,
                "part": issue.part,
                "severity": issue.severity,
                "code": issue.code,
                "message": issue.sentence,
            }
            for key, issue in said
        ],
        "understood": registry.get(submission.form.kind).understood(result.rows, submission.form),
    }
