"""Measures that a register can count: higher apps register how, in `AppConfig.ready`.

A measure names its register in `source`: `register:verified_standards` for the key
`verified_standards`. Where a measure is reported and a register goes by the measure's own code,
both are shown side by side as well.
"""

from collections.abc import Callable, Collection, Mapping

from django.db.models import Q, QuerySet

from indicators.models import Measure
from indicators.rules import Figure
from metroplan.common.periods import Period

PREFIX = "register:"

# Takes ids of organisations and a quarter; gives, for those the register knows, the figure that
# stood at the quarter's end (a stock) or came in the quarter (a flow): `value`, or for a ratio
# `numerator` and `denominator`. It asks the database no more often for many units than for one.
Compute = Callable[[Collection[int], Period], Mapping[int, Figure]]

_computed: dict[str, Compute] = {}


def register(key: str, compute: Compute) -> None:
    """Raises ValueError when the key is taken."""
    if key in _computed:
        raise ValueError(f"register {key!r} is registered twice")
    _computed[key] = compute


def unregister(key: str) -> None:
    """For tests: what they registered must not outlive them."""
    del _computed[key]


def register_of(measure: Measure) -> Compute | None:
    """What counts the measure; None where nothing does, or no app brought the register along."""
    return _computed.get(measure.source.removeprefix(PREFIX), _computed.get(measure.code))


def counted_measures() -> QuerySet[Measure]:
    """Those that a register counts."""
    named = [f"{PREFIX}{key}" for key in _computed]
    return Measure.objects.filter(Q(source__in=named) | Q(code__in=[*_computed]))
