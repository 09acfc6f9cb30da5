"""Figures that a register counts: counted where it changed, and when a quarter has ended.

Only figures that come out otherwise are written, so counting twice changes nothing. What a
register has not got stays unanswered only where nobody is asked.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Max, Min, QuerySet
from django.utils import timezone

from indicators.measures import compute_of
from indicators.models import (
    Indicator,
    Kind,
    Measure,
    Observation,
    RegisterCount,
    RollUpRule,
)
from indicators.rules import Figure as Counted
from indicators.services.counting_due import LONGEST_REASON, mark_due
from indicators.services.observations import Figure, write_figures
from metroplan.common.periods import Period, newest_closed
from metroplan.submissions.models import FigureState
from metroplan.submissions.reporting import FILLS

BATCH = 5000
NOTHING = Counted(FigureState.NOT_APPLICABLE.value)
NONE_THERE = Counted(FigureState.ZERO.value, Decimal(0))

CLAIM = """
    WITH claimed AS (
        SELECT id FROM indicators_registerdue ORDER BY key, id LIMIT %s FOR UPDATE SKIP LOCKED
    )
    DELETE FROM indicators_registerdue due USING claimed WHERE due.id = claimed.id
    RETURNING due.id, due.key, due.organisation_id, due.since, due.reason
"""

# Whoever stands above a unit counts what the unit holds, where a figure holds for all below.
ABOVE = """
    SELECT DISTINCT descendant_id, ancestor_id FROM organisations_organisationancestry
     WHERE descendant_id = ANY(%s) AND ancestor_id <> descendant_id
"""

# A register answers in the place of those who are asked, for whoever has a figure already and, of
# what is not rolled up, for the owners of indicators and of targets. Where no form asks at all, it
# answers for every unit.
ANSWERED = f"""
    WITH asked AS (
        SELECT a.descendant_id AS id
          FROM indicators_formmeasure fm
          JOIN submissions_reportingform f ON f.id = fm.form_id
          JOIN organisations_organisationancestry a ON a.ancestor_id = f.owner_id
           AND a.since <= %(k)s AND a.until > %(k)s
          JOIN organisations_organisation u ON u.id = a.descendant_id
          LEFT JOIN submissions_formunit named
            ON named.form_id = f.id AND named.organisation_id = u.id
         WHERE fm.measure_id = %(measure)s AND {FILLS}
           AND f.opens <= %(k)s AND (f.closes IS NULL OR f.closes >= %(k)s)
    ), answering AS (
        SELECT id FROM asked
         UNION SELECT organisation_id FROM indicators_observation
                WHERE measure_id = %(measure)s AND period = %(k)s AND superseded_at IS NULL
         UNION SELECT i.owner_id FROM indicators_indicator i
                 JOIN indicators_series s ON s.id = i.series_id
                WHERE s.measure_id = %(measure)s AND %(own)s
         UNION SELECT t.organisation_id FROM indicators_target t
                 JOIN indicators_indicator i ON i.id = t.indicator_id
                 JOIN indicators_series s ON s.id = i.series_id
                WHERE s.measure_id = %(measure)s AND %(own)s
         UNION SELECT id FROM organisations_organisation
                WHERE NOT %(own)s AND NOT EXISTS (SELECT FROM asked)
    )
    SELECT DISTINCT answering.id, EXISTS (SELECT FROM asked) OR %(own)s
      FROM answering
      JOIN organisations_organisationancestry life ON life.descendant_id = answering.id
       AND life.depth = 0 AND life.since <= %(k)s AND life.until > %(k)s
     WHERE %(units)s::bigint[] IS NULL OR answering.id = ANY(%(units)s)
"""

Stored = tuple[Counted, bool]
"""A figure as it stands, and whether it was counted."""


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be counted of a register: from `since` on for a unit, or for all."""

    key: str
    unit: int | None
    since: int
    reason: str


def counted_figures(
    measure: Measure, period: Period, units: Collection[int] | None = None
) -> dict[int, Counted]:
    """Unit → what the register gives for the quarter, of those it answers for.

    Where it holds nothing, nothing is there; a ratio that has nothing to divide by does not apply.
    Asks a fixed number of queries.
    """
    compute = compute_of(measure.register_key)
    if compute is None:
        return {}
    answering, asked = _answering(measure, period, units)
    found = compute(answering, period) if answering else {}
    absent = NOTHING if measure.kind == Kind.RATIO else NONE_THERE
    figures = {unit: found.get(unit, absent) for unit in answering}
    if asked:
        return figures
    return {unit: figure for unit, figure in figures.items() if _says_something(figure)} | {
        unit: figures[unit] for unit in stored_figures(measure, period, answering)
    }


def _answering(
    measure: Measure, period: Period, units: Collection[int] | None
) -> tuple[list[int], bool]:
    given = {
        "measure": measure.pk,
        "k": period.index,
        "own": measure.roll_up == RollUpRule.OWN,
        "units": None if units is None else list(units),
    }
    with connection.cursor() as cursor:
        cursor.execute(ANSWERED, given)
        rows = cursor.fetchall()
    return [unit for unit, _ in rows], all(asked for _, asked in rows)


def _says_something(figure: Counted) -> bool:
    return figure.state == FigureState.VALUE


def stored_figures(
    measure: Measure, period: Period, units: Collection[int] | None = None
) -> dict[int, Stored]:
    """Unit → what stands for the quarter, and whether it was counted."""
    rows = Observation.objects.filter(measure=measure, period=period, superseded_at__isnull=True)
    if units is not None:
        rows = rows.filter(organisation__in=units)
    columns = ("organisation_id", "register_count_id")
    return {
        unit: (Counted(*figure), count is not None)
        for unit, count, *figure in rows.values_list(
            *columns, "state", "value", "numerator", "denominator"
        )
    }


def changed_figures(
    measure: Measure, period: Period, units: Collection[int] | None = None
) -> dict[int, Counted]:
    """Unit → the register's figure, of those for which another, or a reported one, stands."""
    stored = stored_figures(measure, period, units)
    counted = counted_figures(measure, period, units)
    return {unit: one for unit, one in counted.items() if stored.get(unit) != (one, True)}


def first_quarter(measure: Measure) -> Period:
    """The first that is counted: where that is always, the first of the plans that ask for it, or
    that has been counted before. What no plan asks for begins with the newest quarter."""
    if measure.counted_since is not None:
        return measure.counted_since
    plans = Indicator.objects.filter(series__measure=measure)
    began = plans.aggregate(first=Min("plan__starts"))["first"]
    counted = _counted(measure).aggregate(first=Min("period"))["first"]
    known = [quarter for quarter in (began, counted) if quarter is not None]
    return min(known, default=newest_closed(timezone.localdate()))


def drain_registers() -> int:
    """Count what is due; returns how many marks were worked off."""
    total = 0
    while marks := _drain_batch():
        total += marks
    return total


@transaction.atomic
def _drain_batch() -> int:
    """Marks go in the transaction that stores their figures: a worker that dies leaves both."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [BATCH])
        rows = sorted(cursor.fetchall())
    by_key: dict[str, list[Due]] = defaultdict(list)
    for _id, key, unit, since, reason in rows:
        by_key[key].append(Due(key, unit, since, reason))
    for key in sorted(by_key):
        # One count of a measure at a time; figures that name it are not held up by this lock.
        named = Measure.objects.select_for_update(no_key=True).order_by("pk")
        for measure in named.filter(source=f"{Measure.REGISTER}{key}"):
            recount(measure=measure, dues=by_key[key])
    return len(rows)


def recount(*, measure: Measure, dues: Iterable[Due]) -> int:
    """Write the figures that come out otherwise; returns how many. In the caller's transaction.

    No quarter is written before it has ended. Units above are counted with those below them.
    """
    dues = list(dues)
    newest = newest_closed(timezone.localdate())
    since = max(min(due.since for due in dues), first_quarter(measure).index)
    everyone = any(due.unit is None for due in dues)
    reasons = _reasons(dues)
    units = None if everyone else [unit for unit in reasons if unit is not None]
    counted_at = timezone.now()
    counts: dict[str, RegisterCount] = {}
    figures: list[Figure] = []
    for k in range(since, newest.index + 1):
        for unit, figure in changed_figures(measure, Period(k), units).items():
            reason = _reason(reasons, unit)
            if reason not in counts:
                counts[reason] = RegisterCount.objects.create(
                    measure=measure,
                    key=measure.register_key,
                    reason=reason,
                    counted_at=counted_at,
                )
            figures.append(_written(measure, unit, k, figure, counts[reason]))
    return write_figures(figures, at=counted_at) if figures else 0


def _reasons(dues: Iterable[Due]) -> dict[int | None, list[str]]:
    """Unit → why it is counted anew, those above included; under None what holds for all."""
    dues = list(dues)
    found: dict[int | None, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(ABOVE, [[due.unit for due in dues if due.unit is not None]])
        above: dict[int, list[int]] = defaultdict(list)
        for unit, ancestor in cursor.fetchall():
            above[unit].append(ancestor)
    for due in dues:
        for unit in (due.unit, *above.get(due.unit, ())):
            said = found[unit]
            if due.reason and due.reason not in said:
                said.append(due.reason)
    return found


def _reason(reasons: Mapping[int | None, list[str]], unit: int) -> str:
    said = dict.fromkeys([*reasons.get(None, ()), *reasons.get(unit, ())])
    return "; ".join(said)[:LONGEST_REASON]


def _written(measure: Measure, unit: int, k: int, figure: Counted, count: RegisterCount) -> Figure:
    return Figure(
        measure_id=measure.pk,
        organisation_id=unit,
        period=k,
        state=figure.state,
        value=figure.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        register_count_id=count.pk,
    )


@transaction.atomic
def begin_counting(*, newest: Period) -> int:
    """A quarter has ended: what is counted gets its figures, as do quarters that were missed.

    Spans lapse by themselves and nobody writes anything then. Returns how many measures are due.
    """
    due = 0
    for measure in switched_measures():
        last = _last_counted(measure)
        since = first_quarter(measure) if last is None else last + 1
        if since <= newest:
            mark_due(keys=[measure.register_key], units=None, since=since)
            due += 1
    return due


def _last_counted(measure: Measure) -> Period | None:
    return _counted(measure).aggregate(last=Max("period"))["last"]


def _counted(measure: Measure) -> QuerySet[Observation]:
    """Figures in force that a register counted."""
    counted = Observation.objects.filter(measure=measure, register_count__isnull=False)
    return counted.filter(superseded_at__isnull=True)


def switched_measures() -> list[Measure]:
    """Those that a register which is there counts for the portal."""
    named = Measure.objects.filter(source__startswith=Measure.REGISTER).order_by("code")
    return [measure for measure in named if compute_of(measure.register_key)]


def miscounted() -> Iterator[tuple[Measure, Period, int, Counted | None, Counted]]:
    """Measure, quarter, unit, what stands and what the register gives, wherever they differ."""
    newest = newest_closed(timezone.localdate())
    for measure in switched_measures():
        for k in range(first_quarter(measure).index, newest.index + 1):
            stored = stored_figures(measure, Period(k))
            for unit, figure in changed_figures(measure, Period(k)).items():
                yield measure, Period(k), unit, stored.get(unit, (None, False))[0], figure
