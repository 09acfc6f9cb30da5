"""The page of one standard, and what is entered on it: states, certificates, grades, dossiers."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from metroplan.common.problems import MetroplanError
from metroplan.organisations.policy import can, require
from standards.forms import life as shapes
from standards.models import Attachment, Certificate, Examination
from standards.selectors.standard_detail import StandardDetail
from standards.services import attachments, examinations, life
from standards.views.standards import visible_detail

UNPROCESSABLE = 422
Perform = Callable[[StandardDetail, dict[str, Any]], Any]
View = Callable[[HttpRequest, int], HttpResponse]


@require_safe
@never_cache
def standard_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, visible_detail(request, pk))


def show(
    request: HttpRequest, detail: StandardDetail, *, status: int = 200, **bound: Any
) -> HttpResponse:
    """The page; `bound` brings back what was refused, as it was entered."""
    keeps = can(request.user, "register.keep", detail.standard.institute)
    context = {
        "detail": detail,
        "may_keep": keeps,
        "today": timezone.localdate(),
        "problem": None,
        **(shapes.life_forms(request.user, detail) if keeps else {}),
    }
    return render(request, "standards/standard_detail.html", context | bound, status=status)


def act(
    request: HttpRequest,
    pk: int,
    name: str,
    perform: Perform,
    *,
    done: Promise,
    section: str,
    **marks: Any,
) -> HttpResponse:
    """Read the form `name` of the page, do it, and come back to the section; or show the page
    with what was wrong at its field. `marks` tell the page which of several forms it was."""
    detail = visible_detail(request, pk)
    require(request.user, "register.keep", detail.standard.institute)
    form = bound_form(request, detail, name)
    if not form.is_valid():
        return show(request, detail, status=UNPROCESSABLE, **{name: form}, **marks)
    try:
        with transaction.atomic():
            perform(detail, with_file_kept(form.cleaned_data, request))
    except ValidationError as error:
        add_errors(form, error)
        return show(request, detail, status=UNPROCESSABLE, **{name: form}, **marks)
    except MetroplanError as problem:
        bound = {"problem": problem, name: form}
        return show(request, detail, status=problem.status, **bound, **marks)
    messages.success(request, done)
    return redirect(reverse("standards:standard-detail", args=[pk]) + f"#{section}")


def bound_form(request: HttpRequest, detail: StandardDetail, name: str) -> Form:
    empty = shapes.life_forms(request.user, detail)[name]
    own: dict[str, Any] = {"prefix": empty.prefix}
    if name == "move_form":
        own |= {"user": request.user, "choices": detail.next_states}
    if name == "decide_form":
        own |= {"kinds": shapes.certificate_kinds(detail)}
    return type(empty)(request.POST, request.FILES, **own)


def with_file_kept(data: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
    """An uploaded file becomes a stored one, those of certificates too."""
    if given := data.get("certificates"):
        return data | {"certificates": [with_file_kept(item, request) for item in given]}
    if not data.get("file"):
        return data
    file = data["file"]
    stored = attachments.keep_upload(name=file.name, content=file.read(), actor=request.user)
    return data | {"file": stored}


def add_errors(form: Form, error: ValidationError) -> None:
    """Each sentence at the field it is about, the others above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, found in error.message_dict.items():
        for sentence in found:
            form.add_error(name if name in form.fields else None, sentence)


def entered(name: str, write: Callable[..., Any], *, done: Promise, section: str) -> View:
    """What the form `name` says is written of the standard whose key is in the address."""

    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        def perform(detail: StandardDetail, data: dict[str, Any]) -> None:
            write(actor=request.user, standard=detail.standard, **data)

        return act(request, pk, name, perform, done=done, section=section)

    return view


standard_move = entered(
    "move_form", life.move_standard, done=_("The state is entered."), section="states"
)
standard_certificate = entered(
    "certificate_form",
    life.add_certificate,
    done=_("The certificate is added."),
    section="certificates",
)
standard_grade = entered(
    "grade_form", life.add_grade, done=_("The rank is entered."), section="grades"
)
standard_apply = entered(
    "apply_form",
    examinations.apply_for,
    done=_("The application is entered."),
    section="examinations",
)
standard_control = entered(
    "control_form", examinations.record_control, done=_("The record is added."), section="controls"
)
standard_attach = entered(
    "attachment_form",
    attachments.add_attachment,
    done=_("The file is added."),
    section="attachments",
)


@require_POST
def certificate_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    certificate = get_object_or_404(Certificate.objects.visible_to(request.user), pk=pk)

    def perform(detail: StandardDetail, data: dict[str, Any]) -> None:
        life.revoke_certificate(actor=request.user, certificate=certificate, **data)

    return act(
        request,
        certificate.standard_id,
        "revoke_form",
        perform,
        done=_("The certificate is revoked; figures are counted again from that day."),
        section="certificates",
        revoked_pk=pk,
    )


def examined(name: str, write: Callable[..., Any], *, done: Promise, mark: str) -> View:
    """The same of an examination; `mark` tells the page by its key whose form was refused."""

    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        found = Examination.objects.visible_to(request.user).select_related("standard__institute")
        examination = get_object_or_404(found, pk=pk)

        def perform(detail: StandardDetail, data: dict[str, Any]) -> None:
            write(actor=request.user, examination=examination, **data)

        key, marks = examination.standard_id, {mark: pk}
        return act(request, key, name, perform, done=done, section="examinations", **marks)

    return view


examination_decide = examined(
    "decide_form", examinations.decide, done=_("The result is entered."), mark="decided_pk"
)
examination_attach = examined(
    "document_form", examinations.attach, done=_("The document is added."), mark="attached_pk"
)


@require_POST
def attachment_remove(request: HttpRequest, pk: int) -> HttpResponse:
    attachment = visible_attachment(request, pk)
    require(request.user, "register.keep", attachment.standard.institute)
    attachments.remove_attachment(attachment=attachment, actor=request.user)
    messages.success(request, _("The file is removed; it stays on record."))
    address = reverse("standards:standard-detail", args=[attachment.standard_id])
    return redirect(f"{address}#attachments")


def visible_attachment(request: HttpRequest, pk: int) -> Attachment:
    found = Attachment.objects.visible_to(request.user).filter(removed_at=None)
    related = ("file", "standard__institute__organisation")
    return get_object_or_404(found.select_related(*related), pk=pk)
