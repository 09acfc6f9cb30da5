"""Entities, instruments and their verifications: written, refused, repeated, told to figures."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from indicators.models import RegisterDue
from metroplan.audit.models import AuditEvent
from metroplan.common.periods import Period
from metroplan.common.problems import MetroplanError
from metroplan.common.uscc import check_character
from standards.counting import keys_of
from supervision.counting.sources import Source
from supervision.models import Entity, Instrument, IntervalRule
from supervision.services import entities, instruments, verifications
from supervision.services.intervals import load_intervals, save_interval
from tests.supervision.ledger import (
    entity,
    entity_data,
    instrument,
    instrument_data,
    kind,
    verified,
)


def refused_at(call, *args, **more) -> set[str]:
    with pytest.raises(ValidationError) as refused:
        call(*args, **more)
    return set(refused.value.message_dict)


def test_a_new_entity_gets_the_units_next_number(world):
    first, second = entity(world), entity(world, name="二市场")
    code = world.units["A"].code
    assert [first.number, second.number] == [f"EN-{code}-0001", f"EN-{code}-0002"]
    event = AuditEvent.objects.get(action="entity.added", object_key=str(first.pk))
    assert event.data["after"]["entity_kind"] == "market"
    assert event.organisation_path == world.units["A"].path


def test_codes_and_numbers_that_are_wrong_or_taken_are_refused_at_their_field(world):
    good = "91430600MA4L00001"
    good += check_character(good)
    entity(world, uscc=good.lower(), number="E-1")
    assert Entity.objects.get().uscc == good
    assert refused_at(entity, world, uscc=good, name="另一家") == {"uscc"}
    assert refused_at(entity, world, uscc=good[:-1] + "!") == {"uscc"}
    assert refused_at(entity, world, number="E-1") == {"number"}
    days = {"opened_on": date(2020, 1, 1), "closed_on": date(2020, 1, 1)}
    assert refused_at(entity, world, **days) == {"closed_on"}


def test_a_change_made_meanwhile_is_not_overwritten(world):
    kept = entity(world)
    order = {"actor": world.people["staff"], "entity": kept, "expected_version": 1}
    entities.save_entity(data={"name": "新名"}, **order)
    with pytest.raises(MetroplanError) as refused:
        entities.save_entity(data={"name": "别名"}, **order)
    assert refused.value.code == "register.changed"
    kept.refresh_from_db()
    assert (kept.name, kept.version) == ("新名", 2)


def test_an_entity_closes_together_with_its_instruments(world):
    kept = entity(world)
    used, gone = instrument(world, kept), instrument(world, kept)
    staff = world.people["staff"]
    instruments.take_out_of_use(actor=staff, instrument=gone, on=date(2023, 1, 1), reason="报废")
    closing = {"closed_on": date(2024, 5, 1)}
    assert refused_at(entities.save_entity, actor=staff, entity=kept, data=closing) == {"closed_on"}
    assert entities.close_entity(actor=staff, entity=kept, reason="拆迁", **closing) == 1
    used.refresh_from_db()
    gone.refresh_from_db()
    assert (used.out_of_use_on, gone.out_of_use_on) == (date(2024, 5, 1), date(2023, 1, 1))
    kept.refresh_from_db()
    late = instrument_data(kept, in_use_from=date(2024, 5, 1))
    assert refused_at(instruments.save_instrument, actor=staff, data=late) == {"in_use_from"}


def test_an_instrument_is_once_in_an_entity_by_maker_and_serial_number(world):
    holder = entity(world)
    first = instrument(world, holder, serial_no="A-1")
    assert (first.number, first.name) == (f"IN-{world.units['A'].code}-0001", "电子秤")
    assert refused_at(instrument, world, holder, serial_no="A-1") == {"serial_no"}
    assert refused_at(instrument, world, holder, number=first.number) == {"number"}
    instrument(world, entity(world), serial_no="A-1")
    instrument(world, holder, serial_no="A-1", maker="别的厂")


def test_ranges_and_classes_stay_as_written(world):
    thing = instrument(world, range_text="(0~10⁻⁶) g", accuracy="Ⅲ", serial_no="Ａ－１")
    assert (thing.range_text, thing.accuracy, thing.serial_no) == ("(0~10⁻⁶) g", "Ⅲ", "A-1")


def test_days_of_an_instrument_that_cannot_be_are_refused(world):
    holder = entity(world)
    late = {"made_on": date(2020, 1, 2), "in_use_from": date(2020, 1, 1)}
    assert refused_at(instrument, world, holder, **late) == {"made_on"}
    thing = instrument(world, holder)
    verified(world, thing, "2020-02-01")
    save = {"actor": world.people["staff"], "instrument": thing}
    made = {"made_on": date(2020, 2, 2), "in_use_from": date(2020, 3, 1)}
    assert refused_at(instruments.save_instrument, data=made, **save) == {"made_on"}
    out = {"on": date(2020, 1, 1), "reason": "x"}
    assert refused_at(instruments.take_out_of_use, **save, **out) == {"on"}


def test_the_newest_verification_is_repeated_on_the_instrument(world):
    thing = instrument(world)
    second = verified(world, thing, "2024-02-29")
    assert (thing.verified_on, thing.passed) == (date(2024, 2, 29), True)
    assert (thing.valid_until, thing.version) == (date(2025, 2, 28), 2)
    verified(world, thing, "2023-01-01")
    assert thing.valid_until == date(2025, 2, 28)
    verified(world, thing, "2024-06-01", passed=False)
    assert (thing.passed, thing.valid_until) == (False, None)
    failed = thing.verifications.get(passed=False)
    order = {"actor": world.people["staff"], "verification": failed}
    assert refused_at(verifications.remove_verification, reason=" ", **order) == {"reason"}
    verifications.remove_verification(reason="录错", **order)
    thing.refresh_from_db()
    assert thing.valid_until == second.valid_until
    assert not list(verifications.wrong_repeats())
    Instrument.objects.update(passed=False)
    (wrong,) = verifications.wrong_repeats()
    assert "2025-02-28" in wrong.computed


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"verified_on": None}, "verified_on"),
        ({"verified_on": date(2019, 12, 31)}, "verified_on"),
        ({"verified_on": date(2999, 1, 1)}, "verified_on"),
        ({"passed": None}, "passed"),
        ({"passed": False, "valid_until": date(2025, 1, 1)}, "valid_until"),
        ({"valid_until": date(2020, 1, 1)}, "valid_until"),
    ],
)
def test_a_verification_that_cannot_be_is_refused_at_its_field(world, given, field):
    thing = instrument(world, made_on=date(2020, 1, 1))
    data = {"verified_on": date(2024, 1, 1), "stage": "periodic", "passed": True} | given
    order = {"actor": world.people["staff"], "instrument": thing, "data": data}
    assert refused_at(verifications.record_verification, **order) == {field}
    assert not thing.verifications.exists()


def test_two_verifications_of_a_day_and_a_kind_without_interval_are_refused(world):
    thing = instrument(world)
    verified(world, thing, "2024-01-01")
    assert refused_at(verified, world, thing, "2024-01-01") == {"verified_on"}
    other = instrument(world, kind=kind("balance", months=None))
    assert refused_at(verified, world, other, "2024-01-01") == {"valid_until"}
    verified(world, other, "2024-01-01", valid_until=date(2024, 6, 30))


def test_the_interval_of_the_instrument_goes_before_that_of_its_kind_on_the_day(world):
    staff = world.people["staff"]
    save_interval(
        actor=staff,
        kind=kind(),
        months=6,
        effective_from=date(2024, 1, 1),
        document="JJG 539",
    )
    own, thing = instrument(world, interval_months=3), instrument(world)
    assert verified(world, thing, "2023-12-31").valid_until == date(2024, 12, 30)
    assert verified(world, thing, "2024-01-01").valid_until == date(2024, 6, 30)
    assert verified(world, own, "2024-01-01").valid_until == date(2024, 3, 31)
    with pytest.raises(PermissionDenied):
        save_interval(
            actor=world.people["clerk"],
            kind=kind(),
            months=1,
            effective_from=date(2024, 1, 1),
            document="",
        )


def test_intervals_of_the_reference_data_come_once_and_leave_those_of_staff(world, settings):
    kind(months=7)
    directory = settings.BASE_DIR / "fixtures" / "reference"
    assert load_intervals(directory) == load_intervals(directory) == 0
    kind("balance", months=None)
    assert load_intervals(directory) == 1
    assert IntervalRule.objects.get(kind__code="electronic-scale").months == 7


def test_what_goes_out_of_use_may_come_back_with_a_reason(world):
    thing, staff = instrument(world), world.people["staff"]
    order = {"actor": staff, "instrument": thing}
    instruments.take_out_of_use(on=date(2024, 1, 1), reason="停用", **order)
    assert refused_at(instruments.bring_back, reason="", **order) == {"reason"}
    assert instruments.bring_back(reason="误录", **order).out_of_use_on is None
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"instrument.taken_out", "instrument.brought_back"} <= actions


def test_only_staff_of_the_unit_or_above_keep_the_ledgers(world):
    for person in ("clerk", "leader", "reviewer"):
        with pytest.raises(PermissionDenied):
            entities.save_entity(actor=world.people[person], data=entity_data(world))
    thing = instrument(world)
    with pytest.raises(PermissionDenied):
        instruments.take_out_of_use(
            actor=world.people["clerk"], instrument=thing, on=date(2024, 1, 1), reason=""
        )


def test_figures_are_counted_anew_from_the_day_that_changes(world):
    thing = instrument(world)
    RegisterDue.objects.all().delete()
    verified(world, thing, "2024-05-02")
    due = RegisterDue.objects.all()
    assert {row.key for row in due} == {*keys_of(Source.INSTRUMENTS)}
    told = {(row.organisation, row.since) for row in due}
    assert told == {(world.units["A"], Period.parse("2024Q2"))}
