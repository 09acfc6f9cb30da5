"""Approved figures enter here, whatever way they came."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from indicators.models import Measure
from indicators.services.dispatch import drain_soon
from metroplan.audit.record import record
from metroplan.organisations.models import User
from metroplan.submissions.models import Submission


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure to write. It names its source: a staged row, or a batch and its line."""

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


COLUMNS = tuple(Figure.__slots__)

CREATE = """
    DROP TABLE IF EXISTS incoming;
    CREATE TEMP TABLE incoming (
        measure_id bigint, organisation_id bigint, period smallint, state varchar(15),
        value numeric, numerator numeric, denominator numeric,
        staged_row_id bigint, batch_id bigint, line int
    ) ON COMMIT DROP
"""

# What stands already as it is stays; the rest is superseded by the next revision.
DISCARD_SAME = """
    DELETE FROM incoming i USING indicators_observation o
     WHERE o.superseded_at IS NULL AND o.measure_id = i.measure_id
       AND o.organisation_id = i.organisation_id AND o.period = i.period
       AND (o.state, o.value, o.numerator, o.denominator)
           IS NOT DISTINCT FROM (i.state, i.value, i.numerator, i.denominator)
"""

SUPERSEDE = """
    UPDATE indicators_observation o SET superseded_at = %(now)s FROM incoming i
     WHERE o.superseded_at IS NULL AND o.measure_id = i.measure_id
       AND o.organisation_id = i.organisation_id AND o.period = i.period
"""

INSERT = """
    INSERT INTO indicators_observation (measure_id, organisation_id, period, state, value,
        numerator, denominator, staged_row_id, batch_id, line, revision, recorded_at)
    SELECT i.measure_id, i.organisation_id, i.period, i.state, i.value, i.numerator,
           i.denominator, i.staged_row_id, i.batch_id, i.line,
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


def write_figures(figures: Iterable[Figure]) -> int:
    """Upsert the figures as current observations and mark what they touch.

    Returns how many changed. Writing the same figures twice changes nothing. Call it inside the
    caller's transaction.
    """
    now = {"now": timezone.now()}
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
    """Make the lines of the approved version the observations of the unit and quarter."""
    rows = list(submission.rows.filter(version=submission.version))
    measures = Measure.objects.in_bulk([row.key for row in rows], field_name="code")
    changed = write_figures(
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
    )
    record(
        "observations.written",
        actor=actor,
        on=submission,
        after={row.key: [row.state, row.value, row.numerator, row.denominator] for row in rows},
        changed=changed,
    )
    return changed
