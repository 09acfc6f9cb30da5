"""Rates of verification as they stand on a day, and the same as a file."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from metroplan.common.periods import newest_closed
from metroplan.common.tables import TYPES, file_response
from metroplan.organisations.policy import require
from supervision.columns.rates import RATES, rate_lines
from supervision.forms.rates import RateForm
from supervision.selectors.rates import Rates, verification_rates
from supervision.views.editing import UNPROCESSABLE

VIEW = "supervision.view"
QUARTERS = 5


@require_safe
def verification_rate_list(request: HttpRequest) -> HttpResponse:
    require(request.user, VIEW)
    form, rates = chosen_rates(request)
    today = timezone.localdate()
    newest = newest_closed(today)
    context: dict[str, Any] = {
        "form": form,
        "rates": rates,
        "today": today,
        "quarter_ends": [(newest - back).last_day for back in range(QUARTERS)],
    }
    status = 200 if rates else UNPROCESSABLE
    return render(request, "supervision/rate_list.html", context, status=status)


@require_safe
@never_cache
def verification_rate_export(request: HttpRequest) -> HttpResponse:
    """What the page shows: `?format=csv`, `xlsx` or `json`."""
    require(request.user, VIEW)
    fmt = request.GET.get("format", "csv")
    _form, rates = chosen_rates(request)
    if rates is None or fmt not in TYPES:
        raise Http404(fmt)
    name = f"verification_rates_{rates.unit.code}_{rates.day}"
    return file_response(RATES.content(rate_lines(rates), fmt), name, fmt)


def chosen_rates(request: HttpRequest) -> tuple[RateForm, Rates | None]:
    """What the address asks for; without a word of a unit, the reader's own today."""
    today = timezone.localdate()
    sent = request.GET.copy()
    sent.setdefault("organisation", request.user.organisation.code)
    sent.setdefault("day", today.isoformat())
    form = RateForm(sent, user=request.user)
    if not form.is_valid():
        return form, None
    given = form.cleaned_data
    return form, verification_rates(
        unit=given["organisation"] or request.user.organisation,
        day=given["day"] or today,
        group=given["group"],
        today=today,
    )
