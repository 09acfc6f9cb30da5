"""What a figure is held against, and what is found. Pure: Decimals in, findings out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from indicators.rules import Figure
from indicators.rules.figures import percent
from indicators.rules.terms import Kind
from metroplan.common.rounding import display, exact_text, grouped
from metroplan.common.text import plain_number

Rules = Mapping[str, Mapping[str, Any]]
"""The checks in use for a measure: by check its settings, see `settings`."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What the checks must know of a measure; words as in `indicators.rules.terms`."""

    kind: str
    accumulation: str
    decimals: int = 0

    def number(self, figure: Figure | None) -> Decimal | None:
        """A ratio in percent; None where there is no figure or it does not apply."""
        if figure is None:
            return None
        if self.kind == Kind.RATIO:
            return percent(figure.numerator, figure.denominator)
        return figure.value

    def shown(self, number: Decimal) -> str:
        """`1,234`, `92.5%`."""
        if self.kind == Kind.RATIO:
            places = max(self.decimals, 1)
            return f"{grouped(plain_number(Decimal(display(number, places))))}%"
        return exact_text(number)

    def roughly(self, number: Decimal) -> str:
        """A worked-out number with one decimal more than the measure has."""
        if self.kind == Kind.RATIO:
            return self.shown(number)
        return grouped(plain_number(Decimal(display(number, self.decimals + 1))))


@dataclass(frozen=True, slots=True)
class Peers:
    """Where the other units of the level stand: for a ratio their newest percentages, else their
    newest figures over their own usual size. `spread` is the median distance from the median."""

    count: int
    median: Decimal
    spread: Decimal


@dataclass(frozen=True, slots=True)
class Background:
    """`history` are the unit's approved figures by quarter, all before the one in question;
    `parts` the figures of the measures it is the sum of, None for one that was not reported."""

    history: Mapping[int, Figure] = field(default_factory=dict)
    peers: Peers | None = None
    parts: Mapping[str, Figure | None] = field(default_factory=dict)
    registered: Figure | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """`part` is the cell it is about; `params` are the numbers of its sentence, as text."""

    code: str
    part: str
    params: dict[str, Any]
