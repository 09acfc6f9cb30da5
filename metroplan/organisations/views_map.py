"""Changes of the map: the list of them, and entering one with a look at what it moves."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from metroplan.common.problems import MetroplanError
from metroplan.organisations.forms_map import (
    SEVERAL,
    MapChangeForm,
    SuccessorFormSet,
    successor_formset,
)
from metroplan.organisations.map_changes import ChangeOrder
from metroplan.organisations.models import ChangeKind, Organisation, OrganisationChange
from metroplan.organisations.policy import can, require
from metroplan.organisations.selectors_map import change_detail as detail_of
from metroplan.organisations.selectors_map import change_row, changes_of
from metroplan.organisations.services.changes import MapPreview, apply_change, preview_change

CHANGES_PER_PAGE = 50
MEANINGS = {
    ChangeKind.RENAME: gettext_lazy("A unit gets another name, with or without another code."),
    ChangeKind.MERGE: gettext_lazy("Units go into one that exists, or together into a new one."),
    ChangeKind.SPLIT: gettext_lazy("A unit is shared out; it may go on as one of the parts."),
    ChangeKind.TRANSFER: gettext_lazy("Units come to stand under another unit."),
    ChangeKind.ABOLISH: gettext_lazy("Units end and none comes after them."),
}


@require_safe
def change_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(changes_of(request.user), CHANGES_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": [change_row(change, request.user) for change in page]}
    return render(request, "organisations/change_list.html", context)


@require_safe
def change_detail(request: HttpRequest, pk: int) -> HttpResponse:
    change = get_object_or_404(changes_of(request.user), pk=pk)
    context = {
        "detail": detail_of(change, request.user),
        "may_change": can(request.user, "organisation.change"),
    }
    return render(request, "organisations/change_detail.html", context)


@require_safe
def change_choose(request: HttpRequest) -> HttpResponse:
    require(request.user, "organisation.change")
    kinds = [(kind.value, kind.label, MEANINGS[kind]) for kind in ChangeKind]
    context = {"kinds": kinds, "unit": request.GET.get("unit", "")[:20]}
    return render(request, "organisations/change_choose.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def change_create(request: HttpRequest, kind: str) -> HttpResponse:
    """A first POST shows what would move; the one with `confirm` carries it out."""
    if kind not in ChangeKind.values:
        raise Http404
    require(request.user, "organisation.change")
    data = request.POST if request.method == "POST" else None
    initial = {"units": _asked_unit(request)}
    form = MapChangeForm(data, user=request.user, kind=kind, initial=initial)
    rows = successor_formset(kind, request.user, data)
    context: dict[str, Any] = {
        "form": form,
        "rows": rows,
        "kind": ChangeKind(kind),
        "several": kind in SEVERAL,
    }
    if data is None:
        return render(request, "organisations/change_create.html", context)
    result = _answer(request, form, rows)
    if isinstance(result, OrganisationChange):
        messages.success(request, _("The map has been changed; totals are computed anew now."))
        return redirect("organisations:change-detail", pk=result.pk)
    context["preview"] = result
    edit = result is None or "edit" in data
    name = "create" if edit else "preview"
    status = 422 if result is None else 200
    return render(request, f"organisations/change_{name}.html", context, status=status)


def _asked_unit(request: HttpRequest) -> str:
    """`?unit=320481` as code and name, as the field suggests it."""
    visible = Organisation.objects.visible_to(request.user)
    unit = visible.filter(code=request.GET.get("unit", "")[:20]).first()
    return f"{unit.code} {unit.name}" if unit else ""


def _answer(
    request: HttpRequest, form: MapChangeForm, rows: SuccessorFormSet
) -> MapPreview | OrganisationChange | None:
    """The preview, the change when it was confirmed, or nothing when the form has errors."""
    if not all([form.is_valid(), rows.is_valid()]):
        return None
    order = form.order(rows.successors())
    _require_all(request, order)
    today = timezone.localdate()
    try:
        if "confirm" in request.POST:
            values = {name: getattr(order, name) for name in ChangeOrder.__slots__}
            return apply_change(actor=request.user, today=today, **values)
        return preview_change(order=order, today=today)
    except (MetroplanError, ValidationError) as error:
        form.add_error(None, error.message if isinstance(error, MetroplanError) else error.messages)
        return None


def _require_all(request: HttpRequest, order: ChangeOrder) -> None:
    codes = [successor.code for successor in order.successors]
    taken = Organisation.objects.filter(code__in=codes)
    for unit in [*order.units, *taken, *([order.parent] if order.parent else [])]:
        require(request.user, "organisation.change", unit)
