"""Campaigns as their pages, their exports and the API read them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from metroplan.organisations.models import Organisation, User
from metroplan.organisations.policy import can
from metroplan.organisations.querysets import unit_order, within
from metroplan.plans.task_work import TaskWork
from supervision.models import (
    Campaign,
    CampaignTarget,
    Case,
    ChecklistItem,
    Draw,
    DrawnEntity,
    Entity,
    Inspection,
    InstrumentCheck,
    Lot,
    Outcome,
)
from supervision.selectors.inspections import drawn_for
from supervision.selectors.instruments import Badge
from supervision.states import CAMPAIGN, CampaignState, CaseState, InspectionState, following

ORDERS = {
    "number": ["number"],
    "title": ["title", "number"],
    "kind": ["kind", "number"],
    "unit": [unit_order("organisation__code"), "number"],
    "starts": ["starts", "number"],
    "ends": ["ends", "number"],
    "state": ["state", "number"],
    "inspections": ["concluded", "number"],
}
COLOURS = {
    CampaignState.PLANNED: "not_due",
    CampaignState.RUNNING: "open",
    CampaignState.FINISHED: "approved",
    CampaignState.CANCELLED: "stale",
}
LATEST = 20


@dataclass(frozen=True, slots=True)
class CampaignRow:
    campaign: Campaign
    badge: Badge


@dataclass(frozen=True, slots=True)
class Amount:
    """So many done of so many asked; `wanted` is None where nothing is asked."""

    done: int
    wanted: int | None


@dataclass(frozen=True, slots=True)
class Progress:
    """What a unit and those below it have done, against its target."""

    unit: Organisation
    entities: Amount
    instruments: Amount
    lots: Amount


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    outcome: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class CampaignDetail:
    """One campaign with what was done for it in the reader's area; `waiting` are drawn entities of
    the area that nobody has begun to inspect."""

    campaign: Campaign
    badge: Badge
    checklist: list[ChecklistItem]
    kinds: list[str]
    entity_kinds: list[str]
    progress: list[Progress]
    total: Progress
    outcomes: list[OutcomeCount]
    draws: list[Draw]
    waiting: list[DrawnEntity]
    inspections: list[Inspection]
    next_states: list[tuple[str, str]]


def campaigns_for(user: User) -> QuerySet[Campaign]:
    """Those the user sees, with how many inspections of the user's area are concluded."""
    own = Inspection.objects.visible_to(user).filter(campaign=OuterRef("pk"))
    own = own.filter(state=InspectionState.CLOSED).order_by()
    counted = own.values("campaign").annotate(number=Count("pk")).values("number")
    number = Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    found = Campaign.objects.visible_to(user).annotate(concluded=number)
    return found.select_related("organisation", "task__plan")


def work_of_tasks(user: User, tasks: Collection[int]) -> dict[int, list[TaskWork]]:
    """The campaigns for these tasks of plans, by task, to show on the plan's page."""
    found: dict[int, list[TaskWork]] = defaultdict(list)
    if not can(user, "supervision.view"):
        return found
    for campaign in Campaign.objects.visible_to(user).filter(task__in=tasks).order_by("starts"):
        address = reverse("supervision:campaign-detail", args=[campaign.pk])
        label = CampaignState(campaign.state).label
        found[campaign.task_id].append(TaskWork(campaign.title, address, label))
    return found


def narrowed(found: QuerySet[Campaign], chosen: dict[str, Any]) -> QuerySet[Campaign]:
    """`chosen` is the cleaned data of CampaignFilterForm; `found` is of `campaigns_for`."""
    found = found.filter(**{name: chosen[name] for name in ("kind", "state") if chosen.get(name)})
    if unit := chosen.get("organisation"):
        found = found.filter(within("organisation", unit.path))
    if day := chosen.get("on"):
        found = found.filter(starts__lte=day, ends__gte=day)
    if text := (chosen.get("q") or "").strip():
        words = Q(title__icontains=text) | Q(number__icontains=text)
        found = found.filter(words | Q(legal_basis__icontains=text))
    return found


def campaign_rows(found: Iterable[Campaign]) -> list[CampaignRow]:
    return [CampaignRow(campaign, badge(campaign)) for campaign in found]


def badge(campaign: Campaign) -> Badge:
    return Badge(COLOURS[campaign.state], CampaignState(campaign.state).label)


def campaign_detail(campaign: Campaign, user: User) -> CampaignDetail:
    from_area = Inspection.objects.visible_to(user).filter(campaign=campaign)
    rows = progress_of(campaign, user.organisation.path)
    kinds = dict(Entity.Kind.choices)
    waiting = drawn_for(user).filter(draw__campaign=campaign, inspection=None)
    return CampaignDetail(
        campaign=campaign,
        badge=badge(campaign),
        checklist=list(campaign.checklist.all()),
        kinds=[kind.name for kind in campaign.kinds.all()],
        entity_kinds=[str(kinds.get(kind, kind)) for kind in campaign.entity_kinds],
        progress=rows[1:],
        total=rows[0],
        outcomes=outcome_counts(from_area),
        draws=list(Draw.objects.visible_to(user).filter(campaign=campaign)[:LATEST]),
        waiting=list(waiting.order_by("draw", "position")[:LATEST]),
        inspections=list(from_area.select_related("entity", "organisation")[:LATEST]),
        next_states=following(CAMPAIGN, CampaignState, campaign.state),
    )


def progress_of(campaign: Campaign, area: str) -> list[Progress]:
    """The whole area first, then each of its units with a target; as many queries for one as for
    all."""
    closed = Q(state=InspectionState.CLOSED)
    done = Inspection.objects.filter(closed, campaign=campaign).order_by()
    seen: dict[str, set[int]] = defaultdict(set)
    for path, entity in done.values_list("organisation__path", "entity"):
        seen[path].add(entity)
    checks = InstrumentCheck.objects.filter(
        inspection__campaign=campaign, inspection__state=InspectionState.CLOSED
    )
    lots = Lot.objects.filter(Q(campaign=campaign) | Q(inspection__campaign=campaign))
    tried = _by_path(checks, "inspection__organisation__path")
    sampled = _by_path(lots, "organisation__path")
    asked = campaign.targets.filter(within("organisation", area)).select_related("organisation")
    targets = list(asked.order_by(unit_order("organisation__code")))

    def progress(unit: Organisation, path: str, target: CampaignTarget | None) -> Progress:
        entities = {entity for at, found in seen.items() if at.startswith(path) for entity in found}
        return Progress(
            unit,
            Amount(len(entities), target and target.entities),
            Amount(_below(tried, path), target and target.instruments),
            Amount(_below(sampled, path), target and target.lots),
        )

    whole = progress(campaign.organisation, area, None)
    return [whole, *(progress(row.organisation, row.organisation.path, row) for row in targets)]


def _by_path(found: QuerySet, path: str) -> dict[str, int]:
    rows = found.order_by().values(path).annotate(number=Count("pk"))
    return dict(rows.values_list(path, "number"))


def _below(counts: dict[str, int], path: str) -> int:
    return sum(number for at, number in counts.items() if at.startswith(path))


def outcome_counts(found: QuerySet[Inspection]) -> list[OutcomeCount]:
    """Of the concluded ones, by outcome, those that occur."""
    rows = found.filter(state=InspectionState.CLOSED).order_by().values("outcome")
    counts = dict(rows.annotate(number=Count("pk")).values_list("outcome", "number"))
    return [
        OutcomeCount(value, str(label), counts[value])
        for value, label in Outcome.choices
        if value in counts
    ]


def published(day: date) -> QuerySet[Campaign]:
    """Whose result is public on the day, newest first."""
    shown = Campaign.objects.filter(published_on__lte=day, state=CampaignState.FINISHED)
    return shown.select_related("organisation").order_by("-published_on", "number")


def publishable(found: QuerySet[Inspection]) -> QuerySet[Inspection]:
    """Those that may be shown: concluded, without an open case."""
    undecided = Case.objects.filter(state=CaseState.FILED, finding__isnull=False)
    closed = found.filter(state=InspectionState.CLOSED)
    return closed.exclude(pk__in=undecided.values("finding__inspection"))


def published_inspections(campaign: Campaign, day: date) -> QuerySet[Inspection]:
    """What was published before a case was filed is not shown until that is decided."""
    shown = publishable(campaign.inspections.filter(published_on__lte=day))
    return shown.select_related("entity", "organisation").order_by("-inspected_on", "number")
