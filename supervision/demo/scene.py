"""A region of the demonstration as its campaigns meet it: units, entities, instruments."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import QuerySet

from indicators.demo.chance import whole_between
from metroplan.organisations.models import Organisation
from standards.demo.holders import Region
from supervision.models import Entity, Inspector, Instrument, InstrumentCheck, Verification

YEARS = 4
REGIONS = 5
INSPECTORS_EACH = 3
FOUND = InstrumentCheck.Found


@dataclass(slots=True)
class Held:
    """An instrument of the ledger with its verifications: day, result, last day of validity."""

    pk: int
    name: str
    since: date
    until: date | None
    history: list[tuple[date, bool, date | None]] = field(default_factory=list)

    def in_use(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)

    def found(self, day: date) -> str:
        """What an inspection of that day finds."""
        past = [row for row in self.history if row[0] <= day]
        if not past:
            return FOUND.NEVER
        _on, passed, valid_until = max(past, key=lambda row: row[0])
        if not passed:
            return FOUND.FAILED
        return FOUND.VALID if valid_until and valid_until >= day else FOUND.OVERDUE


@dataclass(slots=True)
class Scene:
    """`share` of the whole demonstration is made in this region."""

    region: Region
    owner: Organisation
    today: date
    share: float
    units: dict[int, Organisation]
    entities: list[Entity]
    instruments: dict[int, list[Held]]
    inspectors: dict[int, list[Inspector]]
    by_code: dict[str, Organisation]
    counted: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def begins(self) -> date:
        return date(self.today.year - YEARS, 1, 1)

    def number(self, prefix: str, unit: Organisation) -> str:
        """The next of the unit, as services give them."""
        start = f"{prefix}-{unit.code}-"
        self.counted[start] += 1
        return f"{start}{self.counted[start]:04d}"

    def some(self, whole: int, least: int = 1) -> int:
        """This region's part of so many."""
        return max(least, round(whole * self.share))

    def any_day(self, *words: object) -> date:
        span = (self.today - self.begins).days - 1
        return self.begins + timedelta(days=whole_between(0, span, *words))

    def under(self, unit: Organisation, kinds: Iterable[str], day: date) -> list[Entity]:
        """Entities of these kinds that were open on the day, in the unit or below it."""
        path, kinds = unit.path, {*kinds}
        return [
            entity
            for entity in self.entities
            if entity.kind in kinds
            and is_open(entity, day)
            and self.units[entity.organisation_id].path.startswith(path)
        ]


def is_open(entity: Entity, day: date) -> bool:
    begun = entity.opened_on is None or entity.opened_on <= day
    return begun and (entity.closed_on is None or day < entity.closed_on)


def scene_of(region: Region, owner: Organisation, today: date, scale: float) -> Scene:
    units = {unit.pk: unit for unit in Organisation.objects.filter(path__startswith=owner.path)}
    entities = list(Entity.objects.filter(is_demo=True, organisation__in=units).order_by("number"))
    used = {entity.organisation_id for entity in entities} | {owner.pk}
    return Scene(
        region=region,
        owner=owner,
        today=today,
        share=scale / REGIONS,
        units=units,
        entities=entities,
        instruments=_instruments(
            Instrument.objects.filter(is_demo=True, entity__organisation__in=units)
        ),
        inspectors=_inspectors(region, [units[pk] for pk in sorted(used)], today),
        by_code={unit.code: unit for unit in Organisation.objects.all()},
    )


def _instruments(rows: QuerySet[Instrument]) -> dict[int, list[Held]]:
    found: dict[int, Held] = {}
    by_entity: dict[int, list[Held]] = defaultdict(list)
    columns = ("pk", "entity_id", "name", "in_use_from", "out_of_use_on")
    for pk, entity, name, since, until in rows.order_by("number").values_list(*columns):
        found[pk] = Held(pk, name, since, until)
        by_entity[entity].append(found[pk])
    history = Verification.objects.filter(instrument__in=rows.order_by().values("pk")).order_by()
    for pk, on, passed, until in history.values_list(
        "instrument_id", "verified_on", "passed", "valid_until"
    ):
        found[pk].history.append((on, passed, until))
    return by_entity


def _inspectors(
    region: Region, units: list[Organisation], today: date
) -> dict[int, list[Inspector]]:
    """Known by their certificates alone."""
    made = [
        Inspector(
            certificate_no=f"{region.letter}计监{unit.code}{number:02d}",
            organisation=unit,
            valid_from=date(today.year - YEARS - 1, 1, 1),
            valid_until=date(today.year + 2, 12, 31),
            is_demo=True,
        )
        for unit in units
        for number in range(1, INSPECTORS_EACH + 1)
    ]
    by_unit: dict[int, list[Inspector]] = defaultdict(list)
    for inspector in Inspector.objects.bulk_create(made):
        by_unit[inspector.organisation_id].append(inspector)
    return by_unit
