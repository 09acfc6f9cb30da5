"""From the registers of supervision to the figures: what services write moves what is counted."""

import pytest
from django.urls import reverse

from indicators.models import Measure, Observation, RegisterDue
from indicators.services.measure_sources import set_source
from indicators.services.registers import drain_registers
from indicators.services.verify import wrong_counts
from metroplan.common.periods import Period
from standards.models import KindGroup
from standards.services.kinds import save_group
from supervision.models import CriteriaSet
from supervision.services.findings import extend_deadline, recheck_finding
from supervision.services.integrity import move_run
from supervision.services.touching import touched_integrity
from supervision.services.verifications import record_verification, remove_verification
from tests.supervision.counted import (
    add_entity,
    add_finding,
    add_instrument,
    add_integrity,
    add_kind,
    day,
    verify,
)
from tests.world import World, add_measure, current

RATIO = {"kind": "ratio", "roll_up": "ratio", "unit_zh": "%", "unit_en": "%"}


def counted(world: World, code: str, **fields) -> Measure:
    """Counted from 2023Q1 on; counties are asked."""
    measure = add_measure(world, code, **fields)
    set_source(
        measure=measure,
        key=code,
        since=Period.parse("2023Q1"),
        document="1号",
        reason="启用台账",
        actor=world.people["staff"],
    )
    drain_registers()
    return measure


def parts(world: World, code: str, *periods: str) -> list[tuple[int, int] | str]:
    drain_registers()
    rows = [current(world.measures[code], world.units["A"], period) for period in periods]
    return [
        row.state if row.denominator is None else (int(row.numerator), int(row.denominator))
        for row in rows
    ]


def record(world: World, instrument, on: str, until: str | None):
    data = {
        "verified_on": day(on),
        "stage": "periodic",
        "passed": until is not None,
        "valid_until": day(until) if until else None,
        "certificate_no": "JD-1",
        "institute": None,
        "institute_name": "所",
        "free_of_charge": False,
    }
    return record_verification(actor=world.people["staff"], instrument=instrument, data=data)


RATE = "compulsory_verification_rate"


def test_a_verification_moves_the_rate_of_its_quarter_and_those_after(world):
    counted(world, RATE, **RATIO)
    instrument = add_instrument(add_entity(world, "A"), since="2023-02-01")
    assert parts(world, RATE, "2023Q1") == ["not_applicable"]
    done = record(world, instrument, "2023-06-30", "2024-06-29")
    quarters = ("2023Q1", "2023Q2", "2024Q1", "2024Q2")
    # The instrument was written past the services: only what the verification touched is counted.
    assert parts(world, RATE, *quarters) == ["not_applicable", (1, 1), (1, 1), (0, 1)]
    record(world, instrument, "2024-06-20", "2025-06-19")
    assert parts(world, RATE, *quarters)[-1] == (1, 1)
    remove_verification(actor=world.people["staff"], verification=done, reason="录入错误")
    assert parts(world, RATE, "2023Q2", "2024Q1", "2024Q2") == [(0, 1), (0, 1), (1, 1)]
    row = current(world.measures[RATE], world.units["A"], "2023Q2")
    assert "录入错误" in row.register_count.reason


def test_a_rate_of_the_city_is_the_sum_of_numerators_over_denominators(world):
    counted(world, RATE, **RATIO)
    for unit, valid in (("A", 1), ("B", 0)):
        for at in range(1 if unit == "A" else 9):
            instrument = add_instrument(add_entity(world, unit), since="2023-01-01")
            if at < valid:
                record(world, instrument, "2023-02-01", "2024-01-31")
            else:
                record(world, instrument, "2023-02-01", None)
    assert parts(world, RATE, "2023Q1") == [(1, 1)]
    other = current(world.measures[RATE], world.units["B"], "2023Q1")
    assert (int(other.numerator), int(other.denominator)) == (0, 9)
    assert not list(wrong_counts())


def test_a_kind_that_joins_a_group_counts_in_every_quarter(world):
    code = "key_instrument_verification_rate"
    counted(world, code, **RATIO)
    kind = add_kind("water-meter")
    group = KindGroup.objects.create(code="key-managed", name_zh="重点管理")
    verify(add_instrument(add_entity(world, "A"), since="2022-01-01"), "2023-01-10", "2024-01-09")
    assert parts(world, code, "2023Q1") == ["not_applicable"]
    save_group(
        actor=world.people["staff"],
        values={"name_zh": "重点管理"},
        kinds=[kind],
        group=group,
        expected_revision=group.revision,
    )
    assert parts(world, code, "2023Q1", "2024Q1") == [(1, 1), (0, 1)]
    assert (
        "重点管理"
        in current(world.measures[code], world.units["A"], "2023Q1").register_count.reason
    )


def test_a_rectification_moves_the_rate_of_the_quarter_of_its_deadline(world):
    counted(world, "rectification_rate", accumulation="flow", **RATIO)
    finding = add_finding(world, "A", "2023-03-20")
    staff = world.people["staff"]
    extend_deadline(
        actor=staff, finding=finding, on=day("2023-03-15"), due_on=day("2023-04-20"), text="来文"
    )
    code = "rectification_rate"
    assert parts(world, code, "2023Q1", "2023Q2") == ["not_applicable", (0, 1)]
    finding.refresh_from_db()
    recheck_finding(actor=staff, finding=finding, on=day("2023-04-18"), rectified=True)
    assert parts(world, code, "2023Q1", "2023Q2") == ["not_applicable", (1, 1)]


def test_a_revoked_title_still_counts_as_conferred_and_no_longer_as_valid(world):
    for code, accumulation in (("integrity_units", "flow"), ("integrity_units_valid", "stock")):
        counted(world, code, accumulation=accumulation)
    unit = add_integrity(world, "A", conferred_on="2023-02-01", valid_until="2026-01-31")
    unit.criteria = CriteriaSet.objects.create(
        title="细则", effective_from=day("2020-01-01"), pass_mark=85, validity_months=36,
        publicity_days=7,
    )  # fmt: skip
    unit.save()
    unit.events.create(state="conferred", since=day("2023-02-01"))
    touched_integrity([unit.pk], day("2023-02-01"), "授予")
    move_run(
        actor=world.people["staff"], unit=unit, state="revoked", since=day("2023-06-30"),
        reason="检查不合格", document="2号",
    )  # fmt: skip
    drain_registers()
    seen = {
        code: [
            int(current(world.measures[code], world.units["A"], period).value)
            for period in ("2023Q1", "2023Q2")
        ]
        for code in ("integrity_units", "integrity_units_valid")
    }
    assert seen["integrity_units_valid"] == [1, 0]
    assert seen["integrity_units"] == [1, 0]


def test_work_is_written_down_with_the_change(world):
    counted(world, RATE, **RATIO)
    record(world, add_instrument(add_entity(world, "B")), "2023-02-01", "2024-01-31")
    due = RegisterDue.objects.filter(key=RATE)
    assert {mark.organisation_id for mark in due} == {world.units["B"].pk}
    assert not Observation.objects.filter(organisation=world.units["B"], numerator=1).exists()


@pytest.mark.parametrize(("person", "status"), [("leader", 200), ("neighbour", 404)])
def test_the_trace_shows_entries_of_both_parts_and_the_method(world, client, person, status):
    counted(world, RATE, **RATIO)
    entity = add_entity(world, "A")
    record(world, add_instrument(entity, serial_no="SN-1"), "2023-02-01", "2024-01-31")
    record(world, add_instrument(entity, serial_no="SN-2"), "2023-02-01", None)
    drain_registers()
    row = current(world.measures[RATE], world.units["A"], "2023Q1")
    client.force_login(world.people[person])
    response = client.get(
        reverse("indicators:observation-trace", args=[row.pk]), headers={"accept-language": "en"}
    )
    assert response.status_code == status
    if status == 200:
        text = response.content.decode()
        assert "SN-1" in text
        assert "SN-2" in text
        assert "/instruments/" in text
