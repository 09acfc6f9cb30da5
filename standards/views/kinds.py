"""Kinds of instruments and groups of them: lists, one, entering and changing."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from metroplan.common.problems import MetroplanError
from metroplan.organisations.policy import require
from standards.forms.catalogue import (
    GroupForm,
    KindFilterForm,
    KindForm,
    NewGroupForm,
    NewKindForm,
)
from standards.models import KindGroup
from standards.selectors import catalogue as selectors
from standards.services.kinds import save_group, save_kind
from standards.views.catalogue import CHANGES, UNPROCESSABLE, may_keep

KINDS_PER_PAGE = 60


@require_safe
def kind_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "catalogue.view")
    form = KindFilterForm(request.GET)
    found = selectors.kinds(request.user, **form.chosen())
    context = {
        "form": form,
        "page": Paginator(found, KINDS_PER_PAGE).get_page(request.GET.get("page")),
        "may_keep": may_keep(request),
    }
    return render(request, "standards/kind_list.html", context)


@require_http_methods(CHANGES)
def kind_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "catalogue.keep", request.user.organisation)
    form = NewKindForm(request.POST if request.method == "POST" else None)

    def save() -> HttpResponse:
        kind = save_kind(actor=request.user, values=form.values())
        messages.success(request, _("The kind is there: attach it to items of the catalogue."))
        return redirect("standards:kind-detail", code=kind.code)

    return _answer(request, form, save, "standards/kind_detail.html", {"may_keep": True})


@require_http_methods(CHANGES)
def kind_detail(request: HttpRequest, code: str) -> HttpResponse:
    require(request.user, "catalogue.view")
    kind = get_object_or_404(selectors.kinds(request.user), code=code)
    initial = {name: getattr(kind, name) for name in KindForm.base_fields}
    form = KindForm(_sent(request), initial=initial)

    def save() -> HttpResponse:
        revision = form.cleaned_data["revision"] or 0
        values = form.values()
        save_kind(actor=request.user, kind=kind, values=values, expected_revision=revision)
        messages.success(request, _("The kind has been changed."))
        return redirect("standards:kind-detail", code=code)

    context = {
        "kind": kind,
        "services": selectors.services_of(kind, request.user)[:100],
        "may_keep": may_keep(request),
    }
    return _answer(request, form, save, "standards/kind_detail.html", context)


@require_safe
def group_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "catalogue.view")
    context = {"groups": list(selectors.groups()), "may_keep": may_keep(request)}
    return render(request, "standards/group_list.html", context)


@require_http_methods(CHANGES)
def group_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "catalogue.keep", request.user.organisation)
    form = NewGroupForm(request.POST if request.method == "POST" else None)

    def save() -> HttpResponse:
        kinds = form.cleaned_data["kinds"]
        group = save_group(actor=request.user, values=form.values(), kinds=kinds)
        messages.success(request, _("The group is there."))
        return redirect("standards:group-detail", code=group.code)

    return _answer(request, form, save, "standards/group_detail.html", {"may_keep": True})


@require_http_methods(CHANGES)
def group_detail(request: HttpRequest, code: str) -> HttpResponse:
    require(request.user, "catalogue.view")
    group = get_object_or_404(KindGroup.objects.prefetch_related("kinds"), code=code)
    initial: dict[str, Any] = {name: getattr(group, name) for name in GroupForm.base_fields}
    form = GroupForm(_sent(request), initial=initial | {"kinds": group.kinds.all()})

    def save() -> HttpResponse:
        save_group(
            actor=request.user,
            group=group,
            values=form.values(),
            kinds=form.cleaned_data["kinds"],
            expected_revision=form.cleaned_data["revision"] or 0,
        )
        messages.success(request, _("The group has been changed."))
        return redirect("standards:group-detail", code=code)

    context = {"group": group, "may_keep": may_keep(request)}
    return _answer(request, form, save, "standards/group_detail.html", context)


def _sent(request: HttpRequest) -> Any:
    """What was posted, by somebody who may."""
    if request.method != "POST":
        return None
    require(request.user, "catalogue.keep", request.user.organisation)
    return request.POST


def _answer(
    request: HttpRequest,
    form: Form,
    save: Callable[[], HttpResponse],
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """Saves a good form; shows the page with what is wrong with any other."""
    status, problem = (UNPROCESSABLE if form.is_bound else 200), None
    if form.is_valid():
        try:
            return save()
        except ValidationError as refused:
            form.add_error(None, refused)
        except MetroplanError as refused:
            problem, status = refused, refused.status
    return render(request, template, {"form": form, "problem": problem, **context}, status=status)
