"""Cases: list, files, one, filed without a finding, and every step to the end."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metroplan.organisations.policy import can, require
from standards.views.life import add_errors
from supervision.columns.campaigns import CASE
from supervision.forms import findings as shapes
from supervision.models import Case
from supervision.selectors import findings as selectors
from supervision.selectors.ordering import put_in_order
from supervision.services import cases as services
from supervision.views.editing import CHANGES, UNPROCESSABLE, acted
from supervision.views.lists import exported, page_of

VIEW, KEEP = "supervision.view", "supervision.keep"


@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    require(request.user, VIEW)
    form, found = _chosen(request)
    page, rows = page_of(request, found, selectors.case_rows)
    order = form.chosen().get("order") or "-filed"
    context = {"form": form, "page": page, "rows": rows, "order": order}
    context["may_keep"] = can(request.user, KEEP)
    return render(request, "supervision/case_list.html", context)


@require_safe
@never_cache
def case_export(request: HttpRequest) -> HttpResponse:
    require(request.user, VIEW)
    _form, found = _chosen(request)
    return exported(request, found, CASE, "cases")


def _chosen(request: HttpRequest) -> tuple[shapes.CaseFilterForm, Any]:
    form = shapes.CaseFilterForm(request.GET, user=request.user)
    chosen = form.chosen()
    found = selectors.cases_narrowed(selectors.cases_for(request.user), chosen)
    return form, put_in_order(found, chosen.get("order") or "-filed", selectors.CASE_ORDERS)


@never_cache
@require_http_methods(CHANGES)
def case_create(request: HttpRequest) -> HttpResponse:
    """A case that no finding led to; of `?entity=` where that is told."""
    require(request.user, KEEP)
    sent = request.POST if request.method == "POST" else None
    known = {"organisation": request.user.organisation, "entity": request.GET.get("entity", "")}
    form = shapes.CaseForm(sent, user=request.user, initial=known)
    if form.is_valid():
        try:
            case = services.file_case(actor=request.user, data=form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Case {number} is filed.").format(number=case.number))
            return redirect("supervision:case-detail", pk=case.pk)
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "supervision/case_form.html", {"form": form}, status=status)


@require_safe
@never_cache
def case_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show_case(request, visible_case(request, pk))


def visible_case(request: HttpRequest, pk: int) -> Case:
    case = get_object_or_404(selectors.cases_for(request.user), pk=pk)
    require(request.user, VIEW, case)
    return case


def show_case(request: HttpRequest, case: Case, *, status: int = 200, **bound: Any) -> HttpResponse:
    context = {
        "row": selectors.case_row(case),
        "move_form": shapes.MoveCaseForm(
            prefix="move",
            choices=selectors.next_states(case),
            initial={"version": case.version},
        ),
        "may_keep": can(request.user, KEEP, case),
        "problem": None,
    }
    return render(request, "supervision/case_detail.html", context | bound, status=status)


@require_POST
def case_move(request: HttpRequest, pk: int) -> HttpResponse:
    case = visible_case(request, pk)
    require(request.user, KEEP, case)
    form = shapes.MoveCaseForm(request.POST, prefix="move", choices=selectors.next_states(case))

    def act(data: dict[str, Any]) -> str:
        version = data.pop("version")
        services.move_case(actor=request.user, case=case, expected_version=version, **data)
        return _("The state is entered.")

    def refused(**more: Any) -> HttpResponse:
        return show_case(request, case, move_form=form, **more)

    back = reverse("supervision:case-detail", args=[pk])
    return acted(request, form=form, act=act, refused=refused, back=back)
