"""Trustworthy-metrology units (诚信计量), and the records of those that were not."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import ScopedQuerySet
from supervision.models.entities import Entity
from supervision.states import IntegrityState


class CriteriaSet(models.Model):
    """Criteria of evaluation from a day on; a unit that scores `pass_mark` or more passes."""

    title = models.CharField(_("title"), max_length=160)
    effective_from = models.DateField(_("effective from"), unique=True)
    pass_mark = models.DecimalField(_("pass mark"), max_digits=6, decimal_places=2)
    validity_months = models.PositiveSmallIntegerField(_("validity in months"))
    publicity_days = models.PositiveSmallIntegerField(_("days of publicity"))
    document = models.CharField(_("document"), max_length=160, blank=True)

    class Meta:
        ordering = ["-effective_from"]

    def __str__(self) -> str:
        return self.title


class Criterion(models.Model):
    criteria = models.ForeignKey(CriteriaSet, models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(_("criterion"), max_length=300)
    points = models.DecimalField(_("points"), max_digits=6, decimal_places=2)

    class Meta:
        ordering = ["criteria", "position", "id"]

    def __str__(self) -> str:
        return self.text


class IntegrityUnit(models.Model):
    """One run of one entity towards the title: commitment, application, title, its end.

    The days repeat what the dated events say and are written by the services alone: it committed
    itself on `committed_on`; the title holds from `conferred_on` to `valid_until`, that day
    included, unless it `ended_on` an earlier day.
    """

    number = models.CharField(_("number"), max_length=40, unique=True)
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="integrity_units")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="integrity_units", verbose_name=_("unit")
    )
    criteria = models.ForeignKey(
        CriteriaSet, models.PROTECT, null=True, blank=True, related_name="units"
    )
    state = models.CharField(_("state"), max_length=12, choices=IntegrityState)
    committed_on = models.DateField(null=True, editable=False)
    publicised_from = models.DateField(null=True, editable=False)
    publicised_until = models.DateField(null=True, editable=False)
    conferred_on = models.DateField(null=True, editable=False)
    valid_until = models.DateField(null=True, editable=False)
    ended_on = models.DateField(null=True, editable=False)
    certificate_no = models.CharField(_("certificate number"), max_length=80, blank=True)
    is_demo = models.BooleanField(default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["entity"],
                condition=Q(state__in=["committed", "applied", "reviewing", "publicised"]),
                name="integrity_one_open_run",
                violation_error_message=_("This entity has an application under way already."),
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("conferred_on")),
                name="integrity_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def audit_scope(self) -> str:
        return self.organisation.path


class IntegrityEvent(models.Model):
    """From this day on the run is in this state. Rows are only added; a day that was entered
    wrongly is corrected, and the log keeps the former one."""

    unit = models.ForeignKey(IntegrityUnit, models.CASCADE, related_name="events")
    state = models.CharField(_("state"), max_length=12, choices=IntegrityState)
    since = models.DateField(_("from"))
    document = models.CharField(_("document"), max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["unit", "since", "id"]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.state}"


class CriterionScore(models.Model):
    unit = models.ForeignKey(IntegrityUnit, models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="scores")
    points = models.DecimalField(_("points"), max_digits=6, decimal_places=2)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["unit", "criterion"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "criterion"], name="score_once_per_criterion")
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.criterion_id}"


class DishonestyRecord(models.Model):
    """Only after a lawful decision, and shown to the public only between its days.

    It stands from `starts` to `ends`, that day included, or to the day before `repaired_on`.
    """

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="dishonesty_records")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="dishonesty_records", verbose_name=_("unit")
    )
    ground = models.CharField(_("ground"), max_length=300)
    decision_no = models.CharField(_("decision number"), max_length=80)
    decided_on = models.DateField(_("decided on"))
    starts = models.DateField(_("first day"))
    ends = models.DateField(_("last day"))
    repaired_on = models.DateField(_("repaired on"), null=True, blank=True)
    repair_document = models.CharField(_("document of the repair"), max_length=100, blank=True)
    is_demo = models.BooleanField(default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        ordering = ["-starts"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision_no", "entity"],
                name="dishonesty_once_per_decision",
                violation_error_message=_("This decision is on record for this entity already."),
            ),
            models.CheckConstraint(
                condition=Q(ends__gte=F("starts"), starts__gte=F("decided_on")),
                name="dishonesty_days_in_order",
                violation_error_message=_(
                    "A record starts on or after the day of its decision and ends after it starts."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.decision_no}"

    def audit_scope(self) -> str:
        return self.organisation.path
