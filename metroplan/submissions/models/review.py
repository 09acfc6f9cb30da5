"""What was decided on a submission, and what was said and shown for its figures."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import ScopedQuerySet
from metroplan.submissions.models.files import StoredFile
from metroplan.submissions.models.submissions import Submission


class ReviewDecision(models.Model):
    """What one unit of the review chain decided on one version."""

    class Decision(models.TextChoices):
        SUBMITTED = "submitted", _("Submitted")
        APPROVED = "approved", _("Approved")
        RETURNED = "returned", _("Returned")
        UNAPPROVED = "unapproved", _("Approval withdrawn")
        REOPENED = "reopened", _("Reopened")

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
                condition=~Q(decision__in=["returned", "unapproved", "reopened"]) | ~Q(reason=""),
                name="taking_back_needs_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} v{self.version} {self.decision}"


class ReturnedLine(models.Model):
    """One line that a return named, with what is wrong with it."""

    decision = models.ForeignKey(ReviewDecision, models.CASCADE, related_name="lines")
    key = models.CharField(max_length=120)
    reason = models.CharField(max_length=500)

    class Meta:
        ordering = ["decision", "id"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "key"], name="returned_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.key}"


class Correction(models.Model):
    """A wish to correct approved lines; once granted, these lines alone are open again."""

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="corrections")
    version = models.PositiveIntegerField()
    keys = models.JSONField(_("lines"))
    reason = models.CharField(_("reason"), max_length=1000)
    status = models.CharField(max_length=10, choices=Status, default=Status.REQUESTED)
    requested_at = models.DateTimeField(auto_now_add=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answer = models.CharField(_("answer"), max_length=1000, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ScopedQuerySet.as_manager()
    org_lookup = "submission__organisation"

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission"],
                condition=Q(status="requested"),
                name="correction_one_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.status}"

    def audit_scope(self) -> str:
        return self.submission.organisation.path


class Explanation(models.Model):
    """Why a figure that was warned about is right; it stays with the figure.

    `figure` is the figure it explains, as text; another figure needs another explanation.
    """

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="explanations")
    key = models.CharField(max_length=120)
    code = models.CharField(max_length=60)
    figure = models.CharField(max_length=80)
    text = models.CharField(_("explanation"), max_length=1000)
    written_at = models.DateTimeField(auto_now=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = ScopedQuerySet.as_manager()
    org_lookup = "submission__organisation"

    class Meta:
        ordering = ["submission", "key", "code", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "key", "code", "figure"], name="explained_once"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="figure_explanation_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.key} {self.code}"


class Evidence(models.Model):
    """A file that shows where one line's figure comes from; removed ones stay on record."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="evidence")
    key = models.CharField(max_length=120)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ScopedQuerySet.as_manager()
    org_lookup = "submission__organisation"

    class Meta:
        verbose_name_plural = "evidence"
        ordering = ["submission", "key", "id"]

    def __str__(self) -> str:
        return f"{self.key} {self.file_id}"

    def audit_scope(self) -> str:
        return self.submission.organisation.path
