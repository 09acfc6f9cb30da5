"""What a plan document says beside its figures: stages, boxes, tasks, units, duties."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from metroplan.common.fields import PeriodField
from metroplan.common.naming import BilingualName, localised
from metroplan.organisations.models import Organisation
from metroplan.plans.querysets import PlanQuerySet


class PlanStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_FORCE = "in_force", _("In force")
    CLOSED = "closed", _("Closed")


class Plan(models.Model):
    """A metrology development plan (计量发展规划), or the header of the one above it."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    title_zh = models.CharField(_("Chinese title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=300)
    document_no = models.CharField(_("document number"), max_length=60, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="plans",
        verbose_name=_("issuing unit"),
    )
    issuer_zh = models.CharField(_("issued by, in Chinese"), max_length=120, blank=True)
    issuer_en = models.CharField(_("issued by, in English"), max_length=160, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    starts = PeriodField(_("first quarter"), null=True, blank=True)
    ends = PeriodField(_("last quarter"), null=True, blank=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("carries out"),
    )
    url = models.URLField(_("link"), blank=True)
    status = models.CharField(_("status"), max_length=10, choices=PlanStatus)
    notes_zh = models.TextField(_("notes, in Chinese"), blank=True)
    notes_en = models.TextField(_("notes, in English"), blank=True)

    objects = PlanQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")),
                name="plan_runs_forward",
                violation_error_message=_("A plan must end after it begins."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return localised(self, "title")

    @property
    def notes(self) -> str:
        return localised(self, "notes")

    @property
    def issuer(self) -> str:
        """Who issued it where that is no unit of the tree."""
        return localised(self, "issuer")

    def audit_scope(self) -> str:
        return self.organisation.path if self.organisation else ""


class MilestoneKind(models.TextChoices):
    BASELINE = "baseline", _("Baseline")
    MID_TERM = "mid_term", _("Mid-term")
    FINAL = "final", _("Final")
    VISION = "vision", _("Vision")


class Milestone(models.Model):
    """A stage of the plan; it stands at the fourth quarter of its year."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="milestones")
    year = models.PositiveSmallIntegerField(_("year"))
    kind = models.CharField(_("kind"), max_length=10, choices=MilestoneKind)

    objects = PlanQuerySet.as_manager()
    org_lookup = "plan__organisation"

    class Meta:
        ordering = ["plan", "year"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "year"], name="milestone_once_per_year")
        ]

    def __str__(self) -> str:
        return f"{self.plan.code} {self.year}"


class PlanCategory(BilingualName, models.Model):
    """A heading under which the document groups its indicators (类别)."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="categories")
    code = models.SlugField(max_length=40)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["plan", "position"]
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="category_once")]


class ResponsibleUnit(BilingualName, models.Model):
    """A department or body that the document gives work to; not always one that reports here."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="units")
    code = models.SlugField(max_length=60)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["plan", "position"]
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="plan_unit_once")]


class PlanBox(models.Model):
    """A boxed list of the document (专栏)."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="boxes")
    number = models.PositiveSmallIntegerField()
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=200)

    class Meta:
        ordering = ["plan", "number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="box_once")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return localised(self, "title")


class PlanBoxRow(models.Model):
    box = models.ForeignKey(PlanBox, models.CASCADE, related_name="rows")
    position = models.PositiveSmallIntegerField()
    label_zh = models.CharField(max_length=200)
    label_en = models.CharField(max_length=300)
    text_zh = models.TextField(blank=True)
    text_en = models.TextField(blank=True)

    class Meta:
        ordering = ["box", "position"]
        constraints = [models.UniqueConstraint(fields=["box", "position"], name="box_row_once")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return localised(self, "label")

    @property
    def text(self) -> str:
        return localised(self, "text")


class PlanTask(models.Model):
    """A numbered piece of work of the document, with its lead and supporting units."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="tasks")
    number = models.CharField(max_length=10)
    position = models.PositiveSmallIntegerField()
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300)
    clause = models.CharField(max_length=80, blank=True)
    due = PeriodField(null=True, blank=True)
    notes_zh = models.TextField(blank=True)
    notes_en = models.TextField(blank=True)

    objects = PlanQuerySet.as_manager()
    org_lookup = "plan__organisation"

    class Meta:
        ordering = ["plan", "position"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="task_once")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return localised(self, "title")

    @property
    def notes(self) -> str:
        return localised(self, "notes")


class PlanTaskUnit(models.Model):
    """Position 0 leads, the others support, in the document's order."""

    task = models.ForeignKey(PlanTask, models.CASCADE, related_name="task_units")
    unit = models.ForeignKey(ResponsibleUnit, models.CASCADE, related_name="task_units")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["task", "position"]
        constraints = [models.UniqueConstraint(fields=["task", "unit"], name="task_unit_once")]

    def __str__(self) -> str:
        return f"{self.task_id}:{self.unit_id}"

    @property
    def leads(self) -> bool:
        return self.position == 0


class PlanDuty(models.Model):
    """Who reports or evaluates what, to whom, by when."""

    class Recurrence(models.TextChoices):
        ONCE = "once", _("Once")
        YEARLY = "yearly", _("Every year")
        QUARTERLY = "quarterly", _("Every quarter")
        AS_NEEDED = "as_needed", _("As needed")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="duties")
    code = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField()
    clause = models.CharField(max_length=80, blank=True)
    by_unit = models.ForeignKey(ResponsibleUnit, models.CASCADE, related_name="duties_owed")
    to_unit = models.ForeignKey(
        ResponsibleUnit, models.CASCADE, null=True, blank=True, related_name="duties_received"
    )
    subject_zh = models.CharField(max_length=300)
    subject_en = models.CharField(max_length=400)
    due_zh = models.CharField(max_length=120, blank=True)
    due_en = models.CharField(max_length=160, blank=True)
    recurrence = models.CharField(max_length=10, choices=Recurrence)
    year = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["plan", "position"]
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="duty_once")]

    def __str__(self) -> str:
        return self.subject

    @property
    def subject(self) -> str:
        return localised(self, "subject")

    @property
    def due(self) -> str:
        return localised(self, "due")
