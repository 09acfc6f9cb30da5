"""The pages of entities and instruments, what is due, their files, and what anybody may read."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from standards.models import KindGroup
from supervision.models import Entity, Instrument
from supervision.services.instruments import take_out_of_use
from tests.supervision.ledger import entity, instrument, kind, verified


def page(client, name, *args, **query):
    return client.get(reverse(f"supervision:{name}", args=args), query)


def send(client, name, /, *args, **data):
    return client.post(reverse(f"supervision:{name}", args=args), data)


def ago(days: int) -> str:
    return (timezone.localdate() - timedelta(days=days)).isoformat()


@pytest.fixture
def ledger(world):
    """Of unit A one of each: valid, due, overdue, failed, never verified, out of use, exempt."""
    holder = entity(world, name="解放路市场")
    said = {
        "valid": (10, {}),
        "due": (340, {}),
        "overdue": (400, {}),
        "failed": (5, {"passed": False}),
    }
    for name, (days, more) in said.items():
        verified(world, instrument(world, holder, number=name), ago(days), **more)
    instrument(world, holder, number="never")
    instrument(world, holder, number="exempt", purpose="other")
    gone = instrument(world, holder, number="out")
    on = date.fromisoformat(ago(1))
    take_out_of_use(actor=world.people["staff"], instrument=gone, on=on, reason="报废")
    return holder


@pytest.mark.parametrize(
    "standing", ["valid", "due", "overdue", "failed", "never", "exempt", "out"]
)
def test_the_list_is_filtered_by_how_instruments_stand_today(world, client, ledger, standing):
    client.force_login(world.people["leader"])
    rows = page(client, "instrument-list", standing=standing).context["rows"]
    assert [(row.instrument.number, row.standing) for row in rows] == [(standing, standing)]


def test_the_list_is_searched_and_sorted(world, client, ledger):
    other = instrument(
        world, entity(world, "D", name="城东商场"), number="I-9", serial_no="ZX-77", maker="甲厂"
    )
    KindGroup.objects.create(code="g", name_zh="组").kinds.set([other.kind])
    client.force_login(world.people["leader"])

    def shown(**query):
        rows = page(client, "instrument-list", **query).context["rows"]
        return [row.instrument.number for row in rows]

    for text in ("zx-7", "城东", "甲厂", "I-9"):
        assert shown(q=text) == ["I-9"]
    assert shown(organisation=world.units["C2"].code) == ["I-9"]
    assert len(shown(group="g")) == 8
    assert shown(entity=other.entity.number) == ["I-9"]
    assert shown(order="-serial")[0] == "I-9"
    assert shown(order="until", standing="")[:3] == ["overdue", "due", "valid"]
    assert shown(due_to=ago(30)) == ["overdue"]


def test_what_is_due_is_counted_and_listed(world, client, ledger):
    client.force_login(world.people["city_leader"])
    answer = page(client, "due")
    tiles = {tile.standing.value: tile.count for tile in answer.context["tiles"]}
    assert tiles == {"overdue": 1, "failed": 1, "never": 1, "due": 1}
    assert [row.instrument.number for row in answer.context["rows"]] == ["overdue"]
    rows = page(client, "due", standing="never").context["rows"]
    assert [row.instrument.number for row in rows] == ["never"]


def test_exports_hold_what_the_lists_show(world, client, ledger):
    client.force_login(world.people["leader"])
    rows = page(client, "instrument-export", format="json", standing="overdue").json()["results"]
    assert [row["number"] for row in rows] == ["overdue"]
    text = page(client, "entity-export", q="解放").content.decode()
    assert text.count("\r\n") == 2
    assert page(client, "entity-export", format="xlsx").content[:2] == b"PK"
    rows = page(client, "verification-export", format="json").json()["results"]
    assert sorted(row["instrument"] for row in rows) == ["due", "failed", "overdue", "valid"]
    assert page(client, "instrument-export", format="exe").status_code == 404


def test_an_entity_is_entered_changed_and_closed_on_the_pages(world, client):
    client.force_login(world.people["staff"])
    typed = {"name": "一市场", "kind": "market", "organisation": world.units["A"].code}
    answer = send(client, "entity-create", **typed)
    kept = Entity.objects.get()
    assert answer.url == reverse("supervision:entity-detail", args=[kept.pk])
    refused = send(client, "entity-create", **typed, uscc="123")
    assert (refused.status_code, set(refused.context["form"].errors)) == (422, {"uscc"})
    changed = typed | {"number": kept.number, "name": "改名", "expected_version": 1}
    assert send(client, "entity-edit", kept.pk, **changed).status_code == 302
    stale = send(client, "entity-edit", kept.pk, **changed | {"name": "又改"})
    assert (stale.status_code, stale.context["present_version"]) == (409, 2)
    assert "又改" in stale.content.decode()
    instrument(world, kept)
    closing = {"close-closed_on": ago(3), "close-reason": "拆迁"}
    assert send(client, "entity-close", kept.pk).status_code == 422
    assert send(client, "entity-close", kept.pk, **closing).status_code == 302
    assert page(client, "entity-detail", kept.pk).context["detail"].in_use == 0
    assert Instrument.objects.get().out_of_use_on == date.fromisoformat(ago(3))


def test_an_instrument_is_entered_verified_and_taken_out_on_the_pages(world, client):
    holder, staff = entity(world), world.people["staff"]
    client.force_login(staff)
    kind()
    start = page(client, "instrument-create", entity=holder.number)
    assert start.context["form"].initial["entity"] == holder
    typed = {
        "entity": f"{holder.number} {holder.name}",
        "kind": "electronic-scale",
        "serial_no": "S-1",
        "maker": "厂",
        "purpose": "trade",
        "in_use_from": "2020-01-01",
    }
    assert send(client, "instrument-create", **typed).status_code == 302
    thing = Instrument.objects.get()
    refused = send(client, "instrument-create", **typed)
    assert (refused.status_code, set(refused.context["form"].errors)) == (422, {"serial_no"})
    asked = {"verify-verified_on": "2024-02-29", "verify-stage": "periodic"}
    assert send(client, "instrument-verify", thing.pk, **asked).status_code == 422
    late = asked | {"verify-passed": "passed", "verify-verified_on": "2999-01-01"}
    refused = send(client, "instrument-verify", thing.pk, **late)
    assert refused.context["verify_form"].errors.keys() == {"verified_on"}
    assert send(client, "instrument-verify", thing.pk, **asked | {"verify-passed": "passed"}).url
    row = thing.verifications.get()
    assert row.valid_until == date(2025, 2, 28)
    out = {"out-on": "2024-06-01", "out-reason": "报废"}
    assert send(client, "instrument-out", thing.pk, **out).status_code == 302
    back = {"back-reason": "误录"}
    assert send(client, "instrument-back", thing.pk, **back).status_code == 302
    assert send(client, "verification-remove", row.pk).status_code == 422
    removed = {"remove-reason": "录错"}
    assert send(client, "verification-remove", row.pk, **removed).status_code == 302
    shown = page(client, "instrument-detail", thing.pk).context["detail"]
    assert (shown.row.standing, shown.verifications) == ("never", [])


def test_intervals_are_listed_and_set_by_the_top(world, client):
    client.force_login(world.people["staff"])
    kind()
    typed = {"kind": "electronic-scale", "months": 6, "effective_from": "2024-01-01"}
    assert send(client, "intervals", **typed).status_code == 422
    assert send(client, "intervals", **typed | {"document": "JJG 539"}).status_code == 302
    assert [rule.months for rule in page(client, "intervals").context["page"]] == [6, 12]
    client.force_login(world.people["leader"])
    assert send(client, "intervals", **typed).status_code == 403


def test_the_history_of_a_record_is_read_by_who_may_see_it(world, client, ledger):
    thing = Instrument.objects.get(number="valid")
    address = reverse("dashboards:record-history", args=["instrument", thing.pk])
    client.force_login(world.people["city_leader"])
    assert len(client.get(address).context["rows"]) == 2
    client.force_login(world.people["other_city_reviewer"])
    assert client.get(address).status_code == 404


def test_anybody_finds_the_verified_instruments_of_a_market(world, client, ledger):
    factory = entity(world, name="解放路工厂", kind="enterprise")
    instrument(world, factory)
    search = reverse("public:instruments")
    assert list(client.get(search).context["page"]) == []
    assert list(client.get(search, {"q": "解"}).context["page"]) == []
    assert [found.name for found in client.get(search, {"q": "解放路"}).context["page"]] == [
        "解放路市场"
    ]
    answer = client.get(reverse("public:entity", args=[ledger.number]))
    public = answer.context["public"]
    assert (public.valid, public.subject) == (2, 5)
    numbers = {row.instrument.number for row in answer.context["rows"]}
    assert numbers == {"valid", "due", "overdue", "failed", "never"}
    assert answer.context["rows"][0].instrument.serial_no not in answer.content.decode()
    assert client.get(reverse("public:entity", args=[factory.number])).status_code == 404
