"""Which instruments must be verified: versions, their items, and kinds that outlive them."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metroplan.common.naming import BilingualName
from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import ScopedQuerySet
from metroplan.submissions.models import StoredFile
from standards.fields import LABELS


class InstrumentKind(BilingualName, models.Model):
    """A kind of instrument, whatever number a catalogue gives it; services name kinds."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    field = models.CharField(_("professional field"), max_length=2, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["code"]

    @property
    def field_label(self) -> Promise | str:
        return LABELS.get(self.field, self.field)


class KindGroup(BilingualName, models.Model):
    """Kinds that a plan follows together, such as the instruments under key national control."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    kinds = models.ManyToManyField(InstrumentKind, related_name="groups", blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["code"]


class CatalogueVersion(models.Model):
    """The catalogue as in force from a day until the day before another takes its place.

    `source` is the table it was imported from; `revision` counts changes of it and of its items.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200)
    document = models.CharField(_("document"), max_length=100)
    effective_from = models.DateField(_("effective from"))
    effective_to = models.DateField(_("replaced on"), null=True, blank=True)
    is_demonstration = models.BooleanField(_("for demonstration only"), default=False)
    note = models.CharField(_("note"), max_length=500, blank=True)
    source = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    revision = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-effective_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gt=F("effective_from")),
                name="catalogue_ends_after_start",
                violation_error_message=_("The day it is replaced must come after its first day."),
            ),
            ExclusionConstraint(
                name="catalogue_versions_do_not_overlap",
                expressions=[
                    (
                        Func(F("effective_from"), F("effective_to"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    )
                ],
                violation_error_message=_("Another version is in force on some of these days."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CatalogueItem(models.Model):
    """A line of a version. Those with a parent are the items (种别) of coverage."""

    class Regulation(models.TextChoices):
        APPROVAL = "P", _("Type approval")
        VERIFICATION = "V", _("Compulsory verification")
        BOTH = "P+V", _("Type approval and compulsory verification")
        UNKNOWN = "?", _("Not known")

    class Mode(models.TextChoices):
        PERIODIC = "periodic", _("Periodic")
        INITIAL_SCRAP = "initial_only", _("Initial only, scrapped when out of tolerance")
        INITIAL_ROTATION = "initial_only_rotation", _("Initial only, replaced when due")
        MIXED = "mixed", _("Differs by type")
        NONE = "none", _("None")
        UNKNOWN = "?", _("Not known")

    class Certainty(models.TextChoices):
        OFFICIAL = "official", _("Official table")
        CONFIRMED = "confirmed_secondary", _("Seen in a secondary copy")
        INFERRED = "inferred", _("Inferred")
        RECALLED = "recalled", _("Recalled")

    version = models.ForeignKey(CatalogueVersion, models.CASCADE, related_name="items")
    code = models.CharField(_("code"), max_length=20)
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="children"
    )
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("name"), max_length=120)
    regulation = models.CharField(_("regulation"), max_length=4, choices=Regulation, blank=True)
    mode = models.CharField(_("mode of verification"), max_length=24, choices=Mode, blank=True)
    scope_note = models.CharField(_("scope of verification"), max_length=500, blank=True)
    official_serial = models.CharField(_("official serial"), max_length=20, blank=True)
    certainty = models.CharField(
        _("certainty"), max_length=20, choices=Certainty, default=Certainty.OFFICIAL
    )
    certainty_note = models.CharField(_("note on certainty"), max_length=300, blank=True)
    kinds = models.ManyToManyField(InstrumentKind, related_name="items", blank=True)

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "code"],
                name="catalogue_code_once_per_version",
                violation_error_message=_("This code stands twice in the version."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def must_be_verified(self) -> bool:
        return self.parent_id is not None and "V" in self.regulation


class LocalExclusion(models.Model):
    """An item that does not occur in a region and leaves its denominator for those days."""

    item = models.ForeignKey(CatalogueItem, models.CASCADE, related_name="exclusions")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="catalogue_exclusions", verbose_name=_("unit")
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    document = models.CharField(_("document"), max_length=100)
    reason = models.CharField(_("reason"), max_length=300)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        ordering = ["item", "organisation", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "organisation", "valid_from"], name="exclusion_once_per_day"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="exclusion_ends_after_start",
                violation_error_message=_("The end must come after the start."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.organisation_id}"

    def audit_scope(self) -> str:
        return self.organisation.path
