"""The lines of a form that a register counts: nobody fills them in, everybody sees them."""

from collections.abc import Collection, Iterable

from django.urls import reverse

from indicators.figures import Registered
from indicators.models import Measure, Observation
from indicators.selectors.reported import figure_text
from indicators.selectors.sources import as_text
from metroplan.common.periods import Period
from metroplan.common.text import plain_number
from metroplan.submissions.models import FigureState
from metroplan.submissions.types import CountedLine

PARTS = ("value", "numerator", "denominator")


def registered_figures(
    measures: Iterable[Measure], units: Collection[int], period: Period
) -> dict[tuple[int, str], Registered]:
    """By unit id and code, for those of the measures that are counted in the quarter."""
    measures = list(measures)
    found = _stored(measures, units, period)
    return {
        (unit, measure.code): _registered(found.get((unit, measure.pk)))
        for measure in measures
        if measure.is_counted(period)
        for unit in units
    }


def counted_lines(measures: Iterable[Measure], unit: int, period: Period) -> dict[str, CountedLine]:
    """By code, as they are shown."""
    measures = list(measures)
    found = _stored(measures, [unit], period)
    return {
        measure.code: _line(measure, found.get((unit, measure.pk)))
        for measure in measures
        if measure.is_counted(period)
    }


def _stored(
    measures: Iterable[Measure], units: Collection[int], period: Period
) -> dict[tuple[int, int], Observation]:
    counted = [measure.pk for measure in measures if measure.is_counted(period)]
    if not counted:
        return {}
    rows = Observation.objects.filter(
        measure__in=counted, organisation__in=units, period=period, superseded_at__isnull=True
    )
    return {(row.organisation_id, row.measure_id): row for row in rows}


def _registered(row: Observation | None) -> Registered:
    if row is None:
        return Registered()
    text = "/" if row.state == FigureState.NOT_APPLICABLE else as_text(row)
    return Registered(row.state, row.value, row.numerator, row.denominator, text)


def _line(measure: Measure, row: Observation | None) -> CountedLine:
    numbers = {part: getattr(row, part, None) for part in PARTS}
    return CountedLine(
        texts={part: plain_number(one) for part, one in numbers.items() if one is not None},
        text=figure_text(measure, row),
        url=reverse("indicators:observation-trace", args=[row.pk]) if row else "",
    )
