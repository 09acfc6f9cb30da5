"""How targets, baselines and thresholds change: proposed by one person, approved by another."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from indicators.models.aims import Indicator
from indicators.models.columns import FIGURE
from metroplan.organisations.models import Organisation
from metroplan.organisations.querysets import ScopedQuerySet
from metroplan.plans.models import Milestone

SHARE = {"max_digits": 6, "decimal_places": 4}


class RevisionKind(models.TextChoices):
    TARGET = "target", _("Target")
    BASELINE = "baseline", _("Baseline")
    THRESHOLDS = "thresholds", _("Thresholds")


class RevisionState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class Revision(models.Model):
    """A proposal to change what is asked, and what was decided on it.

    `organisation` is the unit whose target it is, the indicator's owner for a baseline, a unit at
    the top for thresholds. `before` and `after` hold the values as text; `seen` is the number of
    the revision they were read from, 0 where there was none. Proposals of one breakdown share a
    `bundle`. `in_force_at` is when the engine was told to count it.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=RevisionKind)
    indicator = models.ForeignKey(
        Indicator, models.CASCADE, null=True, blank=True, related_name="revisions"
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="revisions")
    milestone = models.ForeignKey(
        Milestone, models.CASCADE, null=True, blank=True, related_name="revisions"
    )
    seen = models.PositiveIntegerField()
    before = models.JSONField()
    after = models.JSONField()
    effective_from = models.DateField(_("effective from"))
    document = models.CharField(_("document"), max_length=100)
    reason = models.CharField(_("reason"), max_length=500)
    bundle = models.UUIDField(null=True, blank=True, db_index=True)
    state = models.CharField(
        _("state"), max_length=10, choices=RevisionState, default=RevisionState.PROPOSED
    )
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    remark = models.CharField(_("reason for rejecting it"), max_length=500, blank=True)
    in_force_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    org_lookup = "organisation"

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="revision_second_person",
                violation_error_message=_("Another person than the proposer must decide."),
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | Q(
                    state__in=["approved", "rejected"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="revision_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(kind="target", indicator__isnull=False, milestone__isnull=False)
                | Q(kind="baseline", indicator__isnull=False, milestone__isnull=True)
                | Q(kind="thresholds", indicator__isnull=True, milestone__isnull=True),
                name="revision_kind_fits_subject",
            ),
            models.CheckConstraint(
                condition=Q(document__gt="", reason__gt=""), name="revision_has_document_and_reason"
            ),
            models.UniqueConstraint(
                fields=["kind", "indicator", "organisation", "milestone"],
                condition=Q(state="proposed"),
                name="revision_one_open",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        subject = f"{self.indicator} " if self.indicator else ""
        year = f" {self.milestone.year}" if self.milestone else ""
        return f"{subject}{self.organisation.name} {self.get_kind_display()}{year}"

    @property
    def approving_unit_id(self) -> int:
        """Where the second person sits: at the indicator's owner, or at the top."""
        return self.indicator.owner_id if self.indicator else self.organisation_id

    def audit_scope(self) -> str:
        return self.organisation.path


class BaselineRevision(models.Model):
    """A baseline that replaces the one before it; without any, that of the indicator holds."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="baseline_revisions")
    revision = models.PositiveSmallIntegerField(_("revision"))
    year = models.PositiveSmallIntegerField(_("baseline year"), null=True, blank=True)
    value = models.DecimalField(_("baseline"), null=True, blank=True, **FIGURE)
    effective_from = models.DateField(_("effective from"))
    document = models.CharField(_("document"), max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())
    decision = models.ForeignKey(
        Revision, models.RESTRICT, null=True, blank=True, related_name="baselines"
    )

    objects = ScopedQuerySet.as_manager()
    org_lookup = "indicator__owner"

    class Meta:
        ordering = ["indicator", "revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "revision"], name="baseline_once_per_revision"
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} baseline r{self.revision}"

    def audit_scope(self) -> str:
        return self.indicator.owner.path


class RuleVersion(models.Model):
    """The thresholds of the rules from a day on; see `rules.Thresholds` for each."""

    version = models.PositiveSmallIntegerField(_("version"), unique=True)
    ahead = models.DecimalField(_("ahead from"), **SHARE)
    on_track = models.DecimalField(_("on track from"), **SHARE)
    slightly = models.DecimalField(_("slightly behind from"), **SHARE)
    behind = models.DecimalField(_("behind from"), **SHARE)
    approximate_share = models.DecimalField(_("part that meets an approximate target"), **SHARE)
    maintain_tolerance = models.DecimalField(_("tolerance of what is to be kept"), **SHARE)
    coverage = models.DecimalField(_("coverage of a final figure"), **SHARE)
    due_soon = models.PositiveSmallIntegerField(_("quarters in which a thing is due soon"))
    effective_from = models.DateField(_("effective from"))
    document = models.CharField(_("document"), max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())
    decision = models.ForeignKey(
        Revision, models.PROTECT, null=True, blank=True, related_name="rule_versions"
    )

    class Meta:
        ordering = ["version"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ahead__gt=F("on_track"))
                & Q(on_track__gt=F("slightly"))
                & Q(slightly__gt=F("behind"))
                & Q(behind__gt=0),
                name="rule_version_bands_in_order",
                violation_error_message=_("Each band must begin above the next lower one."),
            ),
            models.CheckConstraint(
                condition=Q(approximate_share__gt=0, approximate_share__lte=1)
                & Q(maintain_tolerance__gte=0, maintain_tolerance__lt=1)
                & Q(coverage__gte=0, coverage__lte=1),
                name="rule_version_parts_of_one",
                violation_error_message=_("A share must lie between 0 and 1."),
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"
