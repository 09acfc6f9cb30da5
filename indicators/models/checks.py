"""What tells how far figures can be trusted: breaks, differences of sources, nightly checks."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from indicators.models.measures import Measure
from metroplan.common.fields import PeriodField
from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import ScopedQuerySet


class MeasureBreak(models.Model):
    """From this quarter on the measure counts something else: defined anew, or on a new base.

    No forecast draws a line across it. Breaks of the map need no row: the tree tells them.
    """

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="breaks")
    period = PeriodField(_("first quarter of the new definition"))
    document = models.CharField(_("document"), max_length=100)
    reason = models.CharField(_("reason"), max_length=500)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["measure", "period"]
        constraints = [
            models.UniqueConstraint(fields=["measure", "period"], name="break_once_per_quarter"),
            models.CheckConstraint(
                condition=Q(document__gt="", reason__gt=""), name="break_has_document_and_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.period}"

    def audit_scope(self) -> str:
        return ""


class SourceExplanation(models.Model):
    """Why a unit's reported figure and the register's differ.

    It explains the two figures it was written for, kept here as text: when one of them changes,
    the difference is open again.
    """

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="explanations")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="explanations")
    period = PeriodField()
    reported = models.CharField(max_length=80)
    registered = models.CharField(max_length=80)
    text = models.CharField(_("explanation"), max_length=500)
    explained_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    explained_at = models.DateTimeField(default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["measure", "period", "organisation"], name="explanation_page")
        ]
        constraints = [
            models.CheckConstraint(condition=Q(text__gt=""), name="explanation_says_something")
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.organisation.name} {self.period}"

    def audit_scope(self) -> str:
        return self.organisation.path


class CheckRun(models.Model):
    """One run of `verify`. Without `finished_at` it is still at work, or died.

    `lines` name the first differences by what and where, without the figures: those who keep the
    system running read them, and they see no figures.
    """

    KEPT_LINES = 100

    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    differences = models.PositiveIntegerField(null=True, blank=True)
    lines = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"

    def audit_scope(self) -> str:
        return ""
