"""Statuses of every affected indicator and unit, by the pure rules, stored as a set.

Rows are read and written in a stream, so that a whole country takes no more memory than a county.
"""

import csv
import gc
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, groupby, islice
from operator import attrgetter, itemgetter

from django.db import connection
from django.utils import timezone

from indicators.engine.goals import Goals, Targets, Unit, current_targets, targets_of
from indicators.engine.in_force import Terms, terms_in_force
from indicators.engine.tables import Tables
from indicators.models import Indicator, Kind
from indicators.rules import AssessInput, Assessment, Goal, Thresholds, assess, year_end

COLUMNS = (
    "indicator_id", "organisation_id", "period", "actual", "expected", "target",
    "milestone_year", "baseline", "attainment", "schedule_ratio", "lag_quarters", "status",
    "provisional", "met_by_rounding", "reported", "units_expected", "carried", "rule_version",
    "computed_at",
)  # fmt: skip
taken_from_assessment = attrgetter("k", *COLUMNS[3:-1])
FROM_THE_START = 0
CHUNK = 20_000
FEW_UNITS = 1_000

Key = tuple[int, int]

# Which units stand at or below each owner of indicators today.
REACH = """
    CREATE TEMP TABLE reach ON COMMIT DROP AS
    SELECT owner.id AS owner_id, o.id AS unit_id, o.path, life.until::int AS until
      FROM organisations_organisation owner
      JOIN organisations_organisation o ON starts_with(o.path, owner.path)
      JOIN organisations_organisationancestry life
        ON life.descendant_id = o.id AND life.depth = 0
     WHERE owner.id IN (SELECT owner_id FROM indicators_indicator)
       AND o.id IN (SELECT organisation_id FROM affected)
"""

# One row per indicator and unit; units are those at or below the indicator's owner.
PAIRS = """
    CREATE TEMP TABLE pair ON COMMIT DROP AS
    SELECT i.id AS indicator_id, reach.unit_id AS organisation_id, reach.path,
           s.id AS series_id, greatest(affected.since, p.starts - 1)::int AS since, reach.until,
           m.kind = %(ratio)s AS ratio, base.at AS base
      FROM affected
      JOIN indicators_measure m ON m.id = affected.measure_id
      JOIN indicators_series s ON s.measure_id = m.id
      JOIN indicators_indicator i ON i.series_id = s.id
      JOIN plans_plan p ON p.id = i.plan_id
      JOIN reach ON reach.owner_id = i.owner_id AND reach.unit_id = affected.organisation_id
      LEFT JOIN unnest(%(indicators)s::bigint[], %(bases)s::int[]) AS base(indicator_id, at)
        ON base.indicator_id = i.id
"""

ROLL_UPS = """
    SELECT pair.indicator_id, pair.organisation_id, pair.path, pair.since, r.period, r.value,
           r.newest, r.reported, r.expected, r.carried
      FROM pair
      JOIN {rollup} r ON r.series_id = pair.series_id
       AND r.organisation_id = pair.organisation_id
       AND r.period >= greatest(pair.since, %(first)s) AND r.period < pair.until
     ORDER BY pair.indicator_id, pair.organisation_id, r.period
"""

# The figures a path may start from: that of the base year's end, and a rate's first.
BASES = """
    SELECT pair.indicator_id, pair.organisation_id, base.period, base.value
      FROM pair
     CROSS JOIN LATERAL (
        (SELECT r.period, r.value FROM {rollup} r
          WHERE r.series_id = pair.series_id AND r.organisation_id = pair.organisation_id
            AND r.period = pair.base AND r.period < pair.until AND r.value IS NOT NULL)
        UNION ALL
        (SELECT r.period, r.value FROM {rollup} r
          WHERE r.series_id = pair.series_id AND r.organisation_id = pair.organisation_id
            AND pair.ratio AND r.period < pair.until AND r.value IS NOT NULL
          ORDER BY r.period LIMIT 1)
     ) base
"""

# Also of units that no longer stand below the indicator's owner.
CLEAR = """
    DELETE FROM {progress} p
     USING affected, indicators_series s, indicators_indicator i
     WHERE s.measure_id = affected.measure_id AND i.series_id = s.id
       AND p.indicator_id = i.id AND p.organisation_id = affected.organisation_id
       AND p.period >= affected.since
"""

CLEAR_PAIRS = """
    DELETE FROM {progress} p USING pair
     WHERE p.indicator_id = pair.indicator_id AND p.organisation_id = pair.organisation_id
       AND p.period >= pair.since
"""

FROM_THE_START_FOR = """
    DELETE FROM pair
     WHERE (indicator_id, organisation_id)
           NOT IN (SELECT * FROM unnest(%(indicators)s::bigint[], %(units)s::bigint[]));
    UPDATE pair SET since = p.starts - 1
      FROM indicators_indicator i JOIN plans_plan p ON p.id = i.plan_id
     WHERE i.id = pair.indicator_id;
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """By what figures are judged, read once for all of them; units and goals come as they occur."""

    indicators: dict[int, Indicator]
    targets: Targets
    terms: Terms
    bases: dict[Key, dict[int, Decimal]]
    goals: Goals
    units: dict[int, Unit] = field(default_factory=dict)

    def unit(self, pk: int, path: str) -> Unit:
        if pk not in self.units:
            self.units[pk] = Unit.from_path(pk, path)
        return self.units[pk]


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Rows refer to nothing that refers back; looking through them takes a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_no_search_for_cycles()
def store_progress(tables: Tables, thresholds: Thresholds, *, first: int = FROM_THE_START) -> None:
    """Replace the progress rows of all that stands in `affected`, from its first quarter on.

    Where the figure that changed is the baseline itself, every quarter of the unit is replaced.
    Nothing before the quarter `first` is written.
    """
    indicators = _affected_indicators(_create_reach())
    terms = terms_in_force(indicators.values(), tables.known_at, thresholds)
    _create_pairs(indicators, terms)
    judged = Judged(
        indicators=indicators,
        targets=current_targets(indicators.values(), tables.known_at, codes=_few_codes()),
        terms=terms,
        bases=_bases(tables),
        goals=Goals(terms),
    )
    _clear(tables, CLEAR)
    moved = _write(tables, judged, first)
    if moved:
        _keep_pairs(moved)
        _clear(tables, CLEAR_PAIRS)
        _write(tables, judged, first)


def _create_reach() -> list[int]:
    """Fill `reach`; returns the owners that occur. Others' indicators are none of this."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS reach")
        cursor.execute(REACH)
        cursor.execute("ANALYZE reach")
        cursor.execute("SELECT DISTINCT owner_id FROM reach")
        return [row[0] for row in cursor.fetchall()]


def _affected_indicators(owners: list[int]) -> dict[int, Indicator]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT measure_id FROM affected")
        measures = [row[0] for row in cursor.fetchall()]
    indicators = Indicator.objects.filter(series__measure__in=measures, owner__in=owners)
    return {i.pk: i for i in indicators.select_related("series__measure", "plan")}


def _create_pairs(indicators: dict[int, Indicator], terms: Terms) -> None:
    years = {pk: terms.baselines[pk].year for pk in indicators}
    known = {pk: year_end(year) for pk, year in years.items() if year is not None}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pair")
        cursor.execute(
            PAIRS,
            {"ratio": Kind.RATIO, "indicators": list(known), "bases": list(known.values())},
        )
        cursor.execute("ANALYZE pair")


def _few_codes() -> set[str] | None:
    """The units concerned and those above them, where they are few enough to ask for by name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT path FROM pair LIMIT %s", [FEW_UNITS])
        paths = [row[0] for row in cursor.fetchall()]
    if len(paths) == FEW_UNITS:
        return None
    return {code for path in paths for code in path.strip("/").split("/")}


def _bases(tables: Tables) -> dict[Key, dict[int, Decimal]]:
    bases: dict[Key, dict[int, Decimal]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(tables.named(BASES))
        for indicator_id, unit_id, period, value in cursor:
            bases[indicator_id, unit_id][period] = value
    return bases


def _keep_pairs(keys: list[Key]) -> None:
    """Only these pairs, and all of their quarters."""
    with connection.cursor() as cursor:
        cursor.execute(
            FROM_THE_START_FOR,
            {"indicators": [key[0] for key in keys], "units": [key[1] for key in keys]},
        )


def _clear(tables: Tables, statement: str) -> None:
    if not tables.fresh:
        with connection.cursor() as cursor:
            cursor.execute(tables.named(statement))


def _write(tables: Tables, judged: Judged, first: int) -> list[Key]:
    """Write the rows of every pair; returns the pairs whose earlier quarters changed as well."""
    moved: list[Key] = []
    with connection.chunked_cursor() as cursor:
        cursor.execute(tables.named(ROLL_UPS), {"first": first})
        roll_ups = chain.from_iterable(iter(lambda: cursor.fetchmany(CHUNK), []))
        rows = _assessed(roll_ups, judged, moved)
        while chunk := list(islice(rows, CHUNK)):
            _copy(tables, chunk)
    return moved


def _assessed(rows: Iterable[tuple], judged: Judged, moved: list[Key]) -> Iterator[tuple]:
    now = timezone.now().isoformat()
    for key, quarters in groupby(rows, key=itemgetter(0, 1)):
        for assessment in _assess_unit(key, quarters, judged, moved):
            yield (*key, *taken_from_assessment(assessment), now)


def _assess_unit(
    key: Key, rows: Iterator[tuple], judged: Judged, moved: list[Key]
) -> Iterator[Assessment]:
    """Nothing where nothing is asked of the unit."""
    indicator, first_row = judged.indicators[key[0]], next(rows)
    _, unit_id, path, since, *_ = first_row
    unit = judged.unit(unit_id, path)
    asked = targets_of(indicator, unit, judged.targets)
    if not asked:
        return
    goal = judged.goals.of(indicator, unit, asked, judged.bases.get(key, {}))
    if since > indicator.plan.starts.index - 1 and _may_have_moved(goal, key[0], judged, since):
        moved.append(key)
        return
    for _, _, _, _, k, value, newest, reported, expected, carried in (first_row, *rows):
        yield assess(
            AssessInput(
                goal=goal,
                k=k,
                y=value,
                newest=newest,
                reported=reported,
                units_expected=expected,
                carried=carried,
            )
        )


def _may_have_moved(goal: Goal, indicator_id: int, judged: Judged, since: int) -> bool:
    """May the path begin elsewhere than before, now that figures from `since` on have changed?

    The figure of the base year may be gone, and the path begin at an earlier one.
    """
    baseline = goal.trajectory.baseline if goal.trajectory else None
    year = judged.terms.baselines[indicator_id].year
    return (
        baseline is None or baseline.at >= since or (year is not None and year_end(year) >= since)
    )


def _copy(tables: Tables, rows: list[tuple]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {tables.progress} ({', '.join(COLUMNS)}) FROM STDIN WITH (FORMAT csv)", buffer
        )
