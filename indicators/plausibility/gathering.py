"""What figures are held against, read for many lines at once: as many queries as for one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from indicators.measures import register_of
from indicators.models import Kind, Measure, PlausibilityRule
from indicators.plausibility.settings import fits, parse_settings
from indicators.plausibility.terms import Background, Peers, Rules, Traits
from indicators.rules import Figure
from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation
from metroplan.submissions.types import CleanRow, SheetContext

QUARTERS_BACK = 16
Pair = tuple[SheetContext, CleanRow]
Place = tuple[int, int, int]
"""Measure id, unit id, quarter."""
Group = tuple[int, bool, str, str, int]
"""Measure id, whether it is a ratio, level, path of the unit at the top, quarter."""

HISTORY = """
    SELECT o.measure_id, o.organisation_id, w.at, o.period,
           o.state, o.value, o.numerator, o.denominator
      FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS w(measure_id, organisation_id, at)
      JOIN indicators_observation o
        ON o.measure_id = w.measure_id AND o.organisation_id = w.organisation_id
       AND o.period >= w.at - %s AND o.period < w.at AND o.superseded_at IS NULL
"""

# Where each unit of a level stands: its newest percentage, or its newest figure over the lower
# median of those before it, of which there must be four. It must have reported within the year.
PEERS = """
    WITH figure AS (
        SELECT w.*, o.organisation_id, o.period,
               CASE WHEN w.ratio THEN 100 * o.numerator / nullif(o.denominator, 0)
                    ELSE o.value END AS number
          FROM unnest(%s::bigint[], %s::boolean[], %s::text[], %s::text[], %s::int[])
                 AS w(measure_id, ratio, level, top, at)
          JOIN organisations_organisation u ON u.level = w.level AND starts_with(u.path, w.top)
          JOIN indicators_observation o
            ON o.measure_id = w.measure_id AND o.organisation_id = u.id
           AND o.superseded_at IS NULL AND o.state <> 'not_applicable'
           AND o.period BETWEEN w.at - 12 AND w.at
    ), ranked AS (
        SELECT *, row_number() OVER (
                   PARTITION BY measure_id, level, top, at, organisation_id ORDER BY period DESC
               ) AS place
          FROM figure WHERE number IS NOT NULL
    ), standing AS (
        SELECT measure_id, ratio, level, top, at,
               CASE WHEN ratio THEN max(number) FILTER (WHERE place = 1)
                    WHEN count(*) > 4 THEN max(number) FILTER (WHERE place = 1) / nullif(
                        percentile_disc(0.5) WITHIN GROUP (ORDER BY number)
                            FILTER (WHERE place > 1), 0)
               END AS number
          FROM ranked
         GROUP BY measure_id, ratio, level, top, at, organisation_id
        HAVING max(period) > at - 4
    ), middle AS (
        SELECT measure_id, ratio, level, top, at, array_agg(number) AS numbers,
               percentile_disc(0.5) WITHIN GROUP (ORDER BY number) AS median
          FROM standing WHERE number IS NOT NULL GROUP BY measure_id, ratio, level, top, at
    )
    SELECT measure_id, ratio, level, top, at, cardinality(numbers), median,
           (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY abs(number - median))
              FROM unnest(numbers) AS number)
      FROM middle
"""


@dataclass(slots=True)
class Known:
    """What stays the same from one batch of lines to the next: the rules in effect, and measures,
    their rules and their peers as they are met. A code that is no measure has no rules."""

    in_effect: list[PlausibilityRule]
    measures: dict[str, Measure] = field(default_factory=dict)
    rules: dict[str, Rules] = field(default_factory=dict)
    peers: dict[Group, Peers | None] = field(default_factory=dict)

    @classmethod
    def on(cls, day: date) -> "Known":
        return cls(list(rules_in_effect(day)))

    def meet(self, codes: Collection[str]) -> None:
        new = {*codes} - self.rules.keys()
        if not new:
            return
        self._read(new)
        for code in new:
            measure = self.measures.get(code)
            self.rules[code] = rules_for(measure, self.in_effect) if measure else {}
        self._read({part for code in new for part in self.parts_of(code)})

    def _read(self, codes: set[str]) -> None:
        if missing := codes - self.measures.keys():
            self.measures |= Measure.objects.in_bulk(missing, field_name="code")

    def parts_of(self, code: str) -> tuple[str, ...]:
        return self.rules[code].get("parts", {}).get("parts", ())


def rules_in_effect(day: date) -> Iterable[PlausibilityRule]:
    """Of each check and measure, or kind of measures, the newest version that is in effect."""
    return (
        PlausibilityRule.objects.filter(effective_from__lte=day)
        .order_by("check_kind", "measure_kind", "measure_id", "-version")
        .distinct("check_kind", "measure_kind", "measure_id")
    )


def rules_for(measure: Measure, rows: Iterable[PlausibilityRule]) -> Rules:
    """The checks in use for the measure with their settings; its own before those of its kind."""
    chosen: dict[str, PlausibilityRule] = {}
    for row in rows:
        of_kind = row.measure_id is None and row.measure_kind == measure.kind
        if row.measure_id == measure.pk or (of_kind and row.check_kind not in chosen):
            chosen[row.check_kind] = row
    return {
        check: parse_settings(check, row.params)
        for check, row in chosen.items()
        if row.active and fits(check, measure.kind)
    }


def traits_of(measure: Measure) -> Traits:
    return Traits(measure.kind, measure.accumulation, measure.decimals)


def gather(pairs: Sequence[Pair], known: Known) -> list[Background]:
    """For each line, whose measure is known, what its figure is held against."""
    places = [_place(context, row, known) for context, row in pairs]
    history = _history(places)
    parts = _Parts.of(pairs, known)
    registered = _registered(pairs, known)
    groups = [_group(context, row, known) for context, row in pairs]
    _meet_peers({group for group in groups if group} - known.peers.keys(), known)
    return [
        Background(
            history=history.get(place, {}),
            peers=known.peers.get(group) if group else None,
            parts=parts.of_line(context, row),
            registered=registered.get(place),
        )
        for place, group, (context, row) in zip(places, groups, pairs, strict=True)
    ]


def figure_of(row: CleanRow) -> Figure:
    return Figure(row.state, row.value, row.numerator, row.denominator)


def _place(context: SheetContext, row: CleanRow, known: Known) -> Place:
    return known.measures[row.key].pk, context.organisation.pk, context.period.index


def _history(places: Collection[Place]) -> dict[Place, dict[int, Figure]]:
    found: dict[Place, dict[int, Figure]] = defaultdict(dict)
    if not places:
        return found
    with connection.cursor() as cursor:
        cursor.execute(HISTORY, [*_columns({*places}, 3), QUARTERS_BACK])
        for measure, unit, at, period, *figure in cursor.fetchall():
            found[measure, unit, at][period] = Figure(*figure)
    return found


def _columns(rows: Collection[tuple], width: int) -> list[list[Any]]:
    return [[row[index] for row in rows] for index in range(width)]


def _group(context: SheetContext, row: CleanRow, known: Known) -> Group | None:
    if "outlier_peers" not in known.rules[row.key]:
        return None
    unit, measure = context.organisation, known.measures[row.key]
    ratio = measure.kind == Kind.RATIO
    return measure.pk, ratio, unit.level, _top(unit), context.period.index


def _top(unit: Organisation) -> str:
    """The path of the unit at the top of the tree it stands in."""
    return f"/{unit.path.strip('/').split('/')[0]}/"


def _meet_peers(groups: Collection[Group], known: Known) -> None:
    if not groups:
        return
    known.peers.update(dict.fromkeys(groups))
    with connection.cursor() as cursor:
        cursor.execute(PEERS, _columns(groups, 5))
        for *group, units, median, spread in cursor.fetchall():
            known.peers[tuple(group)] = Peers(units, Decimal(median), Decimal(spread))


@dataclass(frozen=True, slots=True)
class _Parts:
    """The figures that totals are made of: in the same sheets, or else as approved before."""

    known: Known
    given: Mapping[tuple[str, int, int], Figure]
    stored: Mapping[Place, Figure]

    @classmethod
    def of(cls, pairs: Sequence[Pair], known: Known) -> "_Parts":
        totals = [(context, row) for context, row in pairs if "parts" in known.rules[row.key]]
        if not totals:
            return cls(known, {}, {})
        given = {
            (row.key, context.organisation.pk, context.period.index): figure_of(row)
            for context, row in pairs
        }
        return cls(known, given, _stored(totals, known))

    def of_line(self, context: SheetContext, row: CleanRow) -> dict[str, Figure | None]:
        at = (context.organisation.pk, context.period.index)
        return {
            code: self.given.get((code, *at)) or self.stored.get((self._id(code), *at))
            for code in self.known.parts_of(row.key)
        }

    def _id(self, code: str) -> int:
        return self.known.measures[code].pk if code in self.known.measures else 0


def _stored(totals: Sequence[Pair], known: Known) -> dict[Place, Figure]:
    """A history of one quarter: the one in question."""
    asked = {
        (known.measures[code].pk, context.organisation.pk, context.period.index + 1)
        for context, row in totals
        for code in known.parts_of(row.key)
        if code in known.measures
    }
    return {
        (measure, unit, at - 1): figures[at - 1]
        for (measure, unit, at), figures in _history(asked).items()
        if at - 1 in figures
    }


def _registered(pairs: Sequence[Pair], known: Known) -> dict[Place, Figure]:
    """As the registers count; each is asked once for a measure and quarter."""
    asked: dict[tuple[str, int], set[int]] = defaultdict(set)
    for context, row in pairs:
        if "register" in known.rules[row.key] and register_of(known.measures[row.key]):
            asked[row.key, context.period.index].add(context.organisation.pk)
    found: dict[Place, Figure] = {}
    for (code, at), units in asked.items():
        measure = known.measures[code]
        counted = register_of(measure)(sorted(units), Period(at))
        found |= {(measure.pk, unit, at): figure for unit, figure in counted.items()}
    return found
