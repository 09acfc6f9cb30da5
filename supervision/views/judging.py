"""All lots judged by a superseded edition: what judging them again would change, and doing it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from metroplan.organisations.policy import require
from supervision.selectors.judging import AT_ONCE, preview
from supervision.services.judging import judge_superseded
from supervision.views.editing import CHANGES


@never_cache
@require_http_methods(CHANGES)
def lots_judge(request: HttpRequest) -> HttpResponse:
    require(request.user, "supervision.keep", request.user.organisation)
    if request.method == "POST":
        done = judge_superseded(actor=request.user)
        text = _(
            "Lots judged again: {lots}; with another verdict: {changed}; samples that do not fit "
            "and stay as they were: {unfit}."
        )
        words = {"lots": done.lots, "changed": done.changed, "unfit": done.unfit}
        messages.success(request, text.format(**words))
        return redirect("supervision:lots-judge")
    context = {"preview": preview(request.user), "at_once": AT_ONCE}
    return render(request, "supervision/lot_judging.html", context)
