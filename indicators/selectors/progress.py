"""One unit at one quarter, across the indicators it is measured by: the leadership's overview."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import accumulate, groupby
from operator import attrgetter

from django.db.models import Count, Q, QuerySet

from indicators.engine.goals import Unit, current_targets, targets_of
from indicators.models import Indicator, Progress, ProgressStatus
from indicators.rules.summary import summarise
from indicators.selectors.explaining import explanation
from indicators.selectors.heatmap import HeatMap, Key, heat_map
from indicators.selectors.standing import Standing, standing_of
from indicators.selectors.units import UnitRef, children_of, missing_units
from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation, User
from metroplan.organisations.querysets import within
from metroplan.plans.models import Milestone, Plan
from metroplan.submissions.models import Submission
from metroplan.submissions.states import EDITABLE, Status

# Worst first: this is the order of the list that asks for attention and of the status strip.
WORST_FIRST = [
    ProgressStatus.SERIOUSLY_BEHIND,
    ProgressStatus.BEHIND,
    ProgressStatus.MISSED,
    ProgressStatus.REGRESSING,
    ProgressStatus.STALE,
]
STRIP = [
    ProgressStatus.ACHIEVED,
    ProgressStatus.AHEAD,
    ProgressStatus.ON_TRACK,
    ProgressStatus.SLIGHTLY_BEHIND,
    ProgressStatus.BEHIND,
    ProgressStatus.SERIOUSLY_BEHIND,
    ProgressStatus.REGRESSING,
    ProgressStatus.MISSED,
    ProgressStatus.DUE_SOON,
    ProgressStatus.NOT_DUE,
    ProgressStatus.BASELINE,
    ProgressStatus.STALE,
    ProgressStatus.NO_DATA,
]


@dataclass(frozen=True, slots=True)
class StatusCount:
    """`before` is the sum of the counts before it, where its part of the strip begins."""

    status: str
    label: str
    count: int
    before: int


@dataclass(frozen=True, slots=True)
class Countdown:
    """A milestone of a plan: the next one, or one past that indicators are still judged by.

    `days` and `quarters` run to the last day of the milestone's year, below zero once past;
    `achieved` of `indicators` have met what is asked for it.
    """

    plan: Plan
    year: int
    kind: str
    quarters: int
    days: int
    achieved: int
    indicators: int

    @property
    def over(self) -> bool:
        return self.days < 0

    @property
    def days_gone(self) -> int:
        return max(0, -self.days)


@dataclass(frozen=True, slots=True)
class ReportingRate:
    """The quarter's forms of the unit and all below it; `late` are past due and not handed in."""

    total: int
    approved: int
    submitted: int
    returned: int
    open: int
    late: int

    @property
    def share(self) -> Decimal | None:
        """Of the forms, those handed in: approved or under review."""
        return Decimal(self.approved + self.submitted) / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Overview:
    """`score` is the mean attainment, each clipped to 0–1, over `scored` indicators; `plans` are
    those the unit is measured by, whichever of them is looked at."""

    organisation: Organisation
    period: Period
    plan: Plan | None
    plans: tuple[Plan, ...]
    counts: tuple[StatusCount, ...]
    total: int
    score: Decimal | None
    score_unclipped: Decimal | None
    scored: int
    standings: tuple[Standing, ...]
    attention: tuple[Standing, ...]
    countdowns: tuple[Countdown, ...]
    heat: HeatMap
    reporting: ReportingRate
    computed_at: datetime | None


def overview(
    organisation: Organisation, period: Period, plan_code: str, user: User, *, today: date
) -> Overview:
    """The unit must be visible to the user; "" looks at all plans that apply to it.

    A plan that does not apply gives an overview with `plan` None, over all plans.
    """
    applying = list(indicators_for(organisation, user))
    plans = tuple({item.plan_id: item.plan for item in applying}.values())
    plan = next((item for item in plans if item.code == plan_code), None)
    chosen = [item for item in applying if plan is None or item.plan_id == plan.pk]
    units = children_of(organisation, period, user)
    progress = stored_progress(chosen, [organisation.pk, *(unit.pk for unit in units)], period)
    standings = standings_of(chosen, organisation, period, user, progress)
    attention = needing_attention(standings)
    summary = summarise((row.status, row.attainment) for row in standings)
    computed = [row.computed_at for row in standings if row.computed_at]
    return Overview(
        organisation=organisation,
        period=period,
        plan=plan,
        plans=plans,
        counts=status_strip(summary.counts),
        total=len(standings),
        score=summary.score,
        score_unclipped=summary.unclipped,
        scored=summary.scored,
        standings=tuple(standings),
        attention=tuple(explained(attention, chosen, organisation)),
        countdowns=tuple(_countdowns(plans, plan, standings, period, today)),
        heat=heat_map(units, period, chosen, progress),
        reporting=reporting_rate(organisation, period, today),
        computed_at=max(computed, default=None),
    )


def indicators_for(organisation: Organisation, user: User) -> QuerySet[Indicator]:
    """Indicators of the plans of the unit and of those above it, in the documents' order."""
    codes = organisation.path.strip("/").split("/")
    return (
        Indicator.objects.visible_to(user)
        .filter(owner__code__in=codes)
        .select_related("series__measure", "plan", "owner", "category")
        .order_by("plan__code", "position")
    )


def stored_progress(
    indicators: Sequence[Indicator], units: Sequence[int], period: Period
) -> dict[Key, Progress]:
    """(indicator id, unit id) → its row at the quarter."""
    found = Progress.objects.filter(
        organisation__in=units, period=period, indicator__in=[item.pk for item in indicators]
    )
    return {(row.indicator_id, row.organisation_id): row for row in found}


def standings_of(
    indicators: Sequence[Indicator],
    organisation: Organisation,
    period: Period,
    user: User,
    progress: Mapping[Key, Progress] | None = None,
) -> list[Standing]:
    """What is asked of the unit; the owner's indicators are shown before anything is reported."""
    if progress is None:
        progress = stored_progress(indicators, [organisation.pk], period)
    rows = {item.pk: progress.get((item.pk, organisation.pk)) for item in indicators}
    thin = {item.series_id for item in indicators if (row := rows[item.pk]) and row.provisional}
    missing = missing_units(organisation, period, thin, user)
    return [
        standing_of(item, period, row, _named(item, row, missing))
        for item in indicators
        if (row := rows[item.pk]) or item.owner_id == organisation.pk
    ]


def _named(
    indicator: Indicator, row: Progress | None, missing: dict[int, list[UnitRef]]
) -> tuple[UnitRef, ...]:
    if row is None or not row.provisional:
        return ()
    return tuple(missing.get(indicator.series_id, ()))


def needing_attention(standings: Iterable[Standing]) -> list[Standing]:
    """Worst status first, furthest behind first within it; then what is only provisional."""
    rank = {status.value: place for place, status in enumerate(WORST_FIRST)}
    last = len(rank)
    wanted = [row for row in standings if row.status in rank or row.provisional]
    return sorted(
        wanted, key=lambda row: (rank.get(row.status, last), -(row.lag_quarters or Decimal(0)))
    )


def explained(
    standings: Sequence[Standing],
    indicators: Sequence[Indicator],
    organisation: Organisation,
) -> list[Standing]:
    """The same, each with the sentence that says why."""
    by_id = {item.pk: item for item in indicators}
    targets = current_targets([by_id[row.indicator.pk] for row in standings])
    unit = Unit.from_path(organisation.pk, organisation.path)
    return [
        replace(
            row,
            explanation=explanation(
                row,
                by_id[row.indicator.pk],
                organisation,
                targets_of(by_id[row.indicator.pk], unit, targets),
            ),
        )
        for row in standings
    ]


def status_strip(counts: Mapping[str, int]) -> tuple[StatusCount, ...]:
    """Best first; statuses that do not occur are left out."""
    shown = [status for status in STRIP if counts.get(status.value)]
    numbers = [counts[status.value] for status in shown]
    starts = accumulate(numbers, initial=0)
    return tuple(
        StatusCount(status.value, str(status.label), number, start)
        for status, number, start in zip(shown, numbers, starts, strict=False)
    )


def _countdowns(
    plans: Sequence[Plan],
    plan: Plan | None,
    standings: Sequence[Standing],
    period: Period,
    today: date,
) -> Iterable[Countdown]:
    """For each plan the milestone that comes next, and those its indicators are now judged by."""
    shown = {item.pk: item for item in plans if plan is None or item.pk == plan.pk}
    set_for = Milestone.objects.filter(plan__in=shown, targets__isnull=False).distinct()
    for plan_id, milestones in groupby(
        set_for.order_by("plan_id", "year"), key=attrgetter("plan_id")
    ):
        judged = [row for row in standings if row.indicator.plan == shown[plan_id].code]
        in_order = list(milestones)
        coming = next((m for m in in_order if Period.year_end(m.year) >= period), in_order[-1])
        years = {row.milestone_year for row in judged} | {coming.year}
        for milestone in in_order:
            if milestone.year in years:
                yield _countdown(shown[plan_id], milestone, judged, period, today)


def _countdown(
    plan: Plan, milestone: Milestone, judged: Sequence[Standing], period: Period, today: date
) -> Countdown:
    end = Period.year_end(milestone.year)
    asked = [row for row in judged if row.milestone_year == milestone.year]
    return Countdown(
        plan=plan,
        year=milestone.year,
        kind=milestone.get_kind_display(),
        quarters=end.index - period.index,
        days=(end.last_day - today).days,
        achieved=sum(row.status == ProgressStatus.ACHIEVED for row in asked),
        indicators=len(asked),
    )


def reporting_rate(organisation: Organisation, period: Period, today: date) -> ReportingRate:
    forms = Submission.objects.filter(within("organisation", organisation.path), period=period)
    counts = forms.aggregate(
        total=Count("pk"),
        **{status.value: Count("pk", filter=Q(status=status)) for status in Status},
        late=Count("pk", filter=Q(due_on__lt=today, status__in=EDITABLE)),
    )
    names = ReportingRate.__dataclass_fields__
    return ReportingRate(**{name: value for name, value in counts.items() if name in names})
