"""What a change of the map asks for, what it does, and who else has to act on it.

Higher apps register a consequence in `AppConfig.ready`; every change then reaches them in its own
transaction, and every preview asks them what it would touch.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation, OrganisationChange


@dataclass(frozen=True, slots=True)
class Successor:
    """A unit that takes over the share `weight`: one that exists, or a new one, which has a name.

    An empty `level` is that of the unit it follows.
    """

    code: str
    weight: Decimal = Decimal(1)
    name_zh: str = ""
    name_en: str = ""
    level: str = ""

    @property
    def new(self) -> bool:
        return bool(self.name_zh)


@dataclass(frozen=True, slots=True)
class ChangeOrder:
    """A change as it was asked for; `parent` is that of a transfer or of new units.

    `heir` is the code of the part of a divided unit that takes over its plans and forms.
    """

    kind: str
    effective_on: date
    units: tuple[Organisation, ...]
    document: str
    successors: tuple[Successor, ...] = ()
    parent: Organisation | None = None
    note: str = ""
    heir: str = ""


@dataclass(frozen=True, slots=True)
class LinkMove:
    """`child` leaves one parent and stands under another; None where there is none."""

    child: Organisation
    before: Organisation | None
    after: Organisation | None


@dataclass(frozen=True, slots=True)
class MapMove:
    """What a change did. `since` is the first quarter that is rolled up by the new links.

    `touched` are the ids of units whose life, figures or units below changed; `replaced` of those
    whose path in today's tree did; `concerned` of those that end or move, with all below them.
    `heirs` are units that end, each with the one that comes after it; a unit that is abolished, or
    divided without one that was chosen, has none.
    """

    change: OrganisationChange
    since: Period
    ended: tuple[Organisation, ...]
    begun: tuple[Organisation, ...]
    links: tuple[LinkMove, ...]
    touched: frozenset[int]
    replaced: frozenset[int]
    concerned: frozenset[int]
    heirs: tuple[tuple[Organisation, Organisation], ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """How many things a change touches, and what to do about them, if anything."""

    label: str
    number: int
    advice: str = ""


class Consequence(Protocol):
    def count(self, move: MapMove, affected: Collection[int]) -> Sequence[Count]:
        """What the change touches; `affected` are the units whose roll-ups are computed anew."""

    def hand_over(self, move: MapMove, today: date) -> Sequence[Count]:
        """Pass what ended units owned on to their heirs, on the day of the change; say what."""

    def left_behind(self, units: Sequence[Organisation], since: Period) -> Sequence[Count]:
        """What units that end from the quarter `since` on leave to be done by hand."""

    def follow(self, move: MapMove, today: date) -> None:
        """Act on the change, in its transaction."""


consequences: list[Consequence] = []
