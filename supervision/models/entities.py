"""Who uses instruments, the instruments themselves, and how they were verified."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import ScopedQuerySet
from standards.models import Institute, InstrumentKind


class Entity(models.Model):
    """A body that is supervised (单位、企业、集贸市场), in the region of the unit at its address.

    Its working life is from `opened_on` to the day before `closed_on`.
    """

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", _("Enterprise")
        MARKET = "market", _("Market")
        RETAIL = "retail", _("Shop or supermarket")
        FUEL_STATION = "fuel_station", _("Filling station")
        MEDICAL = "medical", _("Medical institution")
        OPTICIAN = "optician", _("Optician")
        CATERING = "catering", _("Restaurant")
        TRANSPORT = "transport", _("Transport operator")
        UTILITY = "utility", _("Water, power, gas or heat supplier")
        MINE = "mine", _("Mine")
        MAKER = "maker", _("Maker of instruments")
        OTHER = "other", _("Other")

    number = models.CharField(_("register number"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=160)
    uscc = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    industry = models.CharField(_("industry"), max_length=80, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="entities", verbose_name=_("unit")
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    key_energy_user = models.BooleanField(_("key energy-using unit"), default=False)
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    is_demo = models.BooleanField(default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        verbose_name_plural = "entities"
        ordering = ["number"]
        indexes = [models.Index(fields=["organisation", "kind"], name="entity_by_unit")]
        constraints = [
            models.UniqueConstraint(
                fields=["uscc"],
                condition=~Q(uscc=""),
                name="entity_one_per_uscc",
                violation_error_message=_("Another entity has this credit code already."),
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True)
                | Q(opened_on__isnull=True)
                | Q(closed_on__gt=F("opened_on")),
                name="entity_closes_after_it_opens",
                violation_error_message=_("The closing day must come after the opening day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def audit_scope(self) -> str:
        return self.organisation.path


class IntervalRule(models.Model):
    """After how many months an instrument of a kind is due again, by the document in force."""

    kind = models.ForeignKey(InstrumentKind, models.CASCADE, related_name="intervals")
    months = models.PositiveSmallIntegerField(_("months"))
    effective_from = models.DateField(_("effective from"))
    document = models.CharField(_("document"), max_length=100, blank=True)

    class Meta:
        ordering = ["kind", "-effective_from"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "effective_from"], name="interval_once_per_day")
        ]

    def __str__(self) -> str:
        return f"{self.kind_id} {self.months}"


class Instrument(models.Model):
    """An instrument of the ledger (强检器具台账).

    It is in use from `in_use_from` to the day before `out_of_use_on`. What the newest verification
    says is repeated in `verified_on`, `passed` and `valid_until` for lists, written by the services
    alone; what held on a past day is read from `verifications`.
    """

    class Purpose(models.TextChoices):
        TRADE = "trade", _("Trade settlement")
        SAFETY = "safety", _("Safety protection")
        MEDICAL = "medical", _("Medical care")
        ENVIRONMENT = "environment", _("Environmental monitoring")
        STANDARD = "standard", _("Part of a measurement standard")
        OTHER = "other", _("Other, not subject to compulsory verification")

    number = models.CharField(_("register number"), max_length=40, unique=True)
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="instruments")
    kind = models.ForeignKey(InstrumentKind, models.PROTECT, related_name="instruments")
    name = models.CharField(_("name"), max_length=120)
    model = models.CharField(_("model"), max_length=80, blank=True)
    range_text = models.CharField(_("measuring range"), max_length=120, blank=True)
    accuracy = models.CharField(_("accuracy class"), max_length=60, blank=True)
    serial_no = models.CharField(_("serial number"), max_length=80)
    maker = models.CharField(_("maker"), max_length=120)
    made_on = models.DateField(_("made on"), null=True, blank=True)
    place = models.CharField(_("place of use"), max_length=160, blank=True)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose)
    interval_months = models.PositiveSmallIntegerField(
        _("verification interval in months"), null=True, blank=True
    )
    in_use_from = models.DateField(_("in use from"))
    out_of_use_on = models.DateField(_("out of use on"), null=True, blank=True)
    verified_on = models.DateField(null=True, editable=False)
    passed = models.BooleanField(null=True, editable=False)
    valid_until = models.DateField(null=True, editable=False)
    is_demo = models.BooleanField(default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "entity__organisation"

    class Meta:
        ordering = ["number"]
        indexes = [
            models.Index(fields=["entity", "kind"], name="instrument_by_entity"),
            models.Index(fields=["valid_until"], name="instrument_by_due_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["serial_no", "maker", "entity"],
                name="instrument_once",
                violation_error_message=_(
                    "This entity has an instrument of this maker with this serial number already."
                ),
            ),
            models.CheckConstraint(
                condition=Q(out_of_use_on__isnull=True) | Q(out_of_use_on__gt=F("in_use_from")),
                name="instrument_out_of_use_after_in_use",
                violation_error_message=_("It cannot go out of use before it came into use."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def audit_scope(self) -> str:
        return self.entity.organisation.path


class Verification(models.Model):
    """One verification of an instrument. A pass is valid to `valid_until`, that day included; a
    failure ends the validity of what came before on its own day."""

    class Stage(models.TextChoices):
        INITIAL = "initial", _("Initial verification")
        PERIODIC = "periodic", _("Periodic verification")
        AFTER_REPAIR = "after_repair", _("After repair")

    instrument = models.ForeignKey(Instrument, models.CASCADE, related_name="verifications")
    verified_on = models.DateField(_("verified on"))
    stage = models.CharField(_("stage"), max_length=12, choices=Stage)
    passed = models.BooleanField(_("passed"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    certificate_no = models.CharField(_("certificate number"), max_length=80, blank=True)
    institute = models.ForeignKey(
        Institute, models.PROTECT, null=True, blank=True, related_name="verifications"
    )
    institute_name = models.CharField(_("institute"), max_length=160, blank=True)
    free_of_charge = models.BooleanField(_("free of charge"), default=False)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ScopedQuerySet.as_manager()
    org_lookup = "instrument__entity__organisation"

    class Meta:
        ordering = ["instrument", "-verified_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "verified_on"],
                name="verification_once_per_day",
                violation_error_message=_("A verification of this day is on record already."),
            ),
            models.CheckConstraint(
                condition=Q(passed=False, valid_until__isnull=True)
                | Q(passed=True, valid_until__gte=F("verified_on")),
                name="verification_validity_fits_result",
                violation_error_message=_(
                    "A pass is valid until a day that does not come before it; a failure has none."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.verified_on}"

    def audit_scope(self) -> str:
        return self.instrument.entity.organisation.path
