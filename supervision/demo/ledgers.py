"""Demonstration entities and instruments with their histories, written at once for each region.

Nothing here is real. Everything follows from the codes of units through a hash, so that two loads
agree.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count

from indicators.demo.chance import chance, whole_between
from metroplan.audit.record import record
from metroplan.common.uscc import check_character
from metroplan.organisations.models import Level, Organisation
from metroplan.organisations.querysets import not_ended
from metroplan.submissions.bulk.registry import copy_line
from standards.demo.holders import REGIONS, Region
from standards.models import Institute, InstituteKind, InstrumentKind
from supervision.demo.copying import copy, reserved
from supervision.demo.histories import history
from supervision.demo.profiles import PROFILES, Model, Profile
from supervision.models import Entity, Instrument, Verification

OLDEST_YEARS = 8
CLOSED, RETIRED = 0.02, 0.05
MAKERS = ("演示衡器厂", "演示仪表厂", "演示医疗器械厂", "演示电子厂", "演示计量设备厂")
INSTRUMENT = (
    "id", "number", "entity_id", "kind_id", "name", "model", "range_text", "accuracy", "serial_no",
    "maker", "made_on", "place", "purpose", "interval_months", "in_use_from", "out_of_use_on",
    "verified_on", "passed", "valid_until", "is_demo", "version",
)  # fmt: skip
VERIFICATION = (
    "instrument_id", "verified_on", "stage", "passed", "valid_until", "certificate_no",
    "institute_id", "institute_name", "free_of_charge", "recorded_at",
)  # fmt: skip
FREE = {Entity.Kind.MARKET, Entity.Kind.MEDICAL}
NOBODY = "演示计量检定所"


@dataclass
class Builder:
    """One region; `rows` are lines for COPY, instruments and verifications."""

    region: Region
    today: date
    scale: float
    units: list[Organisation]
    kinds: dict[str, int]
    institutes: dict[str, Institute]
    instruments: list[str] = field(default_factory=list)
    verifications: list[str] = field(default_factory=list)
    series: dict[str, count] = field(default_factory=dict)

    def entities(self) -> Iterator[tuple[Profile, Entity]]:
        serial = count(1)
        for profile in PROFILES:
            for at in range(self._part(profile.entities)):
                yield profile, self._entity(profile, at, next(serial))

    def _part(self, whole: int) -> int:
        """As much of it as is asked for; one of each kind at least."""
        return max(1, round(whole * self.scale))

    def _entity(self, profile: Profile, at: int, serial: int) -> Entity:
        words = f"{self.region.owner} {profile.kind} {at}"
        unit = self.units[whole_between(0, len(self.units) - 1, words, "unit")]
        opened = self.today - timedelta(days=whole_between(1200, 5500, words, "opened"))
        gone = chance(words, "closed") < CLOSED
        body = f"92{unit.code[:6]}{self.region.owner[:2]}{serial:07d}"
        return Entity(
            number=self._number("EN", unit),
            name=f"{unit.name_zh}第{at + 1}{profile.words[at % len(profile.words)]}（演示）",
            uscc=body + check_character(body),
            kind=profile.kind,
            industry=profile.industry,
            organisation=unit,
            address=f"{unit.name_zh}演示路{whole_between(1, 300, words, 'address')}号",
            key_energy_user=profile.kind == Entity.Kind.ENTERPRISE and chance(words, "key") < 0.3,
            opened_on=opened,
            closed_on=self._days_ago(words, "gone", 20, 700) if gone else None,
            is_demo=True,
        )

    def _number(self, prefix: str, unit: Organisation) -> str:
        start = f"{prefix}-{unit.code}-"
        return f"{start}{next(self.series.setdefault(start, count(1))):04d}"

    def _days_ago(self, words: str, what: str, least: int, most: int) -> date:
        return self.today - timedelta(days=whole_between(least, most, words, what))

    def fill(self, profile: Profile, entity: Entity, at: int, ids: Iterator[int]) -> None:
        """Its instruments: a third more than `each` and a third less by turns."""
        share = profile.each // 3
        models = [model for model in profile.models if model.kind in self.kinds]
        for place in range(profile.each + (share if at % 2 else -share) if models else 0):
            self._instrument(profile, entity, models[place % len(models)], place, next(ids))

    def _instrument(
        self, profile: Profile, entity: Entity, model: Model, place: int, pk: int
    ) -> None:
        words = f"{entity.number} {place}"
        oldest = max(entity.opened_on, self.today - timedelta(days=365 * OLDEST_YEARS))
        ends = entity.closed_on or self.today
        first = oldest + timedelta(days=int((ends - oldest).days * chance(words, "first") * 0.97))
        out = entity.closed_on
        if out is None and chance(words, "retired") < RETIRED and (self.today - first).days > 90:
            out = self.today - timedelta(days=int(60 * chance(words, "out")) + 1)
        newest = self._verify(entity, model, pk, words, first, out or self.today)
        values = (
            pk, self._number("IN", entity.organisation), entity.pk, self.kinds[model.kind],
            model.name, model.model, model.range_text, model.accuracy,
            f"{first:%y}{whole_between(10000, 99999, words, 'serial')}{place:03d}",
            MAKERS[whole_between(0, len(MAKERS) - 1, words, "maker")],
            first - timedelta(days=whole_between(30, 200, words, "made")),
            f"{place + 1}号{profile.place}", model.purpose, None, first, out, *newest, True, 1,
        )  # fmt: skip
        self.instruments.append(copy_line(values))

    def _verify(
        self, entity: Entity, model: Model, pk: int, words: str, first: date, end: date
    ) -> tuple[date | None, bool | None, date | None]:
        """What the newest says."""
        institute = self._institute(entity.organisation)
        name = institute.name if institute else NOBODY
        free = entity.kind in FREE and chance(words, "free") < 0.5
        newest: tuple[date | None, bool | None, date | None] = (None, None, None)
        for at, done in enumerate(history(words, first, end, model.months)):
            newest = (done.check.verified_on, done.check.passed, done.check.valid_until)
            certificate = f"{self.region.letter}检{newest[0]:%y}{pk:07d}{at}"
            values = (pk, newest[0], done.stage, newest[1], newest[2], certificate)
            more = (institute and institute.pk, name, free, f"{newest[0]} 12:00+08")
            self.verifications.append(copy_line(values + more))
        return newest

    def _institute(self, unit: Organisation) -> Institute | None:
        codes = reversed(unit.path.strip("/").split("/"))
        return next((self.institutes[code] for code in codes if code in self.institutes), None)


def load_ledgers(*, today: date, scale: float) -> None:
    """At a scale of 1 five regions with 5,000 entities and 60,000 instruments; call it inside a
    transaction, once."""
    kinds = dict(InstrumentKind.objects.values_list("code", "pk"))
    for region in REGIONS:
        owner = Organisation.objects.filter(code=region.owner).first()
        if owner is not None:
            _load_region(region, owner, kinds, today, scale)


def _load_region(
    region: Region, owner: Organisation, kinds: dict[str, int], today: date, scale: float
) -> None:
    below = Organisation.objects.filter(not_ended(today), path__startswith=owner.path)
    counties = below.filter(level__in=(Level.COUNTY, Level.ZONE)).order_by("code")
    held = Institute.objects.filter(kind=InstituteKind.STATUTORY, closed_on=None)
    builder = Builder(
        region=region,
        today=today,
        scale=scale,
        units=list(counties) or [owner],
        kinds=kinds,
        institutes={one.organisation.code: one for one in held.select_related("organisation")},
    )
    made = list(builder.entities())
    Entity.objects.bulk_create([entity for _profile, entity in made], batch_size=1000)
    ids = reserved(Instrument, sum(2 * profile.each for profile, _entity in made))
    for at, (profile, entity) in enumerate(made):
        builder.fill(profile, entity, at, ids)
    copy(Instrument, INSTRUMENT, builder.instruments)
    copy(Verification, VERIFICATION, builder.verifications)
    record(
        "register.demo_loaded",
        actor=None,
        on=owner,
        entities=len(made),
        instruments=len(builder.instruments),
        is_demo=True,
    )
