"""Other things that plans count: one typed ledger with evidence."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import ScopedQuerySet
from metroplan.submissions.models import StoredFile
from standards.models.institutes import Institute


class LedgerEntry(models.Model):
    """One project, document, material, comparison, laboratory, centre, platform or person.

    It counts from `counts_from` to the day before `counts_to`; both follow from its dated
    states (`LedgerState`) and are written by the services alone. Persons go by a number, their
    name may stay blank.
    """

    class Kind(models.TextChoices):
        RESEARCH = "research", _("Research project")
        SPECIFICATION = "specification", _("Technical specification")
        REFERENCE_MATERIAL = "reference_material", _("Reference material")
        COMPARISON = "comparison", _("Measurement comparison")
        TYPE_LABORATORY = "type_laboratory", _("Type-evaluation laboratory")
        INDUSTRY_CENTRE = "industry_centre", _("Industry metrology centre")
        PLATFORM = "platform", _("Innovation platform")
        COMMITTEE_MEMBER = "committee_member", _("Technical committee member")
        TALENT = "talent", _("Talent")
        LEADING_ITEM = "leading_item", _("Leading or international item")

    class Level(models.TextChoices):
        INTERNATIONAL = "international", _("International")
        NATIONAL = "national", _("National")
        PROVINCIAL = "provincial", _("Provincial")
        CITY = "city", _("City")
        COUNTY = "county", _("County")

    class Role(models.TextChoices):
        NONE = "", _("No role of its own")
        LEAD = "lead", _("Leading")
        PARTICIPANT = "participant", _("Taking part")

    number = models.CharField(_("register number"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    level = models.CharField(_("level"), max_length=14, choices=Level)
    role = models.CharField(_("role"), max_length=12, choices=Role, blank=True)
    title = models.CharField(_("title"), max_length=200)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="ledger", verbose_name=_("unit")
    )
    institute = models.ForeignKey(
        Institute,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="ledger",
        verbose_name=_("institute"),
    )
    document_no = models.CharField(_("document number"), max_length=100, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    counts_from = models.DateField(null=True, editable=False)
    counts_to = models.DateField(null=True, editable=False)
    is_demo = models.BooleanField(default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        verbose_name_plural = "ledger entries"
        ordering = ["number"]
        indexes = [models.Index(fields=["kind", "level"], name="ledger_by_kind")]
        constraints = [
            models.CheckConstraint(
                condition=Q(counts_to__isnull=True) | Q(counts_to__gte=F("counts_from")),
                name="ledger_counts_forward",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def audit_scope(self) -> str:
        return self.organisation.path


class LedgerState(models.Model):
    """From this day on the entry is in this state; rows are only added."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        UNDER_WAY = "under_way", _("Under way")
        DONE = "done", _("Done or in force")
        ENDED = "ended", _("Ended")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    entry = models.ForeignKey(LedgerEntry, models.CASCADE, related_name="states")
    state = models.CharField(_("state"), max_length=10, choices=State)
    since = models.DateField(_("from"))
    document = models.CharField(_("document"), max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["entry", "since", "id"]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.state} {self.since}"


class LedgerEvidence(models.Model):
    """A file that shows an entry; removed ones stay on record."""

    entry = models.ForeignKey(LedgerEntry, models.CASCADE, related_name="evidence")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "entry__organisation"

    class Meta:
        verbose_name_plural = "ledger evidence"
        ordering = ["entry", "id"]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.file_id}"

    def audit_scope(self) -> str:
        return self.entry.organisation.path
