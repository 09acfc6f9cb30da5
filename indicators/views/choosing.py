"""The unit and the quarter that a page is asked for."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from indicators.selectors.units import line_down_to
from indicators.views.known_on import day_of_page
from metroplan.common.periods import Period, newest_closed
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Organisation

EARLIEST, LATEST = Period.of(1985, 1), Period.of(2100, 4)


def chosen_period(request: HttpRequest) -> Period:
    """`?period=2024Q3`, else the newest quarter that had ended on the day the page looks from."""
    text = request.GET.get("period", "")
    if not text:
        return newest_closed(day_of_page(request))
    try:
        period = Period.parse(text)
    except ValueError:
        period = None
    if period is None or not EARLIEST <= period <= LATEST:
        raise MetroplanError(
            "request.not_a_quarter",
            _("“{value}” is not a quarter: write it like 2024Q3."),
            status=400,
            value=text[:20],
        )
    return period


def chosen_line(request: HttpRequest, default: Organisation, period: Period) -> list[Organisation]:
    """`?organisation=450100`, else the default, after the units above it that may be opened.

    404 for a unit outside the reader's area.
    """
    code = request.GET.get("organisation", "") or default.code
    if code == request.user.organisation.code:
        return [request.user.organisation]
    line = line_down_to(code, period, request.user)
    return line or [get_object_or_404(Organisation.objects.visible_to(request.user), code=code)]


def quarters(first: Period | None, chosen: Period) -> list[Period]:
    """For a picker: from the first to the newest closed quarter, newest first."""
    newest = max(newest_closed(timezone.localdate()), chosen)
    oldest = min(first or newest, chosen)
    return [Period(index) for index in range(newest.index, oldest.index - 1, -1)]
