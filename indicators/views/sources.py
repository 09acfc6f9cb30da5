"""Reported figures and registers that differ, and measures that are defined anew."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from indicators.forms import BreakForm, ExplanationForm
from indicators.selectors.sources import open_differences
from indicators.services.breaks import record_break
from indicators.services.sources import explain_difference
from indicators.views.choosing import chosen_period
from indicators.views.indicators import visible_indicator
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Organisation
from metroplan.organisations.policy import require

UNPROCESSABLE = 422


@require_safe
def source_list(request: HttpRequest) -> HttpResponse:
    """What waits for an explanation in the reader's area."""
    require(request.user, "figures.view")
    period = chosen_period(request)
    rows = open_differences(request.user.organisation, period, request.user)
    return render(request, "indicators/source_list.html", {"rows": rows, "period": period})


@require_POST
def indicator_explain(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    indicator = visible_indicator(request, plan, code)
    wanted = request.POST.get("organisation") or request.user.organisation.code
    unit = get_object_or_404(Organisation.objects.visible_to(request.user), code=wanted)
    require(request.user, "difference.explain", unit)
    form = ExplanationForm(request.POST)
    if not form.is_valid():
        raise _unreadable(form)
    period = form.cleaned_data["period"] or chosen_period(request)
    explain_difference(
        measure=indicator.measure,
        organisation=unit,
        period=period,
        text=form.cleaned_data["text"],
        actor=request.user,
    )
    messages.success(request, _("The difference is explained."))
    address = reverse("indicators:indicator-detail", args=[plan, code])
    query = urlencode({"organisation": unit.code, "period": period})
    return redirect(f"{address}?{query}#sources")


@require_POST
def indicator_break(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    indicator = visible_indicator(request, plan, code)
    require(request.user, "measure.break", request.user.organisation)
    form = BreakForm(request.POST)
    if not form.is_valid():
        raise _unreadable(form)
    record_break(measure=indicator.measure, actor=request.user, **form.cleaned_data)
    messages.success(request, _("Recorded: no forecast crosses this quarter any more."))
    return redirect("indicators:indicator-revisions", plan, code)


def _unreadable(form: ExplanationForm | BreakForm) -> MetroplanError:
    """The first field that is not as it should be, by its name and what is wrong with it."""
    name, faults = next(iter(form.errors.items()))
    return MetroplanError(
        "request.invalid",
        "{label}: {fault}",
        status=UNPROCESSABLE,
        fields={field: list(texts) for field, texts in form.errors.items()},
        label=form[name].label,
        fault=faults[0],
    )
