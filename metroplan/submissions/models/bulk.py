"""Large files: a job that is received, checked, looked at by a second person and applied."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import ScopedQuerySet
from metroplan.submissions.models.files import Severity, StoredFile


class BulkStatus(models.TextChoices):
    RECEIVED = "received", _("Waiting to be checked")
    CHECKING = "checking", _("Being checked")
    REFUSED = "refused", _("Refused: has errors")
    READY = "ready", _("Waits for a second person")
    APPLYING = "applying", _("Being taken over")
    APPLIED = "applied", _("Taken over")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")
    DECLINED = "declined", _("Declined by a second person")


WORK = (BulkStatus.RECEIVED, BulkStatus.CHECKING, BulkStatus.APPLYING)
"""States in which a worker has something to do."""
OVER = (
    BulkStatus.REFUSED,
    BulkStatus.DECLINED,
    BulkStatus.APPLIED,
    BulkStatus.CANCELLED,
    BulkStatus.FAILED,
)


class BulkImport(models.Model):
    """One large file on its way in. All a worker must know to go on after another has died.

    `kind` names the bulk kind in the registry, `document` what vouches for the file. Rows are
    counted below the heading: `rows_done` of `rows_total` are read, `rows_blank` said nothing,
    `rows_clean` are staged in the job's own table. `checkpoint` is the number of the last row read,
    as Excel counts; it moves in the transaction that stages the rows up to it. `counts` says how
    often each issue code was met; `preview` is what the kind keeps of what would change.

    `lease` belongs to the worker at it and is good until `heartbeat_at` is too old; `attempts`
    counts leases since the last progress. A second person who does not take the file over is
    `declined_by` and says the `reason`. `version` moves with each state; whoever applies names
    the version they saw.
    """

    kind = models.CharField(_("kind"), max_length=30)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="bulk_imports")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="bulk_imports")
    document = models.CharField(_("document"), max_length=100)
    status = models.CharField(
        _("status"), max_length=10, choices=BulkStatus, default=BulkStatus.RECEIVED
    )
    version = models.PositiveIntegerField(_("version"), default=1)

    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_done = models.PositiveIntegerField(default=0)
    rows_blank = models.PositiveIntegerField(default=0)
    rows_clean = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(_("errors"), default=0)
    warnings = models.PositiveIntegerField(_("warnings"), default=0)
    counts = models.JSONField(default=dict)
    preview = models.JSONField(default=dict)
    outdated = models.BooleanField(default=False)
    changed = models.PositiveIntegerField(null=True, blank=True)

    checkpoint = models.PositiveIntegerField(default=0)
    lease = models.CharField(max_length=32, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)

    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    idempotency_key = models.CharField(max_length=80, blank=True, editable=False)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    declined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=1000, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["uploaded_by", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="bulk_once_per_key",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["applying", "applied"]) | Q(approved_by__isnull=False),
                name="bulk_applied_by_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(status="declined") | Q(declined_by__isnull=False) & ~Q(reason=""),
                name="bulk_declined_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("uploaded_by")),
                name="bulk_not_applied_by_uploader",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(status__in=["received", "checking", "applying"]),
                name="bulk_work",
            )
        ]

    def __str__(self) -> str:
        return self.document

    def audit_scope(self) -> str:
        return self.organisation.path

    @property
    def share_done(self) -> float | None:
        """How much of the file is read, 0 to 1; None before its rows are counted."""
        return min(self.rows_done / self.rows_total, 1.0) if self.rows_total else None


class BulkIssue(models.Model):
    """A problem with the file (row 0), a row or a cell; worded like every other issue."""

    job = models.ForeignKey(BulkImport, models.CASCADE, related_name="issues")
    code = models.CharField(max_length=60)
    severity = models.CharField(max_length=10, choices=Severity)
    sheet = models.CharField(max_length=100, blank=True)
    row = models.PositiveIntegerField(default=0)
    column = models.CharField(max_length=5, blank=True)
    key = models.CharField(max_length=120, blank=True)
    params = models.JSONField(default=dict)

    class Meta:
        ordering = ["job", "row", "column", "id"]

    def __str__(self) -> str:
        return f"{self.column}{self.row} {self.code}"
