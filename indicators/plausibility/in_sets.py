"""The checks that can be asked of a large file as a whole: its staged lines in sets.

They are those that look at one figure alone or at the one before it. SQL finds the lines, and the
check itself, which also judges single sheets, says what is wrong with those that are listed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from indicators.models import Accumulation, Check, Kind, Measure
from indicators.plausibility.checks import judge
from indicators.plausibility.gathering import (
    QUARTERS_BACK,
    rules_for,
    rules_in_effect,
    traits_of,
)
from indicators.plausibility.terms import Background
from indicators.rules import Figure
from metroplan.submissions.models import Severity
from metroplan.submissions.types import Issue

LISTED = 100
"""Of each check; the others are counted."""

OUTSIDE = """
    WITH rule AS (SELECT * FROM unnest(%(measures)s::bigint[], %(lows)s::numeric[],
                                       %(highs)s::numeric[]) AS r(measure_id, low, high)),
    figure AS (
        SELECT t.*, low, high, coalesce(value, 100 * numerator / nullif(denominator, 0)) AS number
          FROM {table} t JOIN rule USING (measure_id)
         WHERE state <> 'not_applicable'
    )
    SELECT count(*) OVER (), line, measure_id, period, state, value, numerator, denominator,
           NULL, NULL
      FROM figure WHERE number < low OR number > high
     ORDER BY line LIMIT %(limit)s
"""

# Each figure beside the one before it, in the file or else among those that stand.
FALLEN = """
    WITH rule AS (SELECT * FROM unnest(%(measures)s::bigint[], %(tolerances)s::numeric[])
                             AS r(measure_id, tolerance)),
    staged AS MATERIALIZED (
        SELECT line, measure_id, organisation_id, period, state, value, tolerance
          FROM {table} JOIN rule USING (measure_id)
    ), pair AS (
        SELECT measure_id, organisation_id, min(period) AS first, max(period) AS last
          FROM staged GROUP BY measure_id, organisation_id
    ), series AS (
        SELECT * FROM staged WHERE state <> 'not_applicable'
         UNION ALL
        SELECT NULL, measure_id, organisation_id, stands.period, 'value', stands.value, NULL
          FROM pair CROSS JOIN LATERAL (
               SELECT o.period, o.value FROM indicators_observation o
                WHERE o.measure_id = pair.measure_id AND o.superseded_at IS NULL
                  AND o.organisation_id = pair.organisation_id AND o.state <> 'not_applicable'
                  AND o.period BETWEEN pair.first - %(back)s AND pair.last) stands
         WHERE NOT EXISTS (SELECT FROM staged s WHERE s.measure_id = pair.measure_id
                              AND s.organisation_id = pair.organisation_id
                              AND s.period = stands.period)
    ), beside AS (
        SELECT *, lag(value) OVER earlier AS before, lag(period) OVER earlier AS at
          FROM series
        WINDOW earlier AS (PARTITION BY measure_id, organisation_id ORDER BY period)
    )
    SELECT count(*) OVER (), line, measure_id, period, state, value, NULL, NULL, at, before
      FROM beside WHERE value < before * (1 - tolerance)
     ORDER BY line LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class _Ruled:
    """Measures of which a check is asked, by id, and its settings for each."""

    check: str
    measures: Mapping[int, Measure]
    settings: Mapping[int, Mapping[str, Any]]

    def column(self, name: str) -> list[Any]:
        return [setting[name] for setting in self.settings.values()]


def unusual(table: str, columns: Mapping[str, str]) -> Iterator[Issue]:
    """Warnings about staged lines, a limited number of each check; the last says how many more.

    `columns` are the letters of the file's columns by the parts of a figure.
    """
    left = 0
    for ruled in _ruled():
        for total, listed, issue in _found(ruled, table, columns):
            if listed == LISTED:
                left += total - listed
            yield issue
    if left:
        yield Issue("import.unusual_left", severity=Severity.WARNING.value, params={"count": left})


def _ruled() -> Iterator[_Ruled]:
    """The checks that have something to say of some measure, and of which."""
    day = timezone.localdate()
    rows = [row for row in rules_in_effect(day) if row.check_kind in STATEMENTS]
    own = [row.measure_id for row in rows if row.check_kind == Check.RANGE]
    counts_up = Q(kind=Kind.YES_NO) | Q(kind=Kind.COUNT, accumulation=Accumulation.STOCK)
    measures = Measure.objects.filter(Q(pk__in=[key for key in own if key]) | counts_up)
    rules = {measure: rules_for(measure, rows) for measure in measures}
    for check in STATEMENTS:
        asked = {
            measure.pk: measure
            for measure, by in rules.items()
            if check in by and (check == Check.RANGE or measure.accumulation == Accumulation.STOCK)
        }
        if asked:
            settings = {pk: rules[measure][check] for pk, measure in asked.items()}
            yield _Ruled(check, asked, settings)


def _found(
    ruled: _Ruled, table: str, columns: Mapping[str, str]
) -> Iterator[tuple[int, int, Issue]]:
    """How many lines there are in all, how many were listed so far, and the next."""
    with connection.cursor() as cursor:
        cursor.execute(STATEMENTS[ruled.check].format(table=table), _values(ruled))
        rows = cursor.fetchall()
    for listed, (total, line, key, period, *parts, at, before) in enumerate(rows, start=1):
        measure, rules = ruled.measures[key], {ruled.check: ruled.settings[key]}
        history = {} if at is None else {at: Figure("value", before, None, None)}
        background = Background(history=history)
        for finding in judge(Figure(*parts), period, traits_of(measure), rules, background):
            yield (
                total,
                listed,
                Issue(
                    finding.code,
                    severity=Severity.WARNING.value,
                    row=line,
                    column=columns[finding.part],
                    key=measure.code,
                    params=finding.params | {"part": finding.part},
                ),
            )


def _values(ruled: _Ruled) -> dict[str, Any]:
    values = {"measures": [*ruled.measures], "limit": LISTED, "back": QUARTERS_BACK}
    if ruled.check == Check.RANGE:
        return values | {"lows": ruled.column("low"), "highs": ruled.column("high")}
    return values | {"tolerances": ruled.column("tolerance")}


STATEMENTS = {Check.RANGE.value: OUTSIDE, Check.BELOW_LAST.value: FALLEN}
