"""How closely a form that waits for review should be looked at: points from 0 to 100, and a word.

Four things count, each up to its limit: days over the deadline (2 points each, up to 30), warnings
(10 each, up to 30), the part of the lines that differ from the quarter before (up to 20), and the
largest change of a line as a part of the reviewing unit's own figure (up to 20, reached at a
tenth). From 25 points the risk is medium, from 50 high.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

PER_DAY, DAYS_LIMIT = 2, 30
PER_WARNING, WARNINGS_LIMIT = 10, 30
CHANGED_LIMIT = 20
SIZE_LIMIT, SIZE_FULL = 20, Decimal("0.10")
MEDIUM_FROM, HIGH_FROM = 25, 50


class Level(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Risk:
    """The points of each part; `points` is their sum."""

    overdue: int
    warnings: int
    changed: int
    size: int

    @property
    def points(self) -> int:
        return self.overdue + self.warnings + self.changed + self.size

    @property
    def level(self) -> Level:
        if self.points >= HIGH_FROM:
            return Level.HIGH
        return Level.MEDIUM if self.points >= MEDIUM_FROM else Level.LOW


def risk(
    *, days_over: int, warnings: int, changed: int, lines: int, largest_change: Decimal
) -> Risk:
    """`days_over` is negative before the deadline; `largest_change` a part from 0 to 1."""
    return Risk(
        overdue=min(max(days_over, 0) * PER_DAY, DAYS_LIMIT),
        warnings=min(warnings * PER_WARNING, WARNINGS_LIMIT),
        changed=_whole(CHANGED_LIMIT * Decimal(changed) / lines) if lines else 0,
        size=_whole(SIZE_LIMIT * min(largest_change / SIZE_FULL, Decimal(1))),
    )


def _whole(points: Decimal) -> int:
    return int(points.to_integral_value(ROUND_HALF_EVEN))
