"""What plans ask: indicators, and the targets of units."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from indicators.models.columns import FIGURE
from indicators.models.measures import Measure, Series
from metroplan.common.naming import BilingualName, localised
from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import ScopedQuerySet
from metroplan.plans.models import Milestone, Plan, PlanCategory, PlanTask
from metroplan.plans.querysets import PlanQuerySet


class Comparator(models.TextChoices):
    AT_LEAST = "at_least", _("At least")
    AT_MOST = "at_most", _("At most")
    EQUAL = "equal", _("Equal to")
    RANGE = "range", _("Between")
    DONE = "done", _("Done")


class Attribute(models.TextChoices):
    EXPECTED = "expected", _("Anticipatory")
    BINDING = "binding", _("Binding")


class Basis(models.TextChoices):
    ABSOLUTE = "absolute", _("Absolute")
    GROWTH_PERCENT = "growth_percent", _("Growth in percent")


class Mode(models.TextChoices):
    REACH = "reach", _("Reach")
    MAINTAIN = "maintain", _("Maintain")


class Indicator(BilingualName, models.Model):
    """A plan's use of a measure (规划指标)."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="indicators")
    code = models.SlugField(_("code"), max_length=80)
    series = models.ForeignKey(Series, models.PROTECT, related_name="indicators")
    name_zh = models.CharField(_("Chinese name"), max_length=160)
    name_en = models.CharField(_("English name"), max_length=240)
    clause = models.CharField(_("clause"), max_length=160)
    category = models.ForeignKey(
        PlanCategory, models.PROTECT, null=True, blank=True, related_name="indicators"
    )
    position = models.PositiveSmallIntegerField()
    attribute = models.CharField(_("attribute"), max_length=10, choices=Attribute)
    comparator = models.CharField(_("comparator"), max_length=10, choices=Comparator)
    basis = models.CharField(_("basis"), max_length=15, choices=Basis)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode)
    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="indicators")
    baseline_year = models.PositiveSmallIntegerField(_("baseline year"), null=True, blank=True)
    baseline_value = models.DecimalField(_("baseline"), null=True, blank=True, **FIGURE)
    group = models.CharField(_("group"), max_length=60, blank=True)
    notes_zh = models.TextField(_("notes, in Chinese"), blank=True)
    notes_en = models.TextField(_("notes, in English"), blank=True)
    tasks = models.ManyToManyField(PlanTask, related_name="indicators", blank=True)

    objects = PlanQuerySet.as_manager()
    org_lookup = "owner"

    class Meta:
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="indicator_once_per_plan"),
            models.CheckConstraint(
                condition=Q(basis="absolute") | Q(baseline_year__isnull=False),
                name="growth_needs_base_year",
                violation_error_message=_("A growth target needs the year it grows from."),
            ),
        ]

    @property
    def measure(self) -> Measure:
        return self.series.measure

    @property
    def notes(self) -> str:
        return localised(self, "notes")

    def audit_scope(self) -> str:
        return self.owner.path


class Target(models.Model):
    """What a unit is to reach by a milestone; a revision adds a row, the old one stays.

    `recorded_at` is when it became known here; `decision` is empty for a plan's own text.
    """

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="targets")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="targets")
    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="targets")
    low = models.DecimalField(_("target"), null=True, blank=True, **FIGURE)
    high = models.DecimalField(_("upper end"), null=True, blank=True, **FIGURE)
    approximate = models.BooleanField(_("approximate"), default=False)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    effective_from = models.DateField(_("effective from"))
    document = models.CharField(_("document"), max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())
    decision = models.ForeignKey(
        "indicators.Revision", models.RESTRICT, null=True, blank=True, related_name="targets"
    )
    is_demo = models.BooleanField(_("demonstration"), default=False)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        ordering = ["indicator", "organisation", "milestone", "revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "organisation", "milestone", "revision"],
                name="target_once_per_revision",
            ),
            models.CheckConstraint(
                condition=Q(high__isnull=True) | Q(high__gte=F("low")),
                name="target_range_upright",
                violation_error_message=_("The upper end must not lie below the lower end."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.organisation_id} {self.milestone_id} r{self.revision}"

    def audit_scope(self) -> str:
        return self.organisation.path
