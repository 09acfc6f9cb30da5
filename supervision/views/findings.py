"""Findings: list, files, one, and every step from the order to the end."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from metroplan.organisations.policy import can, require
from standards.views.incoming import takes_a_file
from supervision.columns.campaigns import FINDING
from supervision.forms import findings as shapes
from supervision.models import Finding
from supervision.selectors import findings as selectors
from supervision.selectors.ordering import put_in_order
from supervision.services import findings as services
from supervision.views.editing import acted
from supervision.views.lists import exported, page_of

VIEW, RECORD = "supervision.view", "inspection.record"
STEPS = {
    "reply_form": shapes.ReplyForm,
    "extend_form": shapes.ExtendForm,
    "recheck_form": shapes.RecheckForm,
    "refer_form": shapes.ReferForm,
}


@require_safe
def finding_list(request: HttpRequest) -> HttpResponse:
    require(request.user, VIEW)
    form, found = _chosen(request)
    page, rows = page_of(request, found, selectors.finding_rows, timezone.localdate())
    order = form.chosen().get("order") or "due"
    context = {"form": form, "page": page, "rows": rows, "order": order}
    return render(request, "supervision/finding_list.html", context)


@require_safe
@never_cache
def finding_export(request: HttpRequest) -> HttpResponse:
    require(request.user, VIEW)
    _form, found = _chosen(request)
    return exported(request, found, FINDING, "findings")


def _chosen(request: HttpRequest) -> tuple[shapes.FindingFilterForm, Any]:
    form = shapes.FindingFilterForm(request.GET, user=request.user)
    chosen = form.chosen()
    found = selectors.findings_for(request.user)
    own = request.user.organisation
    found = selectors.narrowed(found, chosen, day=timezone.localdate(), unit=own)
    return form, put_in_order(found, chosen.get("order") or "due", selectors.ORDERS)


@require_safe
@never_cache
def finding_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, visible_finding(request, pk))


def visible_finding(request: HttpRequest, pk: int) -> Finding:
    finding = get_object_or_404(selectors.findings_for(request.user), pk=pk)
    require(request.user, VIEW, finding)
    return finding


def show(
    request: HttpRequest, finding: Finding, *, status: int = 200, **bound: Any
) -> HttpResponse:
    """The page; `bound` brings back what was refused, as it was entered."""
    version = {"version": finding.version}
    forms = {name: shape(prefix=name[:-5], initial=version) for name, shape in STEPS.items()}
    context = {
        "detail": selectors.finding_detail(finding, timezone.localdate()),
        "may_record": can(request.user, RECORD, finding),
        "problem": None,
    }
    page = "supervision/finding_detail.html"
    return render(request, page, context | forms | bound, status=status)


def _step(
    request: HttpRequest, pk: int, name: str, service: Callable[..., Any], done: str
) -> HttpResponse:
    finding = visible_finding(request, pk)
    require(request.user, RECORD, finding)
    form = STEPS[name](request.POST, request.FILES, prefix=name[:-5])

    def act(_data: dict[str, Any]) -> str:
        service(actor=request.user, finding=finding, **form.data_for_service())
        return done

    def refused(**more: Any) -> HttpResponse:
        return show(request, finding, **{name: form}, **more)

    back = reverse("supervision:finding-detail", args=[pk])
    return acted(request, form=form, act=act, refused=refused, back=back)


@takes_a_file
def finding_reply(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(request, pk, "reply_form", services.reply_to_finding, _("The reply is entered."))


@require_POST
def finding_extend(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The deadline is extended.")
    return _step(request, pk, "extend_form", services.extend_deadline, done)


@takes_a_file
def finding_recheck(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("The result of the check is entered.")
    return _step(request, pk, "recheck_form", services.recheck_finding, done)


@require_POST
def finding_refer(request: HttpRequest, pk: int) -> HttpResponse:
    def refer(*, actor: Any, finding: Finding, expected_version: int, **data: Any) -> None:
        services.refer_finding(
            actor=actor, finding=finding, data=data, expected_version=expected_version
        )

    return _step(request, pk, "refer_form", refer, _("The finding is referred; its case is filed."))
