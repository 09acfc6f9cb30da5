"""From a form that opens to figures that are approved, and every file and decision on the way."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from metroplan.common.fields import PeriodField
from metroplan.common.naming import BilingualName
from metroplan.organisations.models import Level, Organisation
from metroplan.organisations.querysets import ScopedQuerySet
from metroplan.submissions.states import Status


class ReportingForm(BilingualName, models.Model):
    """A form (报表) that the units of one level below `owner` fill in each quarter.

    `kind` names the sheet kind in the registry; `owner_fills` means that the owner itself reports.
    Every unit between the reporting one and the owner reviews, the owner last.
    """

    code = models.SlugField(_("code"), max_length=80, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160)
    kind = models.CharField(_("kind of sheet"), max_length=30)
    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="reporting_forms")
    level = models.CharField(_("filled by level"), max_length=10, choices=Level, blank=True)
    owner_fills = models.BooleanField(_("filled by the owner"), default=False)
    opens = PeriodField(_("first quarter"))
    closes = PeriodField(_("last quarter"), null=True, blank=True)
    deadline_working_days = models.PositiveSmallIntegerField(
        _("working days to report"), default=15
    )

    objects = ScopedQuerySet.as_manager()
    org_lookup = "owner"

    class Meta:
        ordering = ["code"]

    def audit_scope(self) -> str:
        return self.owner.path


class Submission(models.Model):
    """One unit's form for one quarter.

    `version` counts every change of its content; an approval names the version it approved.
    `reviewer_unit` is the unit whose turn it is while under review.
    """

    form = models.ForeignKey(ReportingForm, models.PROTECT, related_name="submissions")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="submissions")
    period = PeriodField(_("quarter"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    version = models.PositiveIntegerField(_("version"), default=0)
    reviewer_unit = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="submissions_to_review"
    )
    due_on = models.DateField(_("due on"))
    opened_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    approved_version = models.PositiveIntegerField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        ordering = ["-period", "organisation__code", "form__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["form", "organisation", "period"], name="submission_once_per_quarter"
            ),
            models.CheckConstraint(
                condition=Q(status="submitted", reviewer_unit__isnull=False)
                | (~Q(status="submitted") & Q(reviewer_unit__isnull=True)),
                name="reviewer_unit_while_under_review",
            ),
        ]
        indexes = [models.Index(fields=["status", "reviewer_unit"], name="submission_queue")]

    def __str__(self) -> str:
        return f"{self.organisation.name} {self.period} {self.form.name}"

    def audit_scope(self) -> str:
        return self.organisation.path


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


class ReviewDecision(models.Model):
    """What one unit of the review chain decided on one version."""

    class Decision(models.TextChoices):
        SUBMITTED = "submitted", _("Submitted")
        APPROVED = "approved", _("Approved")
        RETURNED = "returned", _("Returned")

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="decisions")
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision)
    version = models.PositiveIntegerField()
    reason = models.CharField(max_length=1000, blank=True)
    decided_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(decision="returned") | ~Q(reason=""), name="return_needs_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} v{self.version} {self.decision}"
