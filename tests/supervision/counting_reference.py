"""What the registers of supervision give to measures, counted a second time from plain rows.

Written from docs/registers.md alone, day by day and row by row: no query, and nothing of
supervision/counting. A measure is two lists of rows: those of the numerator, or those counted, and
those of the denominator, None where it is no ratio.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)
LAWFUL = {"trade", "safety", "medical", "environment"}


@dataclass(frozen=True)
class Quarter:
    first: date
    last: date

    def days(self) -> Iterator[date]:
        day = self.first
        while day <= self.last:
            yield day
            day += DAY


@dataclass(eq=False)
class EntityRow:
    unit: str
    kind: str
    pk: int = 0


@dataclass(eq=False)
class VerificationRow:
    on: date
    until: date | None
    stage: str
    free: bool
    instrument: "InstrumentRow | None" = None
    pk: int = 0

    @property
    def passed(self) -> bool:
        return self.until is not None


@dataclass(eq=False)
class InstrumentRow:
    entity: EntityRow
    kind: str
    groups: tuple[str, ...]
    purpose: str
    since: date
    out: date | None
    history: list[VerificationRow]
    pk: int = 0

    def __post_init__(self) -> None:
        for row in self.history:
            row.instrument = self


@dataclass(eq=False)
class CampaignRow:
    unit: str
    kind: str
    ends: date
    state: str
    pk: int = 0


@dataclass(eq=False)
class CheckRow:
    found: str
    passed: bool | None
    inspection: "InspectionRow | None" = None
    pk: int = 0


@dataclass(eq=False)
class InspectionRow:
    unit: str
    entity: EntityRow
    campaign: CampaignRow | None
    on: date
    state: str
    checks: list[CheckRow]
    pk: int = 0

    def __post_init__(self) -> None:
        for row in self.checks:
            row.inspection = self


@dataclass(eq=False)
class LotRow:
    unit: str
    entity: EntityRow
    on: date
    label: bool | None
    quantity: bool | None
    pk: int = 0


@dataclass(eq=False)
class FindingRow:
    unit: str
    inspection: InspectionRow
    due: date
    closed: date | None
    state: str
    pk: int = 0


@dataclass(eq=False)
class CaseRow:
    unit: str
    entity: EntityRow
    filed: date
    state: str
    pk: int = 0


@dataclass(eq=False)
class RunRow:
    unit: str
    entity: EntityRow
    state: str
    committed: date | None
    conferred: date | None
    until: date | None
    ended: date | None
    pk: int = 0


@dataclass
class Registers:
    entities: list[EntityRow] = field(default_factory=list)
    instruments: list[InstrumentRow] = field(default_factory=list)
    campaigns: list[CampaignRow] = field(default_factory=list)
    inspections: list[InspectionRow] = field(default_factory=list)
    lots: list[LotRow] = field(default_factory=list)
    findings: list[FindingRow] = field(default_factory=list)
    cases: list[CaseRow] = field(default_factory=list)
    runs: list[RunRow] = field(default_factory=list)


Rows = list
Counted = tuple[Rows, Rows | None]
Measure = Callable[[Registers, str, Quarter], Counted]


def _of_unit(held: Registers, unit: str, group: str = "") -> list[InstrumentRow]:
    return [
        row
        for row in held.instruments
        if row.entity.unit == unit and (not group or group in row.groups)
    ]


def _stands(row: InstrumentRow, last: date) -> tuple[bool, bool]:
    """On that day: is it subject, is it validly verified. Each day from the first is lived."""
    in_use, holds = False, None
    day = min([row.since, *(one.on for one in row.history)])
    while day <= last:
        if day == row.since:
            in_use = True
        if day == row.out:
            in_use = False
        for one in row.history:
            if one.on == day:
                holds = one.until
        day += DAY
    subject = in_use and row.purpose in LAWFUL
    return subject, subject and holds is not None and holds >= last


def verified_of(group: str) -> Measure:
    def measure(held: Registers, unit: str, quarter: Quarter) -> Counted:
        standing = [(row, *_stands(row, quarter.last)) for row in _of_unit(held, unit, group)]
        return (
            [row for row, _subject, valid in standing if valid],
            [row for row, subject, _valid in standing if subject],
        )

    return measure


def subject(held: Registers, unit: str, quarter: Quarter) -> Counted:
    rows = _of_unit(held, unit)
    return [row for row in rows if _stands(row, quarter.last)[0]], None


def initial_of(group: str) -> Measure:
    def measure(held: Registers, unit: str, quarter: Quarter) -> Counted:
        new = [
            row
            for row in _of_unit(held, unit, group)
            if row.since in quarter.days() and row.purpose in LAWFUL
        ]
        return [row for row in new if _initially(row, quarter.last)], new

    return measure


def _initially(row: InstrumentRow, last: date) -> bool:
    return any(one.stage == "initial" and one.passed and one.on <= last for one in row.history)


def _done(held: Registers, unit: str, quarter: Quarter, group: str = "") -> list[VerificationRow]:
    """Verifications, day after day of the quarter."""
    return [
        one
        for day in quarter.days()
        for row in _of_unit(held, unit, group)
        for one in row.history
        if one.on == day
    ]


def pass_rate(held: Registers, unit: str, quarter: Quarter) -> Counted:
    done = _done(held, unit, quarter)
    return [one for one in done if one.passed], done


def free_at(*kinds: str) -> Measure:
    def measure(held: Registers, unit: str, quarter: Quarter) -> Counted:
        done = _done(held, unit, quarter)
        return [one for one in done if one.free and one.instrument.entity.kind in kinds], None

    return measure


def taximeter_errors(held: Registers, unit: str, quarter: Quarter) -> Counted:
    return [one for one in _done(held, unit, quarter, "taximeters") if not one.passed], None


def lots_by(name: str) -> Measure:
    def measure(held: Registers, unit: str, quarter: Quarter) -> Counted:
        days = set(quarter.days())
        lots = [row for row in held.lots if row.unit == unit and row.on in days]
        judged = [row for row in lots if getattr(row, name) is not None]
        return [row for row in judged if getattr(row, name)], judged

    return measure


def _concluded(held: Registers, unit: str, quarter: Quarter) -> list[InspectionRow]:
    days = set(quarter.days())
    mine = [row for row in held.inspections if row.unit == unit]
    return [row for row in mine if row.state == "closed" and row.on in days]


def surveyed(held: Registers, unit: str, quarter: Quarter) -> Counted:
    met = [one for row in _concluded(held, unit, quarter) for one in row.checks]
    return [one for one in met if one.found == "valid"], met


def products(held: Registers, unit: str, quarter: Quarter) -> Counted:
    tried = [
        one
        for row in _concluded(held, unit, quarter)
        if row.campaign and row.campaign.kind == "sampling"
        for one in row.checks
        if one.passed is not None
    ]
    return [one for one in tried if one.passed], tried


def inspections(held: Registers, unit: str, quarter: Quarter) -> Counted:
    return _concluded(held, unit, quarter), None


def campaigns(held: Registers, unit: str, quarter: Quarter) -> Counted:
    led = [row for row in held.campaigns if row.unit == unit and row.state == "finished"]
    return [row for row in led if quarter.first <= row.ends <= quarter.last], None


def rectified(held: Registers, unit: str, quarter: Quarter) -> Counted:
    days = set(quarter.days())
    due = [row for row in held.findings if row.unit == unit and row.due in days]
    done = [row for row in due if row.state == "verified" and row.closed <= quarter.last]
    return done, due


def cases(held: Registers, unit: str, quarter: Quarter) -> Counted:
    days = set(quarter.days())
    return [row for row in held.cases if row.unit == unit and row.filed in days], None


def conferred(held: Registers, unit: str, quarter: Quarter) -> Counted:
    days = set(quarter.days())
    return [row for row in held.runs if row.unit == unit and row.conferred in days], None


def valid_titles(held: Registers, unit: str, quarter: Quarter) -> Counted:
    """Each title is followed from its first day to the quarter's last."""
    found = []
    for row in held.runs:
        holds, day = False, row.conferred
        while row.unit == unit and day is not None and day <= quarter.last:
            if day == row.conferred:
                holds = True
            if day == row.ended or day == row.until + DAY:
                holds = False
            day += DAY
        if holds:
            found.append(row)
    return found, None


def committed(held: Registers, unit: str, quarter: Quarter) -> Counted:
    """Entities, each by the first of its runs that committed itself in the quarter."""
    days, seen, found = set(quarter.days()), set(), []
    for row in held.runs:
        if row.unit == unit and row.committed in days and row.entity not in seen:
            seen.add(row.entity)
            found.append(row)
    return found, None


MEASURES: dict[str, Measure] = {
    "compulsory_verification_rate": verified_of(""),
    "key_instrument_verification_rate": verified_of("key-managed"),
    "fuel_dispenser_verification_rate": verified_of("fuel-dispensers"),
    "mine_safety_instrument_verification_rate": verified_of("mine-safety"),
    "medical_instrument_verification_rate": verified_of("medical"),
    "scale_verification_rate": verified_of("scales"),
    "household_meter_verification_rate": verified_of("household-meters"),
    "taximeter_verification_rate": verified_of("taximeters"),
    "instruments_subject": subject,
    "initial_verification_rate": initial_of(""),
    "household_meter_initial_verification_rate": initial_of("household-meters"),
    "verification_pass_rate": pass_rate,
    "taximeter_errors": taximeter_errors,
    "free_verifications": free_at("market", "medical"),
    "free_verifications_market": free_at("market"),
    "free_verifications_medical": free_at("medical"),
    "net_content_pass_rate": lots_by("quantity"),
    "net_content_label_pass_rate": lots_by("label"),
    "instrument_product_pass_rate": products,
    "surveyed_verification_rate": surveyed,
    "campaigns_finished": campaigns,
    "inspections_concluded": inspections,
    "rectification_rate": rectified,
    "supervision_cases": cases,
    "integrity_units": conferred,
    "integrity_units_valid": valid_titles,
    "integrity_commitment_units": committed,
}
