"""Statuses of every affected indicator and unit, by the pure rules, stored as a set."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from operator import itemgetter

from django.db import connection
from django.utils import timezone

from indicators.engine.goals import Targets, Unit, current_targets, goal_of, targets_of
from indicators.engine.in_force import Terms, terms_in_force
from indicators.engine.tables import Tables
from indicators.models import Indicator
from indicators.rules import AssessInput, Assessment, Thresholds, assess

COLUMNS = (
    "indicator_id", "organisation_id", "period", "actual", "expected", "target",
    "milestone_year", "baseline", "attainment", "schedule_ratio", "lag_quarters", "status",
    "provisional", "met_by_rounding", "reported", "units_expected", "carried", "rule_version",
    "computed_at",
)  # fmt: skip
TAKEN_FROM_ASSESSMENT = COLUMNS[3:-1]
FROM_THE_START = 0

# One row per indicator, unit and quarter; units are those at or below the indicator's owner.
ROLL_UPS = """
    SELECT i.id, r.organisation_id, o.path, affected.since, r.period, r.value, r.newest,
           r.reported, r.expected, r.carried
      FROM affected
      JOIN indicators_series s ON s.measure_id = affected.measure_id
      JOIN indicators_indicator i ON i.series_id = s.id
      JOIN organisations_organisation owner ON owner.id = i.owner_id
      JOIN organisations_organisation o ON o.id = affected.organisation_id
       AND starts_with(o.path, owner.path)
      JOIN {rollup} r ON r.series_id = s.id AND r.organisation_id = o.id
      JOIN organisations_organisationancestry life
        ON life.ancestor_id = o.id AND life.descendant_id = o.id AND r.period < life.until
     ORDER BY i.id, r.organisation_id, r.period
"""

DELETE = """
    DELETE FROM {progress} p
     USING affected, indicators_series s, indicators_indicator i
     WHERE s.measure_id = affected.measure_id AND i.series_id = s.id
       AND p.indicator_id = i.id AND p.organisation_id = affected.organisation_id
       AND p.period >= affected.since
"""


FORGET = """
    DELETE FROM {progress} p
     USING unnest(%s::bigint[], %s::bigint[]) AS moved(indicator_id, organisation_id)
     WHERE p.indicator_id = moved.indicator_id AND p.organisation_id = moved.organisation_id
"""


def store_progress(tables: Tables, thresholds: Thresholds) -> None:
    """Replace the progress rows of all that stands in `affected`, from its first quarter on.

    Where the figure that changed is the baseline itself, every quarter of the unit is replaced.
    """
    indicators = _affected_indicators()
    targets = current_targets(indicators.values(), tables.known_at)
    terms = terms_in_force(indicators.values(), tables.known_at, thresholds)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    now = timezone.now().isoformat()
    moved: list[tuple[int, int]] = []
    with connection.cursor() as cursor:
        cursor.execute(tables.named(ROLL_UPS))
        for key, rows in groupby(cursor, key=itemgetter(0, 1)):
            first, assessments = _assess_unit(indicators[key[0]], list(rows), targets, terms)
            if first == FROM_THE_START:
                moved.append(key)
            for assessment in assessments:
                writer.writerow([*key, assessment.k, *_values(assessment), now])
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(tables.named(DELETE))
        cursor.execute(tables.named(FORGET), [[i for i, _ in moved], [unit for _, unit in moved]])
        cursor.copy_expert(
            f"COPY {tables.progress} ({', '.join(COLUMNS)}) FROM STDIN WITH (FORMAT csv)", buffer
        )


def _affected_indicators() -> dict[int, Indicator]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT measure_id FROM affected")
        measures = [row[0] for row in cursor.fetchall()]
    indicators = Indicator.objects.filter(series__measure__in=measures)
    return {i.pk: i for i in indicators.select_related("series__measure", "plan")}


def _assess_unit(
    indicator: Indicator, rows: list[tuple], targets: Targets, terms: Terms
) -> tuple[int, list[Assessment]]:
    """The first quarter to replace and the assessments from it on; none where nothing is asked."""
    _, unit_id, path, since, *_ = rows[0]
    unit = Unit.from_path(unit_id, path)
    asked = targets_of(indicator, unit, targets)
    if not asked:
        return FROM_THE_START, []
    history: dict[int, Decimal] = {row[4]: row[5] for row in rows if row[5] is not None}
    goal = goal_of(indicator, unit, asked, history, terms)
    baseline = goal.trajectory.baseline if goal.trajectory else None
    first = FROM_THE_START if baseline is None or baseline.at >= since else since
    begin = max(first, indicator.plan.starts.index - 1)
    return first, [
        assess(
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
        for _, _, _, _, k, value, newest, reported, expected, carried in rows
        if k >= begin
    ]


def _values(assessment: Assessment) -> Iterator[object]:
    for name in TAKEN_FROM_ASSESSMENT:
        value = getattr(assessment, name)
        yield "" if value is None else value
