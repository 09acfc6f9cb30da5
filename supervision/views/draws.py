"""Double random: draws in two steps, their replay, and the inspectors drawn from."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metroplan.common.problems import MetroplanError
from metroplan.common.text import whole_number
from metroplan.organisations.policy import can, require
from standards.views.life import add_errors
from supervision.forms import campaigns as shapes
from supervision.models import Conflict, Draw, Inspector
from supervision.rules.drawing import Pool
from supervision.selectors import draws as selectors
from supervision.selectors.ordering import put_in_order
from supervision.services import draws as services
from supervision.services import inspectors as people
from supervision.views.campaigns import visible_campaign
from supervision.views.editing import CHANGES, UNPROCESSABLE, acted
from supervision.views.lists import ROWS_PER_PAGE, page_of

VIEW, MAKE, KEEP = "draw.view", "draw.make", "supervision.keep"


@require_safe
def draw_list(request: HttpRequest) -> HttpResponse:
    require(request.user, VIEW)
    found = selectors.draws_for(request.user)
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "supervision/draw_list.html", {"page": page})


@require_safe
@never_cache
def drawn_list(request: HttpRequest) -> HttpResponse:
    """Drawn and not inspected yet; `?draw=` keeps to one draw."""
    require(request.user, VIEW)
    found = selectors.waiting_for(request.user)
    if (asked := whole_number(request.GET.get("draw", ""))) is not None:
        found = found.filter(draw=asked)
    context = {
        "page": Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "may_record": can(request.user, "inspection.record"),
    }
    return render(request, "supervision/drawn_list.html", context)


@never_cache
@require_http_methods(CHANGES)
def draw_create(request: HttpRequest, pk: int) -> HttpResponse:
    """The first step: the pool of a campaign is fixed and a seed recorded."""
    require(request.user, MAKE)
    campaign = visible_campaign(request, pk)
    initial = {"organisation": request.user.organisation, "entity_kinds": campaign.entity_kinds}
    sent = request.POST if request.method == "POST" else None
    form = shapes.DrawForm(sent, user=request.user, initial=initial)
    context: dict[str, Any] = {"form": form, "campaign": campaign}
    status = UNPROCESSABLE if form.is_bound else 200
    if form.is_valid():
        try:
            draw = services.fix_pool(
                actor=request.user,
                campaign=campaign,
                organisation=form.cleaned_data["organisation"],
                filters=form.filters(),
                entities_wanted=form.cleaned_data["entities_wanted"],
                inspectors_each=form.cleaned_data["inspectors_each"],
            )
        except MetroplanError as problem:
            context["problem"], status = problem, problem.status
        else:
            messages.success(request, _("The pool is fixed and the seed recorded: draw now."))
            return redirect("supervision:draw-detail", pk=draw.pk)
    return render(request, "supervision/draw_form.html", context, status=status)


@require_safe
@never_cache
def draw_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """With `?replay=yes` the list is drawn once more and compared with what is stored."""
    draw = visible_draw(request, pk)
    context = {
        "detail": selectors.draw_detail(draw),
        "may_draw": can(request.user, MAKE, draw),
        "may_record": can(request.user, "inspection.record"),
        "replay": replay_of(draw) if draw.drawn_at and request.GET.get("replay") else None,
    }
    return render(request, "supervision/draw_detail.html", context)


def visible_draw(request: HttpRequest, pk: int) -> Draw:
    draw = get_object_or_404(selectors.draws_for(request.user), pk=pk)
    require(request.user, VIEW, draw)
    return draw


def replay_of(draw: Draw) -> dict[str, Any]:
    """Drawn once more: the lines, and whether they are the stored ones."""
    lines = services.replayed(draw)
    return {"lines": lines, "same": services.same_list(draw, lines)}


@require_POST
def draw_make(request: HttpRequest, pk: int) -> HttpResponse:
    draw = visible_draw(request, pk)
    services.make_draw(actor=request.user, draw=draw)
    messages.success(request, _("The draw is made."))
    return redirect("supervision:draw-detail", pk=pk)


@require_safe
@never_cache
def draw_pool(request: HttpRequest, pk: int) -> HttpResponse:
    """The pool exactly as it was hashed."""
    return pool_file(visible_draw(request, pk))


def pool_file(draw: Draw) -> HttpResponse:
    text = Pool.read(draw.pool).text()
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="pool-{draw.pk}.json"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
def inspector_list(request: HttpRequest) -> HttpResponse:
    require(request.user, VIEW)
    today = timezone.localdate()
    form = shapes.InspectorFilterForm(request.GET, user=request.user)
    chosen = form.chosen()
    found = selectors.inspectors_for(request.user, today)
    found = selectors.inspectors_narrowed(found, chosen, day=today)
    order = chosen.get("order") or "certificate"
    page, rows = page_of(request, put_in_order(found, order, selectors.INSPECTOR_ORDERS), list)
    context = {"form": form, "page": page, "rows": rows, "order": order, "today": today}
    context["may_keep"] = can(request.user, KEEP)
    return render(request, "supervision/inspector_list.html", context)


@require_safe
@never_cache
def inspector_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show_inspector(request, visible_inspector(request, pk))


def visible_inspector(request: HttpRequest, pk: int) -> Inspector:
    found = selectors.inspectors_for(request.user, timezone.localdate())
    inspector = get_object_or_404(found, pk=pk)
    require(request.user, VIEW, inspector)
    return inspector


def show_inspector(
    request: HttpRequest, inspector: Inspector, *, status: int = 200, **bound: Any
) -> HttpResponse:
    context = {
        "inspector": inspector,
        "conflicts": list(selectors.conflicts_of(inspector)),
        "conflict_form": shapes.ConflictForm(prefix="conflict", user=request.user),
        "end_form": shapes.EndConflictForm(prefix="end"),
        "today": timezone.localdate(),
        "may_keep": can(request.user, KEEP, inspector),
        "problem": None,
    }
    return render(request, "supervision/inspector_detail.html", context | bound, status=status)


@never_cache
@require_http_methods(CHANGES)
def inspector_create(request: HttpRequest) -> HttpResponse:
    require(request.user, KEEP)
    return _edited(request, None)


@never_cache
@require_http_methods(CHANGES)
def inspector_edit(request: HttpRequest, pk: int) -> HttpResponse:
    inspector = visible_inspector(request, pk)
    require(request.user, KEEP, inspector)
    return _edited(request, inspector)


def _edited(request: HttpRequest, inspector: Inspector | None) -> HttpResponse:
    initial = {"organisation": request.user.organisation}
    if inspector:
        initial = shapes.inspector_initial(inspector)
    sent = request.POST if request.method == "POST" else None
    form = shapes.InspectorForm(sent, user=request.user, initial=initial)
    if form.is_valid():
        try:
            saved = people.save_inspector(
                actor=request.user, inspector=inspector, data=form.cleaned_data
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("“{name}” is saved.").format(name=saved.certificate_no))
            return redirect("supervision:inspector-detail", pk=saved.pk)
    context = {"form": form, "inspector": inspector}
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "supervision/inspector_form.html", context, status=status)


@require_POST
def conflict_add(request: HttpRequest, pk: int) -> HttpResponse:
    inspector = visible_inspector(request, pk)
    require(request.user, KEEP, inspector)
    form = shapes.ConflictForm(request.POST, prefix="conflict", user=request.user)

    def act(data: dict[str, Any]) -> str:
        people.add_conflict(actor=request.user, inspector=inspector, **data)
        return _("The conflict is entered: this inspector is not drawn for the entity.")

    return acted(
        request,
        form=form,
        act=act,
        refused=partial(show_inspector, request, inspector, conflict_form=form),
        back=reverse("supervision:inspector-detail", args=[pk]),
    )


@require_POST
def conflict_end(request: HttpRequest, pk: int) -> HttpResponse:
    found = Conflict.objects.filter(
        inspector__in=selectors.inspectors_for(request.user, timezone.localdate())
    ).select_related("inspector__organisation", "entity")
    conflict = get_object_or_404(found, pk=pk)
    require(request.user, KEEP, conflict.inspector)
    form = shapes.EndConflictForm(request.POST, prefix="end")

    def act(data: dict[str, Any]) -> str:
        people.end_conflict(actor=request.user, conflict=conflict, **data)
        return _("The end of the conflict is entered.")

    return acted(
        request,
        form=form,
        act=act,
        refused=partial(show_inspector, request, conflict.inspector, end_form=form),
        back=reverse("supervision:inspector-detail", args=[conflict.inspector_id]),
    )
