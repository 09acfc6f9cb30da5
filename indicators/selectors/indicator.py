"""One indicator for one unit: the path of the plan, the figures on it, and who they come from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Q, QuerySet

from indicators.engine.goals import Goals, Targets, Unit, targets_of
from indicators.engine.in_force import in_force, terms_in_force
from indicators.models import (
    Comparator,
    Indicator,
    Kind,
    Observation,
    Progress,
    RollUp,
    Target,
    Window,
)
from indicators.rules import (
    AssessInput,
    Goal,
    MilestoneTarget,
    Rung,
    Thresholds,
    Trajectory,
    assess,
    milestone_ladder,
    target_value,
    year_end,
)
from indicators.selectors.contributions import Contribution, contributions
from indicators.selectors.explaining import explanation
from indicators.selectors.forecasts import Outlook, key_of, outlooks
from indicators.selectors.scale import target_text
from indicators.selectors.standing import Standing, standing_of
from indicators.selectors.units import UnitRef, children_of, missing_units
from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation, User

OBSERVATIONS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class PathPoint:
    """A quarter and what the plan's path asks for there: the baseline or a milestone."""

    period: Period
    value: Decimal
    baseline: bool


@dataclass(frozen=True, slots=True)
class Point:
    """The figure of a quarter; `expected` is what the path asks for, `label` the status's word."""

    period: Period
    actual: Decimal | None
    expected: Decimal | None
    status: str
    label: str
    provisional: bool
    reported: int
    units_expected: int
    carried: int


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A milestone's target in the document's words, as a figure, and what became of it.

    `document` and `reason` are those of the newest revision; `inherited` that it is the target of
    a unit above.
    """

    year: int
    text: str
    low: Decimal | None
    high: Decimal | None
    approximate: bool
    state: str
    met_at: Period | None
    revision: int
    document: str
    reason: str
    inherited: bool


@dataclass(frozen=True, slots=True)
class IndicatorPage:
    """`needed_rate` and `recent_rate` are changes of the figure in one quarter, `numerator` and
    `denominator` the terms behind a ratio; `newest` is the quarter of the newest observation;
    `points` end with the page's quarter; `outlook` is None where nothing is asked, or a thing to be
    done; `thresholds` where nothing is asked."""

    indicator: Indicator
    organisation: Organisation
    period: Period
    standing: Standing
    explanation: str
    needed_rate: Decimal | None
    recent_rate: Decimal | None
    passed_unmet: tuple[int, ...]
    over_ceiling: bool
    outlook: Outlook | None
    thresholds: Thresholds | None
    numerator: Decimal | None
    denominator: Decimal | None
    newest: Period | None
    missing: tuple[UnitRef, ...]
    path: tuple[PathPoint, ...]
    points: tuple[Point, ...]
    targets: tuple[TargetRow, ...]
    contributions: tuple[Contribution, ...]
    observations: tuple[Observation, ...]

    @property
    def ratio(self) -> bool:
        return self.indicator.measure.kind == Kind.RATIO


def indicator_page(
    indicator: Indicator, organisation: Organisation, period: Period, user: User
) -> IndicatorPage:
    """The indicator comes with `series__measure`, `plan` and `owner`; the unit is visible."""
    below = children_of(organisation, period, user)
    roll_ups = _Rows(RollUp.objects.filter(series=indicator.series_id), organisation, below, period)
    progress = _Rows(Progress.objects.filter(indicator=indicator), organisation, below, period)
    unit = Unit.from_path(organisation.pk, organisation.path)
    stored = _newest_targets(indicator, unit)
    asked = targets_of(indicator, unit, _as_asked(indicator, stored))
    goal = _goal(indicator, unit, asked, _history(roll_ups.own))
    now, rolled = progress.own.get(period), roll_ups.own.get(period)
    assessed = assess(_given(goal, period, rolled, roll_ups.own)) if goal else None
    missing = tuple(_missing(indicator, organisation, period, rolled, below, user))
    parts = contributions(indicator.measure.roll_up, rolled, below, roll_ups.below, progress.below)
    standing = standing_of(indicator, period, now, missing if now and now.provisional else ())
    return IndicatorPage(
        indicator=indicator,
        organisation=organisation,
        period=period,
        standing=standing if now else _unasked(standing, rolled),
        explanation=_explained(now, indicator, organisation, asked, rolled),
        needed_rate=assessed.needed_rate if assessed else None,
        recent_rate=assessed.recent_rate if assessed else None,
        passed_unmet=assessed.passed_unmet if assessed else (),
        over_ceiling=bool(assessed and assessed.over_ceiling),
        outlook=_outlook(now, indicator, organisation, goal, stored),
        thresholds=goal.thresholds if goal else None,
        numerator=rolled.numerator if rolled else None,
        denominator=rolled.denominator if rolled else None,
        newest=rolled.newest if rolled else None,
        missing=missing,
        path=tuple(_path(goal.trajectory)) if goal else (),
        points=tuple(
            _point(at, row, progress.own.get(at))
            for at, row in roll_ups.own.items()
            if at <= period
        ),
        targets=tuple(_target_rows(indicator, unit, goal, stored, roll_ups.own, period)),
        contributions=tuple(parts),
        observations=tuple(_own_observations(indicator, organisation, period, parts)),
    )


def _goal(
    indicator: Indicator, unit: Unit, asked: list[MilestoneTarget], history: dict[int, Decimal]
) -> Goal | None:
    if not asked:
        return None
    return Goals(terms_in_force([indicator])).of(indicator, unit, asked, history)


class _Rows:
    """`own`: quarter → the unit's row; `below`: unit id → its row at the page's quarter."""

    def __init__(
        self,
        rows: QuerySet,
        organisation: Organisation,
        below: Sequence[UnitRef],
        period: Period,
    ) -> None:
        keys = [unit.pk for unit in below]
        wanted = Q(organisation=organisation) | Q(organisation__in=keys, period=period)
        found = list(rows.filter(wanted).order_by("period"))
        own = organisation.pk
        self.own = {row.period: row for row in found if row.organisation_id == own}
        self.below = {row.organisation_id: row for row in found if row.organisation_id != own}


def _history(roll_ups: dict[Period, RollUp]) -> dict[int, Decimal]:
    return {at.index: row.value for at, row in roll_ups.items() if row.value is not None}


def _outlook(
    now: Progress | None,
    indicator: Indicator,
    organisation: Organisation,
    goal: Goal | None,
    stored: dict[str, list[Target]],
) -> Outlook | None:
    if now is None or goal is None or indicator.comparator == Comparator.DONE:
        return None
    now.indicator, now.organisation = indicator, organisation
    return outlooks([now], _as_asked(indicator, stored), goal.thresholds)[key_of(now)]


def _given(
    goal: Goal, period: Period, rolled: RollUp | None, roll_ups: dict[Period, RollUp]
) -> AssessInput:
    """As the engine assessed it, for the figures that are not stored with the status."""
    return AssessInput(
        goal=goal,
        k=period.index,
        y=rolled.value if rolled else None,
        newest=rolled.newest.index if rolled and rolled.newest else None,
        reported=rolled.reported if rolled else 0,
        units_expected=rolled.expected if rolled else 0,
        carried=rolled.carried if rolled else 0,
        history=_history(roll_ups),
    )


def _missing(
    indicator: Indicator,
    organisation: Organisation,
    period: Period,
    rolled: RollUp | None,
    below: Sequence[UnitRef],
    user: User,
) -> list[UnitRef]:
    if rolled is None or rolled.reported >= rolled.expected:
        return []
    if not below:
        return [UnitRef.of(organisation, user)]
    return missing_units(organisation, period, [indicator.series_id], user)[indicator.series_id]


def _unasked(standing: Standing, rolled: RollUp | None) -> Standing:
    """A unit of which nothing is asked still has a figure."""
    if rolled is None:
        return standing
    return replace(
        standing,
        status="",
        label="",
        actual=rolled.value,
        reported=rolled.reported,
        units_expected=rolled.expected,
        carried=rolled.carried,
    )


def _explained(
    now: Progress | None,
    indicator: Indicator,
    organisation: Organisation,
    asked: list[MilestoneTarget],
    rolled: RollUp | None,
) -> str:
    if now is None:
        return ""
    return explanation(now, indicator, organisation, asked, rolled.newest if rolled else None)


def _path(trajectory: Trajectory | None) -> list[PathPoint]:
    if trajectory is None:
        return []
    base = trajectory.baseline
    return [
        PathPoint(Period(anchor.at), anchor.value, baseline=anchor == base)
        for anchor in trajectory.anchors
    ] or [PathPoint(Period(target.at), target.low, baseline=False) for target in trajectory.targets]


def _point(at: Period, row: RollUp, progress: Progress | None) -> Point:
    return Point(
        period=at,
        actual=row.value,
        expected=progress.expected if progress else None,
        status=progress.status if progress else "",
        label=progress.get_status_display() if progress else "",
        provisional=bool(progress and progress.provisional),
        reported=row.reported,
        units_expected=row.expected,
        carried=row.carried,
    )


def _newest_targets(indicator: Indicator, unit: Unit) -> dict[str, list[Target]]:
    """Code of the unit, or of one above → its targets in order, each in the revision in force."""
    codes = [unit.code, *unit.above]
    rows = (
        in_force(Target.objects.filter(indicator=indicator, organisation__code__in=codes))
        .select_related("organisation", "milestone")
        .order_by("organisation_id", "milestone__year", "-revision")
        .distinct("organisation_id", "milestone__year")
    )
    stored: dict[str, list[Target]] = {}
    for row in rows:
        stored.setdefault(row.organisation.code, []).append(row)
    return stored


def _as_asked(indicator: Indicator, stored: dict[str, list[Target]]) -> Targets:
    roll_up = indicator.measure.roll_up
    return {
        (indicator.pk, code): [
            MilestoneTarget(
                year_end(row.milestone.year),
                target_value(row.low, indicator.comparator, roll_up),
                row.high,
                row.approximate,
            )
            for row in rows
        ]
        for code, rows in stored.items()
    }


def _target_rows(
    indicator: Indicator,
    unit: Unit,
    goal: Goal | None,
    stored: dict[str, list[Target]],
    roll_ups: dict[Period, RollUp],
    period: Period,
) -> list[TargetRow]:
    """The unit's own targets, or those of the nearest unit above where it goes by them."""
    if goal is None:
        return []
    holder = next(code for code in (unit.code, *unit.above) if code in stored)
    ladder = _ladder(indicator, goal, roll_ups, period)
    return [
        _target_row(indicator, row, ladder.get(row.milestone.year), inherited=holder != unit.code)
        for row in stored[holder]
    ]


def _ladder(
    indicator: Indicator, goal: Goal, roll_ups: dict[Period, RollUp], period: Period
) -> dict[int, tuple[MilestoneTarget, Rung, int | None]]:
    if goal.trajectory is None:
        return {}
    history = _history(roll_ups)
    if indicator.series.window == Window.CALENDAR_YEAR:
        history = {k: value for k, value in history.items() if k % 4 == 3 or k == period.index}
    steps = milestone_ladder(
        goal.trajectory, goal.comparator, history, period.index, goal.thresholds
    )
    return {step.target.year: (step.target, step.state, step.met_at) for step in steps}


def _target_row(
    indicator: Indicator,
    row: Target,
    step: tuple[MilestoneTarget, Rung, int | None] | None,
    *,
    inherited: bool,
) -> TargetRow:
    target, state, met_at = step or (None, Rung.UNKNOWN, None)
    return TargetRow(
        year=row.milestone.year,
        text=target_text(indicator, row.low, row.high, approximate=row.approximate),
        low=target.low if target else row.low,
        high=target.high if target else row.high,
        approximate=row.approximate,
        state=str(state),
        met_at=None if met_at is None else Period(met_at),
        revision=row.revision,
        document=row.document,
        reason=row.reason,
        inherited=inherited,
    )


def _own_observations(
    indicator: Indicator,
    organisation: Organisation,
    period: Period,
    parts: Sequence[Contribution],
) -> Sequence[Observation]:
    """The unit's own newest figures up to the quarter; not asked for where all come from below."""
    if parts and parts[0].unit is not None:
        return ()
    return Observation.objects.filter(
        measure=indicator.series.measure_id,
        organisation=organisation,
        period__lte=period,
        superseded_at__isnull=True,
    ).order_by("-period")[:OBSERVATIONS_SHOWN]
