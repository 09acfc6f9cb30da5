"""One indicator for one unit, its figures as a file, and the way back from a figure."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from indicators.charts import trajectory_chart
from indicators.engine.in_force import thresholds_in_force
from indicators.exports import contributions_csv, entries_csv, todays_csv
from indicators.forms import ExplanationForm, WhatIfForm
from indicators.models import Indicator, Observation
from indicators.selectors.indicator import IndicatorPage, indicator_page
from indicators.selectors.sources import comparison, sources
from indicators.selectors.standing import fingerprint, fingerprint_of
from indicators.selectors.trace import entries_behind, observation_trace
from indicators.views.choosing import chosen_line, chosen_period, quarters
from indicators.views.known_on import as_known
from indicators.views.todays import todays_lines
from metroplan.common.files import csv_response
from metroplan.common.periods import Period, newest_closed
from metroplan.organisations.models import Organisation
from metroplan.organisations.policy import require


@require_safe
def indicator_detail(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    indicator, period = visible_indicator(request, plan, code), chosen_period(request)
    line = chosen_unit_line(request, indicator, period)
    with as_known(request, line[-1], [indicator]):
        return _detail(request, indicator, period, line)


def _detail(
    request: HttpRequest, indicator: Indicator, period: Period, line: list[Organisation]
) -> HttpResponse:
    page = indicator_page(indicator, line[-1], period, request.user)
    first = page.points[0].period if page.points else page.indicator.plan.starts
    context = {
        "page": page,
        "line": below_owner(line, page.indicator),
        "chart": trajectory_chart(page),
        "todays": todays_lines(request, indicator, page.organisation, period),
        "quarters": quarters(first, page.period),
        "fingerprint": fingerprint_of(page.standing.computed_at),
        "what_if": _what_if(request, page),
        "sources": sources(indicator.measure, page.organisation, period, request.user),
        "explanation_form": ExplanationForm(),
    }
    return render(request, "indicators/indicator_detail.html", context)


def _what_if(request: HttpRequest, page: IndicatorPage) -> WhatIfForm | None:
    """None where the page looks back, or ahead: only what is known now can be played with."""
    if request.known_on or page.period > newest_closed(timezone.localdate()):
        return None
    years = [row.year for row in page.targets]
    thresholds = page.thresholds or thresholds_in_force()
    return WhatIfForm.of(page.indicator, years, thresholds, year=page.standing.milestone_year)


@require_safe
def indicator_contributions(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    indicator, period = visible_indicator(request, plan, code), chosen_period(request)
    unit = chosen_unit_line(request, indicator, period)[-1]
    name = f"{indicator.code}_{unit.code}_{period}"
    with as_known(request, unit, [indicator]):
        page = indicator_page(indicator, unit, period, request.user)
        lines = todays_lines(request, indicator, unit, period)
    known_on = request.known_on
    if lines is None:
        return csv_response(contributions_csv(page, known_on), f"{name}.csv")
    return csv_response(todays_csv(page, lines, known_on), f"{name}_today.csv")


@never_cache
@require_safe
def indicator_fingerprint(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """A few bytes that change when the page's figures were computed anew."""
    indicator = visible_indicator(request, plan, code)
    period = chosen_period(request)
    organisation = chosen_unit_line(request, indicator, period)[-1]
    text = fingerprint(organisation, period, plan=plan, indicator=code)
    return HttpResponse(text, content_type="text/plain")


@require_safe
def observation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    observation = _visible_observation(request, pk)
    context = {
        "trace": observation_trace(observation, request.user),
        "comparison": comparison(observation, request.user),
        "explanation_form": ExplanationForm(),
    }
    return render(request, "indicators/observation_trace.html", context)


@require_safe
def observation_entries(request: HttpRequest, pk: int) -> HttpResponse:
    """All that a counted figure was counted from; 404 for one that no register counted."""
    observation = _visible_observation(request, pk)
    if observation.register_count is None:
        raise Http404
    name = f"{observation.measure.code}_{observation.organisation.code}_{observation.period}.csv"
    return csv_response(entries_csv(observation, entries_behind(observation)), name)


def _visible_observation(request: HttpRequest, pk: int) -> Observation:
    visible = Observation.objects.visible_to(request.user)
    found = visible.select_related("measure", "organisation", "register_count")
    observation = get_object_or_404(found, pk=pk)
    require(request.user, "figures.view", observation)
    return observation


def below_owner(line: list[Organisation], indicator: Indicator) -> list[Organisation]:
    """Above its owner the indicator is nobody's."""
    return [unit for unit in line if unit.path.startswith(indicator.owner.path)]


def visible_indicator(request: HttpRequest, plan: str, code: str) -> Indicator:
    visible = Indicator.objects.visible_to(request.user).select_related(
        "series__measure", "plan", "owner", "category"
    )
    return get_object_or_404(visible, plan__code=plan, code=code)


def chosen_unit_line(
    request: HttpRequest, indicator: Indicator, period: Period
) -> list[Organisation]:
    """The owner's figures first; those of the reader's own unit where it stands below."""
    own, owner = request.user.organisation, indicator.owner
    line = chosen_line(request, owner if owner.path.startswith(own.path) else own, period)
    require(request.user, "figures.view", line[-1])
    if not line[-1].path.startswith(owner.path):
        raise Http404
    return line
