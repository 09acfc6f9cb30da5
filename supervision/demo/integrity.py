"""Demonstration runs towards the title of a trustworthy-metrology unit, and dishonesty records."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from indicators.demo.chance import between, chance, whole_between
from standards.demo.loading import write
from supervision.demo.scene import Scene
from supervision.models import (
    CriteriaSet,
    Criterion,
    CriterionScore,
    DishonestyRecord,
    Entity,
    IntegrityEvent,
    IntegrityUnit,
)
from supervision.rules.integrity import Event, Terms, days_of
from supervision.services.integrity import criteria_on
from supervision.states import IntegrityState

PREFIX = "CX"
RUNS, RECORDS = 400, 40
STATES = IntegrityState
# Up to which share of all runs get no further than this; the others are conferred.
NO_FURTHER = (
    (0.30, STATES.COMMITTED), (0.35, STATES.APPLIED), (0.39, STATES.REVIEWING),
    (0.42, STATES.PUBLICISED), (0.45, STATES.REFUSED),
)  # fmt: skip
# Days after the commitment.
APPLIED, REVIEWING, PUBLICISED = 30, 45, 80
REVOKED, WITHDRAWN = 0.05, 0.08
YEAR = timedelta(days=365)
DAY = timedelta(days=1)


def integrity_of(scene: Scene) -> list[IntegrityUnit]:
    """Of entities that are open; the dishonest are others than those. None without criteria."""
    held = criteria_on(scene.begins)
    if held is None:
        return []
    standing = [one for one in scene.entities if one.closed_on is None]
    standing.sort(key=lambda one: chance("integrity", one.number))
    number, records = scene.some(RUNS), scene.some(RECORDS)
    found = [_run(scene, entity, held) for entity in standing[:number]]
    units = [unit for unit, _events in found]
    write(units, IntegrityUnit)
    write((event for _unit, events in found for event in events), IntegrityEvent)
    items = list(held.items.all())
    write((score for unit in units for score in _scores(unit, items)), CriterionScore)
    dishonest = standing[number : number + records]
    write((_record(scene, entity) for entity in dishonest), DishonestyRecord)
    return units


def _run(
    scene: Scene, entity: Entity, held: CriteriaSet
) -> tuple[IntegrityUnit, list[IntegrityEvent]]:
    unit = scene.units[entity.organisation_id]
    number = scene.number(PREFIX, unit)
    terms = Terms(held.publicity_days, held.validity_months)
    first = max(scene.any_day(number, "committed"), entity.opened_on or scene.begins)
    events = [event for event in _course(number, first, terms) if event.since <= scene.today]
    days = days_of(events, terms)
    conferred = days.conferred_on
    run = IntegrityUnit(
        number=number,
        entity=entity,
        organisation=unit,
        criteria=held,
        state=events[-1].state,
        certificate_no=f"{scene.region.letter}诚计{conferred.year}{number[3:]}"
        if conferred
        else "",
        is_demo=True,
        **{name: getattr(days, name) for name in DAYS},
    )
    rows = [
        IntegrityEvent(unit=run, state=event.state, since=event.since, document="演示数据")
        for event in events
    ]
    return run, rows


DAYS = (
    "committed_on", "publicised_from", "publicised_until", "conferred_on", "valid_until",
    "ended_on",
)  # fmt: skip


def _course(number: str, first: date, terms: Terms) -> Iterator[Event]:
    fate = chance(number, "fate")
    last = next((state for share, state in NO_FURTHER if fate < share), "")
    yield Event(STATES.COMMITTED, first)
    if last == STATES.COMMITTED:
        return
    for state, after in (
        (STATES.APPLIED, APPLIED),
        (STATES.REVIEWING, REVIEWING),
        (STATES.REFUSED if last == STATES.REFUSED else STATES.PUBLICISED, PUBLICISED),
    ):
        yield Event(state, first + timedelta(days=after))
        if last == state:
            return
    conferred = first + timedelta(days=PUBLICISED + terms.publicity_days + 3)
    yield Event(STATES.CONFERRED, conferred)
    yield _end(number, conferred, terms)


def _end(number: str, conferred: date, terms: Terms) -> Event:
    ends = chance(number, "end")
    early = conferred + timedelta(days=whole_between(200, 900, number, "early"))
    if ends < REVOKED:
        return Event(STATES.REVOKED, early)
    if ends < WITHDRAWN:
        return Event(STATES.WITHDRAWN, early)
    until = days_of([Event(STATES.CONFERRED, conferred)], terms).valid_until or conferred
    return Event(STATES.LAPSED, until + DAY)


def _scores(unit: IntegrityUnit, items: list[Criterion]) -> Iterator[CriterionScore]:
    """Of those that were evaluated; refused ones scored too little."""
    if unit.publicised_from is None and unit.state != STATES.REFUSED:
        return
    low, high = (0.5, 0.8) if unit.state == STATES.REFUSED else (0.88, 1)
    for item in items:
        share = between(low, high, unit.number, item.position)
        points = round(Decimal(item.points) * Decimal(share), 1)
        yield CriterionScore(unit=unit, criterion=item, points=points)


def _record(scene: Scene, entity: Entity) -> DishonestyRecord:
    unit = scene.units[entity.organisation_id]
    serial = scene.number("SX", unit)[-4:]
    decided = max(scene.any_day(entity.number, "decided"), entity.opened_on or scene.begins)
    starts = decided + timedelta(days=5)
    repaired = starts + timedelta(days=whole_between(90, 300, entity.number, "repaired"))
    done = chance(entity.number, "repair") < 0.4 and repaired <= scene.today
    return DishonestyRecord(
        entity=entity,
        organisation=unit,
        ground="使用作弊计量器具，受到行政处罚（演示）",
        decision_no=f"{unit.code}市监计罚〔{decided.year}〕失信{serial}号（演示）",
        decided_on=decided,
        starts=starts,
        ends=starts + YEAR,
        repaired_on=repaired if done else None,
        repair_document="演示数据" if done else "",
        is_demo=True,
    )
