"""Proposals to change what is asked: made, decided, and looked up."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators.engine.in_force import thresholds_in_force
from indicators.forms import (
    BaselineForm,
    BreakForm,
    PapersForm,
    RejectForm,
    TargetForm,
    ThresholdsForm,
)
from indicators.models import Comparator, Indicator, Revision, RuleVersion
from indicators.selectors.revisions import (
    baseline_now,
    history,
    revision_list,
    visible_revisions,
)
from indicators.services import revisions
from indicators.views.indicators import visible_indicator
from metroplan.common.problems import MetroplanError
from metroplan.common.text import plain_number
from metroplan.organisations.models import Organisation
from metroplan.organisations.policy import can, require

UNPROCESSABLE = 422


@require_safe
def revision_index(request: HttpRequest) -> HttpResponse:
    require(request.user, "plan.view")
    return _index(request)


def _index(
    request: HttpRequest, problem: MetroplanError | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "page": revision_list(request.user),
        "reject_form": RejectForm(),
        "problem": problem,
    }
    return render(request, "indicators/revision_list.html", context, status=status)


@require_POST
def revision_approve(request: HttpRequest, pk: int) -> HttpResponse:
    revision = _decidable(request, pk)

    def decide() -> str:
        revisions.approve(revision=revision, actor=request.user)
        return _("Approved: {what}.").format(what=revision)

    return _decided(request, decide)


@require_POST
def revision_reject(request: HttpRequest, pk: int) -> HttpResponse:
    revision = _decidable(request, pk)
    form = RejectForm(request.POST)

    def decide() -> str:
        remark = form.cleaned_data["remark"] if form.is_valid() else ""
        revisions.reject(revision=revision, actor=request.user, remark=remark)
        return _("Rejected: {what}.").format(what=revision)

    return _decided(request, decide)


@require_POST
def bundle_approve(request: HttpRequest, bundle: UUID) -> HttpResponse:
    parts = list(visible_revisions(request.user).filter(bundle=bundle, state="proposed"))
    if not parts:
        raise Http404
    for part in parts:
        require(request.user, "target.approve", part)

    def decide() -> str:
        revisions.approve_all(revisions=parts, actor=request.user)
        return _("Approved: {count} targets of the breakdown.").format(count=len(parts))

    return _decided(request, decide)


def _decidable(request: HttpRequest, pk: int) -> Revision:
    revision = get_object_or_404(visible_revisions(request.user), pk=pk)
    require(request.user, "target.approve", revision)
    return revision


def _decided(request: HttpRequest, decide: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, decide())
    except MetroplanError as problem:
        return _index(request, problem, problem.status)
    return redirect("indicators:revision-list")


@require_http_methods(["GET", "HEAD", "POST"])
def indicator_revisions(request: HttpRequest, plan: str, code: str) -> HttpResponse:
    """The history of a unit's targets; for those who may, the form to propose another."""
    indicator = visible_indicator(request, plan, code)
    unit = chosen_unit(request, indicator)
    require(request.user, "plan.view")
    page = history(indicator, unit, request.user)
    form = target_form(request, indicator, unit, page.years)
    baseline = BaselineForm(
        request.POST if request.POST.get("kind") == "baseline" else None,
        initial=baseline_now(indicator) | _today(),
        prefix="baseline",
    )
    problem = None
    if request.method == "POST":
        require(request.user, "target.propose", unit)
        sent = baseline if request.POST.get("kind") == "baseline" else form
        if sent.is_valid():
            try:
                return _proposed(request, indicator, unit, sent)
            except MetroplanError as refused:
                problem = refused
    context = {
        "page": page,
        "form": form,
        "baseline_form": baseline,
        "break_form": BreakForm(),
        "problem": problem,
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    if problem:
        status = problem.status
    return render(request, "indicators/indicator_revisions.html", context, status=status)


def target_form(
    request: HttpRequest, indicator: Indicator, unit: Organisation, years: tuple[int, ...]
) -> TargetForm:
    sent = request.POST if request.POST.get("kind") == "target" else None
    return TargetForm(
        sent,
        initial=_today() | {"year": next_milestone(years)},
        years=list(years),
        ranged=indicator.comparator == Comparator.RANGE,
        done=indicator.comparator == Comparator.DONE,
    )


def next_milestone(years: Sequence[int]) -> int | None:
    """The first that still lies ahead, else the last."""
    ahead = [year for year in years if year >= timezone.localdate().year]
    return next(iter(ahead or years[-1:]), None)


def _today() -> dict[str, object]:
    return {"effective_from": timezone.localdate()}


def _proposed(
    request: HttpRequest, indicator: Indicator, unit: Organisation, form: PapersForm
) -> HttpResponse:
    given = {"indicator": indicator, "papers": form.papers(), "actor": request.user}
    if isinstance(form, BaselineForm):
        require(request.user, "target.propose", indicator.owner)
        made = revisions.propose_baseline(values=form.values(), **given)
    else:
        year = form.cleaned_data["year"]
        made = revisions.propose_target(organisation=unit, year=year, values=form.values(), **given)
    text = _("Proposed: {what}. Another person at {unit} has to approve it.")
    messages.success(request, text.format(what=made, unit=indicator.owner.name))
    return redirect(f"{request.path}?organisation={unit.code}")


def chosen_unit(request: HttpRequest, indicator: Indicator) -> Organisation:
    """`?organisation=450100`, else the owner, or the reader's own unit below it."""
    own, owner = request.user.organisation, indicator.owner
    default = owner if owner.path.startswith(own.path) else own
    code = request.GET.get("organisation") or default.code
    unit = get_object_or_404(Organisation.objects.visible_to(request.user), code=code)
    if not unit.path.startswith(owner.path):
        raise Http404
    return unit


@require_http_methods(["GET", "HEAD", "POST"])
def threshold_list(request: HttpRequest) -> HttpResponse:
    """All versions of the thresholds; for those who may, the form to propose others."""
    require(request.user, "plan.view")
    now = thresholds_in_force()
    held = {name: getattr(now, name) for name in ThresholdsForm.field_order}
    initial = {name: plain_number(Decimal(value)) for name, value in held.items()} | _today()
    form = ThresholdsForm(request.POST or None, initial=initial)
    problem = None
    if request.method == "POST":
        require(request.user, "thresholds.propose", request.user.organisation)
        if form.is_valid():
            try:
                return _thresholds_proposed(request, form)
            except MetroplanError as refused:
                problem = refused
    context = {
        "form": form,
        "now": now,
        "versions": RuleVersion.objects.order_by("-version"),
        "may_propose": can(request.user, "thresholds.propose", request.user.organisation),
        "problem": problem,
    }
    status = (problem.status if problem else UNPROCESSABLE) if request.method == "POST" else 200
    return render(request, "indicators/threshold_list.html", context, status=status)


def _thresholds_proposed(request: HttpRequest, form: ThresholdsForm) -> HttpResponse:
    made = revisions.propose_thresholds(
        organisation=request.user.organisation,
        thresholds=form.thresholds(),
        papers=form.papers(),
        actor=request.user,
    )
    text = _("Proposed: {what}. Another person at {unit} has to approve it.")
    messages.success(request, text.format(what=made, unit=made.organisation.name))
    return redirect("indicators:revision-list")
