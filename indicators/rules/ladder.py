"""What became of each milestone: met early, in time, late, lost again, or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from indicators.rules.comparing import holds
from indicators.rules.terms import THRESHOLDS, Comparator, Thresholds
from indicators.rules.trajectory import MilestoneTarget, Trajectory


class Rung(StrEnum):
    """UPCOMING lies ahead or is due this quarter; UNKNOWN has passed without any figure since."""

    UPCOMING = "upcoming"
    MET_EARLY = "met_early"
    MET = "met"
    MET_LATE = "met_late"
    MET_THEN_LOST = "met_then_lost"
    UNMET = "unmet"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LadderStep:
    """A milestone, what became of it by quarter k, and the first quarter that met it."""

    target: MilestoneTarget
    state: Rung
    met_at: int | None


def milestone_ladder(
    path: Trajectory,
    comparator: str,
    history: Mapping[int, Decimal],
    k: int,
    thresholds: Thresholds = THRESHOLDS,
) -> list[LadderStep]:
    """One step for each milestone, as the figures up to quarter k show it.

    `history` is quarter → rolled-up value. For a window of the calendar year give year-end
    quarters only: the others start from nothing again and would look lost.
    """
    known = [(at, history[at]) for at in sorted(history) if at <= k]
    return [_step(target, comparator, known, k, thresholds) for target in path.targets]


def _step(
    target: MilestoneTarget,
    comparator: str,
    known: Sequence[tuple[int, Decimal]],
    k: int,
    thresholds: Thresholds,
) -> LadderStep:
    met = {at: holds(y, target, comparator, thresholds) for at, y in known}
    met_at = next((at for at, kept in met.items() if kept), None)
    if met_at is None:
        return LadderStep(target, _never_met(target.at, k, met), None)
    if not met[known[-1][0]]:
        return LadderStep(target, Rung.MET_THEN_LOST, met_at)
    return LadderStep(target, _when_met(target.at, met, met_at), met_at)


def _never_met(at: int, k: int, met: Mapping[int, bool]) -> Rung:
    if k <= at:
        return Rung.UPCOMING
    return Rung.UNMET if any(quarter >= at for quarter in met) else Rung.UNKNOWN


def _when_met(at: int, met: Mapping[int, bool], met_at: int) -> Rung:
    if met_at > at or not met.get(at, True):
        return Rung.MET_LATE
    return Rung.MET_EARLY if met_at < at else Rung.MET


def passed_unmet(
    path: Trajectory,
    comparator: str,
    history: Mapping[int, Decimal],
    k: int,
    thresholds: Thresholds = THRESHOLDS,
) -> tuple[int, ...]:
    """The years of the milestones before quarter k that no figure up to k has met."""
    if path.milestones[0] >= k:
        return ()
    return tuple(
        target.year
        for target in path.targets
        if target.at < k and _is_unmet(target, comparator, history, k, thresholds)
    )


def _is_unmet(
    target: MilestoneTarget,
    comparator: str,
    history: Mapping[int, Decimal],
    k: int,
    thresholds: Thresholds,
) -> bool:
    """As the ladder says it, without climbing it: of all figures up to k only the best counts."""
    seen = [y for at, y in history.items() if at <= k]
    if not (k in history or any(target.at <= at <= k for at in history)):
        return False
    if comparator != Comparator.EQUAL:
        seen = [min(seen) if comparator == Comparator.AT_MOST else max(seen)]
    return not any(holds(y, target, comparator, thresholds) for y in seen)
