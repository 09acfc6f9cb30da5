"""The dated tables: sampling plans and deficiencies of net content, criteria of integrity units."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from metroplan.organisations.policy import can, require
from standards.views.life import UNPROCESSABLE, add_errors
from supervision.forms.tables import (
    Criteria,
    CriteriaForm,
    EditionForm,
    SamplingLines,
    ToleranceForm,
    filled,
    sampling_rows,
)
from supervision.models import CriteriaSet, SamplingPlan, ToleranceTable
from supervision.selectors.judging import superseded_lots
from supervision.services.content_tables import enter_plan, enter_tolerance
from supervision.services.criteria import enter_criteria

CHANGES = ["GET", "HEAD", "POST"]


@require_safe
def content_tables(request: HttpRequest) -> HttpResponse:
    require(request.user, "supervision.view")
    context = {
        "plans": SamplingPlan.objects.prefetch_related("rows"),
        "tables": ToleranceTable.objects.prefetch_related("rows", "label_rules"),
        "superseded": superseded_lots(request.user).count(),
        "may_judge": can(request.user, "supervision.keep", request.user.organisation),
        "may_keep": can(request.user, "catalogue.keep", request.user.organisation),
    }
    return render(request, "supervision/content_tables.html", context)


@never_cache
@require_http_methods(CHANGES)
def sampling_plan_create(request: HttpRequest) -> HttpResponse:
    """A new sampling table, line by line, for lots from a day on."""
    require(request.user, "catalogue.keep", request.user.organisation)
    sent = request.POST if request.method == "POST" else None
    form, lines = EditionForm(sent), SamplingLines(sent, prefix="lines")
    if all([form.is_valid(), lines.is_valid()]):
        try:
            enter_plan(actor=request.user, rows=sampling_rows(lines), **form.cleaned_data)
            messages.success(request, _("The sampling plan is entered."))
            return redirect("supervision:content-tables")
        except ValidationError as error:
            add_errors(form, error)
    return _edited(request, "supervision/sampling_plan_form.html", form, lines)


@never_cache
@require_http_methods(CHANGES)
def tolerance_create(request: HttpRequest) -> HttpResponse:
    """An edition with the lines of another, such as one that rounds up."""
    require(request.user, "catalogue.keep", request.user.organisation)
    form = ToleranceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            enter_tolerance(actor=request.user, **form.cleaned_data)
            messages.success(request, _("The edition is entered."))
            return redirect("supervision:content-tables")
        except ValidationError as error:
            add_errors(form, error)
    return _edited(request, "supervision/tolerance_form.html", form, None)


@require_safe
def criteria_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "supervision.view")
    context = {
        "sets": CriteriaSet.objects.prefetch_related("items"),
        "may_keep": can(request.user, "catalogue.keep", request.user.organisation),
    }
    return render(request, "supervision/criteria_list.html", context)


@never_cache
@require_http_methods(CHANGES)
def criteria_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "catalogue.keep", request.user.organisation)
    sent = request.POST if request.method == "POST" else None
    form, lines = CriteriaForm(sent), Criteria(sent, prefix="lines")
    if all([form.is_valid(), lines.is_valid()]):
        try:
            enter_criteria(actor=request.user, data=form.cleaned_data, items=filled(lines))
            messages.success(request, _("The criteria are entered."))
            return redirect("supervision:criteria-list")
        except ValidationError as error:
            add_errors(form, error)
    return _edited(request, "supervision/criteria_form.html", form, lines)


def _edited(request: HttpRequest, template: str, form: Any, lines: Any) -> HttpResponse:
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, template, {"form": form, "lines": lines}, status=status)
