"""Approved figures enter here, whatever way they came."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from indicators.models import Measure
from indicators.services.counting_due import keep_sources
from indicators.services.dispatch import drain_soon
from metroplan.audit.record import record
from metroplan.organisations.models import User
from metroplan.submissions.models import StagedRow, Submission


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure to write. It names its source: a staged row, a batch and its line, or a count."""

    measure_id: int
    organisation_id: int
    period: int
    state: str
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    staged_row_id: int | None = None
    batch_id: int | None = None
    line: int | None = None
    register_count_id: int | None = None


COLUMNS = tuple(Figure.__slots__)

CREATE = """
    DROP TABLE IF EXISTS incoming;
    CREATE TEMP TABLE incoming (
        measure_id bigint, organisation_id bigint, period smallint, state varchar(15),
        value numeric, numerator numeric, denominator numeric,
        staged_row_id bigint, batch_id bigint, line int, register_count_id bigint
    ) ON COMMIT DROP
"""

# What stands already as it is stays; the rest is superseded by the next revision. A figure that was
# reported does not stand for one that is counted, nor the other way round.
DISCARD_SAME = """
    DELETE FROM incoming i USING indicators_observation o
     WHERE o.superseded_at IS NULL AND o.measure_id = i.measure_id
       AND o.organisation_id = i.organisation_id AND o.period = i.period
       AND (o.state, o.value, o.numerator, o.denominator)
           IS NOT DISTINCT FROM (i.state, i.value, i.numerator, i.denominator)
       AND (o.register_count_id IS NULL) = (i.register_count_id IS NULL)
"""

SUPERSEDE = """
    UPDATE indicators_observation o SET superseded_at = %(now)s FROM incoming i
     WHERE o.superseded_at IS NULL AND o.measure_id = i.measure_id
       AND o.organisation_id = i.organisation_id AND o.period = i.period
"""

INSERT = """
    INSERT INTO indicators_observation (measure_id, organisation_id, period, state, value,
        numerator, denominator, staged_row_id, batch_id, line, register_count_id, revision,
        recorded_at)
    SELECT i.measure_id, i.organisation_id, i.period, i.state, i.value, i.numerator,
           i.denominator, i.staged_row_id, i.batch_id, i.line, i.register_count_id,
           1 + coalesce((SELECT max(o.revision) FROM indicators_observation o
                          WHERE o.measure_id = i.measure_id AND o.period = i.period
                            AND o.organisation_id = i.organisation_id), 0),
           %(now)s
      FROM incoming i
"""

MARK = """
    INSERT INTO indicators_dirtymark (measure_id, organisation_id, period, marked_at)
    SELECT measure_id, organisation_id, min(period), %(now)s FROM incoming
     GROUP BY measure_id, organisation_id
"""


# A figure that left the form is one that its current version does not hold: `kept` names the rest.
WITHDRAW = """
    WITH gone AS (
        UPDATE indicators_observation o SET superseded_at = %(now)s
          FROM submissions_stagedrow r
         WHERE r.id = o.staged_row_id AND r.submission_id = %(submission)s
           AND o.superseded_at IS NULL AND r.key <> ALL(%(kept)s)
     RETURNING r.key, o.measure_id, o.organisation_id, o.period,
               o.state, o.value, o.numerator, o.denominator
    ), marked AS (
        INSERT INTO indicators_dirtymark (measure_id, organisation_id, period, marked_at)
        SELECT DISTINCT measure_id, organisation_id, period, %(now)s FROM gone
    )
    SELECT key, state, value, numerator, denominator FROM gone ORDER BY key
"""


def write_figures(figures: Iterable[Figure], *, at: datetime | None = None) -> int:
    """Upsert the figures as current observations and mark what they touch.

    Returns how many changed. Writing the same figures twice changes nothing. Call it inside the
    caller's transaction. `at` is when they come into force, where not now.
    """
    now = {"now": at or timezone.now()}
    with connection.cursor() as cursor:
        cursor.execute(CREATE)
        cursor.copy_expert(
            f"COPY incoming ({', '.join(COLUMNS)}) FROM STDIN WITH (FORMAT csv)", _as_csv(figures)
        )
        cursor.execute(DISCARD_SAME)
        cursor.execute(SUPERSEDE, now)
        cursor.execute(INSERT, now)
        changed = cursor.rowcount
        cursor.execute(MARK, now)
    if changed:
        drain_soon()
    return changed


def _as_csv(figures: Iterable[Figure]) -> io.StringIO:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for figure in figures:
        writer.writerow("" if (part := getattr(figure, name)) is None else part for name in COLUMNS)
    buffer.seek(0)
    return buffer


@transaction.atomic
def write_from_submission(*, submission: Submission, actor: User) -> int:
    """Make the lines of the approved version the observations of the unit and quarter.

    What a register counts in that quarter is left to it, whatever a line says.
    """
    keep_sources()
    rows = _reported(submission, submission.rows.filter(version=submission.version))
    changed = write_figures(_figures(submission, rows))
    withdrawn = _withdraw(submission, kept=[row.key for row in rows])
    if withdrawn:
        record("observations.withdrawn", actor=actor, on=submission, before=withdrawn)
    record(
        "observations.written",
        actor=actor,
        on=submission,
        after={row.key: [row.state, row.value, row.numerator, row.denominator] for row in rows},
        changed=changed,
    )
    return changed


@transaction.atomic
def withdraw_from_submission(*, submission: Submission, actor: User) -> int:
    """Take the form's figures out of force; returns how many.

    They are superseded by nothing: the figure is not reported any more, unless another approved
    form of the unit and quarter holds it.
    """
    withdrawn = _withdraw(submission, kept=[])
    record("observations.withdrawn", actor=actor, on=submission, before=withdrawn)
    return len(withdrawn)


def _withdraw(submission: Submission, *, kept: list[str]) -> dict[str, list]:
    """By key, what was in force of the form's lines but for those that are kept."""
    now = timezone.now()
    given = {"now": now, "submission": submission.pk, "kept": kept}
    with connection.cursor() as cursor:
        cursor.execute(WITHDRAW, given)
        gone = {key: figure for key, *figure in cursor.fetchall()}
    if gone:
        write_figures(_figures(submission, _held_elsewhere(submission, gone)), at=now)
        drain_soon()
    return gone


def _held_elsewhere(submission: Submission, keys: Iterable[str]) -> Iterable[StagedRow]:
    """The lines of these keys in other approved forms of the unit and quarter, the latest of
    each."""
    rows = StagedRow.objects.filter(
        key__in=keys,
        submission__organisation=submission.organisation_id,
        submission__period=submission.period,
        version=F("submission__approved_version"),
    ).exclude(submission=submission)
    return {row.key: row for row in rows.order_by("submission__approved_at")}.values()


def _reported(submission: Submission, rows: Iterable[StagedRow]) -> list[StagedRow]:
    """Without the lines of measures that a register counts in the quarter."""
    named = Measure.objects.filter(source__startswith=Measure.REGISTER)
    counted = {measure.code for measure in named if measure.is_counted(submission.period)}
    return [row for row in rows if row.key not in counted]


def _figures(submission: Submission, rows: Iterable[StagedRow]) -> list[Figure]:
    rows = _reported(submission, rows)
    measures = Measure.objects.in_bulk([row.key for row in rows], field_name="code")
    return [
        Figure(
            measure_id=measures[row.key].pk,
            organisation_id=submission.organisation_id,
            period=submission.period.index,
            state=row.state,
            value=row.value,
            numerator=row.numerator,
            denominator=row.denominator,
            staged_row_id=row.pk,
        )
        for row in rows
    ]
