"""Files that were offered, their lines and everything that was wrong with them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import ScopedQuerySet
from metroplan.submissions.models.forms import ReportingForm
from metroplan.submissions.models.submissions import Submission


class StoredFile(models.Model):
    """A file as it came, kept under a name of ours; `name` is what its sender called it."""

    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(_("bytes"))
    content = models.FileField(upload_to="uploads/%Y/%m/", max_length=120)
    stored_at = models.DateTimeField(auto_now_add=True)
    stored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class Upload(models.Model):
    """One file offered for one submission, with what came of reading it.

    `version` is the submission's version this upload became when it was staged.
    """

    class Status(models.TextChoices):
        REFUSED = "refused", _("Refused")
        STAGED = "staged", _("Staged")

    class Way(models.TextChoices):
        FILE = "file", _("File")
        API = "api", _("API")
        FORM = "form", _("Browser form")

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="uploads")
    way = models.CharField(max_length=5, choices=Way, default=Way.FILE)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="uploads")
    status = models.CharField(_("status"), max_length=10, choices=Status)
    version = models.PositiveIntegerField(null=True, blank=True)
    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    errors = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    idempotency_key = models.CharField(max_length=80, blank=True, editable=False)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "submission__organisation"

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="upload_once_per_key",
            )
        ]

    def __str__(self) -> str:
        return f"{self.submission} · {self.file.name}"

    def audit_scope(self) -> str:
        return self.submission.organisation.path


class FigureState(models.TextChoices):
    """How a line was answered; a line that is missing was not reported."""

    VALUE = "value", _("Value")
    ZERO = "zero", _("Confirmed zero")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")


class StagedRow(models.Model):
    """One clean line of a submission's version: what it says and the cells it stood in.

    `key` is the line's key in its sheet kind (a measure's code for figures). `cells` maps the
    figure's parts to cell references as Excel shows them, `{"value": "D7"}`; `raw` holds the
    texts as they were written. For figures a line of a ratio carries numerator and denominator.
    """

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="rows")
    upload = models.ForeignKey(Upload, models.CASCADE, related_name="rows")
    version = models.PositiveIntegerField()
    key = models.CharField(max_length=120)
    state = models.CharField(max_length=15, choices=FigureState)
    value = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    numerator = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    denominator = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    note = models.CharField(max_length=500, blank=True)
    sheet = models.CharField(max_length=100, blank=True)
    row = models.PositiveIntegerField()
    cells = models.JSONField(default=dict)
    raw = models.JSONField(default=dict)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "submission__organisation"

    class Meta:
        ordering = ["submission", "version", "row"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "version", "key"], name="staged_once_per_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} @ {self.sheet}!{self.row}"


class Severity(models.TextChoices):
    ERROR = "error", _("Error")
    WARNING = "warning", _("Warning")


class RowIssue(models.Model):
    """A problem with a file (row 0), a row (no column) or one cell, worded by its code."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="issues")
    code = models.CharField(max_length=60)
    severity = models.CharField(max_length=10, choices=Severity)
    sheet = models.CharField(max_length=100, blank=True)
    row = models.PositiveIntegerField(default=0)
    column = models.CharField(max_length=5, blank=True)
    key = models.CharField(max_length=120, blank=True)
    params = models.JSONField(default=dict)

    class Meta:
        ordering = ["upload", "sheet", "row", "column", "id"]

    def __str__(self) -> str:
        return f"{self.sheet}!{self.column}{self.row} {self.code}"


class ColumnMapping(models.Model):
    """How one unit's own tables are laid out: which of its columns holds which part.

    `headings` are the texts of the header row; `columns` maps a 0-based column index (as text) to
    a part of the sheet kind: code, name, value, numerator … `digest` recognises the headings.
    """

    form = models.ForeignKey(ReportingForm, models.CASCADE, related_name="column_mappings")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    headings = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    saved_at = models.DateTimeField(auto_now=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["form", "organisation", "digest"], name="column_mapping_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.form_id} {self.organisation_id} {self.digest[:8]}"
