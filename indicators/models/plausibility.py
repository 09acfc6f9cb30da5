"""Which figures are to be looked at again: the checks behind the warnings, as dated data."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from indicators.models.measures import Kind, Measure


class Check(models.TextChoices):
    """What a figure is held against; see `indicators.plausibility.checks` for each."""

    RANGE = "range", _("Usual range")
    BELOW_LAST = "below_last", _("What counts up may not fall")
    UNIT_SLIP = "unit_slip", _("Slip of the unit or the decimal point")
    YEAR_TO_DATE = "year_to_date", _("Quarter mistaken for the year so far")
    OUTLIER_HISTORY = "outlier_history", _("Far from the unit's own figures")
    OUTLIER_PEERS = "outlier_peers", _("Far from other units of the level")
    PARTS = "parts", _("Sum of its parts")
    REGISTER = "register", _("As the register counts")


class PlausibilityRule(models.Model):
    """How one check looks at a measure, or at all measures of a kind, from a day on.

    A measure's own rule goes before that of its kind. `params` holds the check's settings by name,
    numbers as text; see `indicators.plausibility.settings`. A change adds a row with the next
    version; the newest that is in effect holds, and an inactive one switches the check off.
    """

    check_kind = models.CharField(_("check"), max_length=20, choices=Check)
    measure_kind = models.CharField(max_length=10, choices=Kind, blank=True)
    measure = models.ForeignKey(
        Measure, models.CASCADE, null=True, blank=True, related_name="plausibility_rules"
    )
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    active = models.BooleanField(_("in use"), default=True)
    params = models.JSONField(default=dict, blank=True)
    effective_from = models.DateField(_("effective from"))
    document = models.CharField(_("document"), max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["check_kind", "measure_kind", "measure__code", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["check_kind", "measure_kind", "measure", "version"],
                name="plausibility_once_per_version",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(measure__isnull=True, measure_kind__gt="")
                | Q(measure__isnull=False, measure_kind=""),
                name="plausibility_measure_or_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_check_kind_display()} · {self.subject} v{self.version}"

    @property
    def subject(self) -> str:
        """The measure it is about, or the kind of measures."""
        return self.measure.name if self.measure else str(Kind(self.measure_kind).label)

    def audit_scope(self) -> str:
        return ""
