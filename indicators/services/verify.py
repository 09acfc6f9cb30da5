"""Checks the portal against itself: everything computed again apart, the log's chain, the files."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from indicators.engine.tables import ASIDE, STORED
from indicators.rules import Figure
from indicators.selectors.sources import as_text
from indicators.services.recompute import compute_everything
from indicators.services.registers import miscounted
from metroplan.audit.verify import broken_links
from metroplan.submissions.services.files import damaged_files

ROLLUP_FIELDS = (
    "series_id, organisation_id, period, value, numerator, denominator, reported, expected, "
    "carried, newest, rule_version"
)
PROGRESS_FIELDS = (
    "indicator_id, organisation_id, period, actual, expected, target, milestone_year, baseline, "
    "attainment, schedule_ratio, lag_quarters, status, provisional, met_by_rounding, reported, "
    "units_expected, carried, rule_version"
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it should be: where, what is stored, what should be."""

    what: str
    where: str
    stored: str
    computed: str


derived: list[Callable[[], Iterable[Difference]]] = []
"""What higher apps derive and store: each registers a check of it in `AppConfig.ready`."""


def verify() -> list[Difference]:
    """Everything that differs; an empty list means that all is well.

    Reads one snapshot of the database, so figures approved meanwhile do not show as differences;
    marks that are not yet worked off do.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        found = [*wrong_results(), *wrong_counts(), *_altered_events()]
        found += [difference for check in derived for difference in check()]
    return found + [
        Difference("file", file.name, file.sha256, actual) for file, actual in damaged_files()
    ]


def wrong_results() -> list[Difference]:
    """Roll-ups and statuses that differ from what is computed apart. Needs a transaction."""
    pairs = ((STORED.rollup, ASIDE.rollup), (STORED.progress, ASIDE.progress))
    with connection.cursor() as cursor:
        for stored, aside in pairs:
            cursor.execute(f"DROP TABLE IF EXISTS {aside}")
            cursor.execute(
                f"CREATE TEMP TABLE {aside} (LIKE {stored} INCLUDING ALL) ON COMMIT DROP"
            )
    compute_everything(ASIDE)
    return [
        *_compare("roll-up", STORED.rollup, ASIDE.rollup, ROLLUP_FIELDS),
        *_compare("progress", STORED.progress, ASIDE.progress, PROGRESS_FIELDS),
    ]


def wrong_counts() -> Iterator[Difference]:
    """Figures that a register counted and would count otherwise now; also those still due."""
    for measure, period, unit, stands, counted in miscounted():
        where = f"{measure.code} {unit} {period}"
        yield Difference("register", where, _figure_text(stands), _figure_text(counted))


def _figure_text(figure: Figure | None) -> str:
    return as_text(figure) or "—"


def _altered_events() -> Iterator[Difference]:
    for event in broken_links():
        where = f"event {event.id}"
        if not event.unchanged:
            yield Difference("audit", where, "altered content", "the content that was written")
        if not event.follows:
            yield Difference("audit", where, "another row before it", "the row it was linked to")


def _compare(what: str, stored: str, aside: str, fields: str) -> Iterator[Difference]:
    """Rows that stand in one table only, paired by their key: the first three fields."""
    key = ", ".join(fields.split(", ")[:3])
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {key}, s.content, c.content
              FROM (SELECT {key}, row({fields})::text AS content FROM {stored}) s
              FULL JOIN (SELECT {key}, row({fields})::text AS content FROM {aside}) c
             USING ({key})
             WHERE s.content IS DISTINCT FROM c.content
             ORDER BY {key}
            """
        )
        for *where, was, should_be in cursor.fetchall():
            yield Difference(what, " ".join(map(str, where)), was or "—", should_be or "—")
