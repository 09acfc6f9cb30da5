"""The values that a revision changes, as they are typed and as text in the proposal."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Self

from indicators.models import BaselineRevision, Target
from indicators.rules import Thresholds
from metroplan.common.text import plain_number


@dataclass(frozen=True, slots=True)
class TargetValues:
    low: Decimal | None
    high: Decimal | None = None
    approximate: bool = False

    @classmethod
    def of(cls, target: Target) -> Self:
        return cls(target.low, target.high, target.approximate)

    @classmethod
    def parse(cls, kept: Mapping[str, Any]) -> Self:
        return cls(_number(kept["low"]), _number(kept["high"]), kept["approximate"])


@dataclass(frozen=True, slots=True)
class BaselineValues:
    year: int | None
    value: Decimal | None

    @classmethod
    def of(cls, baseline: BaselineRevision) -> Self:
        return cls(baseline.year, baseline.value)

    @classmethod
    def parse(cls, kept: Mapping[str, Any]) -> Self:
        return cls(kept["year"], _number(kept["value"]))


def thresholds_from(kept: Mapping[str, Any], *, version: int) -> Thresholds:
    """As proposed, under the number they will have."""
    numbers = {name: Decimal(text) for name, text in kept.items() if name != "due_soon"}
    return Thresholds(**numbers, due_soon=kept["due_soon"], version=version)


def kept_thresholds(thresholds: Thresholds) -> dict[str, Any]:
    values = kept(thresholds)
    del values["version"]
    return values


def kept(values: Any) -> dict[str, Any]:
    """As text that loses nothing: `80` and `80.000000` are the same."""
    return {
        name: plain_number(value) if isinstance(value, Decimal) else value
        for name, value in asdict(values).items()
    }


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
