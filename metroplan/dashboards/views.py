"""The start page of each role, the audit log, and how the portal itself is doing."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from metroplan.dashboards.audit import described, events
from metroplan.dashboards.forms import AuditFilterForm
from metroplan.dashboards.operations import state_of_operations
from metroplan.organisations.models import Role
from metroplan.organisations.policy import require

EVENTS_PER_PAGE = 50

START_PAGES = {
    Role.REPORTER: "submissions:submission-list",
    Role.REVIEWER: "submissions:review-queue",
    Role.STAFF: "dashboards:overview",
    Role.LEADER: "dashboards:overview",
    Role.AUDITOR: "dashboards:audit-list",
    Role.SECURITY_ADMIN: "organisations:account-list",
    Role.SYSTEM_ADMIN: "organisations:account-list",
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Someone without a role yet is shown who to ask."""
    return redirect(START_PAGES.get(request.user.role, "organisations:profile"))


@require_safe
def audit_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "audit.view")
    form = AuditFilterForm(request.GET)
    found = events(request.user, form.cleaned_data if form.is_valid() else {})
    page = Paginator(found, EVENTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "rows": described(page.object_list)}
    return render(request, "dashboards/audit_list.html", context)


@require_safe
def operations(request: HttpRequest) -> HttpResponse:
    require(request.user, "operations.view")
    return render(request, "dashboards/operations.html", {"state": state_of_operations()})
