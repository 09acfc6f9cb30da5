"""Entering a change of the map in the browser: form, look at what moves, confirm."""

import pytest
from django.urls import reverse

from metroplan.organisations.models import Organisation, OrganisationChange

MERGE = {
    "effective_on": "2022-01-01",
    "document": "测试函〔2022〕1号",
    "note": "",
    "to-TOTAL_FORMS": "1",
    "to-INITIAL_FORMS": "0",
}


@pytest.fixture
def staff(client, world):
    client.force_login(world.people["staff"])
    return client


def url(kind: str) -> str:
    return reverse("organisations:change-create", args=[kind])


def merge(world, **more) -> dict[str, str]:
    codes = {"units": world.units["A"].code, "to-0-code": f"{world.units['B'].code} B区"}
    return MERGE | codes | more


def test_the_first_post_shows_what_moves_and_stores_nothing(staff, world):
    answer = staff.post(url("merge"), merge(world))
    assert answer.status_code == 200
    preview = answer.context["preview"]
    assert [unit.pk for unit in preview.ended] == [world.units["A"].pk]
    assert preview.left[0].number == 1
    assert not OrganisationChange.objects.exists()


def test_what_the_preview_sends_back_carries_the_change_out(staff, world):
    answer = staff.post(url("merge"), merge(world, confirm="1"))
    change = OrganisationChange.objects.get()
    assert answer.url == reverse("organisations:change-detail", args=[change.pk])
    assert Organisation.objects.get(pk=world.units["A"].pk).valid_to == change.effective_on
    page = staff.get(answer.url)
    assert [one.unit.pk for one in page.context["detail"].row.targets] == [world.units["B"].pk]
    assert page.context["detail"].left


def test_a_second_confirmation_says_that_the_unit_has_ended(staff, world):
    staff.post(url("merge"), merge(world, confirm="1"))
    answer = staff.post(url("merge"), merge(world, confirm="1"))
    assert answer.status_code == 422
    assert world.units["A"].code in answer.context["form"].non_field_errors()[0]
    assert OrganisationChange.objects.count() == 1


def test_back_to_the_form_keeps_what_was_typed(staff, world):
    answer = staff.post(url("merge"), merge(world, edit="1"))
    assert answer.context["form"]["document"].value() == MERGE["document"]
    assert answer.templates[0].name == "organisations/change_create.html"


def test_a_split_takes_its_rows_with_shares(staff, world):
    rows = {
        "to-TOTAL_FORMS": "4",
        "to-0-code": world.units["A"].code,
        "to-0-weight": "0.4",
        "to-1-code": "900999",
        "to-1-name_zh": "新区",
        "to-1-weight": "0.6",
    }
    data = MERGE | {"units": world.units["A"].code, "confirm": "1"} | rows
    assert staff.post(url("split"), data).status_code == 302
    assert Organisation.objects.get(code="900999").path.startswith(world.units["C1"].path)
    uneven = staff.post(url("split"), data | {"units": "900999", "to-0-weight": "0.5"})
    assert uneven.status_code == 422


def test_a_transfer_is_entered_with_several_units(staff, world):
    data = MERGE | {
        "units": f"{world.units['A'].code} A区，{world.units['B'].code}",
        "parent": world.units["C2"].code,
        "to-TOTAL_FORMS": "0",
        "confirm": "1",
    }
    assert staff.post(url("transfer"), data).status_code == 302
    path = Organisation.objects.get(pk=world.units["B"].pk).path
    assert path.startswith(world.units["C2"].path)


def test_a_rename_needs_its_new_code_and_name(staff, world):
    answer = staff.post(url("rename"), MERGE | {"units": world.units["A"].code})
    assert answer.status_code == 422
    assert set(answer.context["rows"].forms[0].errors) == {"code", "name_zh"}


def test_a_unit_of_another_area_is_unknown(staff, world):
    assert staff.post(url("merge"), merge(world, units="123456")).status_code == 422


def test_only_the_staff_of_the_top_unit_change_the_map(client, world):
    staff = world.people["staff"]
    staff.organisation = world.units["C1"]
    staff.save()
    client.force_login(staff)
    assert client.get(url("merge")).status_code == 403
    assert client.get(reverse("organisations:change-list")).status_code == 200


def test_a_kind_that_there_is_not_is_not_found(staff):
    assert staff.get(url("annex")).status_code == 404


def test_an_ended_unit_says_what_is_left_to_do(staff, world):
    staff.post(url("merge"), merge(world, confirm="1"))
    page = staff.get(reverse("organisations:organisation-detail", args=[world.units["A"].code]))
    assert page.context["detail"].left
    assert page.context["detail"].successors[0].unit.pk == world.units["B"].pk
