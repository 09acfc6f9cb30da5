"""The overview: where a unit stands, across the plans it is measured by."""

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from indicators.exports import overview_csv
from indicators.models import Indicator, ProgressStatus
from indicators.selectors.progress import Overview, indicators_for, overview
from indicators.selectors.standing import fingerprint, fingerprint_of
from indicators.views.choosing import chosen_line, chosen_period, quarters
from indicators.views.known_on import as_known, day_of_page
from metroplan.common.files import csv_response
from metroplan.organisations.models import Organisation
from metroplan.organisations.policy import require


@require_safe
def overview_page(request: HttpRequest) -> HttpResponse:
    line = _line(request)
    with as_known(request, line[-1], _indicators(request, line[-1])):
        return _overview(request, line)


def _overview(request: HttpRequest, line: list[Organisation]) -> HttpResponse:
    page = _page(request, line[-1])
    status = request.GET.get("status", "")
    starts = [plan.starts for plan in page.plans if plan.starts]
    context = {
        "page": page,
        "line": line,
        "status": status,
        "status_label": dict(ProgressStatus.choices).get(status, ""),
        "standings": [row for row in page.standings if status in ("", row.status)],
        "quarters": quarters(min(starts, default=None), page.period),
        "fingerprint": fingerprint_of(page.computed_at),
    }
    return render(request, "dashboards/overview.html", context)


@require_safe
def overview_export(request: HttpRequest) -> HttpResponse:
    unit = _line(request)[-1]
    with as_known(request, unit, _indicators(request, unit)):
        page = _page(request, unit)
        text = overview_csv(page)
    return csv_response(text, f"overview_{unit.code}_{page.period}.csv")


@never_cache
@require_safe
def overview_fingerprint(request: HttpRequest) -> HttpResponse:
    """A few bytes that change when one of the page's figures was computed anew."""
    period = chosen_period(request)
    organisation = _line(request)[-1]
    text = fingerprint(organisation, period, plan=request.GET.get("plan", ""))
    return HttpResponse(text, content_type="text/plain")


def _indicators(request: HttpRequest, unit: Organisation) -> QuerySet[Indicator]:
    """Those the page counts: of the plan it is asked for, or of all that apply."""
    applying = indicators_for(unit, request.user)
    plan = request.GET.get("plan", "")
    return applying.filter(plan__code=plan) if plan else applying


def _page(request: HttpRequest, unit: Organisation) -> Overview:
    page = overview(
        unit,
        chosen_period(request),
        request.GET.get("plan", ""),
        request.user,
        today=day_of_page(request),
    )
    if request.GET.get("plan") and page.plan is None:
        raise Http404
    return page


def _line(request: HttpRequest) -> list[Organisation]:
    line = chosen_line(request, request.user.organisation, chosen_period(request))
    require(request.user, "figures.view", line[-1])
    return line
