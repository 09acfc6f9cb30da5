"""Who is asked for what, and the approved figures."""

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from indicators.models.columns import FIGURE
from indicators.models.measures import Measure
from indicators.models.registers import RegisterCount
from metroplan.common.fields import PeriodField
from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import ScopedQuerySet
from metroplan.submissions.models import FigureState, ReportingForm, StagedRow, StoredFile


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
    is the staged line of a submission, a line of an imported file, or a count of a register.
    """

    measure = models.ForeignKey(
        Measure, models.PROTECT, related_name="observations", db_index=False
    )
    # A unit's figures are found by the indexes below: they are skipped through by measure, of which
    # there are few. One for units alone would cost each import a sixth of its writing.
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="observations", db_index=False
    )
    period = PeriodField()
    state = models.CharField(max_length=15, choices=FigureState)
    value = models.DecimalField(null=True, **FIGURE)
    numerator = models.DecimalField(null=True, **FIGURE)
    denominator = models.DecimalField(null=True, **FIGURE)
    revision = models.PositiveSmallIntegerField(default=1)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    staged_row = models.ForeignKey(
        StagedRow,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="observations",
        db_index=False,
    )
    batch = models.ForeignKey(
        ImportBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="observations",
        db_index=False,
    )
    line = models.PositiveIntegerField(null=True)
    register_count = models.ForeignKey(
        RegisterCount,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="observations",
        db_index=False,
    )

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        ordering = ["measure", "organisation", "period", "revision"]
        indexes = [
            models.Index(
                fields=["staged_row"],
                condition=Q(staged_row__isnull=False),
                name="observation_staged_row",
            ),
            # The lines of a batch lie together.
            BrinIndex(fields=["batch"], autosummarize=True, name="observation_batch"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "organisation", "period"],
                condition=Q(superseded_at__isnull=True),
                # The engine reads a unit's figures in order from this index alone.
                include=["state", "value", "numerator", "denominator"],
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
