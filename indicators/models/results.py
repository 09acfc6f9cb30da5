"""What the engine computes from the figures, and what it still has to compute."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from indicators.models.aims import Indicator
from indicators.models.columns import RESULT
from indicators.models.measures import Measure, Series
from metroplan.common.fields import PeriodField
from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import ScopedQuerySet

LEAN = {"db_constraint": False, "db_index": False}


class RollUp(models.Model):
    """One series for one unit and all below it at one quarter, with its coverage.

    `reported`, `expected` and `carried` count reporting units; those not applicable are in neither.
    `newest` is the quarter of the newest observation behind the figure. Rows are written by the
    million and only by the engine, from keys it has just read: no constraint checks them again.
    """

    pk = models.CompositePrimaryKey("series", "organisation", "period")
    series = models.ForeignKey(Series, models.CASCADE, related_name="roll_ups", **LEAN)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="roll_ups", **LEAN)
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
        indexes = [models.Index(fields=["organisation", "period"], name="rollup_page")]

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

    pk = models.CompositePrimaryKey("indicator", "organisation", "period")
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="progress", **LEAN)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="progress", **LEAN)
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
        indexes = [models.Index(fields=["organisation", "period"], name="progress_page")]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.organisation_id} {self.period} {self.status}"


class DirtyMark(models.Model):
    """Work to do: figures of a measure changed for a unit from a quarter on.

    Written in the transaction that changes the figures, whose keys it takes over; removed in the
    one that recomputes.
    """

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="+", **LEAN)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", **LEAN)
    period = PeriodField()
    marked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.organisation_id} {self.period}"
