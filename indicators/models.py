"""Measures that are collected, indicators that plans set on them, figures, and where they stand."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from metroplan.common.fields import PeriodField
from metroplan.common.naming import BilingualName, localised
from metroplan.organisations.models import Level, Organisation
from metroplan.organisations.querysets import ScopedQuerySet
from metroplan.plans.models import Milestone, Plan, PlanCategory, PlanTask
from metroplan.plans.querysets import PlanQuerySet
from metroplan.submissions.models import FigureState, ReportingForm, StagedRow, StoredFile

FIGURE = {"max_digits": 24, "decimal_places": 6}
RESULT = {"max_digits": 32, "decimal_places": 12, "null": True}


class Kind(models.TextChoices):
    COUNT = "count", _("Count")
    RATIO = "ratio", _("Ratio")
    YES_NO = "yes_no", _("Yes or no")


class Accumulation(models.TextChoices):
    STOCK = "stock", _("Stock at the quarter's end")
    FLOW = "flow", _("Flow of the quarter")


class RollUpRule(models.TextChoices):
    SUM = "sum", _("Sum")
    RATIO = "ratio", _("Numerators over denominators")
    MEAN = "mean", _("Mean of the reporting units")
    SHARE = "share", _("Share of units done")
    OWN = "own", _("The owner's own figure")


class Measure(BilingualName, models.Model):
    """What is collected once and used by many indicators (数据项)."""

    code = models.CharField(_("code"), max_length=120, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=160)
    name_en = models.CharField(_("English name"), max_length=240)
    unit_zh = models.CharField(_("Chinese unit"), max_length=20, blank=True)
    unit_en = models.CharField(_("English unit"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    accumulation = models.CharField(_("accumulation"), max_length=10, choices=Accumulation)
    roll_up = models.CharField(_("roll-up"), max_length=10, choices=RollUpRule)
    mean_level = models.CharField(max_length=10, choices=Level, blank=True)
    numerator_zh = models.CharField(max_length=160, blank=True)
    numerator_en = models.CharField(max_length=240, blank=True)
    denominator_zh = models.CharField(max_length=160, blank=True)
    denominator_en = models.CharField(max_length=240, blank=True)
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=0)
    carry_forward = models.PositiveSmallIntegerField(_("quarters carried forward"), default=4)
    source = models.CharField(_("source"), max_length=80, default="reported")

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="ratio", roll_up__in=["ratio", "own"])
                | Q(kind="count", roll_up__in=["sum", "mean", "own"])
                | Q(kind="yes_no", roll_up__in=["share", "own"]),
                name="measure_roll_up_fits_kind",
                violation_error_message=_("This roll-up does not fit this kind of measure."),
            ),
            models.CheckConstraint(
                condition=Q(roll_up="mean", mean_level__gt="") | ~Q(roll_up="mean"),
                name="measure_mean_names_level",
                violation_error_message=_("A mean must name the level it is taken over."),
            ),
        ]

    @property
    def unit(self) -> str:
        return localised(self, "unit")

    @property
    def numerator_name(self) -> str:
        return localised(self, "numerator")

    @property
    def denominator_name(self) -> str:
        return localised(self, "denominator")


class Window(models.TextChoices):
    AS_IS = "as_is", _("The quarter's own figure")
    SINCE_PLAN_START = "since_plan_start", _("Since the plan's start")
    CALENDAR_YEAR = "calendar_year", _("Since the start of the year")


class Series(models.Model):
    """A measure seen through a window: what roll-ups are kept for.

    `since` is the first quarter counted, for the window since the plan's start only. Indicators
    that ask for the same measure through the same window share one series.
    """

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="series")
    window = models.CharField(max_length=20, choices=Window)
    since = PeriodField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "series"
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "window", "since"],
                name="series_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(window="since_plan_start", since__isnull=False)
                | (~Q(window="since_plan_start") & Q(since__isnull=True)),
                name="series_since_with_plan_window",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.window} {self.since or ''}"


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
    """What a unit is to reach by a milestone; a revision adds a row, the old one stays."""

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


class FormMeasure(models.Model):
    """A measure that a reporting form asks for, in the form's order."""

    form = models.ForeignKey(ReportingForm, models.CASCADE, related_name="form_measures")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="form_measures")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["form", "position"]
        constraints = [
            models.UniqueConstraint(fields=["form", "measure"], name="form_measure_once")
        ]

    def __str__(self) -> str:
        return f"{self.form_id} {self.measure_id}"


class ImportBatch(models.Model):
    """A file of historic figures that entered at once, with the document that vouches for it."""

    document = models.CharField(_("document"), max_length=100)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="import_batches")
    imported_at = models.DateTimeField(auto_now_add=True)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_demo = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "import batches"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.document

    def audit_scope(self) -> str:
        return ""


class Observation(models.Model):
    """An approved fact: one measure, one unit, one quarter.

    The current row has no `superseded_at`; a correction adds a row with the next revision. A yes/no
    figure is 1 or 0 in `value`; a ratio has numerator and denominator and no value. Its source
    is the staged line of a submission, or a line of an imported file.
    """

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="observations")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="observations")
    period = PeriodField()
    state = models.CharField(max_length=15, choices=FigureState)
    value = models.DecimalField(null=True, **FIGURE)
    numerator = models.DecimalField(null=True, **FIGURE)
    denominator = models.DecimalField(null=True, **FIGURE)
    revision = models.PositiveSmallIntegerField(default=1)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    staged_row = models.ForeignKey(
        StagedRow, models.PROTECT, null=True, blank=True, related_name="observations"
    )
    batch = models.ForeignKey(
        ImportBatch, models.PROTECT, null=True, blank=True, related_name="observations"
    )
    line = models.PositiveIntegerField(null=True)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        ordering = ["measure", "organisation", "period", "revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "organisation", "period"],
                condition=Q(superseded_at__isnull=True),
                name="observation_one_current",
            ),
            models.UniqueConstraint(
                fields=["measure", "organisation", "period", "revision"],
                name="observation_once_per_revision",
            ),
            models.CheckConstraint(
                condition=Q(state="not_applicable", value__isnull=True, numerator__isnull=True)
                | Q(state__in=["value", "zero"], value__isnull=False)
                | Q(
                    state__in=["value", "zero"],
                    numerator__isnull=False,
                    denominator__isnull=False,
                ),
                name="observation_state_fits_figures",
            ),
            models.CheckConstraint(
                condition=Q(denominator__isnull=True) | Q(numerator__lte=F("denominator")),
                name="observation_part_within_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.organisation_id} {self.period} r{self.revision}"


class RollUp(models.Model):
    """One series for one unit and all below it at one quarter, with its coverage.

    `reported`, `expected` and `carried` count reporting units; those not applicable are in neither.
    `newest` is the quarter of the newest observation behind the figure.
    """

    series = models.ForeignKey(Series, models.CASCADE, related_name="roll_ups")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="roll_ups")
    period = PeriodField()
    value = models.DecimalField(**RESULT)
    numerator = models.DecimalField(**RESULT)
    denominator = models.DecimalField(**RESULT)
    reported = models.PositiveIntegerField()
    expected = models.PositiveIntegerField()
    carried = models.PositiveIntegerField()
    newest = PeriodField(null=True)
    rule_version = models.PositiveSmallIntegerField()

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "organisation", "period"], name="rollup_once")
        ]

    def __str__(self) -> str:
        return f"{self.series_id} {self.organisation_id} {self.period}"


class ProgressStatus(models.TextChoices):
    NO_DATA = "no_data", _("No data")
    STALE = "stale", _("Out of date")
    ACHIEVED = "achieved", _("Achieved")
    MISSED = "missed", _("Missed")
    DUE_SOON = "due_soon", _("Due soon")
    NOT_DUE = "not_due", _("Not due yet")
    BASELINE = "baseline", _("At baseline")
    REGRESSING = "regressing", _("Falling back")
    AHEAD = "ahead", _("Ahead")
    ON_TRACK = "on_track", _("On track")
    SLIGHTLY_BEHIND = "slightly_behind", _("Slightly behind")
    BEHIND = "behind", _("Behind")
    SERIOUSLY_BEHIND = "seriously_behind", _("Seriously behind")


class Progress(models.Model):
    """Where one unit stands with one indicator at one quarter; see rules.py for every figure."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="progress")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="progress")
    period = PeriodField()
    actual = models.DecimalField(**RESULT)
    expected = models.DecimalField(**RESULT)
    target = models.DecimalField(**RESULT)
    milestone_year = models.PositiveSmallIntegerField(null=True)
    baseline = models.DecimalField(**RESULT)
    attainment = models.DecimalField(**RESULT)
    schedule_ratio = models.DecimalField(**RESULT)
    lag_quarters = models.DecimalField(**RESULT)
    status = models.CharField(max_length=20, choices=ProgressStatus)
    provisional = models.BooleanField(default=False)
    met_by_rounding = models.BooleanField(default=False)
    reported = models.PositiveIntegerField(default=0)
    units_expected = models.PositiveIntegerField(default=0)
    carried = models.PositiveIntegerField(default=0)
    rule_version = models.PositiveSmallIntegerField()
    computed_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        verbose_name_plural = "progress"
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "organisation", "period"], name="progress_once"
            )
        ]
        indexes = [models.Index(fields=["organisation", "period"], name="progress_page")]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.organisation_id} {self.period} {self.status}"


class DirtyMark(models.Model):
    """Work to do: figures of a measure changed for a unit from a quarter on.

    Written in the transaction that changes the figures, removed in the one that recomputes.
    """

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    period = PeriodField()
    marked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.organisation_id} {self.period}"
