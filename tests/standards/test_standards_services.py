"""A standard is entered and changed whole, or refused with every fault at its field."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from metroplan.audit.models import AuditEvent
from metroplan.common.problems import MetroplanError
from standards.models import InstrumentKind, MeasurementStandard
from standards.services.life import add_certificate
from standards.services.lines import lines_of
from standards.services.standards import save_standard
from tests.standards.register import (
    EQUIPMENT,
    LINE,
    SERVICE,
    UPPER,
    data_of,
    day,
    saved,
    spans,
)
from tests.world import add_person


def changed(world, standard, version=None, person="staff", **more):
    lines = lines_of(standard)
    rows = {name: more.pop(name, found) for name, found in lines.items()}
    own = {"number": standard.number, "name": standard.name, "code": standard.code}
    return save_standard(
        actor=world.people[person],
        standard=standard,
        data=data_of(standard.institute, **(own | more)),
        expected_version=standard.version if version is None else version,
        **rows,
    )


def refused(world, **more):
    with pytest.raises(ValidationError) as error:
        saved(world, **more)
    assert not MeasurementStandard.objects.filter(
        name=more.get("name", "二等量块标准器组")
    ).exists()
    return error.value.message_dict


def test_a_standard_is_entered_with_its_lines_numbers_and_first_state(world):
    kind = InstrumentKind.objects.create(code="K1", name_zh="千分尺")
    standard = saved(world, services=[SERVICE | {"kinds": [kind]}], national_level="upper_middle")
    assert standard.number == f"MS-{world.units['C1'].code}-0001"
    line = standard.capabilities.get()
    assert (line.low, line.high, line.unit) == (0, 500, "mm")
    assert (line.value, line.value_unit, line.coverage_factor) == (Decimal("0.2"), "um", 2)
    assert standard.services.get().kinds.get() == kind
    assert standard.states.get().state == "in_force"
    grade = standard.grades.get()
    assert (grade.change, grade.rank, grade.national_level) == ("new", "highest", "upper_middle")
    event = AuditEvent.objects.get(action="standard.created")
    assert event.data["after"]["services"] == [
        "verification · 千分尺 · (0~300) mm · mm · JJG 21-2008 · K1"
    ]
    assert saved(world).number.endswith("-0002")


def test_lines_are_given_whole_kept_by_their_id_and_else_deleted(world):
    standard = saved(world, capabilities=[LINE, LINE | {"range_text": "(500~1000) mm"}])
    lines = lines_of(standard)
    first, second = lines["capabilities"]
    new = LINE | {"range_text": "(0~2) m"}
    changed(world, standard, capabilities=[second | {"quantity": "厚度"}, new], equipment=[])
    kept, added = standard.capabilities.all()
    assert (kept.pk, kept.quantity, kept.position) == (second["id"], "厚度", 0)
    assert (added.high, added.unit, added.position) == (2, "m", 1)
    assert not standard.capabilities.filter(pk=first["id"]).exists()
    assert not standard.equipment.exists()


def test_only_what_changed_is_logged_and_nothing_where_nothing_did(world):
    standard = saved(world)
    changed(world, standard, location="实验楼102")
    event = AuditEvent.objects.get(action="standard.changed")
    assert event.data["before"] == {"location": "实验楼101"}
    assert event.data["after"] == {"location": "实验楼102"}
    standard.refresh_from_db()
    assert standard.version == 2
    changed(world, standard, location="实验楼102")
    assert AuditEvent.objects.filter(action="standard.changed").count() == 1


def test_a_stale_edit_is_refused_and_nothing_is_lost(world):
    standard = saved(world)
    changed(world, standard, location="甲")
    with pytest.raises(MetroplanError) as error:
        changed(world, standard, version=1, location="乙")
    assert (error.value.code, error.value.status) == ("register.changed", 409)
    standard.refresh_from_db()
    assert standard.location == "甲"


def test_every_fault_is_told_at_once_at_its_field(world):
    found = refused(
        world,
        name="量块",
        code="12710100",
        capabilities=[
            LINE | {"performance_text": "U=0.2 μm (k=2), 0.05级"},
            LINE | {"range_text": "(500~0) mm"},
            LINE | {"performance_kind": "mpe"},
        ],
        services=[SERVICE | {"range_text": "(0~600) mm"}, SERVICE | {"document_no": ""}],
        equipment=[
            EQUIPMENT | {"calibrated_on": day("2024-01-02"), "valid_until": day("2024-01-01")}
        ],
        upper_links=[UPPER | {"name": ""}],
    )
    assert found.keys() == {
        *("name", "code"),
        "capabilities-0-performance_text",
        "capabilities-1-range_text",
        "capabilities-2-performance_text",
        "services-0-range_text",
        "services-1-document_no",
        "equipment-0-valid_until",
        "upper_links-0-name",
    }
    assert all(len(sentences) == 1 for sentences in found.values())


def test_the_sentences_are_in_the_language_of_the_reader(world, settings):
    settings.LANGUAGE_CODE = "en"
    found = refused(world, services=[SERVICE | {"range_text": "(0~0.6) m"}])
    assert found["services-0-range_text"][0].startswith(
        "The service range “(0~0.6) m” lies outside"
    )


def test_a_service_in_another_quantity_is_not_compared(world):
    standard = saved(world, services=[SERVICE | {"range_text": "(0~90)°"}])
    assert standard.services.get().unit == "deg"


def test_an_unknown_field_and_a_number_of_another_are_refused(world):
    number = saved(world).number
    with pytest.raises(ValidationError) as error:
        saved(world, field="99", number=number)
    assert error.value.message_dict.keys() == {"field", "number"}


def test_values_do_not_go_in_a_circle(world):
    upper = saved(world)
    middle = saved(world, upper_links=[{"upper": upper, "way": "verification"}])
    lower = saved(world, upper_links=[{"upper": middle, "way": "verification"}])
    for wrong in (upper, lower):
        with pytest.raises(ValidationError) as error:
            changed(world, upper, upper_links=[{"upper": wrong, "way": "verification"}])
        assert error.value.message_dict.keys() == {"upper_links-0-upper"}


def test_only_staff_of_the_unit_or_above_keep_it(world):
    add_person(world, "county_staff", "A", "staff")
    standard = saved(world)
    for person in ("county_staff", "reviewer", "clerk"):
        with pytest.raises(PermissionDenied):
            changed(world, standard, person=person, location="丙")
    with pytest.raises(PermissionDenied):
        save_standard(
            actor=world.people["county_staff"],
            data=data_of(standard.institute),
            capabilities=[],
            services=[],
            equipment=[],
            upper_links=[],
        )


def test_a_standard_that_becomes_public_needs_the_public_certificate_too(world):
    standard = saved(world, holder_kind="department")
    certified_days = [("2020-03-01", "2024-02-29")]
    add_certificate(
        actor=None,
        standard=standard,
        kind="examination",
        number="E1",
        valid_from=day("2020-03-01"),
        valid_until=day("2024-02-29"),
    )
    assert spans(standard) == certified_days
    standard.refresh_from_db()
    changed(world, standard, holder_kind="public")
    assert spans(standard) == []
