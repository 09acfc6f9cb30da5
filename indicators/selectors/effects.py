"""What the staged figures of a form would change: totals and statuses, then and now.

The engine works it out in temporary tables, for all lines at once; nothing is stored.
"""

from collections.abc import Iterable, Sequence

from django.urls import reverse
from django.utils import timezone

from indicators.engine.what_if import supposing_figures
from indicators.models import Indicator, Measure, Observation, Progress, RollUp
from indicators.selectors.scale import scale_of
from indicators.selectors.units import line_down_to
from metroplan.organisations.models import Organisation, User
from metroplan.submissions.models import StagedRow, Submission
from metroplan.submissions.types import Effect, Standing

SAME = ("state", "value", "numerator", "denominator")
NOWHERE = Standing("", "", "", 0, 0)

Stands = dict[tuple[int, int], Standing]
"""By indicator and unit."""


def figure_effects(submission: Submission, reader: User) -> list[Effect]:
    """Of the unit first, then of those above it as far as the reader may see.

    Only what would become different, in the order of plans and indicators.
    """
    units = line_down_to(submission.organisation.code, submission.period, reader)
    changed = _changed(submission)
    if not units or not changed:
        return []
    indicators = _indicators(changed, reader)
    before = _stands(indicators, units, submission)
    with supposing_figures(changed, unit=submission.organisation_id, period=submission.period):
        after = _stands(indicators, units, submission)
    return [
        _effect(indicator, unit, submission, before, after)
        for indicator in indicators
        for unit in reversed(units)
        if before.get((indicator.pk, unit.pk)) != after.get((indicator.pk, unit.pk))
    ]


def _changed(submission: Submission) -> list[Observation]:
    """The staged lines that say something else than what is approved, as if they were approved."""
    rows = list(submission.rows.filter(version=submission.version))
    measures = Measure.objects.in_bulk([row.key for row in rows], field_name="code")
    current = Observation.objects.filter(
        measure__in=measures.values(),
        organisation=submission.organisation_id,
        period=submission.period,
        superseded_at__isnull=True,
    )
    approved = {row.measure_id: row for row in current}
    return [
        _observation(submission, measures[row.key], row)
        for row in rows
        if not measures[row.key].is_counted(submission.period)
        and _differs(row, approved.get(measures[row.key].pk))
    ]


def _differs(row: StagedRow, approved: Observation | None) -> bool:
    return approved is None or any(getattr(row, name) != getattr(approved, name) for name in SAME)


def _observation(submission: Submission, measure: Measure, row: StagedRow) -> Observation:
    return Observation(
        measure=measure,
        organisation=submission.organisation,
        period=submission.period,
        recorded_at=timezone.now(),
        **{name: getattr(row, name) for name in SAME},
    )


def _indicators(changed: Iterable[Observation], reader: User) -> list[Indicator]:
    measures = {row.measure_id for row in changed}
    found = Indicator.objects.visible_to(reader).filter(series__measure__in=measures)
    return list(found.select_related("series__measure", "plan").order_by("plan__code", "position"))


def _stands(
    indicators: Sequence[Indicator], units: Sequence[Organisation], submission: Submission
) -> Stands:
    """As the tables show it now."""
    where = {"organisation__in": units, "period": submission.period}
    series = {indicator.series_id for indicator in indicators}
    figures = {
        (row.series_id, row.organisation_id): row
        for row in RollUp.objects.filter(series__in=series, **where)
    }
    judged = {
        (row.indicator_id, row.organisation_id): row
        for row in Progress.objects.filter(indicator__in=indicators, **where)
    }
    return {
        (indicator.pk, unit.pk): _standing(indicator, figure, judged.get((indicator.pk, unit.pk)))
        for indicator in indicators
        for unit in units
        if (figure := figures.get((indicator.series_id, unit.pk)))
    }


def _standing(indicator: Indicator, figure: RollUp, judged: Progress | None) -> Standing:
    return Standing(
        figure=scale_of(indicator.measure).text(figure.value),
        status=judged.status if judged else "",
        label=judged.get_status_display() if judged else "",
        reported=figure.reported,
        expected=figure.expected,
    )


def _effect(
    indicator: Indicator,
    unit: Organisation,
    submission: Submission,
    before: Stands,
    after: Stands,
) -> Effect:
    key = (indicator.pk, unit.pk)
    address = reverse("indicators:indicator-detail", args=[indicator.plan.code, indicator.code])
    return Effect(
        indicator=indicator.name,
        plan=indicator.plan.title,
        url=f"{address}?organisation={unit.code}&period={submission.period}",
        organisation=unit,
        before=before.get(key, NOWHERE),
        after=after.get(key, NOWHERE),
    )
