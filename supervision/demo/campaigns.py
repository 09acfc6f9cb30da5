"""Demonstration campaigns: their checklists, what units were to inspect, and their draws."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from hashlib import sha256

from django.utils import timezone

from indicators.demo.chance import chance, whole_between
from metroplan.organisations.models import Level, Organisation, Role, User
from standards.demo.loading import write
from standards.models import InstrumentKind
from supervision.demo.scene import Scene
from supervision.demo.subjects import SUBJECTS, Subject
from supervision.models import (
    Campaign,
    CampaignTarget,
    ChecklistItem,
    Draw,
    DrawnEntity,
    Entity,
    Inspector,
)
from supervision.rules import drawing
from supervision.states import CampaignState

PREFIX = "JD"
CAMPAIGNS, INSPECTIONS = 200, 20_000
KINDS = Campaign.Kind
# In turn; a subject that takes samples is always one of sampling.
COURSE = (
    KINDS.SPECIAL, KINDS.DOUBLE_RANDOM, KINDS.ROUTINE, KINDS.JOINT, KINDS.SPECIAL,
    KINDS.DOUBLE_RANDOM, KINDS.FOLLOW_UP,
)  # fmt: skip
SHARE_OF_CAMPAIGNS = 0.75
LED_BY_OWNER = 0.55
CANCELLED = 0.04
AHEAD_DAYS = 60
EACH = 2


@dataclass(slots=True)
class Planned:
    """A campaign with the entities it reached, and the draw that chose them."""

    campaign: Campaign
    subject: Subject
    points: list[ChecklistItem]
    chosen: list[Entity] = field(default_factory=list)
    draw: Draw | None = None
    drawn: dict[int, DrawnEntity] = field(default_factory=dict)
    sent: dict[int, list[Inspector]] = field(default_factory=dict)


def campaigns_of(scene: Scene) -> list[Planned]:
    """Everything of the region's campaigns, written."""
    number = scene.some(CAMPAIGNS, least=4)
    quota = max(1, round(SHARE_OF_CAMPAIGNS * scene.some(INSPECTIONS) / number))
    planned = [_planned(scene, place, number, quota) for place in range(number)]
    write((one.campaign for one in planned), Campaign)
    write((point for one in planned for point in one.points), ChecklistItem)
    write((target for one in planned for target in _targets(scene, one)), CampaignTarget)
    _write_kinds(planned)
    _write_draws(scene, planned)
    return planned


def _planned(scene: Scene, place: int, number: int, quota: int) -> Planned:
    subject = SUBJECTS[place % len(SUBJECTS)]
    unit = _leading(scene, place)
    code = scene.number(PREFIX, unit)
    span = (scene.today - scene.begins).days + AHEAD_DAYS
    starts = scene.begins + timedelta(days=int(span * (place + chance(code, "day")) / number))
    ends = starts + timedelta(days=whole_between(30, 90, code, "length"))
    kind = KINDS.SAMPLING if "抽查" in subject.title else COURSE[place % len(COURSE)]
    campaign = Campaign(
        number=code,
        title=f"{starts.year}年{unit.name_zh}{subject.title}（演示）",
        kind=kind,
        organisation=unit,
        legal_basis=subject.basis,
        starts=starts,
        ends=ends,
        departments=list(subject.departments) if kind == KINDS.JOINT else [],
        commodities=list(subject.commodities),
        entity_kinds=list(subject.entities),
        state=_state(code, starts, ends, scene.today),
        is_demo=True,
    )
    found = Planned(campaign, subject, _points(campaign, subject))
    if campaign.state in (CampaignState.FINISHED, CampaignState.RUNNING):
        within = scene.under(unit, subject.entities, starts)
        found.chosen = sorted(within, key=lambda one: chance(code, one.number))[:quota]
    if campaign.state == CampaignState.FINISHED:
        _publish(campaign, scene.today)
    return found


def _leading(scene: Scene, place: int) -> Organisation:
    """The region's own unit, or one of the cities of a province, or one of a city's counties."""
    words = (scene.owner.code, "leads", place)
    province = scene.owner.level == Level.PROVINCE
    levels = {Level.CITY} if province else {Level.COUNTY, Level.ZONE}
    below = sorted(
        (unit for unit in scene.units.values() if unit.level in levels and not unit.valid_to),
        key=lambda unit: unit.code,
    )
    if not below or chance(*words) < LED_BY_OWNER:
        return scene.owner
    return below[whole_between(0, len(below) - 1, *words, "which")]


def _state(code: str, starts: date, ends: date, today: date) -> str:
    if starts > today:
        return CampaignState.PLANNED
    if chance(code, "cancelled") < CANCELLED:
        return CampaignState.CANCELLED
    return CampaignState.RUNNING if ends >= today else CampaignState.FINISHED


def _points(campaign: Campaign, subject: Subject) -> list[ChecklistItem]:
    return [
        ChecklistItem(campaign=campaign, position=position, text=text)
        for position, text in enumerate(subject.points, start=1)
    ]


def _publish(campaign: Campaign, today: date) -> None:
    campaign.summary = "检查已结束，问题已责令整改，结果向社会公布（演示）。"
    published = campaign.ends + timedelta(days=whole_between(5, 20, campaign.number, "published"))
    campaign.published_on = published if published <= today else None


def _targets(scene: Scene, one: Planned) -> Iterator[CampaignTarget]:
    """A little more than was reached, by unit."""
    reached = Counter(entity.organisation_id for entity in one.chosen)
    for unit, number in sorted(reached.items()):
        more = whole_between(0, 2, one.campaign.number, unit)
        yield CampaignTarget(
            campaign=one.campaign,
            organisation=scene.units[unit],
            entities=number + more,
            instruments=2 * number,
        )


def _write_kinds(planned: Iterable[Planned]) -> None:
    kinds = dict(InstrumentKind.objects.values_list("code", "pk"))
    through = Campaign.kinds.through
    through.objects.bulk_create(
        through(campaign_id=one.campaign.pk, instrumentkind_id=kinds[code])
        for one in planned
        for code in one.subject.instruments
        if code in kinds
    )


def _write_draws(scene: Scene, planned: list[Planned]) -> None:
    """Drawn by the published algorithm from a pool of the region's inspectors and entities."""
    actor = User.objects.filter(organisation=scene.owner, role=Role.STAFF).first()
    drawing_ones = [
        one for one in planned if one.campaign.kind == KINDS.DOUBLE_RANDOM and one.chosen and actor
    ]
    people = {who.certificate_no: who for unit in scene.inspectors.values() for who in unit}
    for one in drawing_ones:
        _draw(scene, one, actor, people)
    write((one.draw for one in drawing_ones), Draw)
    write((row for one in drawing_ones for row in one.drawn.values()), DrawnEntity)
    through = DrawnEntity.inspectors.through
    through.objects.bulk_create(
        through(drawnentity_id=row.pk, inspector_id=who.pk)
        for one in drawing_ones
        for entity, row in one.drawn.items()
        for who in one.sent[entity]
    )


def _draw(scene: Scene, one: Planned, actor: User, people: dict[str, Inspector]) -> None:
    campaign = one.campaign
    within = scene.under(campaign.organisation, one.subject.entities, campaign.starts)
    numbered = {entity.number: entity for entity in within}
    path = campaign.organisation.path
    near = [
        number
        for number, who in people.items()
        if scene.units[who.organisation_id].path.startswith(path)
    ]
    pool = drawing.Pool.of(numbered, near)
    at = timezone.make_aware(datetime.combine(campaign.starts, time(9)))
    one.draw = Draw(
        campaign=campaign,
        organisation=campaign.organisation,
        algorithm=drawing.ALGORITHM,
        filters={},
        pool=pool.plain(),
        pool_sha256=pool.digest(),
        seed=sha256(f"demonstration {campaign.number}".encode()).hexdigest(),
        seeded_at=at,
        seeded_by=actor,
        entities_wanted=len(one.chosen),
        inspectors_each=EACH,
        drawn_at=at,
        drawn_by=actor,
    )
    lines = drawing.draw(pool, seed=one.draw.seed, wanted=one.draw.entities_wanted, each=EACH)
    one.chosen = [numbered[line.entity] for line in lines]
    for line in lines:
        entity = numbered[line.entity]
        one.drawn[entity.pk] = DrawnEntity(draw=one.draw, position=line.position, entity=entity)
        one.sent[entity.pk] = [people[who] for who in line.inspectors]
