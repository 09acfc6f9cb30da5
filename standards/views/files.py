"""Files of the register that leave: by right, always to be saved, never opened in our name."""

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from metroplan.organisations.policy import require
from metroplan.organisations.querysets import within
from metroplan.submissions.models import StoredFile
from metroplan.submissions.views.files import attachment
from standards.models import Certificate, ExaminationDocument
from standards.views.life import visible_attachment


@require_safe
@never_cache
def certificate_file(request: HttpRequest, pk: int) -> FileResponse:
    found = Certificate.objects.visible_to(request.user)
    certificate = get_object_or_404(found.select_related("file", "standard__institute"), pk=pk)
    require(request.user, "register.view", certificate.standard.institute)
    return sent(certificate.file)


@require_safe
@never_cache
def document_file(request: HttpRequest, pk: int) -> FileResponse:
    area = within("examination__standard__institute__organisation", request.user.organisation.path)
    found = ExaminationDocument.objects.filter(area)
    document = get_object_or_404(
        found.select_related("file", "examination__standard__institute"), pk=pk
    )
    require(request.user, "register.view", document.examination.standard.institute)
    return sent(document.file)


@require_safe
@never_cache
def attachment_file(request: HttpRequest, pk: int) -> FileResponse:
    kept = visible_attachment(request, pk)
    require(request.user, "register.view", kept.standard.institute)
    return sent(kept.file)


def sent(file: StoredFile | None) -> FileResponse:
    if file is None:
        raise Http404
    return attachment(file.content.open("rb"), file.name, "application/octet-stream")
