"""Institutes, standards and the ledger over the API: the pages' lists, by codes."""

import pytest

from metroplan.organisations.models import Role
from tests.api.conftest import ROOT
from tests.standards.covered import add_standard
from tests.standards.ledger_routes import add_ledger
from tests.standards.register_routes import add_register
from tests.world import add_person


@pytest.fixture
def registers(world, client):
    add_register(world, "A", "R-1")
    add_register(world, "D", "R-2")
    add_ledger(world, "A", "LD-1")
    add_ledger(world, "D", "LD-2")
    return world


def rows(client, address: str, **query):
    response = client.get(f"{ROOT}{address}/", query)
    assert response.status_code == 200, response.json()
    return response.json()["results"]


def signed_in(client, world, person="leader"):
    client.force_login(world.people[person])
    return client


def test_standards_are_narrowed_as_on_the_page(registers, client):
    api = signed_in(client, registers)
    assert [row["number"] for row in rows(api, "standards")] == ["R-1", "R-2"]
    unit = registers.units["C1"].code
    assert [row["number"] for row in rows(api, "standards", organisation=unit)] == ["R-1"]
    assert rows(api, "standards", standing="revoked") == []
    assert [row["number"] for row in rows(api, "standards", standing="counts")] == ["R-1", "R-2"]
    assert rows(api, "standards", standing="counts", on="2019-12-31") == []
    assert rows(api, "standards", q="R-2")[0]["organisation"]["code"] == registers.units["D"].code


def test_one_standard_says_everything_about_the_day(registers, client):
    api = signed_in(client, registers, "clerk")
    standard = api.get(f"{ROOT}standards/R-1/").json()
    assert (standard["state"], standard["counts"], standard["counts_until"]) == (
        "in_force",
        True,
        "2029-12-31",
    )
    assert [row["state"] for row in standard["states"]] == ["in_force"]
    assert standard["certificates"][0]["number"] == "C-R-1"
    before = api.get(f"{ROOT}standards/R-1/", {"on": "2019-12-31"}).json()
    assert (before["state"], before["counts"]) == ("", False)
    assert api.get(f"{ROOT}standards/R-2/").status_code == 404


def test_a_day_that_is_none_is_refused_at_its_field(registers, client):
    response = signed_in(client, registers).get(f"{ROOT}standards/", {"on": "yesterday"})
    assert response.status_code == 400
    assert set(response.json()["fields"]) == {"on"}


def test_a_filter_that_is_misspelt_is_refused(registers, client):
    response = signed_in(client, registers).get(f"{ROOT}ledger/", {"kinds": "talent"})
    assert response.status_code == 400
    assert set(response.json()["fields"]) == {"kinds"}


def test_institutes_count_what_they_hold(registers, client):
    api = signed_in(client, registers)
    found = {row["organisation"]: row for row in rows(api, "institutes")}
    row = found[registers.units["A"].code]
    assert (row["standards_in_force"], row["public_in_force"]) == (1, 1)
    assert rows(api, "institutes", on="2019-12-31")[0]["standards_in_force"] == 0
    one = api.get(f"{ROOT}institutes/{row['code']}/").json()
    assert (one["authorizations"], one["assessors"]) == ([], [])


def test_the_ledger_by_kind_and_day(registers, client):
    api = signed_in(client, registers)
    entries = rows(api, "ledger", kind="research", counting="2023-01-01")
    assert [row["number"] for row in entries] == ["LD-1", "LD-2"]
    assert rows(api, "ledger", counting="2021-12-31") == []
    one = api.get(f"{ROOT}ledger/LD-1/").json()
    assert (one["state"], one["since"], one["evidence"]) == ("done", "2022-01-01", ["paper.txt"])
    assert one["states"][0]["state"] == "done"
    early = api.get(f"{ROOT}ledger/LD-1/", {"on": "2021-01-01"}).json()
    assert (early["state"], early["since"]) == ("", None)


@pytest.mark.parametrize("name", ["institutes", "standards", "ledger"])
def test_lists_come_as_csv_too(registers, client, name):
    response = signed_in(client, registers).get(f"{ROOT}{name}/", {"format": "csv"})
    assert response.status_code == 200
    assert len(response.content.decode().strip().splitlines()) == 3


def test_a_kind_finds_the_standards_that_serve_it(registers, client):
    add_standard(registers, "A", ["scale"])
    api = signed_in(client, registers)
    assert len(rows(api, "standards", kind="scale")) == 1


SENT = {
    "name": "电子天平检定装置",
    "code": "12115000",
    "field": "12",
    "holder_kind": "public",
    "capabilities": [
        {
            "range_text": "(0～1000) g",
            "unit": "g",
            "performance_kind": "accuracy_class",
            "performance_text": "F1等级",
        }
    ],
    "services": [{"way": "verification", "instrument": "电子天平", "document_no": "JJG 1036"}],
}


def push(client, number: str, data: dict, **headers):
    address = f"{ROOT}standards/{number}/"
    return client.put(address, data, content_type="application/json", **headers)


def test_a_standard_is_pushed_whole_and_changed_with_the_version_seen(registers, client):
    api = signed_in(client, registers, "staff")
    institute = rows(api, "institutes", organisation=registers.units["A"].code)[0]["code"]
    data = SENT | {"institute": institute, "state": "in_force", "since": "2024-01-01"}
    made = push(api, "R-9", data | {"rank": "highest"})
    assert made.status_code == 201, made.json()
    assert (made.json()["state"], made.json()["rank"]) == ("in_force", "highest")
    assert made.json()["capabilities"][0]["high"] == "1000"
    changed = push(api, "R-9", data | {"name": "天平检定装置"}, HTTP_IF_MATCH="1")
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    stale = push(api, "R-9", data, HTTP_IF_MATCH="1")
    assert (stale.status_code, stale.json()["code"]) == (409, "register.changed")
    assert push(api, "R-9", data).status_code == 428


def test_what_is_wrong_with_a_pushed_standard_stands_at_its_field(registers, client):
    api = signed_in(client, registers, "staff")
    institute = rows(api, "institutes")[0]["code"]
    line = SENT["capabilities"][0] | {"performance_text": "F1等级 U=0.2 g (k=2)"}
    response = push(api, "R-9", SENT | {"institute": institute, "capabilities": [line]})
    assert response.status_code == 400
    assert "capabilities-0-performance_text" in response.json()["fields"]
    nowhere = push(api, "R-9", SENT | {"institute": "nowhere"})
    assert set(nowhere.json()["fields"]) == {"institute"}


def test_a_dry_run_stores_nothing(registers, client):
    api = signed_in(client, registers, "staff")
    institute = rows(api, "institutes")[0]["code"]
    data = SENT | {"institute": institute, "state": "planned", "since": "2024-01-01"}
    address = f"{ROOT}standards/R-9/?dry_run=true"
    assert api.put(address, data, content_type="application/json").status_code == 201
    assert api.get(f"{ROOT}standards/R-9/").status_code == 404


def test_a_standard_of_another_area_cannot_be_pushed(registers, client):
    add_person(registers, "city_staff", "C1", Role.STAFF)
    api = signed_in(client, registers, "city_staff")
    assert push(api, "R-2", SENT, HTTP_IF_MATCH="1").status_code == 404
    assert push(signed_in(client, registers, "clerk"), "R-1", SENT).status_code == 403
