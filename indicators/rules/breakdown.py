"""Breaking a target down to the units below (目标分解): proposals that add up, and what is left.

A count is divided; a rate is not: every unit is asked for the rate itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from indicators.rules.terms import Comparator
from indicators.rules.trajectory import ZERO


@dataclass(frozen=True, slots=True)
class Check:
    """How the parts stand to the whole.

    `gap` is the part of a count that nobody has yet, below zero where more is given out than
    asked; `lenient` are the places of the parts of a rate that ask for less than the parent.
    """

    total: Decimal | None
    gap: Decimal | None
    lenient: tuple[int, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.gap and not self.lenient


def split(whole: Decimal, weights: Sequence[Decimal], decimals: int = 0) -> list[Decimal]:
    """Parts in proportion to the weights, in steps of 10^-decimals, that add up to the whole.

    By largest remainder; among equal remainders the earlier place is served first. What the
    whole has beyond the step goes to the part with the largest weight. Weights must not be
    negative and not all zero: ValueError.
    """
    total = sum(weights, ZERO)
    if not weights or total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("a whole is divided by weights of which some are above zero")
    step = Decimal(1).scaleb(-decimals)
    steps = (whole / step).to_integral_value(ROUND_FLOOR)
    shares = [steps * weight / total for weight in weights]
    parts = [share.to_integral_value(ROUND_FLOOR) for share in shares]
    left = int(steps - sum(parts))
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - shares[i], i))
    for place in by_remainder[:left]:
        parts[place] += 1
    parts = [part * step for part in parts]
    parts[max(range(len(weights)), key=lambda i: (weights[i], -i))] += whole - sum(parts)
    return parts


def check_counts(whole: Decimal, parts: Sequence[Decimal | None]) -> Check:
    """Do the parts add up to the whole? A unit without a part has none."""
    total = sum((part for part in parts if part is not None), ZERO)
    return Check(total, whole - total)


def check_rates(whole: Decimal, parts: Sequence[Decimal | None], comparator: str) -> Check:
    """Does every unit have at least the parent's rate to reach (at most, for a falling one)?"""
    falling = comparator == Comparator.AT_MOST
    lenient = tuple(
        place
        for place, part in enumerate(parts)
        if part is not None and (part > whole if falling else part < whole)
    )
    return Check(None, None, lenient)
