"""The panel “what if” of an indicator's page: suppose something, see what follows."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from indicators.engine.in_force import thresholds_in_force
from indicators.forms import WhatIfForm
from indicators.selectors.revisions import milestone_years
from indicators.selectors.scale import scale_of
from indicators.services.what_if import Outcome, simulate
from indicators.views.choosing import chosen_period
from indicators.views.indicators import chosen_unit_line, visible_indicator
from metroplan.common.problems import MetroplanError
from metroplan.organisations.policy import require

UNPROCESSABLE = 422


@require_POST
def indicator_simulate(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """`?organisation=450100&period=2024Q3` as the page has it. Stores nothing."""
    indicator, period = visible_indicator(request, plan, code), chosen_period(request)
    require(request.user, "figures.view")
    unit = chosen_unit_line(request, indicator, period)[-1]
    years = list(milestone_years(indicator))
    form = WhatIfForm.of(indicator, years, thresholds_in_force(), request.POST)
    outcomes: list[Outcome] = []
    problem = None
    if form.is_valid():
        try:
            outcomes = simulate(
                indicator=indicator,
                organisation=unit.code,
                period=period,
                supposed=form.supposed(unit.code),
                user=request.user,
            )
        except MetroplanError as refused:
            problem = refused
    context = {
        "indicator": indicator,
        "organisation": unit,
        "period": period,
        "form": form,
        "outcomes": outcomes,
        "problem": problem,
        "scale": scale_of(indicator.measure),
    }
    template = "_what_if_result.html" if request.htmx else "indicator_simulation.html"
    status = 200 if outcomes else UNPROCESSABLE
    return render(request, f"indicators/{template}", context, status=status)
