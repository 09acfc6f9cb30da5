"""Historic figures from a file: checked like reported ones, stored all or not at all.

The way of a large file (metroplan.submissions.bulk) without its second person, in one transaction.
"""

import io
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import transaction

from indicators.bulk_figures import BulkFigures
from indicators.models import ImportBatch
from indicators.services.bulk_figures import prepare, write
from metroplan.audit.record import record
from metroplan.organisations.models import User
from metroplan.submissions.bulk import staging
from metroplan.submissions.bulk.counting import in_order
from metroplan.submissions.bulk.header import find_columns
from metroplan.submissions.bulk.reading import chunks, open_source
from metroplan.submissions.bulk.runner import ANALYSED_FROM
from metroplan.submissions.models import Severity
from metroplan.submissions.services.bulk import vouching_document
from metroplan.submissions.services.files import sha256, store_file
from metroplan.submissions.types import FileProblem, Issue

TABLE = "import_figures"
KIND = BulkFigures()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of a file. `lines` counts all below the heading, `blank` those that say nothing
    (not reported); `changed` figures differ from what stood before. With issues nothing is stored.
    """

    name: str
    dry_run: bool
    lines: int = 0
    blank: int = 0
    figures: int = 0
    changed: int = 0
    issues: tuple[Issue, ...] = ()
    batch: ImportBatch | None = None

    @property
    def refused(self) -> bool:
        return bool(self.issues)


@transaction.atomic
def import_figures(
    *,
    name: str,
    content: bytes,
    document: str,
    actor: User | None,
    is_demo: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Write the figures of a file as current observations, vouched for by `document`.

    Every issue of every line comes back at once. Raises `import.no_document` without a document.
    """
    document = vouching_document(document)
    report = _stage(ImportReport(name=name, dry_run=dry_run), content)
    if report.refused:
        return report
    preview = prepare(TABLE)
    if dry_run:
        return replace(report, changed=preview["added"] + preview["changed"])
    return _store(report, preview, content, document, actor, is_demo)


def _stage(report: ImportReport, content: bytes) -> ImportReport:
    """Read, clean and check the whole file; the clean lines stand in a table of this transaction.

    Warnings are for the person who looks at a preview; here is none.
    """
    staging.drop(TABLE)
    staging.create(TABLE, KIND, temporary=True)
    try:
        report, columns = _read(report, content)
    except FileProblem as problem:
        return replace(report, issues=(problem.issue,))
    if not columns:
        return report
    if report.figures >= ANALYSED_FROM:
        staging.analyse(TABLE)
    sets = (i for i in KIND.check(TABLE, columns) if i.severity == Severity.ERROR)
    issues = tuple(in_order([*report.issues, *sets]))
    if not (issues or report.lines):
        issues = (Issue("file.nothing_in_it"),)
    return replace(report, issues=issues)


def _read(report: ImportReport, content: bytes) -> tuple[ImportReport, dict[str, int]]:
    rows = open_source(lambda: io.BytesIO(content)).rows()
    columns, faults = find_columns(next(rows, (1, (), {})), KIND.columns)
    if faults:
        return replace(report, issues=tuple(faults)), {}
    reader, issues = KIND.begin(None), []
    lines = blank = figures = 0
    for rows_at_once in chunks(rows, settings.BULK_CHUNK_ROWS):
        chunk = reader.clean_chunk(rows_at_once, columns)
        staging.fill(TABLE, KIND, chunk.lines)
        issues += chunk.issues
        lines += len(rows_at_once)
        blank += chunk.blank
        figures += len(chunk.lines)
    counted = {"lines": lines, "blank": blank, "figures": figures}
    return replace(report, issues=tuple(issues), **counted), columns


def _store(
    report: ImportReport,
    preview: dict[str, Any],
    content: bytes,
    document: str,
    actor: User | None,
    is_demo: bool,
) -> ImportReport:
    batch = ImportBatch.objects.create(
        document=document,
        file=store_file(name=report.name, content=content, actor=actor),
        imported_by=actor,
        is_demo=is_demo,
    )
    report = replace(report, changed=write(TABLE, batch, preview), batch=batch)
    record(
        "figures.imported",
        actor=actor,
        on=batch,
        document=document,
        file=report.name,
        sha256=sha256(content),
        is_demo=is_demo,
        **{key: getattr(report, key) for key in ("lines", "blank", "figures", "changed")},
    )
    return report
