"""What a revision must not say, before anybody is asked to approve it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from indicators.rules.terms import Basis, Comparator, Kind, Thresholds
from indicators.rules.trajectory import HUNDRED, ZERO


class Refusal(StrEnum):
    NO_NUMBER = "no_number"
    RANGE_UPSIDE_DOWN = "range_upside_down"
    NO_UPPER_END = "no_upper_end"
    NO_RANGE = "no_range"
    BELOW_ZERO = "below_zero"
    BEYOND_HUNDRED = "beyond_hundred"
    BEFORE_BASELINE = "before_baseline"
    NO_BASE_VALUE = "no_base_value"
    NO_BASE_YEAR = "no_base_year"
    BASELINE_AFTER_MILESTONE = "baseline_after_milestone"
    BANDS_OUT_OF_ORDER = "bands_out_of_order"
    NOT_A_SHARE = "not_a_share"
    NO_QUARTERS = "no_quarters"


@dataclass(frozen=True, slots=True)
class Asked:
    """A target as it is proposed. `base_known` says whether growth has a figure to grow from."""

    year: int
    low: Decimal | None
    high: Decimal | None
    comparator: str
    basis: str
    kind: str
    baseline_year: int | None
    base_known: bool


def target_refusals(asked: Asked) -> list[Refusal]:
    """All that is wrong with it at once; a thing to be done has no number to be wrong."""
    found = list(_of_time(asked))
    if asked.comparator != Comparator.DONE:
        found += _of_numbers(asked)
    return found


def _of_time(asked: Asked) -> Iterator[Refusal]:
    if asked.baseline_year is not None and asked.year <= asked.baseline_year:
        yield Refusal.BEFORE_BASELINE
    if asked.basis == Basis.GROWTH_PERCENT and not asked.base_known:
        yield Refusal.NO_BASE_VALUE


def _of_numbers(asked: Asked) -> Iterator[Refusal]:
    low, high = asked.low, asked.high
    if low is None:
        yield Refusal.NO_NUMBER
    if asked.comparator == Comparator.RANGE and high is None:
        yield Refusal.NO_UPPER_END
    if asked.comparator != Comparator.RANGE and high is not None:
        yield Refusal.NO_RANGE
    elif low is not None and high is not None and high < low:
        yield Refusal.RANGE_UPSIDE_DOWN
    if asked.basis == Basis.ABSOLUTE:
        yield from _of_size([end for end in (low, high) if end is not None], asked.kind)


def _of_size(ends: list[Decimal], kind: str) -> Iterator[Refusal]:
    if any(end < ZERO for end in ends):
        yield Refusal.BELOW_ZERO
    if kind == Kind.RATIO and any(end > HUNDRED for end in ends):
        yield Refusal.BEYOND_HUNDRED


def baseline_refusals(
    *, year: int | None, value: Decimal | None, basis: str, milestones: Iterable[int]
) -> list[Refusal]:
    """`milestones` are the years that have a target."""
    found = []
    if year is None and (value is not None or basis == Basis.GROWTH_PERCENT):
        found.append(Refusal.NO_BASE_YEAR)
    if year is not None and any(milestone <= year for milestone in milestones):
        found.append(Refusal.BASELINE_AFTER_MILESTONE)
    if basis == Basis.GROWTH_PERCENT and value is not None and value <= ZERO:
        found.append(Refusal.NO_BASE_VALUE)
    return found


def threshold_refusals(given: Thresholds) -> list[Refusal]:
    found = []
    bands = (given.ahead, given.on_track, given.slightly, given.behind, ZERO)
    if any(upper <= lower for upper, lower in pairwise(bands)):
        found.append(Refusal.BANDS_OUT_OF_ORDER)
    shares = (given.approximate_share, given.coverage, given.maintain_tolerance)
    if any(not ZERO <= share <= 1 for share in shares) or not given.approximate_share:
        found.append(Refusal.NOT_A_SHARE)
    if given.due_soon < 1:
        found.append(Refusal.NO_QUARTERS)
    return found
