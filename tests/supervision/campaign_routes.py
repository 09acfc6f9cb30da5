"""The addresses of campaigns, draws, inspections, findings and cases, for walking all of them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from metroplan.submissions.services.files import store_file
from supervision.models import (
    Campaign,
    Case,
    Conflict,
    Draw,
    DrawnEntity,
    Finding,
    FindingStep,
    Inspection,
    InspectionEvidence,
    Inspector,
)
from supervision.rules.drawing import ALGORITHM, Pool, draw
from supervision.states import CampaignState
from tests.supervision.counted import add_entity
from tests.world import World

CAMPAIGN = (
    *("campaign-detail", "campaign-edit", "campaign-targets", "campaign-move", "campaign-publish"),
    "draw-create",
)
INSPECTION = (
    *("inspection-detail", "inspection-edit", "inspection-order", "inspection-void"),
    *("inspection-publish", "inspection-instruments", "inspection-photo"),
)
FINDING = ("finding-detail", "finding-reply", "finding-extend", "finding-recheck", "finding-refer")
PUBLIC = ("campaigns", "campaign", "draw", "draw-pool")
PUBLIC_ROUTES = {f"public:{name}" for name in PUBLIC}


@dataclass(frozen=True)
class CampaignThings:
    """A published campaign of one unit with a draw, a draft inspection, a finding and a case."""

    campaign: Campaign
    draw: Draw
    inspector: Inspector
    conflict: Conflict
    inspection: Inspection
    photo: InspectionEvidence
    finding: Finding
    step: FindingStep
    case: Case

    def arguments(self) -> dict[str, list[Any]]:
        campaign, number = [self.campaign.pk], self.inspector.pk
        pages = {f"supervision:{name}": campaign for name in CAMPAIGN}
        pages |= {f"supervision:draw-{name}": [self.draw.pk] for name in ("detail", "make", "pool")}
        pages |= {f"supervision:{name}": [self.inspection.pk] for name in INSPECTION}
        pages |= {f"supervision:{name}": [self.finding.pk] for name in FINDING}
        pages["supervision:drawn-begin"] = [self.draw.drawn.get().pk]
        pages |= {f"supervision:case-{name}": [self.case.pk] for name in ("detail", "move")}
        pages |= {f"supervision:photo-{name}": [self.photo.pk] for name in ("file", "remove")}
        people = ("inspector-detail", "inspector-edit", "inspector-conflict")
        pages |= {f"supervision:{name}": [number] for name in people}
        return pages | {
            "supervision:conflict-end": [self.conflict.pk],
            "supervision:inspection-signature": [self.inspection.pk, "entity"],
            "supervision:step-file": [self.step.pk],
            "api:campaign-detail": [self.campaign.number],
            "api:inspection-detail": [self.inspection.number],
            "api:case-detail": [self.case.number],
            "api:finding-detail": [self.finding.number],
            "api:draw-detail": [self.draw.pk],
        }

    def public(self) -> dict[str, list[Any]]:
        """What anybody may read, wherever they stand."""
        pages = {"public:campaign": [self.campaign.pk]}
        return pages | {f"public:{name}": [self.draw.pk] for name in ("draw", "draw-pool")}


def add_campaign(world: World, unit: str = "A", number: str = "1") -> CampaignThings:
    where, then = {"organisation": world.units[unit]}, date(2024, 3, 1)
    entity = add_entity(world, unit, number=f"EK-{number}")
    file = store_file(name="paper.txt", content=b"paper", actor=None)
    campaign = Campaign.objects.create(
        number=f"JD-{number}",
        title="专项检查",
        kind="double_random",
        legal_basis="条例",
        starts=then,
        ends=then,
        state="finished",
        published_on=then,
        **where,
    )
    inspector = Inspector.objects.create(
        certificate_no=f"Z-{number}", valid_from=then, valid_until=date(2099, 1, 1), **where
    )
    inspection = Inspection.objects.create(
        number=f"JC-{number}",
        campaign=campaign,
        entity=entity,
        inspected_on=then,
        entity_signature=file,
        **where,
    )
    finding = Finding.objects.create(
        number=f"ZG-{number}",
        inspection=inspection,
        entity=entity,
        description="超期未检",
        found_on=then,
        due_on=date(2099, 1, 1),
        **where,
    )
    return CampaignThings(
        campaign=campaign,
        draw=_drawn(world, campaign, entity.number, inspector),
        inspector=inspector,
        conflict=inspector.conflicts.create(entity=entity, reason="任职", valid_from=then),
        inspection=inspection,
        photo=inspection.evidence.create(file=file),
        finding=finding,
        step=finding.steps.create(kind="ordered", on=then, file=file),
        case=Case.objects.create(
            number=f"AJ-{number}",
            finding=finding,
            entity=entity,
            body="enforcement",
            filed_on=then,
            **where,
        ),
    )


def _drawn(world: World, campaign: Campaign, number: str, inspector: Inspector) -> Draw:
    pool = Pool.of([number], [inspector.certificate_no])
    made = Draw.objects.create(
        campaign=campaign,
        organisation=campaign.organisation,
        algorithm=ALGORITHM,
        pool=pool.plain(),
        pool_sha256=pool.digest(),
        seed="seed",
        seeded_at=timezone.now(),
        seeded_by=world.people["staff"],
        entities_wanted=1,
        inspectors_each=1,
        drawn_at=timezone.now(),
        drawn_by=world.people["staff"],
    )
    (line,) = draw(pool, seed="seed", wanted=1, each=1)
    entity = campaign.organisation.entities.get(number=line.entity)
    DrawnEntity.objects.create(draw=made, position=1, entity=entity).inspectors.add(inspector)
    return made


def grow_campaigns(world: World, number: int) -> None:
    """They run still, so that what was drawn waits."""
    for at in range(number):
        made = add_campaign(world, f"X{at}", f"X{at}")
        Campaign.objects.filter(pk=made.campaign.pk).update(state=CampaignState.RUNNING)


def campaign_table(figures: list[int], only: Any) -> dict[tuple[str, str], list[int]]:
    """Rows of the table of rights, from the words that it is written with."""
    reading = (
        *("campaign-list", "campaign-export", "campaign-detail", "draw-list", "draw-detail"),
        *("draw-pool", "inspector-list", "inspector-detail", "inspection-list"),
        *("inspection-export", "inspection-detail", "inspection-instruments", "photo-file"),
        *("inspection-signature", "finding-list", "finding-export", "finding-detail", "step-file"),
        *("case-list", "case-export", "case-detail", "drawn-list"),
    )
    keeping = ("campaign-create", "campaign-edit", "campaign-targets", "draw-create")
    keeping += ("inspector-create", "inspector-edit", "case-create")
    recording = ("inspection-create", "inspection-edit", "inspection-order")
    steps = (*FINDING[1:], "inspection-void", "inspection-photo")
    inspecting = ("staff", "reviewer", "reporter")
    rows = {("get", f"supervision:{name}"): figures for name in reading}
    for name in keeping:
        rows["get", f"supervision:{name}"] = only(200, "staff")
    for name in (*keeping, "campaign-move", "campaign-publish", "case-move", "inspector-conflict"):
        rows["post", f"supervision:{name}"] = only(422, "staff")
    for name in recording:
        rows["get", f"supervision:{name}"] = only(200, *inspecting)
    for name in (*recording, *steps):
        rows["post", f"supervision:{name}"] = only(422, *inspecting)
    rows |= {
        ("post", "supervision:conflict-end"): only(422, "staff"),
        ("post", "supervision:inspection-publish"): only(422, "staff"),
        ("post", "supervision:draw-make"): only(409, "staff"),
        ("post", "supervision:photo-remove"): only(302, *inspecting),
        ("post", "supervision:drawn-begin"): only(302, *inspecting),
    }
    rows |= {("get", f"public:{name}"): [200] * len(figures) for name in PUBLIC}
    api = [
        f"api:{name}-{way}"
        for name in ("campaign", "draw", "inspection", "finding", "case")
        for way in ("list", "detail")
    ]
    return rows | {("get", name): figures for name in api}
