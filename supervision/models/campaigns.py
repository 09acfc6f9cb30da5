"""Campaigns: what is to be inspected, on what basis, by whom, and how much of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import Organisation
from metroplan.plans.models import PlanTask
from standards.models import InstrumentKind
from supervision.querysets import CampaignQuerySet
from supervision.states import CampaignState


class Campaign(models.Model):
    class Kind(models.TextChoices):
        ROUTINE = "routine", _("Routine inspection")
        SPECIAL = "special", _("Special inspection")
        SAMPLING = "sampling", _("Inspection by sampling")
        DOUBLE_RANDOM = "double_random", _("Double random inspection")
        JOINT = "joint", _("Joint inspection")
        COMPLAINT = "complaint", _("Check of a complaint")
        FOLLOW_UP = "follow_up", _("Follow-up check")

    number = models.CharField(_("number"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=160)
    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="campaigns", verbose_name=_("leading unit")
    )
    legal_basis = models.CharField(_("legal basis"), max_length=300)
    task = models.ForeignKey(
        PlanTask,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="campaigns",
        verbose_name=_("task of a plan"),
    )
    starts = models.DateField(_("first day"))
    ends = models.DateField(_("last day"))
    departments = ArrayField(
        models.CharField(max_length=80),
        default=list,
        blank=True,
        verbose_name=_("joint departments"),
    )
    kinds = models.ManyToManyField(
        InstrumentKind, related_name="campaigns", blank=True, verbose_name=_("instrument kinds")
    )
    commodities = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name=_("commodities")
    )
    entity_kinds = ArrayField(
        models.CharField(max_length=14), default=list, blank=True, verbose_name=_("entity kinds")
    )
    state = models.CharField(
        _("state"), max_length=12, choices=CampaignState, default=CampaignState.PLANNED
    )
    published_on = models.DateField(_("published on"), null=True, blank=True)
    summary = models.TextField(_("result"), blank=True)
    is_demo = models.BooleanField(default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CampaignQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        ordering = ["-starts", "number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gte=F("starts")),
                name="campaign_ends_after_start",
                violation_error_message=_("The last day must not come before the first."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def audit_scope(self) -> str:
        return self.organisation.path


class ChecklistItem(models.Model):
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="checklist")
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(_("what is checked"), max_length=300)
    basis = models.CharField(_("basis"), max_length=160, blank=True)

    class Meta:
        ordering = ["campaign", "position", "id"]

    def __str__(self) -> str:
        return self.text


class CampaignTarget(models.Model):
    """How much a unit is to inspect; blank is nothing asked."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="targets")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("unit")
    )
    entities = models.PositiveIntegerField(_("entities"), null=True, blank=True)
    instruments = models.PositiveIntegerField(_("instruments"), null=True, blank=True)
    lots = models.PositiveIntegerField(_("lots"), null=True, blank=True)

    class Meta:
        ordering = ["campaign", "organisation__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "organisation"], name="campaign_target_once_per_unit"
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.organisation_id}"
