"""Entities, instruments and verifications in files: every fault, a preview, and back again."""

from datetime import date

import pytest
from django.urls import reverse

from metroplan.audit.models import AuditEvent
from metroplan.common.uscc import check_character
from metroplan.organisations.models import Role
from metroplan.submissions.bulk.registry import bulk_registry
from metroplan.submissions.bulk.runner import run
from metroplan.submissions.services import bulk
from metroplan.submissions.wording import describe
from standards.models import Institute
from supervision.models import Entity, Instrument, Verification
from supervision.services.instruments import take_out_of_use
from supervision.services.verifications import wrong_repeats
from tests.submissions.bulk_files import checked, codes
from tests.supervision.ledger import entity, instrument, kind, verified
from tests.world import add_person

ENTITY = "number,name,uscc,kind,organisation,closed_on"
INSTRUMENT = "number,entity,kind,serial_no,maker,made_on,purpose,interval_months,in_use_from"
VERIFICATION = "instrument,verified_on,stage,passed,valid_until,institute,free_of_charge"


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.BULK_CHUNK_ROWS = 7


def credit_code(serial: int) -> str:
    body = f"92430602MA4L{serial:05d}"
    return body + check_character(body)


def file_of(world, header, *lines) -> bytes:
    units = {key: unit.code for key, unit in world.units.items()}
    return "\n".join([header, *(line.format(**units) for line in lines)]).encode()


def look(world, kind_key, content, **more):
    return checked(world, content, kind=kind_key, name="台账.csv", **more)


def taken_over(world, kind_key, content):
    job = look(world, kind_key, content)
    assert job.status == "ready", [describe(issue) for issue in job.issues.all()]
    bulk.approve(job=job, actor=world.people["reviewer"], expected_version=job.version)
    run(job.pk)
    job.refresh_from_db()
    assert job.status == "applied", job.status
    return job


def counts(job) -> list[int]:
    return [job.preview[key] for key in ("added", "changed", "same")]


def test_entities_are_found_by_number_or_credit_code_and_numbered(world):
    own = credit_code(1)
    first = file_of(
        world,
        ENTITY,
        "E-1,一市场,,Market,{A},",
        f",二市场,{own.lower()},MARKET,{{A}},",
    )
    assert counts(taken_over(world, "entities", first)) == [2, 0, 0]
    made = Entity.objects.get(uscc=own)
    assert (made.number, made.kind) == (f"EN-{world.units['A'].code}-0001", "market")
    second = file_of(
        world,
        ENTITY,
        "E-1,一市场,,market,{B},",
        f",二市场,{own},market,{{A}},",
    )
    job = taken_over(world, "entities", second)
    assert counts(job) == [0, 1, 1]
    assert Entity.objects.get(number="E-1").organisation == world.units["B"]
    event = AuditEvent.objects.get(action="entity.changed")
    assert event.data["before"] == {"organisation": world.units["A"].code}
    assert bulk_registry.get("entities").show(job.preview).differences[0].what == "一市场"


def test_every_fault_of_entities_is_named(world):
    taken = credit_code(2)
    held = entity(world, number="E-9", uscc=taken)
    instrument(world, held)
    job = look(
        world,
        "entities",
        file_of(
            world,
            ENTITY,
            ",无码,,market,{A},",
            "E-2,错码,123,nothing,999999,",
            f"E-3,占用,{taken},market,{{A}},",
            "E-9,停业,,market,{A},2024-01-01",
            "E-4,重复,,market,{A},",
            "E-4,重复,,market,{A},2024-02-30",
            "E-5,早年,,market,{A},1900-01-01",
        ),
    )
    assert job.status == "refused"
    assert sorted(codes(job), key=lambda issue: issue[1:]) == [
        ("entity.no_key", 2, "A"),
        ("entity.uscc", 3, "C"),
        ("register.choice", 3, "D"),
        ("import.unknown_unit", 3, "E"),
        ("entity.uscc_taken", 4, "C"),
        ("entity.closing", 5, "F"),
        ("day.invalid", 7, "F"),
        ("day.year", 8, "F"),
    ]
    job = look(
        world,
        "entities",
        file_of(
            world,
            ENTITY,
            "E-4,重复,,market,{A},",
            "E-4,重复,,market,{A},",
        ),
    )
    assert sorted(codes(job), key=lambda issue: issue[1:]) == [
        ("import.doubled", 3, "A"),
    ]
    assert all(describe(issue) for issue in job.issues.all())


def test_instruments_are_found_by_number_or_by_maker_and_serial_number(world):
    holder = entity(world, number="E-1")
    kind()
    first = file_of(
        world,
        INSTRUMENT,
        ",E-1,electronic-scale,S1,厂,2019-05-01,Trade settlement,,2020-01-01",
        "I-7,E-1,electronic-scale,S2,厂,,贸易结算,6,2020年1月1日".replace("贸易结算", "trade"),
    )
    assert counts(taken_over(world, "instruments", first)) == [2, 0, 0]
    thing = Instrument.objects.get(serial_no="S1")
    assert (thing.number, thing.name) == (f"IN-{world.units['A'].code}-0001", "电子秤")
    second = file_of(
        world,
        INSTRUMENT,
        ",E-1,electronic-scale,S1,厂,2019-05-01,trade,,2020-01-01",
        "I-7,E-1,electronic-scale,S2,厂,,safety,6,2020-01-01",
    )
    job = taken_over(world, "instruments", second)
    assert counts(job) == [0, 1, 1]
    thing = Instrument.objects.get(number="I-7")
    assert (thing.purpose, thing.version, thing.entity) == ("safety", 2, holder)


def test_every_fault_of_instruments_is_named(world):
    holder = entity(world, number="E-1")
    entity(world, number="E-2", closed_on=date(2019, 1, 1))
    thing = instrument(world, holder, number="I-1", serial_no="S1", maker="厂")
    verified(world, thing, "2021-01-01")
    job = look(
        world,
        "instruments",
        file_of(
            world,
            INSTRUMENT,
            "I-2,E-8,nothing,S2,厂,,trade,0,2020-01-01",
            "I-3,E-2,electronic-scale,S3,,2020-01-02,trade,x,2020-01-01",
        ),
    )
    assert sorted(codes(job), key=lambda issue: issue[1:]) == [
        ("entity.unknown", 2, "B"),
        ("kind.unknown", 2, "C"),
        ("interval.not_whole", 2, "H"),
        ("register.missing", 3, "E"),
        ("instrument.made_late", 3, "F"),
        ("interval.not_whole", 3, "H"),
        ("instrument.before_closing", 3, "I"),
    ]
    job = look(
        world,
        "instruments",
        file_of(
            world,
            INSTRUMENT,
            "I-5,E-1,electronic-scale,S1,厂,,trade,,2020-01-01",
            "I-1,E-1,electronic-scale,S9,厂,2021-01-02,trade,,2021-02-01",
            "I-6,E-1,electronic-scale,S6,厂,,trade,,2020-01-01",
            ",E-1,electronic-scale,S6,厂,,trade,,2020-01-01",
        ),
    )
    assert sorted(codes(job), key=lambda issue: issue[1:]) == [
        ("instrument.twice", 2, "D"),
        ("instrument.verified_before", 3, "F"),
        ("import.doubled", 5, "D"),
    ]
    assert all(describe(issue) for issue in job.issues.all())


def test_verifications_are_added_changed_and_repeated_on_the_instrument(world):
    thing = instrument(world, number="I-1")
    Institute.objects.create(
        code="J-1", name="市计量所", kind="statutory", organisation=world.units["C1"]
    )
    first = file_of(
        world,
        VERIFICATION,
        "I-1,2023-03-01,initial,passed,,J-1,yes",
        "I-1,2024-02-29,Periodic verification,合格,,,".replace("合格", "Passed"),
    )
    assert counts(taken_over(world, "verifications", first)) == [2, 0, 0]
    thing.refresh_from_db()
    assert (thing.valid_until, thing.version) == (date(2025, 2, 28), 2)
    row = Verification.objects.get(verified_on=date(2023, 3, 1))
    assert (row.valid_until, row.institute_name) == (date(2024, 2, 29), "市计量所")
    assert row.free_of_charge
    second = file_of(
        world,
        VERIFICATION,
        "I-1,2023-03-01,initial,passed,,J-1,yes",
        "I-1,2024-02-29,periodic,failed,,,",
    )
    assert counts(taken_over(world, "verifications", second)) == [0, 1, 1]
    thing.refresh_from_db()
    assert (thing.passed, thing.valid_until) == (False, None)
    assert not list(wrong_repeats())


def test_every_fault_of_verifications_is_named(world):
    instrument(world, number="I-1", made_on=date(2020, 1, 1))
    instrument(world, unit="B", number="I-2", kind=kind("balance", months=None))
    instrument(world, unit="D", number="I-3")
    add_person(world, "city_staff", "C1", Role.STAFF)
    job = look(
        world,
        "verifications",
        file_of(
            world,
            VERIFICATION,
            "I-1,2019-12-31,periodic,passed,,,",
            "I-1,2024-01-01,periodic,failed,2025-01-01,,",
            "I-1,2024-01-02,periodic,passed,2024-01-01,,",
            "I-1,2999-01-01,periodic,failed,,,",
            "I-1,,periodic,,,X,maybe",
            "I-2,2024-01-01,periodic,passed,,,",
            "I-3,2024-01-01,periodic,passed,,,",
            "I-9,2024-01-01,periodic,passed,,,",
        ),
        person="city_staff",
    )
    assert sorted(codes(job), key=lambda issue: issue[1:]) == [
        ("verification.before_made", 2, "B"),
        ("verification.failed_until", 3, "E"),
        ("verification.ends_before", 4, "E"),
        ("verification.future", 5, "B"),
        ("register.missing", 6, "B"),
        ("register.missing", 6, "D"),
        ("institute.unknown", 6, "F"),
        ("register.choice", 6, "G"),
        ("verification.no_end", 7, "E"),
        ("instrument.elsewhere", 8, "A"),
        ("instrument.unknown", 9, "A"),
    ]
    assert all(describe(issue) for issue in job.issues.all())
    twice = ("I-1,2024-01-01,periodic,passed,,,",) * 2
    job = look(world, "verifications", file_of(world, VERIFICATION, *twice))
    assert codes(job) == [("verification.twice", 3, "B")]


def test_what_changed_meanwhile_is_looked_at_again(world):
    thing = instrument(world, number="I-1")
    holder = thing.entity.number
    line = f"I-1,{holder},electronic-scale,S1,厂,,trade,,2020-01-01"
    job = look(world, "instruments", file_of(world, INSTRUMENT, line))
    take_out_of_use(
        actor=world.people["staff"], instrument=thing, on=date(2024, 1, 1), reason="停用"
    )
    bulk.approve(job=job, actor=world.people["reviewer"], expected_version=job.version)
    run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.outdated) == ("ready", True)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_exports_come_back_without_a_change(world, client, language):
    holder = entity(world, uscc=credit_code(5), key_energy_user=True)
    thing = instrument(world, holder, interval_months=6, made_on=date(2019, 1, 1))
    verified(world, thing, "2024-02-29", free_of_charge=True)
    verified(world, thing, "2024-05-01", passed=False)
    client.force_login(world.people["staff"])
    client.cookies["django_language"] = language
    for name, key, lines in (
        ("entity-export", "entities", 1),
        ("instrument-export", "instruments", 1),
        ("verification-export", "verifications", 2),
    ):
        for fmt in ("csv", "xlsx"):
            content = client.get(reverse(f"supervision:{name}"), {"format": fmt}).content
            job = look(world, key, content)
            assert job.status == "ready", [describe(issue) for issue in job.issues.all()]
            assert counts(job) == [0, 0, lines]
