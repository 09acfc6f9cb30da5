"""Net content of prepackages: dated tables, sampled lots, their readings and verdicts."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import ScopedQuerySet
from supervision.models.campaigns import Campaign
from supervision.models.entities import Entity
from supervision.models.inspections import Inspection

FIGURE = {"max_digits": 18, "decimal_places": 6}


class SamplingPlan(models.Model):
    """Sample sizes and allowed numbers by lot size, from a day on.

    After `superseded_from` another edition holds whose table is not loaded yet: lots are judged by
    this one and say so.
    """

    edition = models.CharField(_("edition"), max_length=60, unique=True)
    effective_from = models.DateField(_("effective from"), unique=True)
    superseded_from = models.DateField(_("superseded from"), null=True, blank=True)
    superseded_by = models.CharField(_("superseded by"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["-effective_from"]

    def __str__(self) -> str:
        return self.edition


class SamplingRow(models.Model):
    """`sample_size` null means every piece; `factor` null means no test of the mean."""

    plan = models.ForeignKey(SamplingPlan, models.CASCADE, related_name="rows")
    lot_min = models.PositiveIntegerField()
    lot_max = models.PositiveIntegerField(null=True, blank=True)
    sample_size = models.PositiveIntegerField(null=True, blank=True)
    factor = models.DecimalField(max_digits=8, decimal_places=4, null=True, blank=True)
    max_t1 = models.PositiveSmallIntegerField()
    max_t2 = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["plan", "lot_min"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "lot_min"], name="sampling_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.lot_min}"


class ToleranceTable(models.Model):
    class Rounding(models.TextChoices):
        NEAREST = "nearest", _("To the nearest, half to even")
        UP = "up", pgettext_lazy("rounding", "Up")

    edition = models.CharField(_("edition"), max_length=60, unique=True)
    effective_from = models.DateField(_("effective from"), unique=True)
    rounding = models.CharField(
        _("rounding"), max_length=8, choices=Rounding, default=Rounding.NEAREST
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["-effective_from"]

    def __str__(self) -> str:
        return self.edition


class QuantityKind(models.TextChoices):
    MASS = "mass", _("Mass")
    VOLUME = "volume", _("Volume")
    LENGTH = "length", _("Length")
    AREA = "area", _("Area")
    COUNT = "count", _("Number of pieces")


class ToleranceRow(models.Model):
    """Nominal quantities over `over` up to `up_to`, in g, mL, m, m² or pieces; null is no limit."""

    class Rule(models.TextChoices):
        PERCENT = "percent", _("Percent of the nominal quantity")
        ABSOLUTE = "absolute", _("Fixed amount")

    table = models.ForeignKey(ToleranceTable, models.CASCADE, related_name="rows")
    quantity_kind = models.CharField(max_length=8, choices=QuantityKind)
    over = models.DecimalField(**FIGURE)
    up_to = models.DecimalField(null=True, blank=True, **FIGURE)
    rule = models.CharField(max_length=8, choices=Rule)
    value = models.DecimalField(**FIGURE)

    class Meta:
        ordering = ["table", "quantity_kind", "over"]
        constraints = [
            models.UniqueConstraint(
                fields=["table", "quantity_kind", "over"], name="tolerance_row_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity_kind} {self.over}"


class LabelRule(models.Model):
    """The unit a label must use, or the least height of its characters, by nominal quantity."""

    class Rule(models.TextChoices):
        UNIT = "unit", _("Unit")
        HEIGHT = "height", _("Least height of characters in millimetres")

    table = models.ForeignKey(ToleranceTable, models.CASCADE, related_name="label_rules")
    rule = models.CharField(max_length=8, choices=Rule)
    quantity_kind = models.CharField(max_length=8, choices=QuantityKind)
    over = models.DecimalField(null=True, blank=True, **FIGURE)
    up_to = models.DecimalField(null=True, blank=True, **FIGURE)
    value = models.CharField(max_length=40)

    class Meta:
        ordering = ["table", "rule", "quantity_kind", "over"]

    def __str__(self) -> str:
        return f"{self.rule} {self.quantity_kind} {self.value}"


class Lot(models.Model):
    """A lot of prepackages that was sampled. Readings and nominal quantity share `unit`.

    The two verdicts are stored with the editions they were reached by; null is not judged.
    """

    number = models.CharField(_("number"), max_length=40, unique=True)
    inspection = models.ForeignKey(
        Inspection, models.PROTECT, null=True, blank=True, related_name="lots"
    )
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="lots"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="lots", verbose_name=_("inspecting unit")
    )
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="lots")
    commodity = models.CharField(_("commodity"), max_length=60)
    product = models.CharField(_("product"), max_length=120)
    maker = models.CharField(_("maker"), max_length=120, blank=True)
    batch_no = models.CharField(_("batch number"), max_length=60, blank=True)
    sampled_on = models.DateField(_("sampled on"))
    quantity_kind = models.CharField(_("kind of quantity"), max_length=8, choices=QuantityKind)
    nominal = models.DecimalField(_("nominal quantity"), **FIGURE)
    unit = models.CharField(_("unit"), max_length=10)
    lot_size = models.PositiveIntegerField(_("lot size"))
    sample_size = models.PositiveIntegerField(_("sample size"))
    tare = models.DecimalField(_("mean tare"), null=True, blank=True, **FIGURE)
    label_unit = models.CharField(_("unit on the label"), max_length=10, blank=True)
    label_height = models.DecimalField(
        _("height of characters in millimetres"),
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
    )
    label_complete = models.BooleanField(_("net content is stated in full"), null=True, blank=True)
    label_passed = models.BooleanField(null=True, editable=False)
    quantity_passed = models.BooleanField(null=True, editable=False)
    plan = models.ForeignKey(
        SamplingPlan, models.PROTECT, null=True, editable=False, related_name="lots"
    )
    table = models.ForeignKey(
        ToleranceTable, models.PROTECT, null=True, editable=False, related_name="lots"
    )
    published_on = models.DateField(_("published on"), null=True, blank=True)
    is_demo = models.BooleanField(default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        ordering = ["-sampled_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(nominal__gt=0),
                name="lot_nominal_is_positive",
                violation_error_message=_("The nominal quantity must be above zero."),
            ),
            models.CheckConstraint(
                condition=Q(sample_size__lte=F("lot_size")),
                name="lot_sample_within_lot",
                violation_error_message=_("A sample cannot be larger than its lot."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def audit_scope(self) -> str:
        return self.organisation.path


class LotReading(models.Model):
    """`gross` less the tare is the net quantity where `net` was not measured itself."""

    lot = models.ForeignKey(Lot, models.CASCADE, related_name="readings")
    position = models.PositiveSmallIntegerField()
    gross = models.DecimalField(null=True, blank=True, **FIGURE)
    net = models.DecimalField(null=True, blank=True, **FIGURE)

    class Meta:
        ordering = ["lot", "position"]
        constraints = [
            models.UniqueConstraint(fields=["lot", "position"], name="reading_once_per_position"),
            models.CheckConstraint(
                condition=Q(gross__isnull=False) | Q(net__isnull=False),
                name="reading_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.position}"
