"""Proposals that wait for a decision, and how targets, baselines and thresholds came to be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from indicators.engine.in_force import baselines_in_force
from indicators.models import (
    BaselineRevision,
    Indicator,
    MeasureBreak,
    Revision,
    RevisionKind,
    RevisionState,
    RuleVersion,
    Target,
)
from indicators.selectors.scale import scale_of, target_text
from metroplan.organisations.models import Organisation, User
from metroplan.organisations.policy import can
from metroplan.plans.models import MilestoneKind

RECENT = 30


@dataclass(frozen=True, slots=True)
class Proposal:
    """`before` and `after` in words; `decidable` says that the reader may decide it."""

    revision: Revision
    before: str
    after: str
    decidable: bool


@dataclass(frozen=True, slots=True)
class Bundle:
    """Proposals that belong together; a single one has no bundle id."""

    bundle: UUID | None
    proposals: tuple[Proposal, ...]

    @property
    def first(self) -> Revision:
        return self.proposals[0].revision

    @property
    def decidable(self) -> bool:
        return all(proposal.decidable for proposal in self.proposals)


@dataclass(frozen=True, slots=True)
class RevisionList:
    waiting: tuple[Bundle, ...]
    decided: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class TargetLine:
    target: Target
    text: str


@dataclass(frozen=True, slots=True)
class BaselineLine:
    revision: BaselineRevision | None
    text: str


@dataclass(frozen=True, slots=True)
class History:
    """Every revision of a unit's targets and of the indicator's baseline, newest first; `breaks`
    are those in the definition of its measure."""

    indicator: Indicator
    organisation: Organisation
    targets: tuple[TargetLine, ...]
    baselines: tuple[BaselineLine, ...]
    waiting: tuple[Proposal, ...]
    years: tuple[int, ...]
    breaks: tuple[MeasureBreak, ...]


def visible_revisions(user: User) -> QuerySet[Revision]:
    return Revision.objects.visible_to(user).select_related(
        "indicator__plan", "indicator__owner", "indicator__series__measure", "organisation",
        "milestone", "proposed_by", "decided_by",
    )  # fmt: skip


def revision_list(user: User) -> RevisionList:
    """Those the reader may decide first, oldest first; then what was decided lately."""
    rows = visible_revisions(user)
    open_ones = rows.filter(state=RevisionState.PROPOSED).order_by("id")
    waiting = sorted(bundled(open_ones, user), key=lambda item: not item.decidable)
    decided = rows.exclude(state=RevisionState.PROPOSED).order_by("-decided_at", "-id")[:RECENT]
    return RevisionList(tuple(waiting), tuple(proposal(row, user) for row in decided))


def bundled(rows: Iterable[Revision], user: User) -> list[Bundle]:
    groups: dict[UUID | int, list[Proposal]] = {}
    for row in rows:
        groups.setdefault(row.bundle or row.pk, []).append(proposal(row, user))
    return [Bundle(items[0].revision.bundle, tuple(items)) for items in groups.values()]


def proposal(revision: Revision, user: User) -> Proposal:
    return Proposal(
        revision,
        said(revision, revision.before),
        said(revision, revision.after),
        revision.state == RevisionState.PROPOSED and can(user, "target.approve", revision),
    )


def said(revision: Revision, values: dict) -> str:
    """The values of a proposal in the words of the pages."""
    if not values:
        return ""
    if revision.kind == RevisionKind.TARGET:
        low, high = _number(values["low"]), _number(values["high"])
        return target_text(revision.indicator, low, high, approximate=values["approximate"])
    if revision.kind == RevisionKind.BASELINE:
        return baseline_text(revision.indicator, values["year"], _number(values["value"]))
    changed = [name for name in values if revision.before.get(name) != revision.after.get(name)]
    fields = {field.name: field.verbose_name for field in RuleVersion._meta.fields}
    return ", ".join(f"{fields[name]} {values[name]}" for name in changed)


def baseline_text(indicator: Indicator, year: int | None, value: Decimal | None) -> str:
    if year is None:
        return _("none printed")
    figure = scale_of(indicator.measure).text(value)
    return _("{figure} in {year}").format(figure=figure, year=year)


def history(indicator: Indicator, organisation: Organisation, user: User) -> History:
    targets = Target.objects.filter(indicator=indicator, organisation=organisation)
    ordered = targets.select_related("milestone", "decision").order_by(
        "milestone__year", "-revision"
    )
    waiting = visible_revisions(user).filter(indicator=indicator, state=RevisionState.PROPOSED)
    about = Q(organisation=organisation) | Q(kind=RevisionKind.BASELINE)
    return History(
        indicator=indicator,
        organisation=organisation,
        targets=tuple(
            TargetLine(row, target_text(indicator, row.low, row.high, approximate=row.approximate))
            for row in ordered
        ),
        baselines=tuple(_baselines(indicator)),
        waiting=tuple(proposal(row, user) for row in waiting.filter(about)),
        years=milestone_years(indicator),
        breaks=tuple(indicator.measure.breaks.order_by("-period")),
    )


def milestone_years(indicator: Indicator) -> tuple[int, ...]:
    """Years a target can be set for: not that of the baseline."""
    milestones = indicator.plan.milestones.exclude(kind=MilestoneKind.BASELINE)
    return tuple(milestones.order_by("year").values_list("year", flat=True))


def _baselines(indicator: Indicator) -> Sequence[BaselineLine]:
    rows = BaselineRevision.objects.filter(indicator=indicator).order_by("-revision")
    lines = [BaselineLine(row, baseline_text(indicator, row.year, row.value)) for row in rows]
    if lines and lines[-1].revision.decision_id is None:
        return lines
    printed = baseline_text(indicator, indicator.baseline_year, indicator.baseline_value)
    return [*lines, BaselineLine(None, printed)]


def baseline_now(indicator: Indicator) -> dict[str, object]:
    found = baselines_in_force([indicator])[indicator.pk]
    return {"baseline_year": found.year, "baseline_value": found.value}


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
