"""Measures that a register can count: higher apps register how, in `AppConfig.ready`.

A measure names its register in `source`: `register:verified_standards` for the key
`verified_standards`. Where a measure is reported and a register goes by the measure's own code,
both are shown side by side as well.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from indicators.models import Measure, RollUpRule
from indicators.rules import Figure
from metroplan.common.periods import Period

PREFIX = Measure.REGISTER

# Takes ids of organisations and a quarter; gives, for those the register knows, the figure that
# stood at the quarter's end (a stock) or came in the quarter (a flow): `value`, or for a ratio
# `numerator` and `denominator`. It asks the database no more often for many units than for one.
Compute = Callable[[Collection[int], Period], Mapping[int, Figure]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a register behind a figure: what it is, where it is held, and its own page."""

    name: str
    unit: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Entries behind a figure, under the name they go by: all of a count; of a ratio those of the
    numerator, and apart from them those of the denominator alone.

    `number` is how many there are, of which `entries` may be the first.
    """

    name: str
    number: int
    entries: tuple[Entry, ...]


# Takes the id of an organisation, a quarter, and how many entries of each part are wanted at most
# (None for all); gives those its figure is counted from, as the register knows them today. Parts
# without an entry are left out.
Entries = Callable[[int, Period, int | None], list[Part]]


@dataclass(frozen=True, slots=True)
class About:
    """What a register says of its figures, to people and to those who choose it for a measure.

    `kind` and `accumulation` are those of the measures it fits. `whole` says that a unit's figure
    covers all units below it as well: it then fits measures that are not rolled up. `known` are
    those of the units that keep the register at all: nobody else's report is held against it.
    `survey` says that it counts what inspections came upon, not all that is on record.
    """

    name: str | Promise
    definition: str | Promise
    kind: str
    accumulation: str
    whole: bool = False
    entries: Entries | None = None
    known: Callable[[Collection[int], Period], Collection[int]] | None = None
    survey: bool = False

    def fits(self, measure: Measure) -> bool:
        same = (self.kind, self.accumulation) == (measure.kind, measure.accumulation)
        return same and (measure.roll_up == RollUpRule.OWN or not self.whole)


_computed: dict[str, Compute] = {}
_about: dict[str, About] = {}


def register(key: str, compute: Compute, about: About | None = None) -> None:
    """Raises ValueError when the key is taken."""
    if key in _computed:
        raise ValueError(f"register {key!r} is registered twice")
    _computed[key] = compute
    if about is not None:
        _about[key] = about


def unregister(key: str) -> None:
    """For tests: what they registered must not outlive them."""
    del _computed[key]
    _about.pop(key, None)


def compute_of(key: str) -> Compute | None:
    """None where no app brought the register along."""
    return _computed.get(key)


def about(key: str) -> About | None:
    return _about.get(key)


def fitting(measure: Measure) -> dict[str, About]:
    """By key, the registers that could count the measure."""
    return {key: said for key, said in _about.items() if said.fits(measure)}


def key_of(measure: Measure) -> str:
    """Of the register that counts the measure, or would; empty where there is none."""
    if measure.register_key in _computed:
        return measure.register_key
    return measure.code if measure.code in _computed else ""


def register_of(measure: Measure) -> Compute | None:
    """What reports of the measure are held against; None where nothing counts it, or no app brought
    the register along. Units that do not keep the register have no figure."""
    key = key_of(measure)
    compute, said = _computed.get(key), _about.get(key)
    if compute is None or said is None or said.known is None:
        return compute
    known = said.known
    return lambda units, period: compute(known(units, period), period)


def counted_measures() -> QuerySet[Measure]:
    """Those that a register counts."""
    named = [f"{PREFIX}{key}" for key in _computed]
    return Measure.objects.filter(Q(source__in=named) | Q(code__in=[*_computed]))
