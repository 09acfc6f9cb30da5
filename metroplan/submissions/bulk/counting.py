"""Issues of a large file: kept up to a limit, counted in full."""

import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import connection

from metroplan.submissions.bulk.registry import copy_line
from metroplan.submissions.models import BulkImport, Severity
from metroplan.submissions.types import Issue

COLUMNS = 'job_id, code, severity, sheet, "row", "column", key, params'


def note(job: BulkImport, issues: Iterable[Issue]) -> None:
    """Store the issues of this step and count them on the job, which the caller saves."""
    room = settings.BULK_ISSUES_KEPT - job.errors - job.warnings
    counts: Counter[str] = Counter(job.counts)
    lines = []
    for issue in issues:
        counts[issue.code] += 1
        job.errors += issue.severity == Severity.ERROR
        job.warnings += issue.severity == Severity.WARNING
        if len(lines) < room:
            lines.append(_line(job, issue))
    job.counts = dict(counts)
    if lines:
        _copy(lines)


def _line(job: BulkImport, issue: Issue) -> str:
    params = json.dumps(issue.params, ensure_ascii=False, default=str).replace("\\u0000", "")
    where = (issue.sheet, issue.row, issue.column, issue.key)
    return copy_line((job.pk, issue.code, issue.severity, *where, params))


def _copy(lines: list[str]) -> None:
    text = io.StringIO("\n".join(lines) + "\n")
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY submissions_bulkissue ({COLUMNS}) FROM STDIN", text)


def in_order(issues: Iterable[Issue]) -> Iterator[Issue]:
    return iter(sorted(issues, key=lambda issue: issue.row))
