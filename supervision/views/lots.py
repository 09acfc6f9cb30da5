"""Lots of prepackages: their list, one lot with its verdict, entering, preview, files."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metroplan.common.problems import MetroplanError
from metroplan.organisations.policy import can, require
from standards.views.life import UNPROCESSABLE, add_errors
from supervision.columns.lots import LOT
from supervision.forms.lots import (
    LotFilterForm,
    LotForm,
    PublishLotForm,
    SampleForm,
    initial_of,
)
from supervision.models import Campaign, Inspection, Lot
from supervision.selectors import lots as selectors
from supervision.services import lots as services
from supervision.services.locks import right_to_change
from supervision.views.lists import exported

LOTS_PER_PAGE = 50
CHANGES = ["GET", "HEAD", "POST"]


@require_safe
def lot_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "supervision.view")
    form, found = _chosen(request)
    page = Paginator(found, LOTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "order": form.chosen().get("order") or "-sampled_on",
        "rates": selectors.rates(found),
        "may_record": can(request.user, "inspection.record"),
    }
    return render(request, "supervision/lot_list.html", context)


@require_safe
@never_cache
def lot_export(request: HttpRequest) -> HttpResponse:
    require(request.user, "supervision.view")
    _form, found = _chosen(request)
    return exported(request, found, LOT, "lots")


def _chosen(request: HttpRequest) -> tuple[LotFilterForm, Any]:
    """The filter as typed and what it finds, in its order."""
    form = LotFilterForm(request.GET, user=request.user)
    chosen = form.chosen()
    found = selectors.narrowed(selectors.lots_for(request.user), chosen)
    return form, selectors.ordered(found, chosen.get("order", ""))


@require_safe
@never_cache
def lot_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _visible(request, pk))


def _visible(request: HttpRequest, pk: int) -> Lot:
    found = selectors.lots_for(request.user).select_related("inspection")
    lot = get_object_or_404(found, pk=pk)
    require(request.user, "supervision.view", lot)
    return lot


def _show(request: HttpRequest, lot: Lot, *, status: int = 200, **bound: Any) -> HttpResponse:
    """One lot's page; `bound` brings back what was refused, as it was typed."""
    day = lot.published_on or timezone.localdate()
    context = {
        "detail": selectors.lot_detail(lot),
        "publish_form": PublishLotForm(initial={"version": lot.version, "published_on": day}),
        "may_record": can(request.user, right_to_change(lot), lot),
        "may_publish": can(request.user, "supervision.keep", lot),
        "problem": None,
    }
    return render(request, "supervision/lot_detail.html", context | bound, status=status)


@never_cache
@require_http_methods(CHANGES)
def lot_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "inspection.record")
    return _edited(request, None)


@never_cache
@require_http_methods(CHANGES)
def lot_change(request: HttpRequest, pk: int) -> HttpResponse:
    lot = _visible(request, pk)
    require(request.user, right_to_change(lot), lot)
    return _edited(request, lot)


def _edited(request: HttpRequest, lot: Lot | None) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    initial = initial_of(lot, request.user) | (_begun_from(request) if lot is None else {})
    form = LotForm(sent, user=request.user, initial=initial)
    status = UNPROCESSABLE if form.is_bound else 200
    context: dict[str, Any] = {"form": form, "lot": lot}
    if form.is_valid():
        try:
            if saved := _saved(form, request, lot):
                messages.success(request, _("Lot {number} is saved.").format(number=saved.number))
                return redirect("supervision:lot-detail", pk=saved.pk)
        except MetroplanError as problem:
            context["problem"], status = problem, problem.status
    return render(request, "supervision/lot_form.html", context, status=status)


def _begun_from(request: HttpRequest) -> dict[str, Any]:
    """The inspection or campaign from whose page the form was opened."""
    found: dict[str, Any] = {}
    for name, model in (("inspection", Inspection), ("campaign", Campaign)):
        if number := request.GET.get(name):
            found[name] = model.objects.visible_to(request.user).filter(number=number).first()
    if inspection := found.get("inspection"):
        found |= {"entity": inspection.entity, "sampled_on": inspection.inspected_on}
        found |= {"organisation": inspection.organisation, "campaign": inspection.campaign}
    return found


def _saved(form: LotForm, request: HttpRequest, lot: Lot | None) -> Lot | None:
    """None where a rule refuses it: the sentence stands at its field."""
    try:
        return services.save_lot(
            actor=request.user,
            lot=lot,
            data=form.data_for_service(),
            readings=form.cleaned_data["readings"],
            expected_version=form.cleaned_data["version"] if lot else None,
        )
    except ValidationError as error:
        add_errors(form, error)
        return None


@require_POST
def lot_judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Judge by the tables that hold now for the day of the lot."""
    lot = _visible(request, pk)
    require(request.user, "inspection.record", lot)
    try:
        services.judge_again(actor=request.user, lot=lot)
    except ValidationError as error:
        return _show(request, lot, status=UNPROCESSABLE, refusals=error.messages)
    messages.success(request, _("The lot is judged by the tables that hold for its day."))
    return redirect("supervision:lot-detail", pk=pk)


@require_POST
def lot_publish(request: HttpRequest, pk: int) -> HttpResponse:
    lot = _visible(request, pk)
    require(request.user, "supervision.keep", lot)
    form = PublishLotForm(request.POST)
    if not form.is_valid():
        return _show(request, lot, status=UNPROCESSABLE, publish_form=form)
    data = form.cleaned_data
    try:
        services.publish_lot(
            actor=request.user, lot=lot, on=data["published_on"], expected_version=data["version"]
        )
    except ValidationError as error:
        add_errors(form, error)
        return _show(request, lot, status=UNPROCESSABLE, publish_form=form)
    except MetroplanError as problem:
        bound = {"publish_form": form, "problem": problem}
        return _show(request, lot, status=problem.status, **bound)
    messages.success(request, _("The publication is recorded."))
    return redirect("supervision:lot-detail", pk=pk)


@require_POST
def lot_preview(request: HttpRequest) -> HttpResponse:
    """What the verdict would be of what is typed so far; nothing is stored."""
    require(request.user, "supervision.view")
    context = _previewed(SampleForm(request.POST))
    return render(request, "supervision/_lot_judgement.html", context)


@never_cache
@require_http_methods(CHANGES)
def lot_calculator(request: HttpRequest) -> HttpResponse:
    """A verdict without a lot: nothing is stored."""
    require(request.user, "supervision.view")
    sent = request.POST if request.method == "POST" else None
    form = SampleForm(sent, initial={"sampled_on": timezone.localdate()})
    context = {"form": form} | (_previewed(form) if form.is_bound else {})
    status = UNPROCESSABLE if form.is_bound and not form.is_valid() else 200
    return render(request, "supervision/lot_calculator.html", context, status=status)


def _previewed(form: SampleForm) -> dict[str, Any]:
    if not form.is_valid():
        return {"judgement": None, "form": form}
    day = form.cleaned_data["sampled_on"]
    return {"judgement": selectors.judgement(form.sample(), form.label(), form.held, day)}
