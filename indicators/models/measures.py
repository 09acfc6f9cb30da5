"""What is collected, and the windows it is seen through."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from metroplan.common.fields import PeriodField
from metroplan.common.naming import BilingualName, localised
from metroplan.common.periods import Period
from metroplan.organisations.models import Level


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
    """What is collected once and used by many indicators (数据项).

    `source` is `reported`, or `register:<key>`: then the register is the source from
    `counted_since` on, or always where that is empty; earlier quarters stay as reported.
    """

    REPORTED = "reported"
    REGISTER = "register:"

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
    counted_since = PeriodField(_("first quarter that is counted"), null=True, blank=True)

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
    def register_key(self) -> str:
        """Empty where the measure is reported."""
        if not self.source.startswith(self.REGISTER):
            return ""
        return self.source.removeprefix(self.REGISTER)

    def is_counted(self, period: Period) -> bool:
        """Whether the quarter's figures come from a register and nobody reports them."""
        since = self.counted_since
        return bool(self.register_key) and (since is None or period >= since)

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
