"""One unit's form for one quarter, and what is being typed into it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from metroplan.common.fields import PeriodField
from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import ScopedQuerySet
from metroplan.submissions.models.forms import ReportingForm
from metroplan.submissions.states import CORRECTING, TO_BE_CORRECTED, Status


class Submission(models.Model):
    """One unit's form for one quarter.

    `version` counts every change of its content; an approval names the version it approved.
    `reviewer_unit` is the unit whose turn it is while under review. `open_lines` names the lines
    that a granted correction opened; None opens all. `first_submitted_at` decides on time or late.
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
    first_submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    open_lines = models.JSONField(null=True, blank=True)
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

    @property
    def shown_status(self) -> str:
        """The status, or that a granted correction waits to be made."""
        back = self.status == Status.RETURNED and self.open_lines is not None
        return CORRECTING if back else self.status

    @property
    def status_words(self) -> str:
        correcting = self.shown_status == CORRECTING
        return str(TO_BE_CORRECTED if correcting else self.get_status_display())

    @property
    def stale(self) -> bool:
        """Whether what is approved and in force is older than the present version."""
        return self.approved_version is not None and self.approved_version < self.version


class Draft(models.Model):
    """What was typed into the browser grid and is not yet a version of the submission.

    `lines` maps a line's key to its texts as typed, `{"value": "1,234", "note": ""}`. `base` is
    the submission's version it was begun on; `revision` counts the savings, so that two open tabs
    do not overwrite each other.
    """

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="draft")
    base = models.PositiveIntegerField()
    revision = models.PositiveIntegerField(default=0)
    lines = models.JSONField(default=dict)
    saved_at = models.DateTimeField(auto_now=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.submission_id} r{self.revision}"
