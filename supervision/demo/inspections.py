"""Demonstration inspections: what was asked, what was tried, and how each came out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from indicators.demo.chance import chance, whole_between
from supervision.demo.campaigns import INSPECTIONS, Planned
from supervision.demo.copying import copy_rows
from supervision.demo.scene import Scene, is_open
from supervision.demo.subjects import LAW, USUAL
from supervision.models import (
    Campaign,
    ChecklistItem,
    DrawnEntity,
    Entity,
    Inspection,
    InspectionItem,
    Inspector,
    InstrumentCheck,
    Outcome,
)
from supervision.states import InspectionState

PREFIX = "JC"
TRIED = 0.35
OUT_OF_TOLERANCE = 0.02
WRONG_OTHERWISE = 0.05
UNABLE = 0.012
LEFT_OPEN_DAYS = 12
MPE = Decimal("0.5")
FOUND = InstrumentCheck.Found
BAD = (FOUND.OVERDUE, FOUND.NEVER, FOUND.FAILED)


@dataclass(slots=True)
class Visit:
    """One inspection with all that hangs on it."""

    inspection: Inspection
    items: list[InspectionItem]
    checks: list[InstrumentCheck]
    inspectors: list[Inspector] = field(default_factory=list)


def inspections_of(scene: Scene, planned: Iterable[Planned]) -> list[Visit]:
    """Those of the campaigns, then routine ones up to the region's share; written."""
    visits = [visit for one in planned for visit in _of_campaign(scene, one)]
    missing = scene.some(INSPECTIONS) - len(visits)
    if scene.entities:
        visits += [_routine(scene, place) for place in range(missing)]
    copy_rows(Inspection, (visit.inspection for visit in visits))
    copy_rows(InspectionItem, (item for visit in visits for item in visit.items))
    copy_rows(InstrumentCheck, (check for visit in visits for check in visit.checks))
    _send(visits)
    return visits


def _of_campaign(scene: Scene, one: Planned) -> Iterator[Visit]:
    campaign = one.campaign
    last = min(campaign.ends, scene.today)
    for entity in one.chosen:
        span = (last - campaign.starts).days
        day = campaign.starts + timedelta(
            days=whole_between(0, span, campaign.number, entity.number)
        )
        yield _visit(
            scene,
            entity,
            day if is_open(entity, day) else campaign.starts,
            points=[(point, point.text) for point in one.points],
            campaign=campaign,
            drawn=one.drawn.get(entity.pk),
            sent=one.sent.get(entity.pk),
        )


def _routine(scene: Scene, place: int) -> Visit:
    """Of any entity on any day of the years shown; of one not open then, on its first day."""
    words = (scene.owner.code, "routine", place)
    entity = scene.entities[whole_between(0, len(scene.entities) - 1, *words)]
    day = scene.any_day(*words, "day")
    if not is_open(entity, day):
        late = entity.opened_on is not None and day < entity.opened_on
        day = entity.opened_on if late else (entity.closed_on or day) - timedelta(days=1)
    return _visit(scene, entity, min(day, scene.today), points=[(None, text) for text in USUAL])


def _visit(
    scene: Scene,
    entity: Entity,
    day: date,
    *,
    points: list[tuple[ChecklistItem | None, str]],
    campaign: Campaign | None = None,
    drawn: DrawnEntity | None = None,
    sent: list[Inspector] | None = None,
) -> Visit:
    unit = scene.units[entity.organisation_id]
    inspection = Inspection(
        number=scene.number(PREFIX, unit),
        campaign=campaign,
        drawn=drawn,
        entity=entity,
        organisation=unit,
        inspected_on=day,
        basis=campaign.legal_basis if campaign else LAW,
        is_demo=True,
    )
    sampling = campaign is not None and campaign.kind == Campaign.Kind.SAMPLING
    checks = list(_checks(scene, inspection, sampling))
    _conclude(inspection, checks, scene.today)
    people = sent or scene.inspectors[unit.pk][:2]
    return Visit(inspection, _items(inspection, points), checks, people)


def _checks(scene: Scene, inspection: Inspection, sampling: bool) -> Iterator[InstrumentCheck]:
    """Two of the entity's instruments in use on the day, as their verifications stood."""
    day, number = inspection.inspected_on, inspection.number
    using = [one for one in scene.instruments.get(inspection.entity_id, ()) if one.in_use(day)]
    first = whole_between(0, max(len(using) - 1, 0), number, "first")
    for held in (using[first:] + using[:first])[:2]:
        check = InstrumentCheck(
            inspection=inspection,
            instrument_id=held.pk,
            description=held.name,
            found=held.found(day),
        )
        if sampling or chance(number, held.pk, "tried") < TRIED:
            _try(check, number, held.pk)
        yield check


def _try(check: InstrumentCheck, *words: object) -> None:
    wrong = chance(*words, "wrong") < OUT_OF_TOLERANCE
    size = whole_between(55, 160, *words, "error") if wrong else whole_between(0, 48, *words)
    sign = 1 if chance(*words, "sign") < 0.5 else -1
    check.error, check.mpe, check.unit = Decimal(sign * size) / 100, MPE, "%"
    check.passed = not wrong


def _conclude(inspection: Inspection, checks: list[InstrumentCheck], today: date) -> None:
    """The newest are drafts still."""
    number, day = inspection.number, inspection.inspected_on
    inspection.outcome = outcome_of(number, checks)
    inspection.summary = f"{Outcome(inspection.outcome).label}（演示）"
    if (today - day).days < LEFT_OPEN_DAYS and chance(number, "draft") < 0.5:
        inspection.outcome, inspection.summary = "", ""
        return
    inspection.state = InspectionState.CLOSED
    inspection.closed_on = day
    inspection.signed_by_entity = "现场负责人"
    published = day + timedelta(days=whole_between(7, 20, number, "published"))
    inspection.published_on = published if published <= today else None


def outcome_of(number: str, checks: list[InstrumentCheck]) -> str:
    if any(check.passed is False for check in checks):
        return Outcome.CASE_FILED if chance(number, "case") < 0.3 else Outcome.STOP_USE
    if any(check.found in BAD for check in checks):
        return Outcome.RECTIFICATION if chance(number, "due") < 0.7 else Outcome.MINOR_CORRECTED
    if chance(number, "unable") < UNABLE:
        return Outcome.UNABLE
    wrong = chance(number, "otherwise") < WRONG_OTHERWISE
    return Outcome.RECTIFICATION if wrong else Outcome.CONFORMING


def _items(
    inspection: Inspection, points: list[tuple[ChecklistItem | None, str]]
) -> list[InspectionItem]:
    """One point is wrong where something was; nothing is answered in a draft."""
    answered, yes = inspection.state == InspectionState.CLOSED, InspectionItem.Result.YES
    fine = inspection.outcome in (Outcome.CONFORMING, Outcome.UNABLE)
    wrong = -1 if fine else whole_between(0, len(points) - 1, inspection.number, "wrong")
    return [
        InspectionItem(
            inspection=inspection,
            source=source,
            position=place,
            text=text,
            result=(InspectionItem.Result.NO if place == wrong else yes) if answered else "",
        )
        for place, (source, text) in enumerate(points)
    ]


def _send(visits: list[Visit]) -> None:
    through = Inspection.inspectors.through
    copy_rows(
        through,
        (
            through(inspection_id=visit.inspection.pk, inspector_id=who.pk)
            for visit in visits
            for who in visit.inspectors
        ),
    )
