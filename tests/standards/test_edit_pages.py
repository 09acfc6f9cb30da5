"""Entering and changing a standard in the browser, one or many at once, and its history."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from standards.models import InstrumentKind, MeasurementStandard
from standards.services.standards import save_standard
from tests.standards.register import certified, data_of, institute, saved
from tests.world import World

LINES = ("capabilities", "services", "equipment", "upper_links")


@pytest.fixture
def staff(world, client):
    client.force_login(world.people["staff"])
    return client


@pytest.fixture
def standard(world: World) -> MeasurementStandard:
    return certified(world, saved(world))


def as_sent(forms: Any) -> dict[str, Any]:
    """What a browser would send of a page that nobody touched."""
    data = {bound.html_name: bound.value() for bound in forms.form}
    for prefix, lines in forms.lines.items():
        for form in (lines.management_form, *lines):
            data |= {bound.html_name: bound.value() for bound in form}
        assert prefix in LINES
    sent = {}
    for name, value in data.items():
        if value in (None, False, []):
            continue
        sent[name] = "on" if value is True else value
    return sent


def edit_page(client, standard):
    return client.get(reverse("standards:standard-edit", args=[standard.pk]))


def send(client, standard, data):
    return client.post(reverse("standards:standard-edit", args=[standard.pk]), data)


def new_one(world, **changes) -> dict[str, Any]:
    data = {"name": "千分尺检定装置", "field": "01", "holder_kind": "public"}
    data |= {"institute": f"{institute(world).code} 计量所", "state": "planned"}
    data |= {"since": "2024-01-01", "rank": "highest"}
    for prefix in LINES:
        data |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    return data | changes


CAPABILITY = {
    "capabilities-TOTAL_FORMS": "1",
    "capabilities-0-range_text": "(0~500) mm",
    "capabilities-0-performance_kind": "uncertainty",
    "capabilities-0-performance_text": "U=0.2 μm (k=2)",
}
SERVICE = {
    "services-TOTAL_FORMS": "1",
    "services-0-way": "verification",
    "services-0-instrument": "千分尺",
    "services-0-range_text": "(0~300) mm",
    "services-0-document_no": "JJG 21-2008",
}


def test_a_standard_is_entered_with_its_lines(staff, world):
    InstrumentKind.objects.create(code="micrometer", name_zh="千分尺")
    data = new_one(world, **CAPABILITY, **SERVICE) | {"services-0-kinds": ["micrometer"]}
    response = staff.post(reverse("standards:standard-create"), data)
    assert response.status_code == 302
    standard = MeasurementStandard.objects.get()
    assert standard.states.get().state == "planned"
    assert standard.grades.get().rank == "highest"
    assert standard.services.get().kinds.get().code == "micrometer"
    assert standard.capabilities.get().coverage_factor == 2


@pytest.mark.parametrize(
    ("changes", "prefix", "field"),
    [
        (
            {**CAPABILITY, "capabilities-0-performance_text": "U=0.2 μm (k=2), 0.05级"},
            "capabilities",
            "performance_text",
        ),
        ({**CAPABILITY, "capabilities-0-range_text": "(500~0) mm"}, "capabilities", "range_text"),
        (
            {**CAPABILITY, **SERVICE, "services-0-range_text": "(0~800) mm"},
            "services",
            "range_text",
        ),
        ({**SERVICE, "services-0-document_no": ""}, "services", "document_no"),
        (
            {
                "equipment-TOTAL_FORMS": "1",
                "equipment-0-name": "量块",
                "equipment-0-calibrated_on": "2024-01-01",
                "equipment-0-valid_until": "2023-01-01",
            },
            "equipment",
            "valid_until",
        ),
        (
            {
                "upper_links-TOTAL_FORMS": "1",
                "upper_links-0-way": "calibration",
                "upper_links-0-upper": "MS-1 unknown",
            },
            "upper_links",
            "upper",
        ),
    ],
)
def test_bad_input_is_refused_at_the_field_of_its_line(staff, world, changes, prefix, field):
    response = staff.post(reverse("standards:standard-create"), new_one(world, **changes))
    assert response.status_code == 422
    assert not MeasurementStandard.objects.exists()
    assert response.context["forms"].lines[prefix].forms[0].errors[field]


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "量块"), ("code", "99999999"), ("institute", "nowhere"), ("since", "20240101x")],
)
def test_bad_particulars_are_refused_at_their_field(staff, world, field, value):
    response = staff.post(reverse("standards:standard-create"), new_one(world, **{field: value}))
    assert response.status_code == 422
    assert response.context["form"].errors[field]


def test_errors_stand_at_the_row_that_was_sent_though_others_were_removed(staff, world):
    data = new_one(world, **CAPABILITY) | {
        "capabilities-TOTAL_FORMS": "3",
        "capabilities-0-DELETE": "on",
        "capabilities-2-range_text": "(9~1) mm",
        "capabilities-2-performance_kind": "accuracy_class",
        "capabilities-2-performance_text": "0.05级",
    }
    response = staff.post(reverse("standards:standard-create"), data)
    rows = response.context["forms"].lines["capabilities"].forms
    assert [bool(row.errors) for row in rows] == [False, False, True]


def test_a_page_that_nobody_touched_changes_nothing_when_it_is_sent(staff, standard):
    data = as_sent(edit_page(staff, standard).context["forms"])
    assert send(staff, standard, data).status_code == 302
    before = standard.version
    standard.refresh_from_db()
    assert standard.version == before


def test_lines_are_changed_added_and_removed(staff, standard):
    data = as_sent(edit_page(staff, standard).context["forms"])
    data["equipment-0-DELETE"] = "on"
    data["services-0-instrument"] = "外径千分尺"
    data |= {
        "capabilities-1-range_text": "(0~100) mm",
        "capabilities-1-performance_kind": "accuracy_class",
        "capabilities-1-performance_text": "二等",
    }
    kept = standard.services.get().pk
    assert send(staff, standard, data).status_code == 302
    assert not standard.equipment.exists()
    assert (standard.services.get().pk, standard.services.get().instrument) == (kept, "外径千分尺")
    assert standard.capabilities.count() == 2


def test_a_stale_edit_is_refused_shows_both_and_may_be_sent_again(staff, world, standard):
    data = as_sent(edit_page(staff, standard).context["forms"]) | {"custodian": "甲室"}
    save_standard(
        actor=world.people["staff"],
        standard=standard,
        data=data_of(standard.institute, number=standard.number, location="新楼"),
        capabilities=[],
        services=[],
        equipment=[],
        upper_links=[],
        expected_version=standard.version,
    )
    response = send(staff, standard, data)
    assert (response.status_code, response.context["problem"].code) == (409, "register.changed")
    differences = {word: (now, mine) for word, now, mine in response.context["differences"]}
    assert ("新楼", "实验楼101") in differences.values()
    assert "甲室" in response.content.decode()
    data["expected_version"] = response.context["present_version"]
    assert send(staff, standard, data).status_code == 302
    standard.refresh_from_db()
    assert (standard.custodian, standard.services.count()) == ("甲室", 1)


def test_an_upper_standard_of_another_area_stays_when_someone_below_saves(client, world, standard):
    below = saved(
        world, institute(world, "A"), upper_links=[{"upper": standard, "way": "calibration"}]
    )
    world.people["county_staff"] = person = world.people["clerk"]
    person.role = "staff"
    person.save()
    client.force_login(person)
    data = as_sent(edit_page(client, below).context["forms"]) | {"custodian": "甲室"}
    assert send(client, below, data).status_code == 302
    assert below.upper_links.get().upper == standard


def test_many_are_changed_after_a_look(staff, world, standard):
    other = saved(world, institute(world, "C2"), name="千分尺检定装置")
    address = reverse("standards:standard-bulk-edit") + "?field=01"
    data = {"set_location": "on", "location": "新楼", "preview": "yes"}
    response = staff.post(address, data)
    preview = response.context["preview"]
    assert (preview.changed, preview.same, preview.refused) == (2, 0, 0)
    data = {"set_location": "on", "location": "新楼", "apply": "yes"}
    response = staff.post(address, data | {"versions": response.context["versions"]})
    assert response.status_code == 302
    for item in (standard, other):
        item.refresh_from_db()
        assert item.location == "新楼"


def test_many_are_not_changed_when_one_moved_on_since_the_look(staff, world, standard):
    address = reverse("standards:standard-bulk-edit")
    data = {"set_location": "on", "location": "新楼", "preview": "yes"}
    versions = staff.post(address, data).context["versions"]
    MeasurementStandard.objects.update(version=99)
    data = {"set_location": "on", "location": "新楼", "apply": "yes", "versions": versions}
    response = staff.post(address, data)
    assert (response.status_code, response.context["problem"].code) == (409, "register.changed")


def test_what_cannot_be_moved_is_told_in_the_preview(staff, standard):
    data = {"state": "applied", "since": str(timezone.localdate()), "preview": "yes"}
    response = staff.post(reverse("standards:standard-bulk-edit"), data)
    assert response.context["preview"].refused == 1
    assert response.context["versions"] == ""


def test_a_change_of_many_that_says_nothing_is_refused(staff, standard):
    response = staff.post(reverse("standards:standard-bulk-edit"), {"preview": "yes"})
    assert response.status_code == 422
    assert response.context["form"].errors["state"]


def test_the_history_tells_what_happened_to_the_record_to_who_may_see_it(
    client, world, standard, staff
):
    address = reverse("dashboards:record-history", args=["standard", standard.pk])
    rows = staff.get(address).context["rows"]
    assert [row.event.action for row in rows][-1] == "standard.created"
    client.force_login(world.people["other_city_reviewer"])
    assert client.get(address).status_code == 404
