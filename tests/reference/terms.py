"""What the plain reference computes with: a small country and what it reports.

Everything is named by its code. Quarters are whole numbers, `year * 4 + quarter - 1`; lives and
links run from a day up to, not including, another.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction


@dataclass
class Unit:
    level: str
    begins: date
    ends: date | None = None


@dataclass
class Link:
    child: str
    parent: str
    begins: date
    ends: date | None = None


@dataclass
class Form:
    owner: str
    level: str
    owner_fills: bool
    opens: int
    closes: int | None
    measures: list[str]


@dataclass
class Measure:
    kind: str
    accumulation: str
    roll_up: str
    mean_level: str = ""
    carry: int = 4
    decimals: int = 0


@dataclass(frozen=True)
class Series:
    """A measure through a window; `first` is the quarter from which it counts, if it has one."""

    measure: str
    window: str = "as_is"
    first: int | None = None


@dataclass
class Target:
    low: Fraction | None
    high: Fraction | None = None
    about: bool = False


@dataclass
class Indicator:
    """`targets` maps (unit, year) to the target in force; `start` is its plan's first quarter."""

    series: Series
    start: int
    owner: str
    comparator: str = "at_least"
    basis: str = "absolute"
    mode: str = "reach"
    base_year: int | None = None
    base: Fraction | None = None
    targets: dict[tuple[str, int], Target] = field(default_factory=dict)


@dataclass
class Figure:
    state: str
    value: Fraction | None = None
    numerator: Fraction | None = None
    denominator: Fraction | None = None


@dataclass
class Country:
    """`figures` maps (measure, unit, quarter) to the figure that is current."""

    today: date
    units: dict[str, Unit] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    forms: dict[str, Form] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)
    indicators: dict[str, Indicator] = field(default_factory=dict)
    figures: dict[tuple[str, str, int], Figure] = field(default_factory=dict)

    def __repr__(self) -> str:
        sizes = {name: len(getattr(self, name)) for name in list(self.__dict__)[1:]}
        return f"Country({self.today}, {sizes})"

    def _repr_pretty_(self, printer, cycle: bool) -> None:
        """What hypothesis prints of a failing one."""
        printer.text(repr(self))

    @property
    def newest_closed(self) -> int:
        return quarter_of(self.today) - 1


def quarter_of(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3


def last_day(k: int) -> date:
    year, quarter = divmod(k + 1, 4)
    return date(year, 3 * quarter + 1, 1) - timedelta(days=1)


def holds_on(thing: Unit | Link, day: date) -> bool:
    return thing.begins <= day and (thing.ends is None or day < thing.ends)
