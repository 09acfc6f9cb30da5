"""Where one unit stands with one indicator at one quarter: the status and every number beside it.

`Goal` holds what does not change from quarter to quarter; build it once for an indicator and a
unit and assess all its quarters with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from indicators.rules.comparing import holds, met_by_rounding
from indicators.rules.ladder import passed_unmet
from indicators.rules.terms import THRESHOLDS, Comparator, Mode, Status, Thresholds
from indicators.rules.trajectory import MilestoneTarget, Trajectory
from metroplan.common.periods import Period

YEAR = 4


@dataclass(frozen=True, slots=True)
class Goal:
    """What is asked of a unit. No trajectory means growth from a base value nobody knows."""

    trajectory: Trajectory | None
    comparator: str
    mode: str = Mode.REACH
    decimals: int = 0
    carry_forward: int = 4
    thresholds: Thresholds = THRESHOLDS


@dataclass(frozen=True, slots=True)
class AssessInput:
    """The rolled-up figure at quarter k.

    `newest` is the quarter of the newest observation behind it, None if there never was one;
    `history` is quarter → rolled-up value, shared by all quarters of the unit (later ones are not
    looked at).
    """

    goal: Goal
    k: int
    y: Decimal | None
    newest: int | None = None
    reported: int = 0
    units_expected: int = 0
    carried: int = 0
    history: Mapping[int, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assessment:
    """Named as the stored progress row. Rates are changes of the figure in one quarter; `lag` is
    positive when behind the path. What cannot be said is None."""

    k: int
    status: Status
    actual: Decimal | None
    rule_version: int
    expected: Decimal | None = None
    target: Decimal | None = None
    milestone_year: int | None = None
    baseline: Decimal | None = None
    attainment: Decimal | None = None
    schedule_ratio: Decimal | None = None
    lag_quarters: Decimal | None = None
    provisional: bool = False
    met_by_rounding: bool = False
    over_ceiling: bool = False
    needed_rate: Decimal | None = None
    recent_rate: Decimal | None = None
    passed_unmet: tuple[int, ...] = ()
    reported: int = 0
    units_expected: int = 0
    carried: int = 0

    @property
    def period(self) -> Period:
        return Period(self.k)


def is_provisional(reported: int, expected: int, thresholds: Thresholds = THRESHOLDS) -> bool:
    """Have too few of the reporting units reported for the figure to stand?"""
    return reported < thresholds.coverage * expected


def assess(given: AssessInput) -> Assessment:
    goal, k, y = given.goal, given.k, given.y
    path = goal.trajectory
    if path is None:
        return _without_target(given)
    target = path.target_at(k)
    gain = None if path.baseline is None else path.gain(k)
    scheduled = y is not None and path.baseline is not None and goal.comparator != Comparator.DONE
    met = y is not None and holds(y, target, goal.comparator, goal.thresholds)
    return Assessment(
        k=k,
        status=find_status(given, target, met, gain),
        actual=y,
        expected=None if gain is None else path.baseline.value + gain[0] / gain[1],
        target=target.low,
        milestone_year=target.year,
        baseline=None if path.baseline is None else path.baseline.value,
        attainment=None if y is None else attainment(y, path, target),
        schedule_ratio=schedule_ratio(y, path, gain) if scheduled else None,
        lag_quarters=k - path.inverse(y, near=k) if scheduled else None,
        provisional=_is_provisional(given),
        met_by_rounding=y is not None
        and not met
        and met_by_rounding(y, target, goal.comparator, goal.decimals, goal.thresholds),
        over_ceiling=y is not None and target.high is not None and y > target.high,
        needed_rate=None if met or not scheduled else needed_rate(y, target, k),
        recent_rate=recent_rate(given) if scheduled else None,
        passed_unmet=passed_unmet(path, goal.comparator, given.history, k, goal.thresholds),
        reported=given.reported,
        units_expected=given.units_expected,
        carried=given.carried,
        rule_version=goal.thresholds.version,
    )


def _without_target(given: AssessInput) -> Assessment:
    return Assessment(
        k=given.k,
        status=Status.STALE if is_stale(given) else Status.NO_DATA,
        actual=given.y,
        provisional=_is_provisional(given),
        reported=given.reported,
        units_expected=given.units_expected,
        carried=given.carried,
        rule_version=given.goal.thresholds.version,
    )


def is_stale(given: AssessInput) -> bool:
    """Is the newest observation older than what is carried forward?"""
    return given.newest is not None and given.k - given.newest > given.goal.carry_forward


def find_status(
    given: AssessInput, target: MilestoneTarget, met: bool, gain: tuple[Decimal, int] | None
) -> Status:
    """The first of the six rules that applies."""
    goal, k, y = given.goal, given.k, given.y
    path, base = goal.trajectory, goal.trajectory.baseline
    if is_stale(given):
        return Status.STALE
    if y is None:
        return Status.NO_DATA
    if met:
        return Status.ACHIEVED
    if k > path.last.at:
        return Status.MISSED
    if goal.comparator == Comparator.DONE:
        return Status.DUE_SOON if target.at - k <= goal.thresholds.due_soon else Status.NOT_DUE
    if goal.mode == Mode.MAINTAIN or (base is not None and target.low == base.value):
        return _kept_status(y, target, goal)
    if base is None or k == base.at:
        return Status.BASELINE
    if (y > base.value) if goal.comparator == Comparator.AT_MOST else (y < base.value):
        return Status.REGRESSING
    return _schedule_status(y - base.value, gain, goal.thresholds)


def _kept_status(y: Decimal, target: MilestoneTarget, goal: Goal) -> Status:
    short = y - target.low if goal.comparator == Comparator.AT_MOST else target.low - y
    within = short <= goal.thresholds.maintain_tolerance * abs(target.low)
    return Status.SLIGHTLY_BEHIND if within else Status.BEHIND


def _schedule_status(made: Decimal, gain: tuple[Decimal, int], thresholds: Thresholds) -> Status:
    """S against the bands, multiplied out so that a value on a band's edge falls inside."""
    asked, divisor = gain
    made *= divisor
    if not asked:
        return Status.AHEAD if made else Status.ON_TRACK
    if asked < 0:
        made, asked = -made, -asked
    if made >= thresholds.ahead * asked:
        return Status.AHEAD
    if made >= thresholds.on_track * asked:
        return Status.ON_TRACK
    if made >= thresholds.slightly * asked:
        return Status.SLIGHTLY_BEHIND
    return Status.BEHIND if made >= thresholds.behind * asked else Status.SERIOUSLY_BEHIND


def attainment(y: Decimal, path: Trajectory, target: MilestoneTarget) -> Decimal | None:
    """A = (y − y0)/(Tk − y0), the part of the whole way (完成率); unclipped."""
    if path.baseline is None or target.low == path.baseline.value:
        return None
    return (y - path.baseline.value) / (target.low - path.baseline.value)


def schedule_ratio(y: Decimal, path: Trajectory, gain: tuple[Decimal, int]) -> Decimal | None:
    """S = (y − y0)/(E(k) − y0); None where the path still stands at the baseline."""
    asked, divisor = gain
    return (y - path.baseline.value) * divisor / asked if asked else None


def needed_rate(y: Decimal, target: MilestoneTarget, k: int) -> Decimal | None:
    """The change still needed in each quarter up to the milestone; None when none is left."""
    return (target.low - y) / (target.at - k) if target.at > k else None


def recent_rate(given: AssessInput) -> Decimal | None:
    """The mean change in a quarter over the last four, or over those that have figures."""
    for quarters in range(YEAR, 0, -1):
        earlier = given.history.get(given.k - quarters)
        if earlier is not None:
            return (given.y - earlier) / quarters
    return None


def _is_provisional(given: AssessInput) -> bool:
    return given.y is not None and is_provisional(
        given.reported, given.units_expected, given.goal.thresholds
    )
