"""One change to many standards: looked at, then made whole or not at all."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from indicators.models import RegisterDue
from metroplan.audit.models import AuditEvent
from metroplan.common.problems import MetroplanError
from standards.models import MeasurementStandard
from standards.services.bulk_edit import Edit, apply_edit, preview_edit
from tests.standards.register import certified, day, institute, saved, spans
from tests.world import add_person


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *args, **kwargs: date(2023, 6, 15))


@pytest.fixture
def three(world):
    holder = institute(world)
    return [certified(world, saved(world, holder)) for _ in range(3)]


def every():
    return MeasurementStandard.objects.order_by("number")


def look(world, edit, person="staff"):
    return preview_edit(actor=world.people[person], standards=every(), edit=edit)


def make(world, edit, versions, person="staff"):
    return apply_edit(actor=world.people[person], standards=every(), edit=edit, versions=versions)


def test_the_preview_says_what_would_change_and_writes_nothing(world, three):
    MeasurementStandard.objects.filter(pk=three[0].pk).update(custodian="力学室")
    shown = look(world, Edit({"custodian": "力学室"}))
    assert (shown.changed, shown.same, shown.refused) == (2, 1, 0)
    change = shown.rows[1].changes[0]
    assert (change.before, change.after) == ("长度室", "力学室")
    assert set(every().values_list("custodian", flat=True)) == {"力学室", "长度室"}


def test_what_was_looked_at_is_made_logged_and_told(world, three):
    edit = Edit({"location": "新楼"}, state="sealed", since=day("2023-06-15"), reason="搬迁")
    RegisterDue.objects.all().delete()
    assert make(world, edit, look(world, edit).versions) == 3
    assert [row.location for row in every()] == ["新楼"] * 3
    assert all(spans(item) == [("2020-03-01", "2023-06-14")] for item in three)
    assert {(str(due.since), due.reason) for due in RegisterDue.objects.all()} == {
        ("2023Q2", "搬迁")
    }
    events = AuditEvent.objects.filter(action="standard.changed")
    assert events.count() == 3
    assert events.first().data["after"] == {
        "location": "新楼",
        "state": "sealed",
        "since": "2023-06-15",
    }


def test_a_fault_of_one_keeps_all_from_being_changed(world, three):
    three[0].states.create(state="revoked", since=day("2022-01-01"))
    edit = Edit(state="sealed", since=day("2023-06-15"))
    shown = look(world, edit)
    assert (shown.changed, shown.refused) == (2, 1)
    with pytest.raises(MetroplanError) as error:
        make(world, edit, shown.versions)
    assert error.value.code == "register.edit_refused"
    left_out = {pk: version for pk, version in shown.versions.items() if pk != three[0].pk}
    assert make(world, edit, left_out) == 2


def test_what_has_changed_since_the_preview_is_not_overwritten(world, three):
    edit = Edit({"custodian": "力学室"})
    versions = look(world, edit).versions
    MeasurementStandard.objects.filter(pk=three[0].pk).update(version=99)
    with pytest.raises(MetroplanError) as error:
        make(world, edit, versions)
    assert error.value.code == "register.changed"


def test_another_holder_is_told_to_both_units(world, three):
    other = institute(world, "A")
    edit = Edit({"institute": other})
    RegisterDue.objects.all().delete()
    make(world, edit, look(world, edit).versions)
    assert set(every().values_list("institute", flat=True)) == {other.pk}
    units = {due.organisation_id for due in RegisterDue.objects.all()}
    assert units == {world.units["A"].pk, world.units["C1"].pk}
    assert {str(due.since) for due in RegisterDue.objects.all()} == {"2020Q1"}


def test_an_edit_must_say_something_that_can_be_done(world, three):
    for edit, field in (
        (Edit(), "state"),
        (Edit(state="sealed"), "since"),
        (Edit(state="replaced", since=day("2023-07-01")), "state"),
        (Edit({"custodian": "长" * 61}), "custodian"),
    ):
        with pytest.raises(ValidationError) as error:
            look(world, edit)
        assert error.value.message_dict.keys() == {field}


def test_nobody_moves_standards_to_or_from_a_unit_that_is_not_theirs(world, three):
    add_person(world, "city_staff", "C2", "staff")
    shown = look(world, Edit({"custodian": "力学室"}), person="city_staff")
    assert shown.refused == 3
    with pytest.raises(PermissionDenied):
        look(world, Edit({"institute": three[0].institute}), person="city_staff")


def test_the_preview_of_many_takes_a_fixed_number_of_queries(
    world, three, django_assert_num_queries
):
    with django_assert_num_queries(3):
        look(world, Edit({"custodian": "力学室"}, state="sealed", since=day("2023-06-15")))
