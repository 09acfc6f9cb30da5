"""What the pages of large files show."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from metroplan.organisations.models import User
from metroplan.organisations.policy import can
from metroplan.submissions.bulk.registry import BulkKind, Preview, bulk_registry
from metroplan.submissions.models import BulkImport, BulkIssue, BulkStatus
from metroplan.submissions.models.bulk import WORK
from metroplan.submissions.wording import describe

ISSUES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class BulkIssueLine:
    issue: BulkIssue
    cell: str
    sentence: str


@dataclass(frozen=True, slots=True)
class BulkDetail:
    """One job. `issues` are the first; `issues_left` how many more there are, `issues_lost` how
    many of them were counted and not kept."""

    job: BulkImport
    kind: BulkKind
    issues: tuple[BulkIssueLine, ...]
    issues_left: int
    issues_lost: int
    preview: Preview | None

    @property
    def at_work(self) -> bool:
        return self.job.status in WORK

    @property
    def percents(self) -> int | None:
        """Of the reading; None while there is nothing to measure."""
        share = self.job.share_done
        reading = self.job.status in (BulkStatus.RECEIVED, BulkStatus.CHECKING)
        return int(100 * share) if reading and share is not None else None


def kinds_for(user: User) -> list[BulkKind]:
    """What the user may send. Raises PermissionDenied for somebody who may send nothing."""
    kinds = [kind for kind in bulk_registry.kinds() if can(user, kind.upload_right)]
    if not kinds:
        raise PermissionDenied("bulk.send")
    return kinds


def visible_jobs(user: User) -> QuerySet[BulkImport]:
    return BulkImport.objects.visible_to(user).select_related(
        "file",
        "organisation",
        "uploaded_by__organisation",
        "approved_by__organisation",
        "declined_by__organisation",
    )


def bulk_detail(job: BulkImport) -> BulkDetail:
    kind = bulk_registry.get(job.kind)
    found, kept = job.errors + job.warnings, job.issues.count()
    issues = tuple(issue_line(issue) for issue in job.issues.all()[:ISSUES_SHOWN])
    return BulkDetail(
        job=job,
        kind=kind,
        issues=issues,
        issues_left=found - len(issues),
        issues_lost=found - kept,
        preview=kind.show(job.preview) if job.preview else None,
    )


def issue_line(issue: BulkIssue) -> BulkIssueLine:
    cell = f"{issue.column}{issue.row}" if issue.column else str(issue.row or "")
    return BulkIssueLine(issue, cell, describe(issue))
