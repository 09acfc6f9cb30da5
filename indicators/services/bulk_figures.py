"""Staged lines of a large file in sets: compared, shown, and written as observations."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from indicators.models import ImportBatch, Measure
from indicators.services.counting_due import keep_sources
from indicators.services.dispatch import drain_soon
from metroplan.audit.record import record
from metroplan.common.periods import Period
from metroplan.submissions.bulk.registry import Outdated
from metroplan.submissions.models import BulkImport, Severity
from metroplan.submissions.reporting import FILLS
from metroplan.submissions.types import Issue

TABLE = {
    "line": "int",
    "measure_id": "bigint",
    "organisation_id": "bigint",
    "period": "smallint",
    "state": "varchar(15)",
    "value": "numeric(24, 6)",
    "numerator": "numeric(24, 6)",
    "denominator": "numeric(24, 6)",
}
SHOWN_UNITS = 50
SHOWN_LINES = 50
# So many new rows at once mislead the planner until they are counted.
MANY = 10_000
MUCH = 0.1

DOUBLED = """
    SELECT t.line, twice.line, o.code, m.code, t.period
      FROM (SELECT min(line) AS line, measure_id, organisation_id, period FROM {table}
             GROUP BY measure_id, organisation_id, period HAVING count(*) > 1) twice
      JOIN {table} t USING (measure_id, organisation_id, period)
      JOIN organisations_organisation o ON o.id = t.organisation_id
      JOIN indicators_measure m ON m.id = t.measure_id
     WHERE t.line > twice.line
     ORDER BY t.line
"""

# One warning for a measure of a unit, however many quarters: what a plan does not ask for is not
# wrong, but nobody will see it count. Lines are looked at one by one only where a form did not ask
# for all the quarters. EXCEPT hashes both sides, whatever the planner believes of a new table.
NOT_ASKED = """
    WITH pairs AS MATERIALIZED (
        SELECT measure_id, organisation_id, min(period) AS first, max(period) AS last
          FROM {table} GROUP BY measure_id, organisation_id
    ), asked AS MATERIALIZED (
        SELECT fm.measure_id, a.descendant_id AS organisation_id,
               greatest(a.since, f.opens) AS since,
               least(a.until, coalesce(f.closes + 1, a.until)) AS until
          FROM submissions_reportingform f
          JOIN organisations_organisationancestry a ON a.ancestor_id = f.owner_id
          JOIN organisations_organisation u ON u.id = a.descendant_id
          JOIN indicators_formmeasure fm ON fm.form_id = f.id
          LEFT JOIN submissions_formunit named
            ON named.form_id = f.id AND named.organisation_id = u.id
         WHERE a.descendant_id IN (SELECT organisation_id FROM pairs)
           AND {fills}
    ), doubtful AS MATERIALIZED (
        SELECT measure_id, organisation_id FROM pairs
        EXCEPT
        SELECT p.measure_id, p.organisation_id
          FROM asked JOIN pairs p USING (measure_id, organisation_id)
         WHERE asked.since <= p.first AND asked.until > p.last
    ), loose AS (
        SELECT t.measure_id, t.organisation_id, min(t.line) AS line, count(*) AS lines
          FROM doubtful JOIN {table} t USING (measure_id, organisation_id)
         WHERE NOT EXISTS (SELECT FROM asked
                            WHERE asked.measure_id = t.measure_id
                              AND asked.organisation_id = t.organisation_id
                              AND t.period >= asked.since AND t.period < asked.until)
         GROUP BY t.measure_id, t.organisation_id
    )
    SELECT loose.line, o.code, m.code, loose.lines
      FROM loose
      JOIN organisations_organisation o ON o.id = loose.organisation_id
      JOIN indicators_measure m ON m.id = loose.measure_id
     ORDER BY loose.line
"""

COUNTED = """
    SELECT t.line, u.code, m.code, t.period
      FROM indicators_measure m
      JOIN {table} t ON t.measure_id = m.id AND t.period >= coalesce(m.counted_since, t.period)
      JOIN organisations_organisation u ON u.id = t.organisation_id
     WHERE starts_with(m.source, 'register:')
     ORDER BY t.line
"""

# What stands is looked for once for all quarters of a unit's measure, not line by line: most lines
# of a large file are new, and stay as they were staged.
NOT_COMPARED = """
    ALTER TABLE {table} DROP COLUMN IF EXISTS revision, DROP COLUMN IF EXISTS old_id,
      DROP COLUMN IF EXISTS change
"""

COMPARED = """
    ALTER TABLE {table} ADD COLUMN revision smallint NOT NULL DEFAULT 1, ADD COLUMN old_id bigint,
      ADD COLUMN change varchar(10) NOT NULL DEFAULT 'added'
"""

# The newest revision says both what stands and which number comes next.
COMPARE = """
    UPDATE {table} t
       SET revision = last.revision + 1,
           old_id = CASE WHEN last.superseded_at IS NULL THEN last.id END,
           change = CASE WHEN last.superseded_at IS NOT NULL THEN 'added'
                WHEN (t.state, t.value, t.numerator, t.denominator) IS NOT DISTINCT FROM
                     (last.state, last.value, last.numerator, last.denominator) THEN 'same'
                ELSE 'changed' END
      FROM (SELECT measure_id, organisation_id, min(period) AS first, max(period) AS last
              FROM {table} GROUP BY measure_id, organisation_id) pair
     CROSS JOIN LATERAL (
           SELECT DISTINCT ON (o.period) o.*
             FROM indicators_observation o
            WHERE o.measure_id = pair.measure_id AND o.organisation_id = pair.organisation_id
              AND o.period BETWEEN pair.first AND pair.last
            ORDER BY o.period DESC, o.revision DESC) last
     WHERE t.measure_id = last.measure_id AND t.organisation_id = last.organisation_id
       AND t.period = last.period
"""

GROUPED = """
    SELECT measure_id, organisation_id, change, count(*), min(period), max(period)
      FROM {table} GROUP BY GROUPING SETS ((measure_id, change), (organisation_id, change))
"""

DIFFERENCES = """
    SELECT t.line, m.code, u.code, t.period, t.change,
           t.state, t.value, t.numerator, t.denominator,
           o.state, o.value, o.numerator, o.denominator
      FROM (SELECT * FROM {table} WHERE change = %s ORDER BY line LIMIT %s) t
      JOIN indicators_measure m ON m.id = t.measure_id
      JOIN organisations_organisation u ON u.id = t.organisation_id
      LEFT JOIN indicators_observation o ON o.id = t.old_id
     ORDER BY t.line
"""

# Indicators whose figures are computed anew, and how many units' totals are.
EFFECTS = """
    SELECT (SELECT count(DISTINCT i.id) FROM indicators_indicator i
              JOIN indicators_series s ON s.id = i.series_id
             WHERE s.measure_id = ANY(%(measures)s)),
           (SELECT count(DISTINCT a.ancestor_id) FROM organisations_organisationancestry a
             WHERE a.descendant_id = ANY(%(units)s) AND a.depth > 0
               AND a.since <= %(last)s AND a.until > %(last)s)
"""

SUPERSEDE = """
    UPDATE indicators_observation o SET superseded_at = %(now)s FROM {table} t
     WHERE t.change = 'changed' AND o.id = t.old_id AND o.superseded_at IS NULL
"""

STILL_SAME = """
    SELECT count(*) FROM {table} t
      JOIN indicators_observation o ON o.id = t.old_id AND o.superseded_at IS NULL
     WHERE t.change = 'same'
"""

INSERT = """
    INSERT INTO indicators_observation (measure_id, organisation_id, period, state, value,
        numerator, denominator, batch_id, line, revision, recorded_at)
    SELECT measure_id, organisation_id, period, state, value, numerator, denominator,
           %(batch)s, line, revision, %(now)s
      FROM {table} WHERE change <> 'same'
     ORDER BY measure_id, organisation_id, period
"""

MARK = """
    INSERT INTO indicators_dirtymark (measure_id, organisation_id, period, marked_at)
    SELECT measure_id, organisation_id, min(period), %(now)s FROM {table}
     WHERE change <> 'same' GROUP BY measure_id, organisation_id
"""


Counts = dict[int, dict[str, int]]

STORED = "SELECT reltuples FROM pg_class WHERE oid = 'indicators_observation'::regclass"

MAY_SET_ASIDE = """
    SELECT has_parameter_privilege(current_user, 'session_replication_role', 'SET')
"""

# How many of the measures and units named are not there, once those that are have been locked.
# No column of a staged table is NULL that is named here, so each row of `named` is one of the two.
LOCKED_KEYS = """
    WITH named AS MATERIALIZED (
        SELECT measure_id, organisation_id FROM {table}
         GROUP BY GROUPING SETS (measure_id, organisation_id)
    ), measures AS MATERIALIZED (
        SELECT id FROM indicators_measure
         WHERE id IN (SELECT measure_id FROM named) FOR KEY SHARE
    ), units AS MATERIALIZED (
        SELECT id FROM organisations_organisation
         WHERE id IN (SELECT organisation_id FROM named) FOR KEY SHARE
    )
    SELECT (SELECT count(*) FROM named)
           - (SELECT count(*) FROM measures) - (SELECT count(*) FROM units)
"""


def doubled(table: str, column: str) -> Iterator[Issue]:
    """Lines whose measure, unit and quarter stood before, with the first line's number."""
    for line, first, unit, measure, period in _rows(DOUBLED, table):
        value = f"{unit} {measure} {Period(period)}"
        params = {"value": value, "first": first}
        yield Issue("import.doubled", row=line, column=column, params=params)


def not_asked(table: str, column: str) -> Iterator[Issue]:
    for line, unit, measure, lines in _rows(NOT_ASKED.replace("{fills}", FILLS), table):
        params = {"value": measure, "unit": unit, "lines": lines}
        where = {"row": line, "column": column}
        yield Issue("import.not_asked", severity=Severity.WARNING, params=params, **where)


def counted(table: str, column: str) -> Iterator[Issue]:
    """Lines of quarters in which a register counts the measure and nobody reports it."""
    if not Measure.objects.filter(source__startswith=Measure.REGISTER).exists():
        return
    for line, unit, measure, period in _rows(COUNTED, table):
        params = {"value": measure, "unit": unit, "period": str(Period(period))}
        yield Issue("import.counted", row=line, column=column, params=params)


def prepare(table: str) -> dict[str, Any]:
    """Compare every staged line with what stands. The table gets the columns that say so."""
    _run(NOT_COMPARED + ";" + COMPARED, table)
    _run(COMPARE, table)
    measures, units, (first, last) = _counted(table)
    touched = {"measures": _touched(measures), "units": _touched(units), "last": last}
    ((indicators, above),) = _rows(EFFECTS, table, touched)
    totals = {
        change: sum(counts[change] for counts in measures.values())
        for change in ("added", "changed", "same")
    }
    return totals | {
        "measures": _listed(measures, len(measures)),
        "units": _listed(units, SHOWN_UNITS),
        "unit_count": len(units),
        "first": first,
        "last": last,
        "indicators": indicators,
        "units_above": above,
        "lines": _lines(table, totals),
    }


def _counted(table: str) -> tuple[Counts, Counts, tuple[int | None, int | None]]:
    """Lines by measure and by unit, each by what would become of them; the outermost quarters."""
    measures: Counts = {}
    units: Counts = {}
    quarters: set[int] = set()
    for measure, unit, change, count, first, last in _rows(GROUPED, table):
        place, key = (units, unit) if measure is None else (measures, measure)
        place.setdefault(key, {"added": 0, "changed": 0, "same": 0})[change] = count
        quarters |= {first, last}
    return measures, units, (min(quarters, default=None), max(quarters, default=None))


def _touched(counts: Counts) -> list[int]:
    return [key for key, by in counts.items() if by["added"] or by["changed"]]


def _listed(counts: Counts, limit: int) -> list[list[int]]:
    """[key, added, changed, same], those with the most to change first."""
    rows = [[key, by["added"], by["changed"], by["same"]] for key, by in counts.items()]
    return sorted(rows, key=lambda row: (-row[2], -row[1], row[0]))[:limit]


def _lines(table: str, totals: dict[str, int]) -> list[list[Any]]:
    """The first lines that would change something, changes before what is new."""
    lines: list[list[Any]] = []
    for change in ("changed", "added"):
        room = SHOWN_LINES - len(lines)
        if totals[change] and room:
            lines += _differences(table, change, room)
    return lines


def _differences(table: str, change: str, limit: int) -> list[list[Any]]:
    """[line, measure, unit, period, new parts, old parts]; parts are state and three texts."""
    found = _rows(DIFFERENCES, table, [change, limit])
    return [
        [line, measure, unit, period, _texts(parts[:4]), _texts(parts[4:]) if parts[4] else None]
        for line, measure, unit, period, _change, *parts in found
    ]


def _texts(parts: list[Any]) -> list[str | None]:
    return [None if part is None else str(part) for part in parts]


def apply(table: str, job: BulkImport, preview: dict[str, Any]) -> int:
    """Write the lines as observations that name their line of the file; returns how many."""
    batch = ImportBatch.objects.create(
        document=job.document, file=job.file, imported_by=job.uploaded_by
    )
    changed = write(table, batch, preview)
    record(
        "figures.imported",
        actor=job.approved_by,
        on=batch,
        document=job.document,
        file=job.file.name,
        sha256=job.file.sha256,
        lines=job.rows_done,
        blank=job.rows_blank,
        figures=job.rows_clean,
        changed=changed,
    )
    return changed


def write(table: str, batch: ImportBatch, preview: dict[str, Any]) -> int:
    """What `prepare` compared becomes the newest revision. Raises Outdated where it moved on."""
    keep_sources()
    if any(counted(table, "")):
        raise Outdated
    values = {"now": timezone.now(), "batch": batch.pk}
    if preview["changed"] and _run(SUPERSEDE, table, values) != preview["changed"]:
        raise Outdated
    if preview["same"] and next(_rows(STILL_SAME, table))[0] != preview["same"]:
        raise Outdated
    try:
        with transaction.atomic(), keys_checked_once(table):
            changed = _run(INSERT, table, values)
            _run(MARK, table, values)
    except IntegrityError as error:
        raise Outdated from error
    if changed >= max(MANY, MUCH * _stored()):
        _run("ANALYZE indicators_observation", table)
    if changed:
        drain_soon()
    return changed


def _stored() -> float:
    """About how many observations there are, as the planner believes."""
    ((rows,),) = _rows(STORED, "")
    return rows


@contextmanager
def keys_checked_once(table: str) -> Iterator[None]:
    """Check each measure and unit that is named once, not anew for every line that names it.

    The same promise as that of the foreign keys, which look up and lock the row named by every
    line: here every row named is locked so, and a missing one is refused. Where the database
    account may not set aside the keys' own check, that is made as always, and takes its time.
    """
    ((may,),) = _rows(MAY_SET_ASIDE, "")
    if not may:
        yield
        return
    ((missing,),) = _rows(LOCKED_KEYS, table)
    if missing:
        raise Outdated
    _run("SET LOCAL session_replication_role = replica", table)
    yield
    _run("SET LOCAL session_replication_role = origin", table)


def _run(statement: str, table: str, values: Any = None, **words: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(table=table, **words), values)
        return cursor.rowcount


def _rows(statement: str, table: str, values: Any = None) -> Iterator[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(table=table), values)
        yield from cursor.fetchall()
