"""A measurement standard as its file describes it: what it is, what it can do, what it serves."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.querysets import ScopedQuerySet
from metroplan.submissions.models import StoredFile
from standards.models.catalogue import InstrumentKind
from standards.models.institutes import Institute

NUMBER = {"max_digits": 24, "decimal_places": 12, "null": True, "blank": True}


class HolderKind(models.TextChoices):
    PUBLIC = "public", _("Public")
    DEPARTMENT = "department", _("Departmental")
    ENTERPRISE = "enterprise", _("Enterprise")


class Rank(models.TextChoices):
    HIGHEST = "highest", _("Highest")
    LOWER = "lower", _("Lower")


class NationalLevel(models.TextChoices):
    """Against standards of the same grade in the country; upper-middle is what plans count."""

    UPPER_MIDDLE = "upper_middle", _("Upper-middle or above")
    MIDDLE = "middle", _("Middle")
    BELOW = "below", _("Below middle")
    UNKNOWN = "", _("Not assessed")


class PerformanceKind(models.TextChoices):
    UNCERTAINTY = "uncertainty", _("Measurement uncertainty")
    CLASS = "accuracy_class", _("Accuracy class")
    MPE = "mpe", _("Maximum permissible error")


class Way(models.TextChoices):
    VERIFICATION = "verification", _("Verification")
    CALIBRATION = "calibration", _("Calibration")


class MeasurementStandard(models.Model):
    """A standard of an institute. What changes over time stands in dated rows beside it:
    `states`, `certificates`, `grades`; `in_force` is derived from them by the services alone.

    `number` is the register's own and never reused.
    """

    number = models.CharField(_("register number"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=160)
    code = models.CharField(_("code"), max_length=8, blank=True)
    field = models.CharField(_("professional field"), max_length=2)
    institute = models.ForeignKey(
        Institute, models.PROTECT, related_name="standards", verbose_name=_("holder")
    )
    holder_kind = models.CharField(_("kind"), max_length=12, choices=HolderKind)
    custodian = models.CharField(_("custodian"), max_length=60, blank=True)
    location = models.CharField(_("location"), max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaces"
    )
    is_demo = models.BooleanField(default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "institute__organisation"

    class Meta:
        ordering = ["number"]
        indexes = [
            models.Index(fields=["institute", "holder_kind"], name="standard_by_holder"),
            models.Index(fields=["field"], name="standard_by_field"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(code="") | Q(code__regex=r"^[0-9]{8}$"),
                name="standard_code_has_eight_digits",
                violation_error_message=_("A code has eight digits, such as 12710100."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def audit_scope(self) -> str:
        return self.institute.organisation.path


class Capability(models.Model):
    """One line of measuring range with exactly one kind of performance.

    Texts are as certified; numbers beside them are parsed from the texts, units in UCUM. For an
    uncertainty `value` is U (or Urel, then in `%` or another relative unit) and `coverage_factor`
    its k; for an MPE `value` is the half width when it is one number, else null.
    """

    standard = models.ForeignKey(MeasurementStandard, models.CASCADE, related_name="capabilities")
    position = models.PositiveSmallIntegerField(default=0)
    quantity = models.CharField(_("quantity"), max_length=80, blank=True)
    range_text = models.CharField(_("measuring range"), max_length=120)
    low = models.DecimalField(_("from"), **NUMBER)
    high = models.DecimalField(_("to"), **NUMBER)
    unit = models.CharField(_("unit (UCUM)"), max_length=40, blank=True)
    performance_kind = models.CharField(
        _("kind of performance"), max_length=16, choices=PerformanceKind
    )
    performance_text = models.CharField(_("performance"), max_length=120)
    value = models.DecimalField(**NUMBER)
    value_unit = models.CharField(max_length=40, blank=True)
    coverage_factor = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)

    class Meta:
        verbose_name_plural = "capabilities"
        ordering = ["standard", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(high__gte=F("low")),
                name="capability_range_in_order",
                violation_error_message=_("The range must end at or above where it begins."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.range_text} {self.performance_text}"


class Service(models.Model):
    """What a standard verifies or calibrates, by which technical document, of which kinds."""

    standard = models.ForeignKey(MeasurementStandard, models.CASCADE, related_name="services")
    position = models.PositiveSmallIntegerField(default=0)
    way = models.CharField(_("verification or calibration"), max_length=12, choices=Way)
    instrument = models.CharField(_("instrument"), max_length=120)
    range_text = models.CharField(_("range"), max_length=120, blank=True)
    low = models.DecimalField(_("from"), **NUMBER)
    high = models.DecimalField(_("to"), **NUMBER)
    unit = models.CharField(_("unit (UCUM)"), max_length=40, blank=True)
    performance_text = models.CharField(_("class or error"), max_length=120, blank=True)
    document_no = models.CharField(_("JJG or JJF number"), max_length=60)
    document_title = models.CharField(_("title of the document"), max_length=160, blank=True)
    kinds = models.ManyToManyField(
        InstrumentKind, related_name="services", blank=True, verbose_name=_("instrument kinds")
    )

    class Meta:
        ordering = ["standard", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(high__gte=F("low")),
                name="service_range_in_order",
                violation_error_message=_("The range must end at or above where it begins."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.document_no}"


class Equipment(models.Model):
    """A main standard or an auxiliary device, with the certificate it is traced by."""

    standard = models.ForeignKey(MeasurementStandard, models.CASCADE, related_name="equipment")
    position = models.PositiveSmallIntegerField(default=0)
    is_main = models.BooleanField(_("main standard"), default=True)
    name = models.CharField(_("name"), max_length=120)
    model = models.CharField(_("model"), max_length=80, blank=True)
    serial_no = models.CharField(_("serial number"), max_length=80, blank=True)
    range_text = models.CharField(_("range"), max_length=120, blank=True)
    performance_text = models.CharField(_("class or error"), max_length=120, blank=True)
    maker = models.CharField(_("maker"), max_length=120, blank=True)
    certificate_no = models.CharField(_("certificate number"), max_length=80, blank=True)
    traced_to = models.CharField(_("traced to"), max_length=160, blank=True)
    calibrated_on = models.DateField(_("calibrated on"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    dcc_reference = models.CharField(_("DCC identifier"), max_length=120, blank=True)

    class Meta:
        verbose_name_plural = "equipment"
        ordering = ["standard", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(calibrated_on__isnull=True)
                | Q(valid_until__gte=F("calibrated_on")),
                name="equipment_ends_after_calibration",
                violation_error_message=_("It cannot lapse before it was calibrated."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class UpperLink(models.Model):
    """What a standard takes its values from: another of the register, or one named by its text."""

    standard = models.ForeignKey(MeasurementStandard, models.CASCADE, related_name="upper_links")
    upper = models.ForeignKey(
        MeasurementStandard, models.PROTECT, null=True, blank=True, related_name="lower_links"
    )
    is_primary = models.BooleanField(_("national primary standard"), default=False)
    holder = models.CharField(_("holder"), max_length=160, blank=True)
    name = models.CharField(_("name"), max_length=160, blank=True)
    range_text = models.CharField(_("range"), max_length=120, blank=True)
    performance_text = models.CharField(_("class or error"), max_length=120, blank=True)
    way = models.CharField(_("verification or calibration"), max_length=12, choices=Way)
    certificate_no = models.CharField(_("certificate number"), max_length=80, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        ordering = ["standard", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(upper__isnull=False) | Q(name__gt=""),
                name="upper_link_names_something",
                violation_error_message=_("Choose the upper standard or write its name."),
            ),
            models.CheckConstraint(
                condition=Q(upper__isnull=True) | ~Q(upper=F("standard")),
                name="upper_link_not_to_itself",
                violation_error_message=_("A standard is not traced to itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.upper_id)


class Attachment(models.Model):
    """A file kept with a standard; removed ones stay on record."""

    standard = models.ForeignKey(MeasurementStandard, models.CASCADE, related_name="attachments")
    title = models.CharField(_("title"), max_length=120)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "standard__institute__organisation"

    class Meta:
        ordering = ["standard", "id"]

    def __str__(self) -> str:
        return self.title

    def audit_scope(self) -> str:
        return self.standard.institute.organisation.path
