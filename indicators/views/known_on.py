"""`?known_on=2016-05-01`: a page as it was known at the end of that day."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date

from django.http import HttpRequest
from django.utils import timezone

from indicators.engine.as_known import as_known_on
from indicators.known_day import PARAMETER, known_day
from indicators.models import Indicator
from metroplan.organisations.models import Organisation


def day_of_page(request: HttpRequest) -> date:
    """The day the page looks from: the one asked for, else today."""
    return known_day(request.GET.get(PARAMETER, "")) or timezone.localdate()


@contextmanager
def as_known(
    request: HttpRequest, organisation: Organisation, indicators: Iterable[Indicator]
) -> Iterator[None]:
    """Read and render inside. `request.known_on` tells templates the day, None for now."""
    request.known_on = known_day(request.GET.get(PARAMETER, ""))
    if request.known_on is None:
        yield
        return
    measures = {indicator.series.measure_id for indicator in indicators}
    with as_known_on(request.known_on, organisation=organisation, measures=measures):
        yield
