"""Inspections on the spot: what was looked at, what was found, who signed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import ScopedQuerySet
from metroplan.submissions.models import StoredFile
from supervision.models.campaigns import Campaign, ChecklistItem
from supervision.models.draws import DrawnEntity, Inspector
from supervision.models.entities import Entity, Instrument
from supervision.states import InspectionState


class Outcome(models.TextChoices):
    CONFORMING = "conforming", _("Conforming")
    MINOR_CORRECTED = "minor_corrected", _("Corrected on the spot")
    RECTIFICATION = "rectification", _("Rectification ordered")
    STOP_USE = "stop_use", _("Use stopped")
    CASE_FILED = "case_filed", _("Case filed")
    JUDICIAL = "transferred_judicial", _("Transferred to the police or courts")
    OTHER_BODY = "transferred_other", _("Transferred to another department")
    UNABLE = "unable", _("Could not be inspected")


class Inspection(models.Model):
    number = models.CharField(_("number"), max_length=40, unique=True)
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="inspections"
    )
    drawn = models.OneToOneField(
        DrawnEntity, models.PROTECT, null=True, blank=True, related_name="inspection"
    )
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="inspections")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="inspections", verbose_name=_("inspecting unit")
    )
    inspected_on = models.DateField(_("inspected on"))
    inspectors = models.ManyToManyField(Inspector, related_name="inspections", blank=True)
    basis = models.CharField(_("basis"), max_length=300, blank=True)
    substitution = models.CharField(
        _("why others than the drawn inspectors came"), max_length=300, blank=True
    )
    outcome = models.CharField(_("outcome"), max_length=22, choices=Outcome, blank=True)
    summary = models.CharField(_("conclusion"), max_length=500, blank=True)
    signed_by_entity = models.CharField(_("signed for the entity"), max_length=60, blank=True)
    refusal = models.CharField(_("why the entity did not sign"), max_length=300, blank=True)
    entity_signature = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+"
    )
    inspector_signature = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=InspectionState, default=InspectionState.DRAFT
    )
    closed_on = models.DateField(null=True, editable=False)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_demo = models.BooleanField(default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        ordering = ["-inspected_on", "-id"]
        indexes = [
            models.Index(fields=["organisation", "inspected_on"], name="inspection_by_unit"),
        ]

    def __str__(self) -> str:
        return self.number

    def audit_scope(self) -> str:
        return self.organisation.path


class InspectionItem(models.Model):
    """The answer to one point of the checklist; its text is kept as it was asked."""

    class Result(models.TextChoices):
        OPEN = "", _("Not looked at")
        YES = "yes", pgettext_lazy("checklist", "Conforms")
        NO = "no", _("Does not conform")
        NOT_APPLICABLE = "na", _("Not applicable")

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="items")
    source = models.ForeignKey(
        ChecklistItem, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(_("what is checked"), max_length=300)
    result = models.CharField(_("result"), max_length=4, choices=Result, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["inspection", "position", "id"]

    def __str__(self) -> str:
        return self.text


class InstrumentCheck(models.Model):
    """An instrument met at an inspection: its verification, and its error where it was tried."""

    class Found(models.TextChoices):
        VALID = "valid", _("Verified and valid")
        OVERDUE = "overdue", _("Verification overdue")
        NEVER = "never", _("Never verified")
        FAILED = "failed", _("Failed its verification")

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="checks")
    instrument = models.ForeignKey(
        Instrument, models.PROTECT, null=True, blank=True, related_name="checks"
    )
    description = models.CharField(_("instrument"), max_length=160, blank=True)
    found = models.CharField(_("verification"), max_length=8, choices=Found)
    error = models.DecimalField(_("error"), max_digits=18, decimal_places=6, null=True, blank=True)
    mpe = models.DecimalField(
        _("maximum permissible error"), max_digits=18, decimal_places=6, null=True, blank=True
    )
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    passed = models.BooleanField(_("within the permissible error"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["inspection", "id"]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.instrument_id}"


class InspectionEvidence(models.Model):
    """A photo or paper of an inspection; removed ones stay on record."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="evidence")
    item = models.ForeignKey(
        InspectionItem, models.SET_NULL, null=True, blank=True, related_name="evidence"
    )
    caption = models.CharField(_("caption"), max_length=120, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "inspection__organisation"

    class Meta:
        verbose_name_plural = "inspection evidence"
        ordering = ["inspection", "id"]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.file_id}"

    def audit_scope(self) -> str:
        return self.inspection.organisation.path
