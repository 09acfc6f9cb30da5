"""Dishonesty records: their list, one record, entering, changing, repair."""

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
from supervision.forms.integrity import (
    DishonestyFilterForm,
    DishonestyForm,
    RepairForm,
    initial_of,
)
from supervision.models import DishonestyRecord
from supervision.selectors import dishonesty as selectors
from supervision.services import dishonesty as services

ROWS_PER_PAGE = 50
CHANGES = ["GET", "HEAD", "POST"]


@require_safe
def dishonesty_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "supervision.view")
    form, today = DishonestyFilterForm(request.GET, user=request.user), timezone.localdate()
    chosen = form.chosen()
    found = selectors.narrowed(selectors.records_for(request.user), chosen, today)
    found = selectors.ordered(found, chosen.get("order", ""))
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "order": chosen.get("order") or "-starts",
        "rows": [(row, selectors.is_listed(row, today)) for row in page.object_list],
        "may_keep": can(request.user, "supervision.keep"),
    }
    return render(request, "supervision/dishonesty_list.html", context)


@require_safe
@never_cache
def dishonesty_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _visible(request, pk))


def _visible(request: HttpRequest, pk: int) -> DishonestyRecord:
    row = get_object_or_404(selectors.records_for(request.user), pk=pk)
    require(request.user, "supervision.view", row)
    return row


def _show(
    request: HttpRequest, row: DishonestyRecord, *, status: int = 200, **bound: Any
) -> HttpResponse:
    """One record's page; `bound` brings back what was refused, as it was typed."""
    today = timezone.localdate()
    context = {
        "row": row,
        "listed": selectors.is_listed(row, today),
        "titles": selectors.titles_of(row, today),
        "may_keep": can(request.user, "supervision.keep", row),
        "repair_form": RepairForm(initial={"version": row.version}),
        "problem": None,
    }
    return render(request, "supervision/dishonesty_detail.html", context | bound, status=status)


@never_cache
@require_http_methods(CHANGES)
def dishonesty_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "supervision.keep")
    return _edited(request, None)


@never_cache
@require_http_methods(CHANGES)
def dishonesty_change(request: HttpRequest, pk: int) -> HttpResponse:
    row = _visible(request, pk)
    require(request.user, "supervision.keep", row)
    return _edited(request, row)


def _edited(request: HttpRequest, row: DishonestyRecord | None) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = DishonestyForm(sent, user=request.user, initial=initial_of(row, request.user))
    status = UNPROCESSABLE if form.is_bound else 200
    context: dict[str, Any] = {"form": form, "row": row}
    if form.is_valid():
        try:
            if saved := _saved(form, request, row):
                messages.success(request, _("The record is saved."))
                return redirect("supervision:dishonesty-detail", pk=saved.pk)
        except MetroplanError as problem:
            context["problem"], status = problem, problem.status
    return render(request, "supervision/dishonesty_form.html", context, status=status)


def _saved(
    form: DishonestyForm, request: HttpRequest, row: DishonestyRecord | None
) -> DishonestyRecord | None:
    """None where a rule refuses it: the sentence stands at its field."""
    try:
        return services.save_dishonesty(
            actor=request.user,
            listed=row,
            data=form.data_for_service(),
            expected_version=form.cleaned_data["version"] if row else None,
        )
    except ValidationError as error:
        add_errors(form, error)
        return None


@require_POST
def dishonesty_repair(request: HttpRequest, pk: int) -> HttpResponse:
    row = _visible(request, pk)
    require(request.user, "supervision.keep", row)
    form = RepairForm(request.POST)
    if not form.is_valid():
        return _show(request, row, status=UNPROCESSABLE, repair_form=form)
    data = form.cleaned_data
    try:
        services.repair(
            actor=request.user,
            listed=row,
            repaired_on=data["repaired_on"],
            document=data["repair_document"],
            expected_version=data["version"],
        )
    except ValidationError as error:
        add_errors(form, error)
        return _show(request, row, status=UNPROCESSABLE, repair_form=form)
    except MetroplanError as problem:
        return _show(request, row, status=problem.status, repair_form=form, problem=problem)
    messages.success(request, _("The repair is recorded."))
    return redirect("supervision:dishonesty-detail", pk=pk)
