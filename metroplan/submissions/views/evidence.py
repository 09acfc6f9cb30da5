"""Evidence of a line: added and removed from the browser form, read by right."""

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from metroplan.common.problems import MetroplanError
from metroplan.organisations.policy import require
from metroplan.submissions.entry_input import Typed, malformed, typed_in_form
from metroplan.submissions.models import Evidence, Submission
from metroplan.submissions.selectors.grid import evidence_of, is_closed
from metroplan.submissions.services.drafts import save_draft
from metroplan.submissions.services.evidence import add_evidence, remove_evidence, too_large
from metroplan.submissions.views.bodies import ENVELOPE, announced_length, discard
from metroplan.submissions.views.files import attachment
from metroplan.submissions.views.grid import fillable, lines_of, refused


@csrf_exempt
@require_POST
def evidence_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Too long a request is refused unread; only then does `_receive` check the CSRF token."""
    fillable(request, pk)
    if announced_length(request) > settings.EVIDENCE_MAX_BYTES + ENVELOPE:
        discard(request)
        return _answer(request, pk, "", problem=too_large())
    return _receive(request, pk)


@csrf_protect
def _receive(request: HttpRequest, pk: int) -> HttpResponse:
    submission = fillable(request, pk)
    key = request.POST.get("evidence", "")
    typed = None
    try:
        typed = _keep_typed(request, submission)
        file = request.FILES.get(f"file.{key}")
        if file is None:
            raise malformed()
        if file.size > settings.EVIDENCE_MAX_BYTES:
            raise too_large()
        add_evidence(
            submission=submission,
            actor=request.user,
            key=key,
            filename=file.name,
            content=file.read(),
        )
    except MetroplanError as problem:
        return _answer(request, pk, key, problem=problem, typed=typed)
    return _answer(request, pk, key)


@require_POST
def evidence_remove(request: HttpRequest, pk: int) -> HttpResponse:
    evidence = _visible_evidence(request, pk)
    submission, typed = evidence.submission, None
    require(request.user, "submission.fill", submission)
    try:
        typed = _keep_typed(request, submission)
        remove_evidence(evidence=evidence, actor=request.user)
    except MetroplanError as problem:
        return _answer(request, submission.pk, evidence.key, problem=problem, typed=typed)
    return _answer(request, submission.pk, evidence.key)


@require_safe
@never_cache
def evidence_file(request: HttpRequest, pk: int) -> FileResponse:
    """Always to be saved, never opened in our name: a stranger sent it."""
    evidence = _visible_evidence(request, pk)
    require(request.user, "submission.view", evidence.submission)
    file = evidence.file
    return attachment(file.content.open("rb"), file.name, "application/octet-stream")


def _visible_evidence(request: HttpRequest, pk: int) -> Evidence:
    found = Evidence.objects.visible_to(request.user).filter(removed_at=None)
    related = ("file", "submission__form__owner", "submission__organisation")
    return get_object_or_404(found.select_related(*related), pk=pk)


def _keep_typed(request: HttpRequest, submission: Submission) -> Typed | None:
    """Without a script the whole form comes along: what was typed must not be lost over a file."""
    if by_script(request):
        return None
    typed = typed_in_form(request.POST, lines_of(submission))
    save_draft(
        submission=submission,
        actor=request.user,
        base=typed.base,
        revision=typed.revision,
        lines=typed.lines,
    )
    return typed


def by_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _answer(
    request: HttpRequest,
    pk: int,
    key: str,
    *,
    problem: MetroplanError | None = None,
    typed: Typed | None = None,
) -> HttpResponse:
    """The line's files for the script, the page anew for a browser without."""
    if not by_script(request):
        if problem is not None:
            return refused(request, pk, typed, problem)
        return redirect("submissions:submission-entry", pk=pk)
    submission = fillable(request, pk)
    context = {
        "key": key,
        "items": evidence_of(submission).get(key, []),
        "submission": submission,
        "problem": problem,
        "closed": is_closed(submission, key),
    }
    status = problem.status if problem else 200
    return render(request, "submissions/_entry_evidence.html", context, status=status)
