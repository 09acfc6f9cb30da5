"""How a register of the app is offered to measures, and what it is read from."""

from collections import defaultdict
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise

from indicators.measures import About, register
from indicators.models import Accumulation, Kind
from metroplan.organisations.models import Level
from standards.selectors.counted_rows import show_standard
from standards.selectors.counts import Count, as_counts, as_share, share_entries

COUNTY = (Level.COUNTY.value, Level.ZONE.value)
STOCK, FLOW = Accumulation.STOCK.value, Accumulation.FLOW.value


class Source(StrEnum):
    """What a register is read from: who writes there says so, see services/touching.py.

    Higher apps name sources of their own, and may read KINDS: which kinds belong to a group.
    """

    STANDARDS = "standards"
    LEDGER = "ledger"
    STAFF = "staff"
    CATALOGUE = "catalogue"
    KINDS = "kinds"


_keys: dict[str, set[str]] = defaultdict(set)


def keys_of(source: str) -> set[str]:
    """The registers whose figures may change where this source does."""
    return _keys[source]


def add(
    key: str, compute: Callable, sources: tuple[str, ...], said: tuple[Any, Any], **more: Any
) -> None:
    register(key, compute, About(*said, **more))
    for source in sources:
        _keys[source].add(key)


def add_count(
    key: str,
    count: Count,
    source: str,
    name: str | Promise,
    definition: str | Promise,
    *,
    flow: bool = False,
    also: tuple[str, ...] = (),
) -> None:
    add(
        key,
        as_counts(count),
        (source, *also),
        (name, definition),
        kind=Kind.COUNT.value,
        accumulation=FLOW if flow else STOCK,
        whole=count.whole,
        entries=count.entries,
        known=count.known,
    )


def add_share(
    key: str,
    part: Count,
    whole: Count,
    source: str,
    said: tuple[Any, Any],
    names: tuple[Any, Any],
    *,
    flow: bool = False,
    also: tuple[str, ...] = (),
    survey: bool = False,
) -> None:
    """`names` are those of what stands in the numerator, and of what does not."""
    add(
        key,
        as_share(part, whole),
        (source, *also),
        said,
        kind=Kind.RATIO.value,
        accumulation=FLOW if flow else STOCK,
        survey=survey,
        whole=part.whole,
        entries=share_entries(part, whole, names),
        known=whole.known,
    )


def held(rows: Callable, **more: Any) -> Count:
    return Count(rows, "institute__organisation", show_standard, **more)
