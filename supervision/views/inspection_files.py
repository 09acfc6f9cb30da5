"""Photos and signatures of inspections, and files of findings: by right, never by path."""

from pathlib import PurePosixPath

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from metroplan.common.problems import MetroplanError
from metroplan.organisations.policy import require
from metroplan.submissions.models import StoredFile
from metroplan.submissions.services.evidence import too_large
from metroplan.submissions.views.evidence import by_script
from metroplan.submissions.views.files import attachment
from standards.views.incoming import takes_a_file
from supervision.forms.inspections import PhotoForm
from supervision.models import FindingStep, Inspection, InspectionEvidence
from supervision.services import inspection_files as services
from supervision.views.editing import UNPROCESSABLE
from supervision.views.inspections import RECORD, VIEW, show, visible_inspection

PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}


@takes_a_file
def photo_add(request: HttpRequest, pk: int) -> HttpResponse:
    inspection = visible_inspection(request, pk)
    require(request.user, RECORD, inspection)
    form = PhotoForm(request.POST, request.FILES, inspection=inspection)
    if not form.is_valid():
        return _answer(request, inspection, status=UNPROCESSABLE, photo_form=form)
    file = form.cleaned_data["file"]
    try:
        if file.size > settings.EVIDENCE_MAX_BYTES:
            raise too_large()
        services.add_photo(
            actor=request.user,
            inspection=inspection,
            filename=file.name,
            content=file.read(),
            caption=form.cleaned_data["caption"],
            item=form.cleaned_data["item"],
        )
    except MetroplanError as problem:
        return _answer(request, inspection, status=problem.status, problem=problem)
    return _answer(request, inspection)


@require_POST
def photo_remove(request: HttpRequest, pk: int) -> HttpResponse:
    evidence = _visible_evidence(request, pk)
    require(request.user, RECORD, evidence.inspection)
    services.remove_photo(actor=request.user, evidence=evidence)
    return _answer(request, evidence.inspection)


def _answer(
    request: HttpRequest, inspection: Inspection, *, status: int = 200, **more: object
) -> HttpResponse:
    """The photos for the script, so that what is typed stays; the page for a browser without."""
    if by_script(request):
        kept = inspection.evidence.filter(removed_at=None).select_related("file", "item")
        context = {"evidence": kept, "inspection": inspection, "may_change": True, "problem": None}
        return render(request, "supervision/_photos.html", context | more, status=status)
    if status != 200:
        return show(request, inspection, status=status, **more)
    return redirect("supervision:inspection-edit", pk=inspection.pk)


@require_safe
@never_cache
def photo_file(request: HttpRequest, pk: int) -> FileResponse:
    evidence = _visible_evidence(request, pk)
    require(request.user, VIEW, evidence.inspection)
    return sent(evidence.file)


@require_safe
@never_cache
def signature_file(request: HttpRequest, pk: int, side: str) -> FileResponse:
    inspection = visible_inspection(request, pk)
    if side not in services.SIDES:
        raise Http404(side)
    return sent(getattr(inspection, services.SIDES[side]))


@require_safe
@never_cache
def step_file(request: HttpRequest, pk: int) -> FileResponse:
    found = FindingStep.objects.visible_to(request.user).select_related(
        "file", "finding__organisation"
    )
    step = get_object_or_404(found, pk=pk)
    require(request.user, VIEW, step.finding)
    return sent(step.file)


def sent(file: StoredFile | None) -> FileResponse:
    """A picture is shown, as what its first bytes said it is; anything else is only saved."""
    if file is None:
        raise Http404
    kind = PICTURES.get(PurePosixPath(file.name).suffix.lower())
    response = attachment(file.content.open("rb"), file.name, kind or "application/octet-stream")
    if kind:
        response["Content-Disposition"] = "inline"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _visible_evidence(request: HttpRequest, pk: int) -> InspectionEvidence:
    found = InspectionEvidence.objects.visible_to(request.user).filter(removed_at=None)
    return get_object_or_404(found.select_related("file", "inspection__organisation"), pk=pk)
