"""`?map=today`: the table of contributions as the units of today would have it."""

from django.http import HttpRequest
from django.utils import timezone

from indicators.models import Indicator
from indicators.selectors.todays_map import TodaysFigure, todays_map
from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation


def todays_lines(
    request: HttpRequest, indicator: Indicator, organisation: Organisation, period: Period
) -> list[TodaysFigure] | None:
    """None where the page is to show the map of the quarter."""
    if request.GET.get("map") != "today":
        return None
    today = timezone.localdate()
    return todays_map(indicator.series, organisation, period, request.user, today=today)
