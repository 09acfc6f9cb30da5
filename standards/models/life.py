"""The dated side of a standard: states, certificates, grades, examinations, and what follows."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from metroplan.organisations.querysets import ScopedQuerySet
from metroplan.submissions.models import StoredFile
from standards.models.standards import MeasurementStandard, NationalLevel, Rank
from standards.states import State


class StateEvent(models.Model):
    """From this day on the standard is in this state, until a later day says otherwise.

    Rows are only added; of two for one day the one recorded later holds.
    """

    standard = models.ForeignKey(MeasurementStandard, models.CASCADE, related_name="states")
    state = models.CharField(_("state"), max_length=20, choices=State)
    since = models.DateField(_("from"))
    document = models.CharField(_("document"), max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["standard", "since", "id"]

    def __str__(self) -> str:
        return f"{self.standard_id} {self.state} {self.since}"


class Certificate(models.Model):
    """The examination certificate, or the public-standard certificate issued after it.

    Valid on both its first and its last day; a revoked one is not valid from `revoked_on`.
    """

    class Kind(models.TextChoices):
        EXAMINATION = "examination", _("Examination certificate")
        PUBLIC = "public", _("Public standard certificate")

    standard = models.ForeignKey(MeasurementStandard, models.CASCADE, related_name="certificates")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    number = models.CharField(_("certificate number"), max_length=80)
    authority = models.CharField(_("issued by"), max_length=120, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))
    revoked_on = models.DateField(_("revoked on"), null=True, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ScopedQuerySet.as_manager()
    org_lookup = "standard__institute__organisation"

    class Meta:
        ordering = ["standard", "kind", "valid_from"]
        constraints = [
            # A certificate that was prolonged keeps its number: one row for each span.
            models.UniqueConstraint(
                fields=["kind", "number", "valid_from"],
                name="certificate_number_once",
                violation_error_message=_("This certificate number is on record already."),
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")),
                name="certificate_ends_after_start",
                violation_error_message=_("The last day must not come before the first."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def audit_scope(self) -> str:
        return self.standard.institute.organisation.path


class Grade(models.Model):
    """Rank and level from a day on; the first row is the founding, later ones upgrades."""

    class Change(models.TextChoices):
        NEW = "new", _("Newly established")
        UPGRADED = "upgraded", _("Upgraded")
        REGRADED = "regraded", _("Assessed anew")

    standard = models.ForeignKey(MeasurementStandard, models.CASCADE, related_name="grades")
    since = models.DateField(_("from"))
    change = models.CharField(_("change"), max_length=10, choices=Change)
    rank = models.CharField(_("rank"), max_length=8, choices=Rank)
    national_level = models.CharField(
        _("level in the country"), max_length=14, choices=NationalLevel, blank=True
    )
    document = models.CharField(_("document"), max_length=100, blank=True)

    class Meta:
        ordering = ["standard", "since"]
        constraints = [
            models.UniqueConstraint(
                fields=["standard", "since"],
                name="grade_once_per_day",
                violation_error_message=_("There is a change of grade on this day already."),
            ),
            models.UniqueConstraint(
                fields=["standard"], condition=Q(change="new"), name="grade_new_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.standard_id} {self.rank} {self.since}"


class InForceSpan(models.Model):
    """Days on which a standard counts: `first` to `last`, both included.

    Derived from states and certificates by `services.in_force.rebuild`, never written elsewhere.
    """

    standard = models.ForeignKey(MeasurementStandard, models.CASCADE, related_name="in_force")
    first = models.DateField()
    last = models.DateField()

    class Meta:
        ordering = ["standard", "first"]
        indexes = [models.Index(fields=["first", "last"], name="in_force_by_day")]
        constraints = [
            models.UniqueConstraint(fields=["standard", "first"], name="in_force_once_per_day"),
            models.CheckConstraint(
                condition=Q(last__gte=F("first")), name="in_force_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.standard_id} {self.first}–{self.last}"


class Examination(models.Model):
    """The dossier of a first examination or a re-examination."""

    class Kind(models.TextChoices):
        FIRST = "first", _("First examination")
        AGAIN = "again", _("Re-examination")

    class Result(models.TextChoices):
        OPEN = "", _("Not decided")
        PASSED = "passed", _("Passed")
        RECTIFY = "rectify", _("To be rectified")
        FAILED = "failed", pgettext_lazy("standard", "Failed")

    standard = models.ForeignKey(MeasurementStandard, models.CASCADE, related_name="examinations")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    authority = models.CharField(_("examining authority"), max_length=120, blank=True)
    applied_on = models.DateField(_("applied on"))
    accepted_on = models.DateField(_("accepted on"), null=True, blank=True)
    examined_on = models.DateField(_("examined on"), null=True, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=8, choices=Result, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "standard__institute__organisation"

    class Meta:
        ordering = ["standard", "-applied_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_on__isnull=True) | Q(decided_on__gte=F("applied_on")),
                name="examination_decided_after_applied",
                violation_error_message=_("It cannot be decided before it was applied for."),
            ),
            models.CheckConstraint(
                condition=Q(result="", decided_on__isnull=True)
                | (~Q(result="") & Q(decided_on__isnull=False)),
                name="examination_result_has_its_day",
                violation_error_message=_("A result needs the day of the decision."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.standard_id} {self.kind} {self.applied_on}"

    def audit_scope(self) -> str:
        return self.standard.institute.organisation.path


class ExaminationDocument(models.Model):
    class Kind(models.TextChoices):
        APPLICATION = "application", _("Application")
        TECHNICAL_REPORT = "technical_report", _("Technical report")
        EQUIPMENT_CERTIFICATE = "equipment_certificate", _("Certificates of the equipment")
        ORIGINAL_RECORD = "original_record", _("Original records and mock certificates")
        STAFF = "staff", _("Evidence of the staff's competence")
        FORMER_CERTIFICATE = "former_certificate", _("Former certificate")
        REPEATABILITY = "repeatability", _("Records of repeatability")
        STABILITY = "stability", _("Records of stability")
        CHANGE_FORM = "change_form", _("Change forms")
        REPORT = "report", _("Examination report")

    examination = models.ForeignKey(Examination, models.CASCADE, related_name="documents")
    kind = models.CharField(_("kind"), max_length=24, choices=Kind)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["examination", "kind", "id"]

    def __str__(self) -> str:
        return f"{self.examination_id} {self.kind}"


class ControlRecord(models.Model):
    """A yearly record of stability or repeatability."""

    class Kind(models.TextChoices):
        STABILITY = "stability", _("Stability")
        REPEATABILITY = "repeatability", _("Repeatability")

    standard = models.ForeignKey(MeasurementStandard, models.CASCADE, related_name="controls")
    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    measured_on = models.DateField(_("measured on"))
    result_text = models.CharField(_("result"), max_length=120)
    limit_text = models.CharField(_("limit"), max_length=120, blank=True)
    conforms = models.BooleanField(_("conforms"))

    class Meta:
        ordering = ["standard", "-measured_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["standard", "kind", "measured_on"], name="control_once_per_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.standard_id} {self.kind} {self.measured_on}"


class ExaminationRule(models.Model):
    """What holds for examinations from a day on: how long a certificate lasts, when to apply.

    The periods were never read in a primary source, so they are data that staff can change.
    """

    effective_from = models.DateField(_("effective from"), unique=True)
    validity_months = models.PositiveSmallIntegerField(_("validity in months"))
    window_months = models.PositiveSmallIntegerField(_("months before expiry to apply"))
    reminder_months = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("reminders, months before expiry")
    )
    document = models.CharField(_("document"), max_length=200, blank=True)

    class Meta:
        ordering = ["-effective_from"]

    def __str__(self) -> str:
        return str(self.effective_from)


class ExpiryReminder(models.Model):
    """That a certificate's end was told so many months ahead: told once."""

    certificate = models.ForeignKey(Certificate, models.CASCADE, related_name="reminders")
    months = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["certificate", "-months"]
        constraints = [
            models.UniqueConstraint(fields=["certificate", "months"], name="expiry_reminder_once")
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.months}"
