"""Inspections: list, files, one, begun and filled in on the spot, concluded, voided, published."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metroplan.common.problems import MetroplanError
from metroplan.common.text import whole_number
from metroplan.organisations.policy import can, require
from standards.views.life import add_errors
from supervision.columns.campaigns import INSPECTION
from supervision.forms import inspections as shapes
from supervision.forms.findings import OrderForm
from supervision.models import DrawnEntity, Inspection
from supervision.selectors import inspections as selectors
from supervision.selectors.ordering import put_in_order
from supervision.services import inspections as services
from supervision.services.findings import order_rectification
from supervision.services.inspection_files import sign
from supervision.services.locks import right_to_change
from supervision.states import InspectionState
from supervision.views.editing import CHANGES, UNPROCESSABLE, acted
from supervision.views.lists import exported, page_of

VIEW, RECORD, KEEP = "supervision.view", "inspection.record", "supervision.keep"


@require_safe
def inspection_list(request: HttpRequest) -> HttpResponse:
    require(request.user, VIEW)
    form, found = _chosen(request)
    page, rows = page_of(request, found, selectors.inspection_rows)
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "order": form.chosen().get("order") or "-day",
        "may_record": can(request.user, RECORD),
    }
    return render(request, "supervision/inspection_list.html", context)


@require_safe
@never_cache
def inspection_export(request: HttpRequest) -> HttpResponse:
    require(request.user, VIEW)
    _form, found = _chosen(request)
    return exported(request, found, INSPECTION, "inspections")


def _chosen(request: HttpRequest) -> tuple[shapes.InspectionFilterForm, Any]:
    form = shapes.InspectionFilterForm(request.GET, user=request.user)
    chosen = form.chosen()
    found = selectors.narrowed(selectors.inspections_for(request.user), chosen)
    return form, put_in_order(found, chosen.get("order") or "-day", selectors.ORDERS)


@require_safe
@never_cache
def inspection_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, visible_inspection(request, pk))


def visible_inspection(request: HttpRequest, pk: int) -> Inspection:
    inspection = get_object_or_404(selectors.inspections_for(request.user), pk=pk)
    require(request.user, VIEW, inspection)
    return inspection


def show(
    request: HttpRequest, inspection: Inspection, *, status: int = 200, **bound: Any
) -> HttpResponse:
    context = {
        "detail": selectors.inspection_detail(inspection, timezone.localdate()),
        "void_form": shapes.VoidForm(prefix="void"),
        "may_record": can(request.user, RECORD, inspection),
        "may_void": can(request.user, right_to_change(inspection), inspection),
        "may_keep": can(request.user, KEEP, inspection),
        "problem": None,
    }
    return render(request, "supervision/inspection_detail.html", context | bound, status=status)


@never_cache
@require_http_methods(CHANGES)
def inspection_create(request: HttpRequest) -> HttpResponse:
    """Of any entity, or of the line `?drawn=` of a draw."""
    require(request.user, RECORD)
    drawn = _drawn(request)
    people = list(drawn.inspectors.all()) if drawn else []
    today = timezone.localdate()
    unit = _own_side(request, drawn)
    form = shapes.BeginForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        drawn=drawn,
        inspectors=selectors.inspectors_offered(request.user, today, also=people),
        initial={"organisation": unit, "inspectors": [person.pk for person in people]}
        | {name: request.GET[name] for name in ("entity", "campaign") if name in request.GET},
    )
    if form.is_valid():
        try:
            inspection = services.begin_inspection(
                actor=request.user,
                data=form.data_for_service(),
                inspectors=list(form.cleaned_data["inspectors"]),
                drawn=drawn,
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            return redirect("supervision:inspection-edit", pk=inspection.pk)
    status = UNPROCESSABLE if form.is_bound else 200
    context = {"form": form, "drawn": drawn}
    return render(request, "supervision/inspection_begin.html", context, status=status)


@require_POST
def drawn_begin(request: HttpRequest, pk: int) -> HttpResponse:
    """In one tap: what was drawn, today, with the inspectors drawn. One that is begun already is
    opened; what stands against it is told on the form that asks for particulars."""
    require(request.user, RECORD)
    drawn = get_object_or_404(selectors.drawn_for(request.user), pk=pk)
    if begun := Inspection.objects.visible_to(request.user).filter(drawn=drawn).first():
        return redirect("supervision:inspection-edit", pk=begun.pk)
    data = {
        "campaign": drawn.draw.campaign,
        "entity": drawn.entity,
        "organisation": _own_side(request, drawn),
        "inspected_on": timezone.localdate(),
        "basis": "",
    }
    try:
        inspection = services.begin_inspection(
            actor=request.user, data=data, inspectors=list(drawn.inspectors.all()), drawn=drawn
        )
    except ValidationError as error:
        for text in error.messages:
            messages.error(request, text)
        return redirect(reverse("supervision:inspection-create") + f"?drawn={pk}")
    return redirect("supervision:inspection-edit", pk=inspection.pk)


def _drawn(request: HttpRequest) -> DrawnEntity | None:
    asked = request.GET.get("drawn", "")
    if not asked:
        return None
    found = selectors.drawn_for(request.user)
    return get_object_or_404(found, pk=whole_number(asked) or 0)


def _own_side(request: HttpRequest, drawn: DrawnEntity | None) -> Any:
    """The unit of the reader, unless the draw was made below it."""
    own = request.user.organisation
    if drawn and drawn.draw.organisation.path.startswith(own.path):
        return drawn.draw.organisation
    return own


@never_cache
@require_http_methods(CHANGES)
def inspection_edit(request: HttpRequest, pk: int) -> HttpResponse:
    inspection = visible_inspection(request, pk)
    require(request.user, RECORD, inspection)
    if inspection.state != InspectionState.DRAFT:
        return redirect("supervision:inspection-detail", pk=pk)
    posted = request.POST if request.method == "POST" else None
    forms = _forms(request, inspection, posted)
    if posted is None:
        return show_form(request, inspection, forms)
    if not forms.is_valid():
        return show_form(request, inspection, forms, status=UNPROCESSABLE)
    try:
        saved = _saved(request, inspection, forms)
    except ValidationError as error:
        forms.add_errors(error)
        return show_form(request, inspection, forms, status=UNPROCESSABLE)
    except MetroplanError as problem:
        return show_form(request, inspection, forms, status=problem.status, problem=problem)
    return _next(request, saved)


def _forms(request: HttpRequest, inspection: Inspection, posted: Any) -> shapes.InspectionForms:
    people = list(inspection.inspectors.all())
    offered = selectors.inspectors_offered(request.user, inspection.inspected_on, also=people)
    return shapes.InspectionForms(inspection=inspection, inspectors=offered, data=posted)


@transaction.atomic
def _saved(
    request: HttpRequest, inspection: Inspection, forms: shapes.InspectionForms
) -> Inspection:
    """What was typed and who signed, all or nothing."""
    saved = services.save_inspection(actor=request.user, inspection=inspection, **forms.values())
    for side, image in forms.signatures().items():
        sign(
            actor=request.user,
            inspection=saved,
            side=side,
            image=image,
            name=saved.signed_by_entity,
        )
    return saved


def _next(request: HttpRequest, inspection: Inspection) -> HttpResponse:
    """Where the pressed button leads: on with the form, to a finding, or to the conclusion."""
    if request.POST.get("next") == "finding":
        return redirect("supervision:inspection-order", pk=inspection.pk)
    if request.POST.get("next") != "conclude":
        messages.success(request, _("The draft is saved."))
        return redirect("supervision:inspection-edit", pk=inspection.pk)
    try:
        services.conclude_inspection(actor=request.user, inspection=inspection)
    except ValidationError as error:
        inspection.refresh_from_db()
        forms = _forms(request, inspection, None)
        missing = [text for texts in error.message_dict.values() for text in texts]
        return show_form(request, inspection, forms, status=UNPROCESSABLE, missing=missing)
    messages.success(request, _("The inspection is concluded."))
    return redirect("supervision:inspection-detail", pk=inspection.pk)


def show_form(
    request: HttpRequest,
    inspection: Inspection,
    forms: shapes.InspectionForms,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        "detail": selectors.inspection_detail(inspection, timezone.localdate()),
        "forms": forms,
        "photo_form": shapes.PhotoForm(inspection=inspection),
        "instruments": selectors.instruments_at(inspection),
        "missing": [],
        "problem": None,
    }
    return render(request, "supervision/inspection_edit.html", context | more, status=status)


@require_safe
def instrument_options(request: HttpRequest, pk: int) -> HttpResponse:
    """Suggestions under a field that asks for an instrument of the inspected entity."""
    inspection = visible_inspection(request, pk)
    text = next(request.GET.values(), "").strip()[:60]
    context = {"instruments": selectors.instruments_at(inspection, text)}
    return render(request, "supervision/_instrument_options.html", context)


@never_cache
@require_http_methods(CHANGES)
def inspection_order(request: HttpRequest, pk: int) -> HttpResponse:
    """What must be rectified, ordered at this inspection."""
    inspection = visible_inspection(request, pk)
    require(request.user, RECORD, inspection)
    sent = request.POST if request.method == "POST" else None
    proposed = selectors.failure_to_order(inspection)
    form = OrderForm(sent, inspection=inspection, initial=proposed)
    if form.is_valid():
        try:
            finding = order_rectification(
                actor=request.user, inspection=inspection, **form.cleaned_data
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            text = _("Finding {number} is ordered.")
            messages.success(request, text.format(number=finding.number))
            back = "edit" if inspection.state == InspectionState.DRAFT else "detail"
            return redirect(f"supervision:inspection-{back}", pk=pk)
    status = UNPROCESSABLE if form.is_bound else 200
    context = {"form": form, "inspection": inspection}
    return render(request, "supervision/inspection_order.html", context, status=status)


@require_POST
def inspection_void(request: HttpRequest, pk: int) -> HttpResponse:
    inspection = visible_inspection(request, pk)
    require(request.user, RECORD, inspection)
    form = shapes.VoidForm(request.POST, prefix="void")

    def act(data: dict[str, Any]) -> str:
        services.void_inspection(actor=request.user, inspection=inspection, **data)
        return _("The inspection is voided.")

    def refused(**more: Any) -> HttpResponse:
        return show(request, inspection, void_form=form, **more)

    back = reverse("supervision:inspection-detail", args=[pk])
    return acted(request, form=form, act=act, refused=refused, back=back)


@require_POST
def inspection_publish(request: HttpRequest, pk: int) -> HttpResponse:
    inspection = visible_inspection(request, pk)
    require(request.user, KEEP, inspection)
    try:
        services.publish_inspection(actor=request.user, inspection=inspection)
    except MetroplanError as problem:
        return show(request, inspection, status=problem.status, problem=problem)
    messages.success(request, _("The result of the inspection is public from today."))
    return redirect("supervision:inspection-detail", pk=pk)
