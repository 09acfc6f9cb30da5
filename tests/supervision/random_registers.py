"""Registers drawn at random, dense around the ends of quarters, and how they are stored."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from standards.models import InstrumentKind
from supervision.models import (
    Campaign,
    Case,
    Entity,
    Finding,
    Inspection,
    Instrument,
    InstrumentCheck,
    IntegrityUnit,
    Lot,
    Verification,
)
from tests.supervision.counted import add_kind
from tests.supervision.counting_reference import (
    CampaignRow,
    CaseRow,
    CheckRow,
    EntityRow,
    FindingRow,
    InspectionRow,
    InstrumentRow,
    LotRow,
    Registers,
    RunRow,
    VerificationRow,
)
from tests.world import World

UNITS = ("A", "B", "C1")
KINDS: dict[str, tuple[str, ...]] = {
    "fuel-dispenser": ("fuel-dispensers", "key-managed"),
    "taximeter": ("taximeters", "key-managed"),
    "water-meter": ("household-meters", "key-managed"),
    "gas-detector": ("mine-safety",),
    "ecg": ("medical", "key-managed"),
    "counter-scale": ("scales",),
    "balance": (),
}
ENDS = (date(2023, 9, 30), date(2023, 12, 31), date(2024, 3, 31), date(2024, 6, 30))
EDGES = [end + timedelta(days=by) for end in ENDS for by in (-1, 0, 1, 2)]
LEAP = [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]

days = st.one_of(
    st.sampled_from(EDGES), st.sampled_from(LEAP), st.dates(date(2023, 9, 1), date(2024, 7, 31))
)
units = st.sampled_from(UNITS)


def years(day: date, count: int) -> date:
    """The day before the same day so many years later; of a leap day the last of February."""
    try:
        return day.replace(year=day.year + count) - timedelta(days=1)
    except ValueError:
        return date(day.year + count, 2, 28)


@st.composite
def histories(draw: Any) -> list[VerificationRow]:
    rows = []
    for on in draw(st.lists(days, max_size=4, unique=True)):
        until = draw(st.one_of(st.none(), days, st.just(years(on, 1)), st.just(years(on, 2))))
        if until is not None and until < on:
            until = on
        stage = draw(st.sampled_from(["initial", "periodic", "after_repair"]))
        rows.append(VerificationRow(on, until, stage, draw(st.booleans())))
    return rows


@st.composite
def registers(draw: Any) -> Registers:
    held = Registers()
    entity_kinds = st.sampled_from(["market", "medical", "retail"])
    for _at in range(draw(st.integers(1, 4))):
        held.entities.append(EntityRow(draw(units), draw(entity_kinds)))
    entities = st.sampled_from(held.entities)
    for _at in range(draw(st.integers(0, 6))):
        kind, since = draw(st.sampled_from([*KINDS])), draw(days)
        out = draw(st.one_of(st.none(), days))
        purpose = draw(
            st.sampled_from(["trade", "safety", "medical", "environment", "standard", "other"])
        )
        held.instruments.append(
            InstrumentRow(
                draw(entities), kind, KINDS[kind], purpose, since,
                out if out and out > since else None, draw(histories()),
            )
        )  # fmt: skip
    _draw_work(draw, held, entities)
    _draw_runs(draw, held, entities)
    return held


def _draw_work(draw: Any, held: Registers, entities: Any) -> None:
    verdicts = st.sampled_from([True, False, None])
    states = st.sampled_from(["finished", "running", "cancelled"])
    kinds = st.sampled_from(["sampling", "special"])
    for _at in range(draw(st.integers(0, 3))):
        held.campaigns.append(CampaignRow(draw(units), draw(kinds), draw(days), draw(states)))
    checks = st.builds(CheckRow, st.sampled_from(["valid", "overdue", "never", "failed"]), verdicts)
    for _at in range(draw(st.integers(0, 4))):
        row = InspectionRow(
            draw(units),
            draw(entities),
            draw(st.sampled_from([None, *held.campaigns])),
            draw(days),
            draw(st.sampled_from(["closed", "closed", "draft", "voided"])),
            draw(st.lists(checks, max_size=3)),
        )
        held.inspections.append(row)
        for _finding in range(draw(st.integers(0, 2))):
            closed = draw(st.one_of(st.none(), days))
            state = "verified" if closed else draw(st.sampled_from(["ordered", "referred"]))
            held.findings.append(FindingRow(row.unit, row, draw(days), closed, state))
    for _at in range(draw(st.integers(0, 4))):
        held.lots.append(
            LotRow(draw(units), draw(entities), draw(days), draw(verdicts), draw(verdicts))
        )
    for _at in range(draw(st.integers(0, 3))):
        state = draw(st.sampled_from(["filed", "decided", "closed", "withdrawn"]))
        held.cases.append(CaseRow(draw(units), draw(entities), draw(days), state))


def _draw_runs(draw: Any, held: Registers, entities: Any) -> None:
    """All are over or conferred: an entity has one open run alone."""
    for _at in range(draw(st.integers(0, 4))):
        committed, conferred = draw(st.one_of(st.none(), days)), draw(st.one_of(st.none(), days))
        until = ended = None
        state = "withdrawn"
        if conferred:
            until = draw(st.one_of(st.just(years(conferred, 3)), days))
            until = max(until, conferred)
            ended = draw(st.one_of(st.none(), days))
            ended = max(ended, conferred) if ended else None
            state = "revoked" if ended else "conferred"
        held.runs.append(
            RunRow(draw(units), draw(entities), state, committed, conferred, until, ended)
        )


def store_registers(world: World, held: Registers) -> None:
    """Every row as it is, past the services; rows get their ids."""
    kinds = {code: add_kind(code, *groups) for code, groups in KINDS.items()}
    places = world.units
    _stored(
        Entity,
        held.entities,
        lambda at, row: Entity(
            number=f"RE{at}", name="单位", kind=row.kind, organisation=places[row.unit]
        ),
    )
    _store_instruments(held, kinds)
    _stored(
        Campaign,
        held.campaigns,
        lambda at, row: Campaign(
            number=f"RC{at}",
            title="行动",
            kind=row.kind,
            organisation=places[row.unit],
            legal_basis="计量法",
            starts=row.ends,
            ends=row.ends,
            state=row.state,
        ),
    )
    _stored(
        Inspection,
        held.inspections,
        lambda at, row: Inspection(
            number=f"RJ{at}",
            campaign_id=row.campaign.pk if row.campaign else None,
            entity_id=row.entity.pk,
            organisation=places[row.unit],
            inspected_on=row.on,
            state=row.state,
        ),
    )
    _stored(
        InstrumentCheck,
        [one for row in held.inspections for one in row.checks],
        lambda at, row: InstrumentCheck(
            inspection_id=row.inspection.pk, description="秤", found=row.found, passed=row.passed
        ),
    )
    _stored(
        Lot,
        held.lots,
        lambda at, row: Lot(
            number=f"RL{at}",
            organisation=places[row.unit],
            entity_id=row.entity.pk,
            commodity="大米",
            product="大米",
            sampled_on=row.on,
            quantity_kind="mass",
            nominal=500,
            unit="g",
            lot_size=1000,
            sample_size=80,
            label_passed=row.label,
            quantity_passed=row.quantity,
        ),
    )
    _stored(
        Finding,
        held.findings,
        lambda at, row: Finding(
            number=f"RF{at}",
            inspection_id=row.inspection.pk,
            entity_id=row.inspection.entity.pk,
            organisation=places[row.unit],
            description="超期",
            found_on=row.due,
            due_on=row.due,
            state=row.state,
            closed_on=row.closed,
        ),
    )
    _stored(
        Case,
        held.cases,
        lambda at, row: Case(
            number=f"RK{at}",
            entity_id=row.entity.pk,
            organisation=places[row.unit],
            body="enforcement",
            filed_on=row.filed,
            state=row.state,
        ),
    )
    _stored(
        IntegrityUnit,
        held.runs,
        lambda at, row: IntegrityUnit(
            number=f"RU{at}",
            entity_id=row.entity.pk,
            organisation=places[row.unit],
            state=row.state,
            committed_on=row.committed,
            conferred_on=row.conferred,
            valid_until=row.until,
            ended_on=row.ended,
        ),
    )


def _store_instruments(held: Registers, kinds: dict[str, InstrumentKind]) -> None:
    _stored(Instrument, held.instruments, lambda at, row: Instrument(
        number=f"RI{at}", entity_id=row.entity.pk, kind=kinds[row.kind], name=row.kind,
        serial_no=str(at), maker="厂", purpose=row.purpose, in_use_from=row.since,
        out_of_use_on=row.out))  # fmt: skip
    _stored(Verification, [one for row in held.instruments for one in row.history],
        lambda at, row: Verification(
            instrument_id=row.instrument.pk, verified_on=row.on, stage=row.stage,
            passed=row.passed, valid_until=row.until, free_of_charge=row.free))  # fmt: skip


def _stored(model: Any, rows: list, make: Any) -> None:
    made = model.objects.bulk_create(make(at, row) for at, row in enumerate(rows))
    for row, stored in zip(rows, made, strict=True):
        row.pk = stored.pk
