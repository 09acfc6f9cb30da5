"""The expiry calendar, and what lapses in the chosen quarter."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from metroplan.organisations.policy import require
from standards.forms.lists import ExpiryForm
from standards.selectors import expiry as selectors

ROWS_PER_PAGE = 50


@require_safe
def expiry(request: HttpRequest) -> HttpResponse:
    require(request.user, "register.view")
    today = timezone.localdate()
    form = ExpiryForm(request.GET, user=request.user)
    period, chosen = form.period(), form.chosen()
    spans = selectors.spans_for(request.user, chosen)
    waiting = selectors.to_apply_for(spans, today=today)
    shown = waiting if chosen.get("window") else selectors.ending_in(spans, period)
    page = Paginator(shown, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "period": period,
        "before": period - 4,
        "after": period + 4,
        "quarters": selectors.calendar(spans, year=period.year, chosen=period),
        "page": page,
        "lapses": selectors.lapses(list(page.object_list), request.user, today=today),
        "waiting": waiting.count(),
        "window": chosen.get("window"),
        "today": today,
    }
    return render(request, "standards/expiry.html", context)
