"""Where the figure will stand at the next milestone if it goes on as it did."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import combinations, takewhile
from statistics import median

from indicators.rules.comparing import bound
from indicators.rules.terms import THRESHOLDS, Basis, Comparator, Thresholds
from indicators.rules.trajectory import ZERO, MilestoneTarget, grown

MOST_POINTS = 12
FEWEST_POINTS = 4
SAME_UNITS = Decimal("0.5")
# Twice the standard deviation, estimated from the median absolute residual of normal errors.
BAND = 2 * Decimal("1.4826")


class Verdict(StrEnum):
    """The whole band meets the target, part of it does, none of it does."""

    LIKELY = "likely"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"


@dataclass(frozen=True, slots=True)
class Trend:
    """A Theil–Sen line: `slope` in a quarter, `level` at quarter `at`, band of ± `spread`.

    `still` is the number of the newest observed quarters that have one and the same figure, 0 with
    fewer than four.
    """

    slope: Decimal
    level: Decimal
    at: int
    spread: Decimal
    points: int
    still: int = 0

    @property
    def unmoved(self) -> bool:
        """All observed quarters have the same figure."""
        return self.still == self.points

    def value_at(self, k: int) -> Decimal:
        return self.level + self.slope * (k - self.at)


@dataclass(frozen=True, slots=True)
class Band:
    """The central value of a quarter between `low` and `high`."""

    low: Decimal
    value: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Forecast:
    """At the milestone: the central value between `low` and `high`, and what follows from them."""

    milestone_year: int
    value: Decimal
    low: Decimal
    high: Decimal
    verdict: Verdict
    trend: Trend


def next_target(
    targets: Sequence[MilestoneTarget], k: int, *, basis: str, base: Decimal | None
) -> MilestoneTarget | None:
    """The first that lies after quarter k; None where none does, or growth has no base value."""
    ahead = next((target for target in targets if target.at > k), None)
    if ahead is None or basis != Basis.GROWTH_PERCENT:
        return ahead
    return None if base is None else grown(ahead, base)


def comparable(points: Iterable[tuple[int, Decimal, int]]) -> dict[int, Decimal]:
    """Quarter → value, back to where the number of reporting units doubled or halved: the figures
    of before tell nothing of those after.

    A point is a quarter, its value, and the number of its reporting units. A merger in a small
    city does not cut the line, a form that begins to ask all units after a few volunteers does.
    """
    kept: dict[int, Decimal] = {}
    later: int | None = None
    for k, value, units in sorted(points, reverse=True):
        if later is not None and min(units, later) < SAME_UNITS * max(units, later):
            break
        kept[k] = value
        later = units
    return kept


def trend(observed: Mapping[int, Decimal], decimals: int = 0) -> Trend | None:
    """Through the last up to 12 observed quarters; None with fewer than four.

    Give only quarters that were observed, not carried forward, and only those since the last
    break in the measure's definition. However straight the line, the band is no narrower than one
    unit of the last of the measure's `decimals` each way: nothing is known more exactly.
    """
    points = [(k, observed[k]) for k in sorted(observed)[-MOST_POINTS:]]
    if len(points) < FEWEST_POINTS:
        return None
    slope = median((y2 - y1) / (k2 - k1) for (k1, y1), (k2, y2) in combinations(points, 2))
    at = points[-1][0]
    level = median(y - slope * (k - at) for k, y in points)
    residuals = [abs(y - level - slope * (k - at)) for k, y in points]
    spread = max(BAND * median(residuals), Decimal(1).scaleb(-decimals))
    return Trend(slope, level, at, spread, len(points), _still([y for _k, y in points]))


def _still(figures: Sequence[Decimal]) -> int:
    same = len(list(takewhile(lambda y: y == figures[-1], reversed(figures))))
    return same if same >= FEWEST_POINTS else 0


def forecast(
    observed: Mapping[int, Decimal],
    target: MilestoneTarget,
    comparator: str,
    *,
    decimals: int = 0,
    ceiling: Decimal | None = None,
    thresholds: Thresholds = THRESHOLDS,
) -> Forecast | None:
    """At the target's milestone; None with fewer than four observed quarters or none ahead.

    `decimals` are the measure's. Figures do not fall below zero nor rise above `ceiling`, which
    is 100 for a ratio. A figure that never moved is judged by itself: either it meets the target
    already, or nothing says that it will.
    """
    line = trend(observed, decimals)
    if line is None or comparator == Comparator.DONE or line.at >= target.at:
        return None
    there = band_at(line, target.at, ceiling)
    low, high = (there.value,) * 2 if line.unmoved else (there.low, there.high)
    verdict = _verdict(low, high, target, comparator, thresholds)
    return Forecast(target.year, there.value, there.low, there.high, verdict, line)


def band_at(line: Trend, k: int, ceiling: Decimal | None) -> Band:
    centre = line.value_at(k)
    ends = (centre - line.spread, centre, centre + line.spread)
    return Band(*(_within(y, ceiling) for y in ends))


def _within(y: Decimal, ceiling: Decimal | None) -> Decimal:
    y = max(y, ZERO)
    return y if ceiling is None else min(y, ceiling)


def _verdict(
    low: Decimal, high: Decimal, target: MilestoneTarget, comparator: str, thresholds: Thresholds
) -> Verdict:
    """A target of equality is likely once it is reached: a trend never hits one value exactly."""
    limit = bound(target, comparator, thresholds)
    if comparator == Comparator.AT_MOST:
        all_of_it, some_of_it = high <= limit, low <= limit
    else:
        all_of_it, some_of_it = low >= limit, high >= limit
    if all_of_it:
        return Verdict.LIKELY
    return Verdict.POSSIBLE if some_of_it else Verdict.UNLIKELY
