"""Coverage seen from above: catalogue against units or institutes, and what lapses by when."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date

from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation, OrganisationAncestry
from metroplan.organisations.querysets import unit_key
from standards.models import CatalogueItem, CatalogueVersion, Institute, LocalExclusion
from standards.selectors.coverage import (
    COVERED,
    EXCLUDED,
    GAP,
    NOT_KNOWN,
    Cover,
    Coverage,
    ItemCoverage,
    Serving,
    Tally,
    area,
    counted_levels,
    coverage,
    exclusions,
    serving,
    standing_of,
)

UNITS, INSTITUTES = "units", "institutes"
LAPSING = "lapsing"
ORDER = {GAP: 0, LAPSING: 1, COVERED: 2, NOT_KNOWN: 3, EXCLUDED: 4}
MOST_COLUMNS = 60


@dataclass(frozen=True, slots=True)
class Column:
    """A unit with all below it, the chosen unit's own institutes, or one institute."""

    key: str
    name: str
    unit: Organisation
    tally: Tally
    own: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """`standing` as of an item; `until` is None where nothing covers it."""

    standing: str
    until: date | None = None
    covers: tuple[Cover, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """`standing` is that of the chosen unit as a whole; `lapsing` where it ends by the quarter."""

    line: ItemCoverage
    standing: str
    cells: tuple[Cell, ...]

    @property
    def item(self) -> CatalogueItem:
        return self.line.item


@dataclass(frozen=True, slots=True)
class Matrix:
    """`then` is the coverage on the horizon's last day if nothing is renewed; None without one.

    `more` counts columns that are not shown.
    """

    now: Coverage
    then: Coverage | None
    horizon: Period | None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    more: int

    @property
    def lapsing(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.standing == LAPSING)


def coverage_matrix(
    *,
    organisation: Organisation,
    day: date,
    levels: Collection[str] | None = None,
    horizon: Period | None = None,
    across: str = UNITS,
    kinds: Collection[int] | None = None,
) -> Matrix:
    """Rows with gaps first, then those that end soonest; asks a fixed number of queries."""
    chosen = {"organisation": organisation, "levels": levels, "kinds": kinds}
    now = coverage(day=day, **chosen)
    then = coverage(day=horizon.last_day, **chosen) if horizon else None
    last = horizon.last_day if horizon else None
    columns: tuple[Column, ...] = ()
    cells: dict[int, tuple[Cell, ...]] = {}
    more = 0
    if now.version is not None:
        build = _Units if across == UNITS else _Institutes
        grid = build(now, now.version, counted_levels(levels))
        more = max(len(grid.places) - MOST_COLUMNS, 0)
        columns, cells = grid.columns(), grid.cells()
    rows = [Row(line, _standing(line, last), cells.get(line.item.pk, ())) for line in now.items]
    rows.sort(key=lambda row: (ORDER[row.standing], *_urgency(row), row.item.position))
    return Matrix(now, then, horizon, columns, tuple(rows), more)


def _standing(line: ItemCoverage, last: date | None) -> str:
    if last and line.standing == COVERED and line.until and line.until < last:
        return LAPSING
    return line.standing


def _urgency(row: Row) -> tuple[date]:
    ends = row.standing in (COVERED, LAPSING)
    return ((row.line.until if ends else None) or date.min,)


class _Grid:
    """`served` maps the key of a column to what serves its items."""

    places: list
    served: dict

    def __init__(
        self,
        now: Coverage,
        version: CatalogueVersion,
        levels: Collection[str],
    ) -> None:
        self.now, self.version = now, version
        self.items = [line.item for line in now.items]
        self.found = serving(version, area(now.organisation, now.day), levels, now.day)

    def _cells(
        self, served: dict[int, list[Serving]], excluded: dict[int, LocalExclusion]
    ) -> list[Cell]:
        return [
            Cell(standing, until, covers)
            for item in self.items
            for standing, covers, until in [
                standing_of(item, served.get(item.pk, []), excluded, self.now.day)
            ]
        ]

    def _by_item(self, columns: Iterable[list[Cell]]) -> dict[int, tuple[Cell, ...]]:
        lines = zip(*columns, strict=True)
        return {item.pk: cells for item, cells in zip(self.items, lines, strict=False)}

    def _split(self, key: Callable[[Cover], int | str | None]) -> dict:
        """Column → item → what serves it there."""
        split: dict = defaultdict(lambda: defaultdict(list))
        for item, served in self.found.items():
            for one in served:
                split[key(one.cover)][item].append(one)
        return split


def tally_of(cells: Iterable[Cell]) -> Tally:
    counts: dict[str, int] = defaultdict(int)
    for cell in cells:
        counts[cell.standing] += 1
    total = counts[COVERED] + counts[GAP]
    return Tally(counts[COVERED], total, counts[EXCLUDED], counts[NOT_KNOWN])


class _Units(_Grid):
    """The unit's own institutes, then each unit right below with everything under it."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        quarter = Period.containing(self.now.day).index
        then = OrganisationAncestry.objects.filter(since__lte=quarter, until__gt=quarter)
        own = self.now.organisation
        below = then.filter(ancestor=own, depth=1).values("descendant")
        children = Organisation.objects.filter(pk__in=below)
        self.places = sorted(children, key=lambda unit: unit_key(unit.code))
        shown = self.places[:MOST_COLUMNS]
        self.child_of = dict(
            then.filter(ancestor__in=shown).values_list("descendant_id", "ancestor_id")
        )
        self.shown = [own, *shown]
        self.served = self._split(self._column)
        self.excluded = exclusions(self.shown, self.version, self.now.day)
        self.by_unit = [
            self._cells(self.served[unit.pk], self.excluded.get(unit.pk, {})) for unit in self.shown
        ]

    def _column(self, cover: Cover) -> int | None:
        """A unit that the quarter's tree does not hold counts with the chosen one alone."""
        if cover.organisation == self.now.organisation.pk:
            return cover.organisation
        return self.child_of.get(cover.organisation)

    def columns(self) -> tuple[Column, ...]:
        own = self.now.organisation.pk
        return tuple(
            Column(unit.code, unit.name, unit, tally_of(cells), own=unit.pk == own)
            for unit, cells in zip(self.shown, self.by_unit, strict=True)
        )

    def cells(self) -> dict[int, tuple[Cell, ...]]:
        return self._by_item(self.by_unit)


class _Institutes(_Grid):
    """The institutes that cover something, or would by a certificate to come."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.served = self._split(lambda cover: cover.holder)
        found = Institute.objects.filter(pk__in=[*self.served]).select_related("organisation")
        self.places = sorted(found, key=lambda one: (unit_key(one.organisation.code), one.code))
        self.shown = self.places[:MOST_COLUMNS]
        units = {one.organisation_id: one.organisation for one in self.shown}
        self.excluded = exclusions(units.values(), self.version, self.now.day)
        self.by_place = [
            self._cells(self.served[one.pk], self.excluded.get(one.organisation_id, {}))
            for one in self.shown
        ]

    def columns(self) -> tuple[Column, ...]:
        return tuple(
            Column(one.code, one.name, one.organisation, tally_of(cells))
            for one, cells in zip(self.shown, self.by_place, strict=True)
        )

    def cells(self) -> dict[int, tuple[Cell, ...]]:
        return self._by_item(self.by_place)
