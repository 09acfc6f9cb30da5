"""The plans, and one plan with its indicators, boxes, tasks and duties."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from indicators.models import Indicator, ProgressStatus
from indicators.selectors.plans import plan_list as list_plans
from indicators.selectors.plans import plan_page, unit_for
from indicators.views.choosing import chosen_period, quarters
from indicators.views.known_on import as_known
from metroplan.organisations.policy import require
from metroplan.plans.models import Plan

TABS = ("indicators", "boxes", "tasks", "duties")


@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "plan.view")
    period = chosen_period(request)
    context = {"rows": list_plans(request.user, period), "period": period}
    return render(request, "indicators/plan_list.html", context)


@require_safe
def plan_detail(request: HttpRequest, plan: str) -> HttpResponse:
    visible = Plan.objects.visible_to(request.user).select_related("organisation", "parent")
    found = get_object_or_404(visible, code=plan)
    require(request.user, "plan.view")
    asked = Indicator.objects.filter(plan=found).select_related("series")
    with as_known(request, unit_for(found, request.user), asked):
        return _detail(request, found)


def _detail(request: HttpRequest, found: Plan) -> HttpResponse:
    page = plan_page(found, request.user, chosen_period(request))
    tab = request.GET.get("tab", "")
    status = request.GET.get("status", "")
    context = {
        "page": page,
        "status": status,
        "status_label": dict(ProgressStatus.choices).get(status, ""),
        "categories": page.standing_at(status),
        "tab": tab if tab in TABS else TABS[0],
        "quarters": quarters(found.starts, page.period),
    }
    return render(request, "indicators/plan_detail.html", context)
