"""Integrity units: their list, one run, opening, evaluating and moving it on, files."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metroplan.common.problems import MetroplanError
from metroplan.organisations.policy import can, require
from standards.views.life import UNPROCESSABLE, add_errors
from supervision.columns.integrity import INTEGRITY
from supervision.forms.integrity import (
    CorrectDayForm,
    IntegrityFilterForm,
    MoveRunForm,
    OpenRunForm,
    ScoreForm,
)
from supervision.models import IntegrityEvent, IntegrityUnit
from supervision.selectors import integrity as selectors
from supervision.services import integrity as services
from supervision.services.integrity_corrections import correct_event
from supervision.states import IntegrityState
from supervision.views.lists import exported

ROWS_PER_PAGE = 50


@require_safe
def integrity_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "supervision.view")
    form, found = _chosen(request)
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "order": form.chosen().get("order") or "number",
        "rows": selectors.integrity_rows(page.object_list),
        "may_keep": can(request.user, "supervision.keep"),
    }
    return render(request, "supervision/integrity_list.html", context)


@require_safe
@never_cache
def integrity_export(request: HttpRequest) -> HttpResponse:
    require(request.user, "supervision.view")
    _form, found = _chosen(request)
    return exported(request, found, INTEGRITY, "integrity-units")


def _chosen(request: HttpRequest) -> tuple[IntegrityFilterForm, Any]:
    """The filter as typed and what it finds, in its order."""
    form = IntegrityFilterForm(request.GET, user=request.user)
    chosen = form.chosen()
    found = selectors.narrowed(selectors.integrity_units(request.user), chosen)
    return form, selectors.ordered(found, chosen.get("order", ""))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def integrity_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "supervision.keep")
    sent = request.POST if request.method == "POST" else None
    form = OpenRunForm(sent, user=request.user)
    if form.is_valid():
        try:
            unit = services.open_run(actor=request.user, **form.cleaned_data)
            messages.success(request, _("Run {number} is opened.").format(number=unit.number))
            return redirect("supervision:integrity-detail", pk=unit.pk)
        except ValidationError as error:
            add_errors(form, error)
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "supervision/integrity_form.html", {"form": form}, status=status)


@require_safe
@never_cache
def integrity_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _visible(request, pk))


def _visible(request: HttpRequest, pk: int) -> IntegrityUnit:
    unit = get_object_or_404(selectors.integrity_units(request.user), pk=pk)
    require(request.user, "supervision.view", unit)
    return unit


def _show(
    request: HttpRequest, unit: IntegrityUnit, *, status: int = 200, **bound: Any
) -> HttpResponse:
    """One run's page; `bound` brings back what was refused, as it was typed."""
    detail = selectors.integrity_detail(unit)
    version = {"version": unit.version}
    context = {
        "detail": detail,
        "today": timezone.localdate(),
        "may_keep": can(request.user, "supervision.keep", unit),
        "scoring": unit.state == IntegrityState.REVIEWING,
        "move_form": MoveRunForm(states=detail.next_states, initial=version),
        "correct_form": CorrectDayForm(events=_events(detail), initial=version),
        "score_form": ScoreForm(lines=detail.scores, initial=version),
        "problem": None,
    }
    return render(request, "supervision/integrity_detail.html", context | bound, status=status)


@require_POST
def integrity_move(request: HttpRequest, pk: int) -> HttpResponse:
    unit = _visible(request, pk)
    require(request.user, "supervision.keep", unit)
    detail = selectors.integrity_detail(unit)
    form = MoveRunForm(request.POST, states=detail.next_states)
    if not form.is_valid():
        return _show(request, unit, status=UNPROCESSABLE, move_form=form)
    given = dict(form.cleaned_data)
    version = given.pop("version")
    try:
        services.move_run(actor=request.user, unit=unit, expected_version=version, **given)
    except ValidationError as error:
        add_errors(form, error)
        return _show(request, unit, status=UNPROCESSABLE, move_form=form)
    except MetroplanError as problem:
        return _show(request, unit, status=problem.status, move_form=form, problem=problem)
    messages.success(request, _("The state has been recorded."))
    return redirect("supervision:integrity-detail", pk=pk)


def _events(detail: selectors.IntegrityDetail) -> list[IntegrityEvent]:
    return [line.event for line in detail.events]


@require_POST
def integrity_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """A state holds from another day than was entered."""
    unit = _visible(request, pk)
    require(request.user, "supervision.keep", unit)
    events = {event.pk: event for event in _events(selectors.integrity_detail(unit))}
    form = CorrectDayForm(request.POST, events=list(events.values()))
    if not form.is_valid():
        return _show(request, unit, status=UNPROCESSABLE, correct_form=form)
    given = dict(form.cleaned_data)
    order = {"event": events[given["event"]], "expected_version": given["version"]}
    order |= {name: given[name] for name in ("since", "reason")}
    try:
        correct_event(actor=request.user, unit=unit, **order)
    except ValidationError as error:
        add_errors(form, error)
        return _show(request, unit, status=UNPROCESSABLE, correct_form=form)
    except MetroplanError as problem:
        return _show(request, unit, status=problem.status, correct_form=form, problem=problem)
    messages.success(request, _("The day is corrected."))
    return redirect("supervision:integrity-detail", pk=pk)


@require_POST
def integrity_score(request: HttpRequest, pk: int) -> HttpResponse:
    unit = _visible(request, pk)
    require(request.user, "supervision.keep", unit)
    form = ScoreForm(request.POST, lines=selectors.score_lines(unit))
    if not form.is_valid():
        return _show(request, unit, status=UNPROCESSABLE, score_form=form)
    try:
        services.score(
            actor=request.user,
            unit=unit,
            points=form.points(),
            notes=form.notes(),
            expected_version=form.cleaned_data["version"],
        )
    except ValidationError as error:
        add_errors(form, error)
        return _show(request, unit, status=UNPROCESSABLE, score_form=form)
    except MetroplanError as problem:
        return _show(request, unit, status=problem.status, score_form=form, problem=problem)
    messages.success(request, _("The evaluation is saved."))
    return redirect("supervision:integrity-detail", pk=pk)
