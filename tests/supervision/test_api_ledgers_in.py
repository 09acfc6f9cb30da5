"""Entities and instruments that another system enters and changes over the API."""

import pytest

from metroplan.audit.models import AuditEvent
from metroplan.organisations.models import Role
from supervision.models import Entity, Instrument
from tests.supervision.ledger import entity, instrument, kind
from tests.world import World, add_person

API = "/api/v1"
JSON = "application/json"


@pytest.fixture
def staff(world: World, client):
    client.force_login(world.people["staff"])
    return client


def market(world: World, unit: str = "A", **more) -> dict:
    return {"name": "新市场", "kind": "market", "organisation": world.units[unit].code} | more


def scale(holder: str, **more) -> dict:
    return {
        "entity": holder,
        "kind": "electronic-scale",
        "serial_no": "S-7",
        "maker": "永康衡器厂",
        "purpose": "trade",
        "in_use_from": "2024-01-01",
    } | more


def posted(client, what: str, data: dict, query: str = ""):
    return client.post(f"{API}/{what}/{query}", data, content_type=JSON)


def patched(client, thing, data: dict, seen: int | None = 1, query: str = ""):
    what = "entities" if isinstance(thing, Entity) else "instruments"
    headers = {} if seen is None else {"If-Match": f'"{seen}"'}
    address = f"{API}/{what}/{thing.number}/{query}"
    return client.patch(address, data, content_type=JSON, headers=headers)


def test_an_entity_is_entered_and_numbered(world, staff):
    tried = posted(staff, "entities", market(world), "?dry_run=true")
    assert (tried.status_code, Entity.objects.count()) == (201, 0)
    made = posted(staff, "entities", market(world))
    assert made.status_code == 201
    assert made.json()["number"] == f"EN-{world.units['A'].code}-0001"
    assert (made.json()["version"], made.json()["instruments_in_use"]) == (1, 0)
    event = AuditEvent.objects.get(action="entity.added")
    assert event.data["after"]["name"] == "新市场"


def test_an_instrument_is_entered_for_an_entity(world, staff):
    kind()
    holder = entity(world, number="E-1")
    made = posted(staff, "instruments", scale("E-1"))
    assert made.status_code == 201, made.json()
    assert (made.json()["name"], made.json()["standing"]) == ("电子秤", "never")
    assert made.json()["verifications"] == []
    again = posted(staff, "instruments", scale("E-1"))
    assert (again.status_code, set(again.json()["fields"])) == (400, {"serial_no"})
    assert holder.instruments.count() == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"uscc": "123"}, "uscc"),
        ({"kind": "nothing"}, "kind"),
        ({"organisation": "999999"}, "organisation"),
        ({"name": ""}, "name"),
        ({"opened_on": "2024-01-01", "closed_on": "2023-01-01"}, "closed_on"),
        ({"number": "E-9"}, "number"),
    ],
)
def test_what_is_wrong_with_an_entity_is_said_at_its_field(world, staff, more, field):
    entity(world, number="E-9")
    refused = posted(staff, "entities", market(world, **more))
    assert refused.status_code == 400
    assert refused.json()["code"] == "request.invalid"
    assert set(refused.json()["fields"]) == {field}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"entity": "E-0"}, "entity"),
        ({"kind": "nothing"}, "kind"),
        ({"interval_months": 0}, "interval_months"),
        ({"made_on": "2024-02-01"}, "made_on"),
        ({"in_use_from": None}, "in_use_from"),
        ({"number": "I-9"}, "number"),
    ],
)
def test_what_is_wrong_with_an_instrument_is_said_at_its_field(world, staff, more, field):
    instrument(world, entity(world, number="E-1"), number="I-9")
    refused = posted(staff, "instruments", scale("E-1", **more))
    assert (refused.status_code, set(refused.json()["fields"])) == (400, {field})


def test_what_is_not_sent_stays(world, staff):
    thing = entity(world, number="E-1", key_energy_user=True, industry="零售")
    changed = patched(staff, thing, {"name": "旧市场"})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    thing.refresh_from_db()
    assert (thing.name, thing.industry, thing.key_energy_user) == ("旧市场", "零售", True)
    event = AuditEvent.objects.get(action="entity.changed")
    assert event.data["after"] == {"name": "旧市场"}


def test_an_instrument_moves_to_another_entity(world, staff):
    thing = instrument(world, entity(world, number="E-1"), number="I-1", interval_months=6)
    entity(world, "B", number="E-2")
    tried = patched(staff, thing, {"entity": "E-2"}, query="?dry_run=true")
    assert (tried.status_code, tried.json()["entity"]) == (200, "E-2")
    assert Instrument.objects.get().entity.number == "E-1"
    changed = patched(staff, thing, {"entity": "E-2", "interval_months": None})
    assert changed.status_code == 200
    thing.refresh_from_db()
    assert (thing.entity.number, thing.interval_months, thing.version) == ("E-2", None, 2)


def test_a_change_names_the_version_that_was_seen(world, staff):
    for thing in (entity(world, number="E-1"), instrument(world, unit="B", number="I-1")):
        unseen = patched(staff, thing, {"name": "甲"}, seen=None)
        assert (unseen.status_code, unseen.json()["code"]) == (428, "request.if_match_missing")
        assert patched(staff, thing, {"name": "甲"}).status_code == 200
        late = patched(staff, thing, {"name": "乙"})
        assert (late.status_code, late.json()["code"]) == (409, "register.changed")
        thing.refresh_from_db()
        assert thing.name == "甲"


def test_only_staff_of_the_area_enter_and_change(world, client):
    thing = instrument(world, entity(world, number="E-1"), number="I-1")
    for person, status in (("leader", 403), ("clerk", 403), ("auditor", 403)):
        client.force_login(world.people[person])
        assert posted(client, "entities", market(world)).status_code == status
        assert posted(client, "instruments", scale("E-1")).status_code == status
        for kept in (thing, thing.entity):
            assert patched(client, kept, {"name": "甲"}).status_code == status
    other = add_person(world, "other_staff", "C2", Role.STAFF)
    client.force_login(other)
    assert posted(client, "entities", market(world)).status_code == 400
    assert posted(client, "instruments", scale("E-1")).status_code == 400
    for kept in (thing, thing.entity):
        assert patched(client, kept, {"name": "甲"}).status_code == 404
    assert client.put(f"{API}/entities/E-1/", {}, content_type=JSON).status_code in (404, 405)
