"""From a finding to its rectification, its case, and its end."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import ScopedQuerySet
from metroplan.submissions.models import StoredFile
from supervision.models.entities import Entity
from supervision.models.inspections import Inspection, InspectionItem
from supervision.states import CaseState, FindingState


class Finding(models.Model):
    """Something that must be put right by a day. `level_up` counts how often it was passed on to
    the next higher unit for being overdue."""

    number = models.CharField(_("number"), max_length=40, unique=True)
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="findings")
    item = models.ForeignKey(
        InspectionItem, models.SET_NULL, null=True, blank=True, related_name="findings"
    )
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="findings")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="findings", verbose_name=_("unit")
    )
    description = models.CharField(_("what was found"), max_length=500)
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    found_on = models.DateField(_("found on"))
    due_on = models.DateField(_("to be rectified by"))
    state = models.CharField(
        _("state"), max_length=10, choices=FindingState, default=FindingState.ORDERED
    )
    closed_on = models.DateField(null=True, editable=False)
    level_up = models.PositiveSmallIntegerField(default=0, editable=False)
    escalated_to = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    is_demo = models.BooleanField(default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        ordering = ["due_on", "number"]
        indexes = [models.Index(fields=["state", "due_on"], name="finding_by_due_day")]

    def __str__(self) -> str:
        return self.number

    def audit_scope(self) -> str:
        return self.organisation.path


class FindingStep(models.Model):
    """What happened to a finding: a reply, an extension, a re-check; rows are only added."""

    class Kind(models.TextChoices):
        ORDERED = "ordered", _("Rectification ordered")
        REPLIED = "replied", _("Reply received")
        EXTENDED = "extended", _("Deadline extended")
        RECHECKED = "rechecked", _("Checked again, not yet right")
        VERIFIED = "verified", _("Rectified and verified")
        ESCALATED = "escalated", _("Passed on to the next higher unit")
        REFERRED = "referred", _("Referred")

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="steps")
    kind = models.CharField(_("step"), max_length=10, choices=Kind)
    on = models.DateField(_("day"))
    text = models.CharField(_("text"), max_length=500, blank=True)
    due_on = models.DateField(_("new deadline"), null=True, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ScopedQuerySet.as_manager()
    org_lookup = "finding__organisation"

    class Meta:
        ordering = ["finding", "id"]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.kind}"

    def audit_scope(self) -> str:
        return self.finding.organisation.path


class Case(models.Model):
    """A matter that went to enforcement, to another department, or to the police: a finding of an
    inspection, or what a complaint or another department told of."""

    class Source(models.TextChoices):
        INSPECTION = "inspection", _("Found at an inspection")
        COMPLAINT = "complaint", _("Complaint or report")
        TRANSFER = "transfer", _("Handed over by another department")
        ASSIGNED = "assigned", _("Assigned by a higher unit")
        OTHER = "other", pgettext_lazy("source of a case", "Other")

    class Body(models.TextChoices):
        ENFORCEMENT = "enforcement", _("Enforcement")
        POLICE = "police", _("Police or courts")
        OTHER = "other", _("Another department")

    number = models.CharField(_("case number"), max_length=60, unique=True)
    finding = models.ForeignKey(
        Finding, models.PROTECT, null=True, blank=True, related_name="cases"
    )
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.INSPECTION)
    ground = models.CharField(_("ground"), max_length=300, blank=True)
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="cases")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="cases", verbose_name=_("unit")
    )
    body = models.CharField(_("referred to"), max_length=12, choices=Body)
    authority = models.CharField(_("authority"), max_length=120, blank=True)
    filed_on = models.DateField(_("filed on"))
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=CaseState, default=CaseState.FILED)
    decision_no = models.CharField(_("decision number"), max_length=80, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    fine = models.DecimalField(
        _("fine in yuan"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=500, blank=True)
    is_demo = models.BooleanField(default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        ordering = ["-filed_on", "number"]

    def __str__(self) -> str:
        return self.number

    def audit_scope(self) -> str:
        return self.organisation.path
