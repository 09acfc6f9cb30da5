"""Which measures a register counts: the list, and the page that switches one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from indicators.forms_measure_source import MeasureSourceForm
from indicators.models import Measure
from indicators.selectors.measure_sources import source_line, source_lines
from indicators.services.measure_sources import set_source
from metroplan.common.problems import MetroplanError
from metroplan.organisations.policy import can, require

UNPROCESSABLE = 422


@require_safe
def measure_source_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "plan.view")
    context = {
        "lines": source_lines(),
        "may_change": can(request.user, "measure.source", request.user.organisation),
    }
    return render(request, "indicators/measure_source_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def measure_source(request: HttpRequest, code: str) -> HttpResponse:
    require(request.user, "plan.view")
    line = source_line(get_object_or_404(Measure, code=code))
    may_change = can(request.user, "measure.source", request.user.organisation)
    sent = request.POST if request.method == "POST" else None
    form = MeasureSourceForm(sent, line=line)
    problem, status = None, 200
    if sent is not None:
        require(request.user, "measure.source", request.user.organisation)
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                return _switched(request, line.measure, form)
            except MetroplanError as refused:
                problem, status = refused, refused.status
    context = {"line": line, "form": form, "problem": problem, "may_change": may_change}
    return render(request, "indicators/measure_source.html", context, status=status)


def _switched(request: HttpRequest, measure: Measure, form: MeasureSourceForm) -> HttpResponse:
    made = set_source(measure=measure, actor=request.user, **form.cleaned_data)
    if made.register_key:
        text = _("“{measure}” is counted from the register now; its figures follow within minutes.")
    else:
        text = _("“{measure}” is reported by the units again.")
    messages.success(request, text.format(measure=made.name))
    return redirect("indicators:measure-source-list")
