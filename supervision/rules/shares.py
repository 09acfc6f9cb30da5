"""A share of things that passed, with both of its numbers."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Share:
    passed: int
    judged: int

    @property
    def percent(self) -> Decimal | None:
        """Not rounded; None where nothing was judged, never 0 or 100."""
        return Decimal(100) * self.passed / self.judged if self.judged else None
