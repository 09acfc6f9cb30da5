"""Rates of verification (受检率) as they stand on a day: of a unit, of those below it, of groups.

What counts is what the figures of measures are counted from.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q
from django.utils.functional import Promise

from indicators.measures import about, compute_of
from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import unit_order, within
from standards.models import KindGroup
from supervision.rules.shares import Share
from supervision.rules.verification import Standing
from supervision.selectors.counted_instruments import holding, newest, subject
from supervision.selectors.instruments import of_standing

OTHERS = ("initial_verification_rate", "verification_pass_rate", "surveyed_verification_rate")
"""Registers whose rates of the quarter so far stand beside those of the day."""

UNIT, KIND = "entity__organisation", "kind"


@dataclass(frozen=True, slots=True)
class Days:
    """A quarter up to a day of it, for rows that are asked about a quarter."""

    first_day: date
    last_day: date

    @classmethod
    def until(cls, day: date) -> "Days":
        return cls(Period.containing(day).first_day, day)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many instruments are subject; of these by what their newest verification says."""

    subject: int = 0
    verified: int = 0
    overdue: int = 0
    failed: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.subject + other.subject,
            self.verified + other.verified,
            self.overdue + other.overdue,
            self.failed + other.failed,
        )

    @property
    def never(self) -> int:
        return self.subject - self.verified - self.overdue - self.failed

    @property
    def share(self) -> Share:
        return Share(self.verified, self.subject)


Lines = Mapping[tuple[int, str], Tally]
"""By kind and by path of the unit."""


@dataclass(frozen=True, slots=True)
class RateRow:
    """A group of kinds (the code of all instruments is blank), or a unit with all below it. `own`
    are the instruments that stand under the chosen unit itself; `opens` says that the unit has
    units below it."""

    code: str
    name: str
    tally: Tally
    own: bool = False
    opens: bool = False


@dataclass(frozen=True, slots=True)
class OtherRate:
    """A rate of all instruments for the quarter up to the day, by the register's key."""

    key: str
    name: str | Promise
    definition: str | Promise
    share: Share
    survey: bool


@dataclass(frozen=True)
class Rates:
    """`groups` are of the unit and all below it, all instruments first; `units` are those directly
    below it, of the chosen group's instruments."""

    unit: Organisation
    day: date
    group: KindGroup | None
    groups: list[RateRow]
    units: list[RateRow]
    others: list[OtherRate] = field(default_factory=list)

    @property
    def total(self) -> RateRow:
        """Of the chosen group."""
        code = self.group.code if self.group else ""
        return next(row for row in self.groups if row.code == code)


def verification_rates(
    *, unit: Organisation, day: date, group: KindGroup | None, today: date
) -> Rates:
    """`day` may be past: then by today's register, as it tells of that day."""
    lines = (_now if day == today else _then)(unit, day)
    members = _members()
    below = list(
        Organisation.objects.filter(within("", unit.path))
        .order_by(unit_order())
        .exclude(pk=unit.pk)
    )
    return Rates(
        unit=unit,
        day=day,
        group=group,
        groups=list(_by_group(lines, members)),
        units=list(_by_unit(unit, below, _of_kinds(lines, members, group), day)),
        others=_others([unit.pk, *(each.pk for each in below)], Days.until(day)),
    )


def _now(unit: Organisation, day: date) -> Lines:
    """Instruments repeat what their newest verification says: the history is not read."""
    soon = settings.VERIFICATION_DUE_DAYS
    valid, due, overdue, failed = (
        of_standing(name, day, soon)
        for name in (Standing.VALID, Standing.DUE, Standing.OVERDUE, Standing.FAILED)
    )
    counted = _subject(unit, day).annotate(
        there=Count("pk"),
        held=Count("pk", filter=valid | due),
        over=Count("pk", filter=overdue),
        bad=Count("pk", filter=failed),
    )
    return {(kind, path): Tally(*counts) for kind, path, *counts in counted}


def _then(unit: Organisation, day: date) -> Lines:
    found: dict[tuple[int, str], Tally] = {}
    for kind, path, there in _subject(unit, day).annotate(there=Count("pk")):
        found[kind, path] = Tally(there)
    rows = subject()(Days(day, day)).filter(within(UNIT, unit.path))
    said = newest(day).filter(instrument__in=rows).order_by()
    counted = said.values_list(f"instrument__{KIND}", f"instrument__{UNIT}__path").annotate(
        held=Count("pk", filter=holding(day)),
        over=Count("pk", filter=Q(passed=True) & ~holding(day)),
        bad=Count("pk", filter=Q(passed=False)),
    )
    for kind, path, *counts in counted:
        found[kind, path] += Tally(0, *counts)
    return found


def _subject(unit: Organisation, day: date) -> Iterable:
    rows = subject()(Days(day, day)).filter(within(UNIT, unit.path))
    return rows.order_by().values_list(KIND, f"{UNIT}__path")


def _members() -> dict[KindGroup, set[int]]:
    """The kinds of each group, by key."""
    groups = KindGroup.objects.annotate(members=ArrayAgg("kinds", default=[])).order_by("code")
    return {group: {*group.members} for group in groups}


def _of_kinds(
    lines: Lines, members: Mapping[KindGroup, set[int]], group: KindGroup | None
) -> dict[str, Tally]:
    """Of the group, or of all where there is none, by path of the unit."""
    found: dict[str, Tally] = defaultdict(Tally)
    for (kind, path), tally in lines.items():
        if group is None or kind in members[group]:
            found[path] += tally
    return found


def _by_group(lines: Lines, members: Mapping[KindGroup, set[int]]) -> Iterator[RateRow]:
    yield RateRow("", "", sum(lines.values(), Tally()))
    for group, kinds in members.items():
        tallies = (tally for (kind, _path), tally in lines.items() if kind in kinds)
        yield RateRow(group.code, group.name, sum(tallies, Tally()))


def _by_unit(
    unit: Organisation, below: list[Organisation], by_path: Mapping[str, Tally], day: date
) -> Iterator[RateRow]:
    """What stands under the unit itself first, then the units below it, with all below them."""
    codes: dict[str, Tally] = defaultdict(Tally)
    for path, tally in by_path.items():
        codes[_step(unit, path)] += tally
    opening = {_step(unit, each.path) for each in below if _deeper(unit, each)}
    if codes[""].subject or not below:
        yield RateRow(unit.code, str(unit.name), codes[""], own=bool(below))
    for each in below:
        ended = each.valid_to and each.valid_to <= day
        if not _deeper(unit, each) and (codes[each.code].subject or not ended):
            opens = each.code in opening
            yield RateRow(each.code, str(each.name), codes[each.code], opens=opens)


def _step(unit: Organisation, path: str) -> str:
    """The code of the unit directly below through which the path leads; blank for the unit."""
    return path.removeprefix(unit.path).split("/")[0]


def _deeper(unit: Organisation, below: Organisation) -> bool:
    return below.path.removeprefix(unit.path).count("/") > 1


def _others(units: Collection[int], days: Days) -> list[OtherRate]:
    found = []
    for key in OTHERS:
        said = about(key)
        figures = compute_of(key)(units, days).values()
        passed = sum(int(figure.numerator) for figure in figures)
        judged = sum(int(figure.denominator) for figure in figures)
        share = Share(passed, judged)
        found.append(OtherRate(key, said.name, said.definition, share, said.survey))
    return found
