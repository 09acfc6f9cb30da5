"""What a plan asks of a measure, as a course that demonstration figures can follow."""

from dataclasses import dataclass
from decimal import Decimal

from indicators.demo.paths import Path, Point
from indicators.models import (
    Accumulation,
    Basis,
    Comparator,
    Indicator,
    Kind,
    Measure,
    RollUpRule,
    Target,
    Window,
)
from metroplan.common.periods import Period

HUNDRED = 100.0
FEW = 10
"""Below this a target is a handful of things, each of which comes at once."""


@dataclass(frozen=True, slots=True)
class Course:
    """The path of the plan as a whole: percent for a rate, 100 at the base for growth, the sum
    since the plan's start for a flow counted so, a year's figure for one counted by year.

    `based` says that figures are known from the path's start on, which lies before the plan's.
    """

    measure: str
    kind: str
    flow: bool
    summed: bool
    growth: bool
    falling: bool
    yearly: bool
    based: bool
    path: Path

    @property
    def few(self) -> bool:
        return self.kind == Kind.COUNT and not self.growth and self.path.end[1] < FEW


def course_of(indicator: Indicator, targets: list[Target], first: Period) -> Course:
    """`targets` are the owner's in the order of their milestones; `first` is the plan's quarter."""
    measure = indicator.series.measure
    growth = indicator.basis == Basis.GROWTH_PERCENT
    falling = indicator.comparator == Comparator.AT_MOST
    since_start = indicator.series.window == Window.SINCE_PLAN_START
    flow = measure.accumulation == Accumulation.FLOW
    yearly = measure.kind == Kind.COUNT and flow and not since_start
    goals = [_goal(target, growth) for target in targets]
    start = _start(indicator, measure, goals[0], first)
    later = [goal for goal in goals if goal[0] > start[0]] or [(start[0] + 4, goals[-1][1])]
    few = measure.kind == Kind.COUNT and goals[-1][1] < FEW
    return Course(
        measure=measure.code,
        kind=measure.kind,
        flow=flow,
        summed=measure.roll_up == RollUpRule.SUM,
        growth=growth,
        falling=falling,
        yearly=yearly,
        based=growth or (indicator.baseline_value is not None and not since_start),
        path=Path((start, *later), drift=0.0 if few or falling else _drift(measure)),
    )


def _goal(target: Target, growth: bool) -> Point:
    low = float(target.low if target.low is not None else Decimal(1))
    return Period.year_end(target.milestone.year).index, HUNDRED + low if growth else low


def _drift(measure: Measure) -> float:
    if measure.kind == Kind.RATIO:
        return 0.1
    return 0.8 if measure.accumulation == Accumulation.FLOW else 0.3


def _start(indicator: Indicator, measure: Measure, goal: Point, first: Period) -> Point:
    before = (first - 1).index
    if indicator.basis == Basis.GROWTH_PERCENT:
        return Period.year_end(indicator.baseline_year).index, HUNDRED
    if indicator.baseline_value is not None:
        year_end = Period.year_end(indicator.baseline_year).index
        return year_end, float(indicator.baseline_value)
    return before, _usual_start(indicator, measure, goal[1])


def _usual_start(indicator: Indicator, measure: Measure, goal: float) -> float:
    """Where things stood before, for a plan that does not say."""
    if indicator.comparator == Comparator.AT_MOST:
        return goal + 5
    if measure.kind == Kind.RATIO:
        return max(goal - 14, goal * 0.8) if goal >= 50 else goal * 0.4
    since_start = indicator.series.window == Window.SINCE_PLAN_START
    if measure.kind == Kind.YES_NO or since_start or goal < FEW:
        return 0.0
    return round(goal * 0.7)
