"""Who holds standards: institutes, what they are authorised for, and whom they employ."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import ScopedQuerySet


class InstituteKind(models.TextChoices):
    STATUTORY = "statutory", _("Statutory institute")
    AUTHORISED = "authorised", _("Authorised institute")
    ENTERPRISE = "enterprise", _("Enterprise laboratory")


class Institute(models.Model):
    """A body that verifies or calibrates, under the unit in whose region it stands.

    `established_on` and `closed_on` bound its existence; the day it closes is no day of work.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=160)
    kind = models.CharField(_("kind"), max_length=12, choices=InstituteKind)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="institutes", verbose_name=_("unit")
    )
    uscc = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    established_on = models.DateField(_("established on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["uscc"],
                condition=~Q(uscc=""),
                name="institute_one_per_uscc",
                violation_error_message=_("Another institute has this credit code already."),
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True)
                | Q(established_on__isnull=True)
                | Q(closed_on__gt=F("established_on")),
                name="institute_closes_after_it_opens",
                violation_error_message=_("The closing day must come after the founding day."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def audit_scope(self) -> str:
        return self.organisation.path


class Authorization(models.Model):
    """Leave to verify, in one of the four forms of the Rules of the Metrology Law, article 27."""

    class Form(models.TextChoices):
        AS_STATUTORY = "as_statutory", _("Acts as a statutory institute")
        PUBLIC_STANDARD = "public_standard", _("Keeps an authorised public standard")
        INTERNAL = "internal", _("Internal compulsory verification")
        OTHER = "other", _("Other verification and testing tasks")

    institute = models.ForeignKey(Institute, models.CASCADE, related_name="authorizations")
    form = models.CharField(_("form"), max_length=16, choices=Form)
    number = models.CharField(_("number"), max_length=80)
    scope = models.CharField(_("scope"), max_length=500)
    issued_by = models.CharField(_("issued by"), max_length=120)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))
    revoked_on = models.DateField(_("revoked on"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "institute__organisation"

    class Meta:
        ordering = ["institute", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                name="authorization_number_once",
                violation_error_message=_("This authorisation number is taken."),
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")),
                name="authorization_ends_after_start",
                violation_error_message=_("The last day must not come before the first."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def audit_scope(self) -> str:
        return self.institute.organisation.path


class StaffCount(models.Model):
    """How many people of one qualification an institute employed on a day."""

    class Qualification(models.TextChoices):
        METROLOGIST_1 = "metrologist_1", _("Registered metrologist, class 1")
        METROLOGIST_2 = "metrologist_2", _("Registered metrologist, class 2")
        SENIOR = "senior", _("Senior professional title")
        MIDDLE = "middle", _("Middle professional title")
        BACHELOR = "bachelor", _("Bachelor's degree or higher")
        ALL = "all", _("All technical staff")

    institute = models.ForeignKey(Institute, models.CASCADE, related_name="staff_counts")
    as_of = models.DateField(_("as of"))
    qualification = models.CharField(_("qualification"), max_length=16, choices=Qualification)
    count = models.PositiveIntegerField(_("count"))

    class Meta:
        ordering = ["institute", "-as_of", "qualification"]
        constraints = [
            models.UniqueConstraint(
                fields=["institute", "as_of", "qualification"],
                name="staff_count_once_per_day",
                violation_error_message=_("This qualification is counted twice for the day."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.institute_id} {self.qualification} {self.as_of}"


class Assessor(models.Model):
    """A person entitled to examine; known by the certificate, the name may stay blank."""

    class Subject(models.TextChoices):
        STANDARDS = "standards", _("Measurement standards")
        INSTITUTES = "institutes", _("Statutory institutes")

    class Grade(models.TextChoices):
        NATIONAL = "national", _("National")
        PROVINCIAL = "provincial", _("Provincial")

    institute = models.ForeignKey(Institute, models.CASCADE, related_name="assessors")
    certificate_no = models.CharField(_("certificate number"), max_length=80)
    name = models.CharField(_("name"), max_length=60, blank=True)
    subject = models.CharField(_("examines"), max_length=12, choices=Subject)
    grade = models.CharField(_("grade"), max_length=12, choices=Grade)
    field = models.CharField(_("professional field"), max_length=2, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))

    objects = ScopedQuerySet.as_manager()
    org_lookup = "institute__organisation"

    class Meta:
        ordering = ["institute", "certificate_no"]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate_no"],
                name="assessor_certificate_once",
                violation_error_message=_("Another assessor has this certificate number."),
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")),
                name="assessor_ends_after_start",
                violation_error_message=_("The last day must not come before the first."),
            ),
        ]

    def __str__(self) -> str:
        return self.certificate_no

    def audit_scope(self) -> str:
        return self.institute.organisation.path
