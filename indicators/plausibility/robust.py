"""Medians, and distances from them that a few wild figures do not move."""

from collections.abc import Sequence
from decimal import Decimal
from statistics import median

# Times this the median distance from the median estimates the standard deviation of normal errors.
NORMAL = Decimal("1.4826")


def spread_around(numbers: Sequence[Decimal], middle: Decimal) -> Decimal:
    """The median absolute deviation (MAD)."""
    return median(abs(number - middle) for number in numbers)


def usual_size(numbers: Sequence[Decimal]) -> Decimal:
    """The lower median: a figure that was reported, as SQL's percentile_disc(0.5) gives it."""
    return sorted(numbers)[(len(numbers) - 1) // 2]
