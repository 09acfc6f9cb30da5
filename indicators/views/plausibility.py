"""The rules behind the warnings: what holds, how it came about, and the form that changes it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from indicators.forms_plausibility import PlausibilityForm
from indicators.models import Check, Kind, Measure
from indicators.plausibility.settings import DEFAULTS, fits
from indicators.selectors.plausibility import WORDS, RuleLine, history, rules_by_check
from indicators.services.plausibility import Subject, change_rule
from metroplan.common.problems import MetroplanError
from metroplan.organisations.policy import can, require

UNPROCESSABLE = 422


@require_safe
def plausibility_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "plan.view")
    context = {
        "checks": rules_by_check(timezone.localdate()),
        "measures": Measure.objects.order_by("code"),
        "may_change": can(request.user, "plausibility.change", request.user.organisation),
    }
    return render(request, "indicators/plausibility_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def plausibility_rule(request: HttpRequest) -> HttpResponse:
    """`?check=range&kind=ratio`, or `?check=parts&measure=standards`; the first of each if none."""
    require(request.user, "plan.view")
    subject = _subject(request)
    versions = history(subject.check, subject.measure_kind, subject.measure, timezone.localdate())
    sent = request.POST if request.method == "POST" else None
    form = PlausibilityForm(sent, check=subject.check, initial=_initial(subject, versions))
    problem, status = None, 200
    if sent is not None:
        require(request.user, "plausibility.change", request.user.organisation)
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                return _changed(request, subject, form)
            except MetroplanError as refused:
                problem, status = refused, refused.status
    context = {
        "subject": subject,
        "name": subject.measure.name if subject.measure else Kind(subject.measure_kind).label,
        "check": Check(subject.check),
        "words": WORDS[subject.check],
        "versions": versions,
        "form": form,
        "problem": problem,
        "may_change": can(request.user, "plausibility.change", request.user.organisation),
    }
    return render(request, "indicators/plausibility_rule.html", context, status=status)


def _subject(request: HttpRequest) -> Subject:
    check, code = request.GET.get("check", Check.RANGE), request.GET.get("measure", "")
    if check not in Check.values:
        raise Http404(check)
    if code:
        measure = get_object_or_404(Measure, code=code)
        found = Subject(check, measure=measure)
    else:
        found = Subject(check, request.GET.get("kind", Kind.COUNT))
    kind = found.measure.kind if found.measure else found.measure_kind
    if not fits(check, kind) or kind not in Kind.values:
        raise Http404(kind)
    return found


def _initial(subject: Subject, versions: list[RuleLine]) -> dict[str, Any]:
    """What was set last; for a measure without a rule what its kind begins with."""
    kind = subject.measure.kind if subject.measure else subject.measure_kind
    newest = versions[0].rule if versions else None
    params = newest.params if newest else DEFAULTS.get((subject.check, kind), {})
    shown = {
        name: ", ".join(value) if isinstance(value, list) else value
        for name, value in params.items()
    }
    active = newest.active if newest else True
    return {"active": active, "effective_from": timezone.localdate(), **shown}


def _changed(request: HttpRequest, subject: Subject, form: PlausibilityForm) -> HttpResponse:
    made = change_rule(
        subject=subject,
        active=form.cleaned_data["active"],
        params=form.params(),
        papers=form.papers(),
        actor=request.user,
    )
    text = _("{rule} holds from {day} on.")
    messages.success(request, text.format(rule=made, day=made.effective_from))
    return redirect("indicators:plausibility-list")
