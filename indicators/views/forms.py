"""The measures of a reporting form: search, add, remove, put in order."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from indicators.forms_lines import LineForm
from indicators.models import Measure
from indicators.selectors.form_lines import FOUND_AT_MOST, lines_of, matching_measures
from indicators.services import form_lines as services
from metroplan.common.periods import newest_closed
from metroplan.common.problems import MetroplanError
from metroplan.organisations.policy import require
from metroplan.submissions.models import ReportingForm

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
def form_measures(request: HttpRequest, code: str) -> HttpResponse:
    found = ReportingForm.objects.visible_to(request.user).select_related("owner")
    kept = get_object_or_404(found, code=code)
    require(request.user, "form.keep", kept)
    if request.method != "POST":
        return _show(request, kept)
    form = LineForm(request.POST)
    if not form.is_valid():
        problem = MetroplanError(
            "form.act_unknown",
            _("Nothing was changed: choose a measure of the list, then what to do with it."),
            status=UNPROCESSABLE,
        )
        return _show(request, kept, problem)
    try:
        _act(request, kept, form.cleaned_data["measure"], form.cleaned_data["act"])
    except MetroplanError as problem:
        return _show(request, kept, problem)
    return redirect("indicators:form-measures", code=code)


def _act(request: HttpRequest, kept: ReportingForm, measure: Measure, act: str) -> None:
    given = {"form": kept, "actor": request.user, "measure": measure}
    if act == "add":
        services.add_measure(**given, newest=newest_closed(timezone.localdate()))
        messages.success(request, _("The form now asks for “{name}”.").format(name=measure.name))
    elif act == "remove":
        services.remove_measure(**given)
        said = _("The form no longer asks for “{name}”.").format(name=measure.name)
        messages.success(request, said)
    else:
        services.move_measure(**given, up=act == "up")


def _show(
    request: HttpRequest, kept: ReportingForm, problem: MetroplanError | None = None
) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:60]
    everywhere = request.GET.get("plans") == "all"
    context = {
        "kept": kept,
        "lines": list(lines_of(kept)),
        "text": text,
        "everywhere": everywhere,
        "found": matching_measures(kept, text, everywhere=everywhere),
        "limit": FOUND_AT_MOST,
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "indicators/form_measures.html", context, status=status)
