"""A figure against its target."""

from decimal import Decimal

from indicators.rules.terms import THRESHOLDS, Comparator, Thresholds
from indicators.rules.trajectory import MilestoneTarget
from metroplan.common.rounding import round_half_even


def bound(target: MilestoneTarget, comparator: str, thresholds: Thresholds = THRESHOLDS) -> Decimal:
    """The value from which the target counts as met; an approximate one is met a little before."""
    if not target.approximate:
        return target.low
    slack = (1 - thresholds.approximate_share) * abs(target.low)
    return target.low + slack if comparator == Comparator.AT_MOST else target.low - slack


def holds(
    y: Decimal, target: MilestoneTarget, comparator: str, thresholds: Thresholds = THRESHOLDS
) -> bool:
    """Is the target met, by the unrounded value (全数值比较法)? A range has no upper limit here."""
    if comparator == Comparator.AT_MOST:
        return y <= bound(target, comparator, thresholds)
    if comparator == Comparator.EQUAL and not target.approximate:
        return y == target.low
    return y >= bound(target, comparator, thresholds)


def met_by_rounding(
    y: Decimal,
    target: MilestoneTarget,
    comparator: str,
    decimals: int,
    thresholds: Thresholds = THRESHOLDS,
) -> bool:
    """Would the value that is displayed meet the target, although the full one does not?"""
    if holds(y, target, comparator, thresholds):
        return False
    return holds(round_half_even(y, decimals), target, comparator, thresholds)
