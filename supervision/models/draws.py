"""Double random: inspectors, their conflicts, and draws that anyone can repeat."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import ScopedQuerySet
from supervision.models.campaigns import Campaign
from supervision.models.entities import Entity


class Inspector(models.Model):
    """Known by the certificate; the name may stay blank."""

    certificate_no = models.CharField(_("certificate number"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=60, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="inspectors", verbose_name=_("unit")
    )
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))
    is_demo = models.BooleanField(default=False, editable=False)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        ordering = ["certificate_no"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="inspector_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return self.certificate_no

    def audit_scope(self) -> str:
        return self.organisation.path


class Conflict(models.Model):
    """Why an inspector must not inspect an entity, for as long as it holds."""

    inspector = models.ForeignKey(Inspector, models.CASCADE, related_name="conflicts")
    entity = models.ForeignKey(Entity, models.CASCADE, related_name="conflicts")
    reason = models.CharField(_("reason"), max_length=200)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        ordering = ["inspector", "entity"]
        constraints = [
            models.UniqueConstraint(
                fields=["inspector", "entity", "valid_from"], name="conflict_once_per_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.inspector_id} {self.entity_id}"


class Draw(models.Model):
    """A draw of entities and inspectors from pools that were fixed before the seed was known.

    `pool` holds the numbers of the entities, the certificates of the inspectors and the pairs in
    conflict as they entered; its SHA-256 is recorded with the seed before anything is drawn.
    `algorithm` names the published rule, so that the same list comes out of it at any time.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="draws")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="draws", verbose_name=_("unit")
    )
    algorithm = models.CharField(max_length=20)
    filters = models.JSONField(default=dict)
    pool = models.JSONField()
    pool_sha256 = models.CharField(max_length=64)
    seed = models.CharField(_("seed"), max_length=128)
    seeded_at = models.DateTimeField()
    seeded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entities_wanted = models.PositiveIntegerField(_("entities to draw"))
    inspectors_each = models.PositiveSmallIntegerField(_("inspectors for each"), default=2)
    drawn_at = models.DateTimeField(null=True)
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.seeded_at}"

    def audit_scope(self) -> str:
        return self.organisation.path


class DrawnEntity(models.Model):
    draw = models.ForeignKey(Draw, models.CASCADE, related_name="drawn")
    position = models.PositiveIntegerField()
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="drawn")
    inspectors = models.ManyToManyField(Inspector, related_name="drawn")

    class Meta:
        ordering = ["draw", "position"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "position"], name="drawn_once_per_position"),
            models.UniqueConstraint(fields=["draw", "entity"], name="drawn_once_per_entity"),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.position}"
