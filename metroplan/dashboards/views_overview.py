"""The overview: where a unit stands, across the plans it is measured by."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from indicators.exports import overview_csv
from indicators.models import ProgressStatus
from indicators.selectors.progress import Overview, overview
from indicators.selectors.standing import fingerprint, fingerprint_of
from indicators.views.choosing import chosen_line, chosen_period, quarters
from metroplan.common.files import csv_response
from metroplan.organisations.models import Organisation
from metroplan.organisations.policy import require


@require_safe
def overview_page(request: HttpRequest) -> HttpResponse:
    page, line = _page(request)
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
    page, _ = _page(request)
    return csv_response(overview_csv(page), f"overview_{page.organisation.code}_{page.period}.csv")


@never_cache
@require_safe
def overview_fingerprint(request: HttpRequest) -> HttpResponse:
    """A few bytes that change when one of the page's figures was computed anew."""
    period = chosen_period(request)
    organisation = _line(request)[-1]
    text = fingerprint(organisation, period, plan=request.GET.get("plan", ""))
    return HttpResponse(text, content_type="text/plain")


def _page(request: HttpRequest) -> tuple[Overview, list[Organisation]]:
    line = _line(request)
    page = overview(
        line[-1],
        chosen_period(request),
        request.GET.get("plan", ""),
        request.user,
        today=timezone.localdate(),
    )
    if request.GET.get("plan") and page.plan is None:
        raise Http404
    return page, line


def _line(request: HttpRequest) -> list[Organisation]:
    line = chosen_line(request, request.user.organisation, chosen_period(request))
    require(request.user, "figures.view", line[-1])
    return line
