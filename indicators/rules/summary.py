"""A plan in a few numbers: how many indicators stand where, and how far they have come."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from indicators.rules.trajectory import ONE, ZERO


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """`score` is the mean attainment, each clipped to 0–1, `unclipped` the mean as it is; over the
    `scored` indicators that have one. Both are None where none has."""

    counts: dict[str, int]
    scored: int
    score: Decimal | None
    unclipped: Decimal | None


def summarise(progress: Iterable[tuple[str, Decimal | None]]) -> PlanSummary:
    """From the status and the attainment of each indicator."""
    rows = list(progress)
    reached = [attainment for _, attainment in rows if attainment is not None]
    return PlanSummary(
        counts=dict(Counter(status for status, _ in rows)),
        scored=len(reached),
        score=_mean([min(max(attainment, ZERO), ONE) for attainment in reached]),
        unclipped=_mean(reached),
    )


def _mean(values: list[Decimal]) -> Decimal | None:
    return sum(values, ZERO) / len(values) if values else None
