"""Where a unit stands, from its figures quarter by quarter, as DESIGN and docs/progress.md say.

Every number is a Fraction: nothing is rounded but for the mark "meets only after rounding".
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from tests.reference.figures import Total
from tests.reference.terms import Indicator, Measure, Target

YEAR_END = 3


@dataclass(frozen=True)
class Standing:
    actual: Fraction | None
    status: str
    provisional: bool
    reported: int
    units_expected: int
    carried: int
    expected: Fraction | None = None
    target: Fraction | None = None
    milestone_year: int | None = None
    baseline: Fraction | None = None
    attainment: Fraction | None = None
    schedule_ratio: Fraction | None = None
    lag_quarters: Fraction | None = None
    met_by_rounding: bool = False


def standings(
    indicator: Indicator,
    measure: Measure,
    asked: dict[int, Target],
    totals: dict[int, Total],
    is_owner: bool,
) -> dict[int, Standing]:
    """Quarter → standing, from the quarter before the plan's first on. `asked` maps years."""
    figures = {k: total.value for k, total in totals.items() if total.value is not None}
    base = baseline(indicator, measure, figures, is_owner)
    goals = goals_in_order(indicator, measure, asked, base)
    return {
        k: standing(indicator, measure, goals, base, k, total)
        for k, total in totals.items()
        if k >= indicator.start - 1
    }


def baseline(indicator, measure, figures, is_owner) -> tuple[int, Fraction] | None:
    if indicator.base_year is not None:
        at = indicator.base_year * 4 + YEAR_END
        if is_owner and indicator.base is not None:
            return at, indicator.base
        if at in figures:
            return at, figures[at]
    if indicator.basis == "growth_percent":
        return None
    if measure.kind != "ratio":
        return indicator.start - 1, Fraction(0)
    return (min(figures), figures[min(figures)]) if figures else None


def goals_in_order(indicator, measure, asked, base) -> list[tuple[int, Target]]:
    """(quarter, target) by time; empty for growth from a base that nobody knows."""
    goals = []
    for year in sorted(asked):
        low, high, about = asked[year].low, asked[year].high, asked[year].about
        if indicator.comparator == "done":
            low = Fraction(100 if measure.roll_up == "share" else 1)
        if indicator.basis == "growth_percent":
            if base is None:
                return []
            low = base[1] * (1 + low / 100)
            high = None if high is None else base[1] * (1 + high / 100)
        goals.append((year * 4 + YEAR_END, Target(low, high, about)))
    return goals


def standing(indicator, measure, goals, base, k: int, total: Total) -> Standing:
    y = total.value
    coverage = {
        "actual": y,
        "reported": total.reported,
        "units_expected": total.expected,
        "carried": total.carried,
        "provisional": y is not None and total.reported * 100 < 80 * total.expected,
    }
    stale = total.newest is not None and k - total.newest > measure.carry
    if not goals:
        return Standing(status="stale" if stale else "no_data", **coverage)
    at, target = next((goal for goal in goals if goal[0] >= k), goals[-1])
    expected = None if base is None else path_at(corners(goals, base), k)
    numbers = {
        "expected": expected,
        "target": target.low,
        "milestone_year": at // 4,
        "baseline": None if base is None else base[1],
    }
    if y is None:
        return Standing(status="stale" if stale else "no_data", **coverage, **numbers)
    met = meets(y, target, indicator.comparator)
    if base is not None:
        if target.low != base[1]:
            numbers["attainment"] = (y - base[1]) / (target.low - base[1])
        if indicator.comparator != "done":
            if expected != base[1]:
                numbers["schedule_ratio"] = (y - base[1]) / (expected - base[1])
            numbers["lag_quarters"] = k - time_at(corners(goals, base), y, k)
    if not met:
        numbers["met_by_rounding"] = meets(
            Fraction(round(y * 10**measure.decimals), 10**measure.decimals),
            target,
            indicator.comparator,
        )
    over = k > goals[-1][0]
    word = "stale" if stale else "achieved" if met else "missed" if over else None
    word = word or unmet(indicator, target, at, base, expected, k, y)
    return Standing(status=word, **coverage, **numbers)


def meets(y: Fraction, target: Target, comparator: str) -> bool:
    slack = abs(target.low) / 10 if target.about else 0
    if comparator == "at_most":
        return y <= target.low + slack
    if comparator == "equal" and not target.about:
        return y == target.low
    return y >= target.low - slack


def unmet(indicator, target: Target, at: int, base, expected, k: int, y: Fraction) -> str:
    """Rules 3 to 6."""
    sign = -1 if indicator.comparator == "at_most" else 1
    if indicator.comparator == "done":
        return "due_soon" if at - k <= 4 else "not_due"
    if indicator.mode == "maintain" or target.low == base[1]:
        near = sign * (target.low - y) * 100 <= abs(target.low)
        return "slightly_behind" if near else "behind"
    start, y0 = base
    if k == start:
        return "baseline"
    if sign * (y - y0) < 0:
        return "regressing"
    if expected == y0:
        return "on_track" if y == y0 else "ahead"
    ratio = (y - y0) / (expected - y0)
    for least, word in ((110, "ahead"), (95, "on_track"), (80, "slightly_behind"), (50, "behind")):
        if ratio * 100 >= least:
            return word
    return "seriously_behind"


def corners(goals, base) -> list[tuple[int, Fraction]]:
    """The points between which the path is straight; level before the first, after the last.

    A baseline first seen after the last milestone leaves the last target alone.
    """
    later = [(at, target.low) for at, target in goals if at > base[0]]
    return [base, *later] if later else [(goals[-1][0], goals[-1][1].low)]


def path_at(points: list[tuple[int, Fraction]], k: int) -> Fraction:
    if k <= points[0][0]:
        return points[0][1]
    for (a, low), (b, high) in pairwise(points):
        if a <= k <= b:
            return low + (high - low) * Fraction(k - a, b - a)
    return points[-1][1]


def time_at(points: list[tuple[int, Fraction]], y: Fraction, k: int) -> Fraction:
    """The time nearest to k at which the path stands at y, or at its end nearest to y."""
    heights = [height for _, height in points]
    y = max(min(y, max(heights)), min(heights))
    times = []
    if y == heights[0]:
        times.append(Fraction(min(k, points[0][0])))
    if y == heights[-1]:
        times.append(Fraction(max(k, points[-1][0])))
    for (a, low), (b, high) in pairwise(points):
        if low == high == y:
            times.append(Fraction(max(a, min(k, b))))
        elif low != high and min(low, high) <= y <= max(low, high):
            times.append(a + (y - low) * (b - a) / (high - low))
    return min(times, key=lambda time: abs(time - k))
