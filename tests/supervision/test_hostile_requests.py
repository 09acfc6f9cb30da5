"""Requests that no page of ours sends: each is answered with a sentence, none with an error."""

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.urls import reverse

from supervision.models import Campaign, Entity, Inspection, Verification
from supervision.rules.verification import last_day
from tests.supervision import campaign as made
from tests.supervision.counted import add_entity, add_instrument
from tests.supervision.ledger import entity, entity_data, instrument, kind
from tests.supervision.test_campaign_pages import campaign_form

NUL, LONG = "a\x00b", "9" * 5000
API = "/api/v1"


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def staff(world, client):
    client.force_login(world.people["staff"])
    return client


def page(name: str, *args) -> str:
    return reverse(f"supervision:{name}", args=args)


def facts(inspection, **more):
    empty = {"checks-TOTAL_FORMS": 0, "checks-INITIAL_FORMS": 0}
    return {"inspected_on": inspection.inspected_on, "version": 1} | empty | more


@pytest.mark.parametrize("name", ["campaigns", "lots", "integrity", "dishonesty", "instruments"])
def test_a_public_page_refuses_a_text_that_the_database_cannot_hold(client, db, name):
    response = client.get(reverse(f"public:{name}"), {"q": NUL})
    assert response.status_code == 400
    assert "request.unreadable" in response.content.decode()
    assert client.get(reverse(f"public:{name}"), {"page": LONG}).status_code == 200


def test_an_address_with_such_a_text_is_not_found(client, db):
    assert client.get("/public/instruments/a%00b/").status_code == 404


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("supervision:entity-options", "entity"),
        ("supervision:instrument-create", "entity"),
        ("supervision:lot-create", "inspection"),
        ("supervision:instrument-list", "q"),
        ("standards:institute-options", "institute"),
        ("standards:standard-options", "standard"),
    ],
)
def test_pages_of_the_registers_refuse_it_too(staff, name, given):
    assert staff.get(reverse(name), {given: NUL}).status_code == 400


def test_a_number_of_thousands_of_digits_is_no_number(world, staff):
    made_one = made.campaign(world)
    assert staff.get(page("inspection-create"), {"drawn": LONG}).status_code == 404
    assert staff.get(page("drawn-list"), {"draw": LONG}).status_code == 200
    targets = page("campaign-targets", made_one.pk)
    assert staff.post(targets, {"version": LONG}).status_code == 422
    assert staff.post(page("lot-create"), {"sample_size": LONG}).status_code == 422
    assert staff.post(page("lot-calculator"), {"sample_size": LONG}).status_code == 422


def test_a_signature_in_other_letters_is_none(world, staff):
    inspection = made.begun(world)
    data = facts(inspection, entity_image="data:image/png;base64,é")
    response = staff.post(page("inspection-edit", inspection.pk), data)
    assert response.status_code == 422
    assert Inspection.objects.get().entity_signature is None


@pytest.mark.parametrize("bad", [NUL, LONG, "x", "-1", "1e5"])
def test_an_unreadable_form_of_an_inspection_comes_back(world, staff, bad):
    inspection = made.begun(world)
    address = page("inspection-edit", inspection.pk)
    more = {"checks-TOTAL_FORMS": 1, "checks-0-error": "1e400", "checks-0-instrument": bad}
    assert staff.post(address, facts(inspection, inspectors=[bad], **more)).status_code == 422
    assert staff.post(address, {"inspected_on": "x", "version": bad}).status_code == 422


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b"<svg onload=alert(1)>"),
        ("a.png", b"<html><script>"),
        ("a.html", b"<b>"),
        ("x" * 300 + ".png", b"\x89PNG\r\n\x1a\n"),
    ],
)
def test_what_is_no_picture_is_not_kept(world, staff, name, content):
    inspection = made.begun(world)
    file = SimpleUploadedFile(name, content)
    response = staff.post(page("inspection-photo", inspection.pk), {"file": file})
    assert response.status_code == 422
    assert not inspection.evidence.exists()


def test_a_number_with_a_slash_and_a_blank_breaks_no_page(world, staff):
    data = entity_data(world, number="量字 1/2", name="城北农贸市场")
    del data["opened_on"], data["closed_on"]
    data["organisation"] = world.units["A"].code
    assert staff.post(page("entity-create"), data).status_code == 302
    kept = Entity.objects.get()
    conflict = {"conflict-entity": f"{kept.number} {kept.name}", "conflict-reason": "亲属经营"}
    conflict["conflict-valid_from"] = made.today()
    person = made.inspector(world)
    assert staff.post(page("inspector-conflict", person.pk), conflict).status_code == 302
    staff.logout()
    found = staff.get(reverse("public:instruments"), {"q": "城北"})
    address = reverse("public:entity", args=[kept.number])
    assert address in found.content.decode()
    assert staff.get(address).status_code == 200


def test_an_entity_older_than_the_law_is_entered(world, staff):
    data = entity_data(world, opened_on="1958-05-01")
    del data["closed_on"]
    data["organisation"] = world.units["A"].code
    assert staff.post(page("entity-create"), data).status_code == 302
    data["opened_on"] = "1948-05-01"
    assert staff.post(page("entity-create"), data).status_code == 422


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"verified_on": "9999-12-31"}, "verified_on"),
        ({"verified_on": "0001-01-01"}, "verified_on"),
        ({"verified_on": "1949-09-30"}, "verified_on"),
        ({"valid_until": "9999-12-31"}, "valid_until"),
        ({"certificate_no": NUL}, "certificate_no"),
        ({"certificate_no": "\ud800"}, "certificate_no"),
        ({"institute": NUL}, "institute"),
        ({"institute": {"code": 1}}, "institute"),
        ({"stage": [1]}, "stage"),
    ],
)
def test_the_interface_names_the_field_that_cannot_be(world, staff, more, field):
    thing = instrument(world, number="I-1")
    data = {"verified_on": "2024-01-01", "stage": "periodic", "passed": True} | more
    address = f"{API}/instruments/{thing.number}/verifications/"
    response = staff.post(address, json.dumps(data), content_type="application/json")
    assert response.status_code == 400
    assert field in response.json()["fields"]
    assert not Verification.objects.exists()


@pytest.mark.parametrize("text", ["{", "", '{"passed": NaN}', "[1, 2]", "\xff"])
def test_the_interface_takes_nothing_but_an_object(world, staff, text):
    thing = instrument(world)
    address = f"{API}/instruments/{thing.number}/verifications/"
    assert staff.post(address, text, content_type="application/json").status_code == 400


@pytest.mark.parametrize("name", ["instruments", "entities", "campaigns", "inspections", "cases"])
def test_lists_of_the_interface_survive_any_filter(world, staff, name):
    assert staff.get(f"{API}/{name}/a%00b/").status_code == 404
    for given in ("q", "organisation", "state", "kind", "campaign", "entity", "ordering", "first"):
        for value in (NUL, LONG):
            assert staff.get(f"{API}/{name}/", {given: value}).status_code < 500


def test_the_last_day_of_the_calendar_ends_every_interval():
    assert last_day(date(9999, 1, 1), 12) == date.max
    assert last_day(date(9998, 12, 31), 12) == date.max
    assert last_day(date(9990, 3, 1), 12) == date(9991, 2, 28)


def test_a_checklist_has_an_end(world, staff):
    points = "\n".join(f"第{number}项" for number in range(201))
    response = staff.post(page("campaign-create"), campaign_form(world, checklist=points))
    assert response.status_code == 422
    assert not Campaign.objects.exists()


def test_whoever_enters_the_same_in_the_same_moment_is_told_so(world, staff, monkeypatch):
    assert staff.post(page("campaign-create"), campaign_form(world, number="JD-1")).status_code
    monkeypatch.setattr(Campaign, "full_clean", lambda self, *args, **kwargs: None)
    response = staff.post(page("campaign-create"), campaign_form(world, number="JD-1"))
    assert response.status_code == 409
    assert "request.same_at_once" in response.content.decode()
    assert Campaign.objects.count() == 1


def test_any_other_broken_rule_of_the_tables_stays_an_error(world, staff, monkeypatch):
    monkeypatch.setattr(Campaign, "full_clean", lambda self, *args, **kwargs: None)
    days = {"starts": made.today(), "ends": made.ago(30)}
    with pytest.raises(IntegrityError):
        staff.post(page("campaign-create"), campaign_form(world, **days))


def test_the_public_page_of_a_large_market_is_read_in_pages(world, client):
    holder = add_entity(world, "A", "market")
    for _ in range(31):
        add_instrument(holder, verified_on=made.ago(400), passed=True, valid_until=made.ago(30))
    kind()
    entity(world)
    address = reverse("public:entity", args=[holder.number])
    text = client.get(address).content.decode()
    assert text.count('class="mp-name"') == 30
    assert "31" in text
    assert client.get(address, {"page": 2}).content.decode().count('class="mp-name"') == 1
