"""Forms: what is asked of whom, by when, and who is reminded."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from metroplan.common.fields import PeriodField
from metroplan.common.naming import BilingualName
from metroplan.organisations.models import Level, Organisation
from metroplan.organisations.querysets import ScopedQuerySet


class ReportingForm(BilingualName, models.Model):
    """A form (报表) that the units of one level below `owner` fill in each quarter.

    `kind` names the sheet kind in the registry; `owner_fills` means that the owner itself reports.
    Every unit between the reporting one and the owner reviews, the owner last; where
    `review_levels` names levels, only the units of these and the owner do.
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
    review_levels = models.JSONField(_("levels that review"), default=list, blank=True)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "owner"

    class Meta:
        ordering = ["code"]

    def audit_scope(self) -> str:
        return self.owner.path


class FormUnit(models.Model):
    """One unit that fills a form though its level does not, or does not though its level does."""

    form = models.ForeignKey(ReportingForm, models.CASCADE, related_name="exceptions")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    fills = models.BooleanField(_("fills the form"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "organisation"], name="form_unit_once")
        ]

    def __str__(self) -> str:
        return f"{self.form_id} {self.organisation_id} {self.fills}"


class FormReminder(models.Model):
    """Who is told of forms that are still open, `days` working days before they are due.

    After the due day `days` is negative; on it zero.
    """

    class To(models.TextChoices):
        UNIT = "unit", _("The unit that reports")
        REVIEWERS = "reviewers", _("The units that review")
        OWNER = "owner", _("The form's owner")

    form = models.ForeignKey(ReportingForm, models.CASCADE, related_name="reminders")
    days = models.SmallIntegerField(_("working days before"))
    to = models.CharField(_("who is told"), max_length=10, choices=To, default=To.UNIT)

    class Meta:
        ordering = ["form", "-days", "to"]
        constraints = [
            models.UniqueConstraint(fields=["form", "days", "to"], name="form_reminder_once")
        ]

    def __str__(self) -> str:
        return f"{self.form_id} {self.days} {self.to}"
