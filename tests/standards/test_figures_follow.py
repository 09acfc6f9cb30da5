"""From the register to the figures: what services write there moves what is counted."""

from datetime import date

import pytest

from indicators.models import FormMeasure, Observation, RegisterDue, RollUp
from indicators.services.measure_sources import set_source
from indicators.services.recompute import drain
from indicators.services.registers import drain_registers
from indicators.services.verify import wrong_counts
from metroplan.common.periods import Period
from metroplan.submissions.models import FormUnit
from standards.services.institutes import save_staff_count
from standards.services.life import add_certificate, move_standard, revoke_certificate
from tests.standards.covered import add_institute, add_version
from tests.standards.register import SERVICE, certified, institute, saved
from tests.world import World, add_indicator, add_measure, current


@pytest.fixture
def counted(world: World) -> World:
    """Public standards are counted from 2022Q1 on; counties and the city are asked."""
    add_measure(world, "public_standards")
    add_indicator(world, "public", "public_standards", {2025: 80})
    FormUnit.objects.create(form=world.form, organisation=world.units["C1"], fills=True)
    switch(world, "public_standards")
    return world


def switch(world: World, code: str, key: str = "") -> None:
    set_source(
        measure=world.measures[code],
        key=key or code,
        since=Period.parse("2022Q1"),
        document="1号",
        reason="启用登记簿",
        actor=world.people["staff"],
    )
    drain_registers()


def figures(world: World, unit: str, *periods: str, code: str = "public_standards") -> list[int]:
    drain_registers()
    rows = [current(world.measures[code], world.units[unit], period) for period in periods]
    return [int(row.value) for row in rows]


def test_a_certified_standard_counts_until_its_certificates_end(counted):
    certified(counted, saved(counted, institute(counted, "C1")), "2020-03-01", "2024-02-29")
    assert figures(counted, "C1", "2022Q1", "2023Q4", "2024Q1") == [1, 1, 0]
    drain()
    total = RollUp.objects.get(
        series__measure=counted.measures["public_standards"],
        organisation=counted.units["P"],
        period=Period.parse("2023Q4"),
    )
    assert (total.value, total.reported, total.expected) == (1, 4, 4)


def test_a_retroactive_revocation_counts_past_quarters_anew_and_says_why(counted):
    standard = certified(counted, saved(counted, institute(counted, "C1")))
    assert figures(counted, "C1", "2022Q4", "2023Q1") == [1, 1]
    revoke_certificate(
        actor=counted.people["staff"],
        certificate=standard.certificates.get(kind="examination"),
        on=date(2023, 2, 1),
        reason="考核弄虚作假",
    )
    assert figures(counted, "C1", "2022Q4", "2023Q1") == [1, 0]
    changed = current(counted.measures["public_standards"], counted.units["C1"], "2023Q1")
    assert changed.revision == 3
    assert "考核弄虚作假" in changed.register_count.reason
    same = current(counted.measures["public_standards"], counted.units["C1"], "2022Q4")
    assert same.revision == 2


def test_a_sealed_standard_counts_no_more_from_its_day_on(counted):
    standard = certified(counted, saved(counted, institute(counted, "C1")))
    move_standard(
        actor=counted.people["staff"], standard=standard, to="sealed", since=date(2022, 12, 31),
        reason="设备送修",
    )  # fmt: skip
    assert figures(counted, "C1", "2022Q3", "2022Q4") == [1, 0]


def test_a_prolonged_certificate_lifts_the_quarters_after_it(counted):
    standard = certified(counted, saved(counted, institute(counted, "C1")))
    assert figures(counted, "C1", "2024Q1") == [0]
    for kind in ("examination", "public"):
        add_certificate(
            actor=counted.people["staff"], standard=standard, kind=kind, number=f"{kind}-new",
            valid_from=date(2024, 3, 1), valid_until=date(2029, 2, 28),
        )  # fmt: skip
    assert figures(counted, "C1", "2024Q1") == [1]
    assert list(wrong_counts()) == []


def test_work_is_written_down_with_the_change(counted):
    certified(counted, saved(counted, institute(counted, "C1")))
    due = RegisterDue.objects.filter(key="public_standards")
    assert {mark.organisation_id for mark in due} == {counted.units["C1"].pk}


def test_the_coverage_of_the_owner_follows_the_standards_below_it(world):
    ratio = {"kind": "ratio", "roll_up": "own", "unit_zh": "%", "unit_en": "%"}
    add_measure(world, "standards_coverage_rate", **ratio)
    add_indicator(world, "coverage", "standards_coverage_rate", {2025: 75}, unit="C1")
    FormMeasure.objects.filter(measure__code="standards_coverage_rate").delete()
    version = add_version(
        "V1", date(2020, 1, 1), None, {"1.1": ("V", "a"), "1.2": ("V", "b"), "1.3": ("P", "c")}
    )
    switch(world, "standards_coverage_rate")
    kind = version.items.get(code="1.1").kinds.get()
    service = SERVICE | {"kinds": [kind]}
    certified(world, saved(world, institute(world, "A"), services=[service]))
    drain_registers()
    seen = {}
    for period in ("2023Q4", "2024Q1"):
        row = current(world.measures["standards_coverage_rate"], world.units["C1"], period)
        seen[period] = (int(row.numerator), int(row.denominator))
    assert seen == {"2023Q4": (1, 2), "2024Q1": (0, 2)}
    assert not Observation.objects.filter(organisation=world.units["A"]).exists()


def test_a_staff_count_moves_the_share(world):
    add_measure(world, "city_institute_senior_share", kind="ratio", roll_up="own")
    add_indicator(world, "senior", "city_institute_senior_share", {2025: 20}, unit="C1")
    FormMeasure.objects.filter(measure__code="city_institute_senior_share").delete()
    switch(world, "city_institute_senior_share")
    code = "city_institute_senior_share"
    assert current(world.measures[code], world.units["C1"], "2023Q1").state == "not_applicable"
    holder = add_institute(world, "C1")
    for qualification, count in (("all", 20), ("senior", 5)):
        save_staff_count(
            actor=world.people["staff"],
            institute=holder,
            as_of=date(2023, 3, 31),
            qualification=qualification,
            count=count,
        )
    drain_registers()
    row = current(world.measures[code], world.units["C1"], "2023Q1")
    assert (int(row.numerator), int(row.denominator)) == (5, 20)
