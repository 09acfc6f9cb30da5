"""When the standards of a holder are founded and end, so that as many stand as are reported."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from indicators.demo.chance import chance, whole_between
from metroplan.common.periods import Period
from standards.demo.patterns import Pattern

SEALED, REVOKED, REPLACED = "sealed", "revoked", "replaced"
GONE = (SEALED, REVOKED, REVOKED)
FATES = (*GONE, REPLACED)
OLDEST_YEARS = 14
# Years after which, on the average, one ends and another comes for it.
USUAL_AGE = 45

Course = Sequence[tuple[int, int]]
"""Quarter and number at its end, in order; flat before, between and after."""


@dataclass(slots=True)
class Life:
    """One standard. `ended` is the day on which `fate` befalls it; `heir` is what replaces it."""

    pattern: Pattern
    founded: date
    old: bool
    ended: date | None = None
    fate: str = ""
    heir: "Life | None" = field(default=None, repr=False)


def lives(
    words: str,
    course: Course,
    first: Iterable[Pattern],
    later: Iterable[Pattern],
    *,
    age: int = USUAL_AGE,
) -> list[Life]:
    """So many standards as the course says stand at the end of each of its quarters.

    Those there at the beginning are of `first`, in its order, those that come later of `later`.
    `age` is how many years they are kept on the average.
    """
    stock, coming = iter(first), iter(later)
    start, number = course[0]
    begun = Period(start).last_day
    all_lives = [
        Life(pattern, _before(begun, words, index), old=True)
        for index, pattern in zip(range(number), stock, strict=False)
    ]
    alive = list(all_lives)
    for k, number in course[1:]:
        all_lives += _quarter(words, Period(k), number, alive, coming, age)
    return all_lives


def _quarter(
    words: str,
    period: Period,
    number: int,
    alive: list[Life],
    coming: Iterator[Pattern],
    age: int,
) -> list[Life]:
    """One quarter's ends and foundings; changes `alive`."""
    added = []
    fewer = len(alive) > number
    for life in _ending(words, period, alive, number, age):
        alive.remove(life)
        life.ended = _day(period, words, "end", life.pattern.name)
        life.fate = _fate(words, life, GONE if fewer else FATES)
        if life.fate == REPLACED:
            life.heir = Life(life.pattern, life.ended, old=False)
            added.append(life.heir)
            alive.append(life.heir)
    while len(alive) < number and (pattern := next(coming, None)):
        life = Life(pattern, _day(period, words, "new", len(alive), pattern.name), old=False)
        added.append(life)
        alive.append(life)
    return added


def _ending(words: str, period: Period, alive: list[Life], number: int, age: int) -> list[Life]:
    """As many as are too many, and now and then one more."""
    too_many = max(len(alive) - number, 0)
    if not too_many and chance(words, "ends", period.index) < len(alive) / (4 * age):
        too_many = 1
    return sorted(alive, key=lambda life: life.founded)[:too_many]


def _fate(words: str, life: Life, fates: Sequence[str]) -> str:
    return fates[whole_between(0, len(fates) - 1, words, "fate", life.pattern.name)]


def _before(begun: date, words: str, index: int) -> date:
    return begun - timedelta(days=whole_between(60, OLDEST_YEARS * 365, words, "old", index))


def _day(period: Period, *words: object) -> date:
    """A day within the quarter, not in its last week."""
    days = (period.last_day - period.first_day).days
    return period.first_day + timedelta(days=whole_between(3, days - 8, *words, period.index))
