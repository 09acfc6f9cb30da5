"""Entities and instruments over the API, and verifications that institutes send."""

import pytest

from supervision.models import Verification
from tests.supervision.ledger import entity, instrument, kind, verified

API = "/api/v1"


def sent(client, number, **more):
    data = {"verified_on": "2024-02-29", "stage": "periodic", "passed": True} | more
    address = f"{API}/instruments/{number}/verifications/"
    query = "?dry_run=true" if more.pop("dry", False) else ""
    return client.post(address + query, data, content_type="application/json")


@pytest.fixture
def scale(world):
    thing = instrument(world, entity(world, name="一市场", number="E-1"), number="I-1")
    verified(world, thing, "2020-03-01")
    instrument(world, entity(world, "D", number="E-2"), number="I-2", purpose="safety")
    return thing


def test_instruments_and_entities_are_read_filtered_and_paged(world, client, scale):
    client.force_login(world.people["leader"])
    (row,) = client.get(f"{API}/instruments/?standing=overdue").json()["results"]
    assert (row["number"], row["entity"], row["kind"]) == ("I-1", "E-1", "electronic-scale")
    assert (row["valid_until"], row["standing"]) == ("2021-02-28", "overdue")
    found = client.get(f"{API}/instruments/?purpose=safety&ordering=-number").json()
    assert [row["number"] for row in found["results"]] == ["I-2"]
    unit = world.units["C1"].code
    found = client.get(f"{API}/entities/?organisation={unit}").json()["results"]
    assert [(row["number"], row["instruments_in_use"]) for row in found] == [("E-1", 1)]
    detail = client.get(f"{API}/instruments/I-1/").json()
    assert [row["verified_on"] for row in detail["verifications"]] == ["2020-03-01"]
    text = client.get(f"{API}/instruments/?format=csv").content.decode()
    assert "I-2" in text
    assert client.get(f"{API}/instruments/?standing=nothing").status_code == 400


def test_a_verification_is_sent_checked_and_kept(world, client, scale):
    client.force_login(world.people["staff"])
    refused = sent(client, "I-1", verified_on="2999-01-01")
    assert (refused.status_code, set(refused.json()["fields"])) == (400, {"verified_on"})
    assert sent(client, "I-1", passed=None).status_code == 400
    address = f"{API}/instruments/I-1/verifications/?dry_run=true"
    data = {"verified_on": "2024-02-29", "stage": "periodic", "passed": True}
    tried = client.post(address, data, content_type="application/json")
    assert (tried.status_code, Verification.objects.count()) == (201, 1)
    kept = sent(client, "I-1")
    assert (kept.status_code, kept.json()["valid_until"]) == (201, "2025-02-28")
    again = sent(client, "I-1")
    assert (again.status_code, set(again.json()["fields"])) == (400, {"verified_on"})


def test_only_staff_of_the_area_send_verifications(world, client, scale):
    kind()
    client.force_login(world.people["leader"])
    assert sent(client, "I-1").status_code == 403
    client.force_login(world.people["other_city_reviewer"])
    assert client.get(f"{API}/instruments/I-1/").status_code == 404
