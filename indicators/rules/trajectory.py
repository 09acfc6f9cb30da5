"""The path a plan lays from its baseline through its milestones (规划路径)."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise

from indicators.rules.terms import Basis, Comparator, Kind, RollUpRule

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A point of the path: the quarter's index and the value that stands there."""

    at: int
    value: Decimal


@dataclass(frozen=True, slots=True)
class MilestoneTarget:
    """What is to stand at a milestone: `low` is the target, `high` the ceiling of a range."""

    at: int
    low: Decimal
    high: Decimal | None = None
    approximate: bool = False

    @property
    def year(self) -> int:
        return self.at // 4


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Piecewise linear through the baseline and the targets, flat before the first and after the
    last. Build it once for an indicator and a unit and ask it about every quarter.

    Targets must rise strictly in time. Those at or before the baseline are milestones but no part
    of the path (a ratio may be observed for the first time after its first milestone). Without a
    baseline there is no path, only targets.
    """

    targets: tuple[MilestoneTarget, ...]
    baseline: Anchor | None = None
    anchors: tuple[Anchor, ...] = field(init=False)
    times: tuple[int, ...] = field(init=False)
    milestones: tuple[int, ...] = field(init=False)
    lowest: Decimal | None = field(init=False)
    highest: Decimal | None = field(init=False)

    def __post_init__(self) -> None:
        milestones = tuple(target.at for target in self.targets)
        if not milestones or any(a >= b for a, b in pairwise(milestones)):
            raise ValueError(f"a path needs targets in the order of time: {milestones}")
        anchors = tuple(path_anchors(self.targets, self.baseline))
        object.__setattr__(self, "milestones", milestones)
        object.__setattr__(self, "anchors", anchors)
        object.__setattr__(self, "times", tuple(anchor.at for anchor in anchors))
        heights = [anchor.value for anchor in anchors]
        object.__setattr__(self, "lowest", min(heights, default=None))
        object.__setattr__(self, "highest", max(heights, default=None))

    @property
    def last(self) -> MilestoneTarget:
        return self.targets[-1]

    def target_at(self, k: int) -> MilestoneTarget:
        """The first milestone at or after k; the last one once the plan is over."""
        return self.targets[min(bisect_left(self.milestones, k), len(self.targets) - 1)]

    def gain(self, k: int) -> tuple[Decimal, int]:
        """E(k) − y0 as an exact numerator and its whole divisor, so that nothing is rounded.

        Needs a baseline.
        """
        i = bisect_left(self.times, k)
        start = self.baseline.value
        if i == 0:
            return self.anchors[0].value - start, 1
        if i == len(self.anchors):
            return self.anchors[-1].value - start, 1
        a, b = self.anchors[i - 1], self.anchors[i]
        span = b.at - a.at
        return (a.value - start) * span + (b.value - a.value) * (k - a.at), span

    def expected_at(self, k: int) -> Decimal | None:
        """E(k), what the path asks for at quarter k; None without a baseline."""
        if self.baseline is None:
            return None
        numerator, divisor = self.gain(k)
        return self.baseline.value + numerator / divisor

    def inverse(self, y: Decimal, near: int) -> Decimal | None:
        """E⁻¹(y): the time, in quarters, at which the path stands at y; None without a baseline.

        Where it does so more than once (a level stretch, a plan that is over) the time nearest
        to `near`; a value beyond the path counts as its highest or lowest point, so that a lead
        or lag is then the least it can be.
        """
        if self.baseline is None:
            return None
        y = min(max(y, self.lowest), self.highest)
        return min(self._times_at(y, near), key=lambda time: abs(time - near))

    def _times_at(self, y: Decimal, near: int) -> Iterator[Decimal]:
        first, last = self.anchors[0], self.anchors[-1]
        if y == first.value:
            yield Decimal(min(near, first.at))
        if y == last.value:
            yield Decimal(max(near, last.at))
        for a, b in pairwise(self.anchors):
            if a.value == b.value == y:
                yield Decimal(min(max(near, a.at), b.at))
            elif min(a.value, b.value) <= y <= max(a.value, b.value) and a.value != b.value:
                yield a.at + (y - a.value) * (b.at - a.at) / (b.value - a.value)


def path_anchors(targets: Sequence[MilestoneTarget], baseline: Anchor | None) -> Iterator[Anchor]:
    """The baseline and the targets after it; the last target where none comes after."""
    if baseline is None:
        return
    if baseline.at >= targets[-1].at:
        yield Anchor(targets[-1].at, targets[-1].low)
        return
    yield baseline
    for target in targets:
        if target.at > baseline.at:
            yield Anchor(target.at, target.low)


def year_end(year: int) -> int:
    """The quarter at which a milestone or a baseline of that year stands."""
    return year * 4 + 3


def target_value(low: Decimal | None, comparator: str, roll_up: str) -> Decimal:
    """The number to compare with: a deliverable is 1, or all units (100 %) where it is a share."""
    if comparator == Comparator.DONE:
        return HUNDRED if roll_up == RollUpRule.SHARE else ONE
    if low is None:
        raise ValueError(f"a target that is compared by {comparator} needs a number")
    return low


def find_baseline(
    *,
    kind: str,
    basis: str,
    plan_start: int,
    history: Mapping[int, Decimal],
    year: int | None = None,
    value: Decimal | None = None,
) -> Anchor | None:
    """(k0, y0). A year given without a value takes the figure that stands at that year's end.

    Where none is given: zero at the quarter before the plan's first for counts and yes/no, the
    first observed value for ratios. Growth starts from a given year only: from nothing else could
    it be measured. `history` is quarter → rolled-up value.
    """
    if year is not None:
        known = value if value is not None else history.get(year_end(year))
        if known is not None:
            return Anchor(year_end(year), known)
    if basis == Basis.GROWTH_PERCENT:
        return None
    if kind != Kind.RATIO:
        return Anchor(plan_start - 1, ZERO)
    if not history:
        return None
    first = min(history)
    return Anchor(first, history[first])


def grown(target: MilestoneTarget, base: Decimal) -> MilestoneTarget:
    """T = y0·(1 + g/100), for the low and the high end."""
    high = None if target.high is None else base * (1 + target.high / HUNDRED)
    return replace(target, low=base * (1 + target.low / HUNDRED), high=high)


def build_trajectory(
    targets: Sequence[MilestoneTarget], *, basis: str, baseline: Anchor | None
) -> Trajectory | None:
    """None for growth whose base value is not known: then there is no target either."""
    if basis != Basis.GROWTH_PERCENT:
        return Trajectory(tuple(targets), baseline)
    if baseline is None:
        return None
    return Trajectory(tuple(grown(target, baseline.value) for target in targets), baseline)
