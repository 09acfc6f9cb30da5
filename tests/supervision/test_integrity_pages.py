"""Pages, files and the API of integrity units and dishonesty records; what the public reads."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from supervision.models import CriteriaSet, DishonestyRecord, IntegrityEvent, IntegrityUnit
from supervision.services.criteria import load_criteria
from tests.supervision.counted import add_entity

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def criteria(db):
    load_criteria(Path())


def address(name, *args):
    return reverse(f"supervision:{name}", args=args)


def titled(world, unit="A", number="CX-1", state="conferred", days=(-10, 10), **more):
    """A title that holds from so many days after today to so many."""
    today = timezone.localdate()
    held = {"conferred_on": today + days[0] * DAY, "valid_until": today + days[1] * DAY}
    entity = add_entity(world, unit, "market", number=f"M-{number}")
    made = IntegrityUnit.objects.create(
        number=number,
        entity=entity,
        organisation=world.units[unit],
        state=state,
        **(held if state != "publicised" else {}) | more,
    )
    IntegrityEvent.objects.create(unit=made, state=state, since=today + days[0] * DAY)
    return made


def listed(world, unit="A", number="1", days=(-10, 10), **more):
    today = timezone.localdate()
    return DishonestyRecord.objects.create(
        entity=add_entity(world, unit, number=f"D-{number}"),
        organisation=world.units[unit],
        ground="短斤缺两",
        decision_no=f"罚{number}号",
        decided_on=today - 100 * DAY,
        starts=today + days[0] * DAY,
        ends=today + days[1] * DAY,
        **more,
    )


def test_the_list_is_filtered_and_exported(world, client):
    titled(world, number="CX-1")
    titled(world, "B", "CX-2", state="revoked", ended_on=timezone.localdate())
    titled(world, "D", "CX-3", days=(-400, -1))
    client.force_login(world.people["leader"])
    today = timezone.localdate().isoformat()

    def shown(**query):
        rows = client.get(address("integrity-list"), query).context["rows"]
        return [row.unit.number for row in rows]

    assert shown() == ["CX-1", "CX-2", "CX-3"]
    assert shown(order="-number") == ["CX-3", "CX-2", "CX-1"]
    assert shown(holding=today) == ["CX-1"]
    assert shown(state="revoked") == ["CX-2"]
    assert shown(organisation=world.units["C1"].code) == ["CX-1", "CX-2"]
    assert shown(q="M-CX-3") == ["CX-3"]
    export = address("integrity-export")
    rows = client.get(export, {"format": "json", "holding": today}).json()["results"]
    assert [row["number"] for row in rows] == ["CX-1"]
    assert client.get(export).content.decode().count("\r\n") == 4
    assert client.get(export, {"format": "xlsx"}).content[:2] == b"PK"
    found = client.get("/api/v1/integrity-units/", {"holding": today}).json()["results"]
    assert [row["number"] for row in found] == ["CX-1"]
    one = client.get("/api/v1/integrity-units/CX-1/").json()
    assert (one["state"], len(one["events"])) == ("conferred", 1)


def test_a_run_is_opened_evaluated_and_moved_on_the_pages(world, client):
    entity = add_entity(world, "A", "market")
    client.force_login(world.people["staff"])
    today = timezone.localdate().isoformat()
    order = {"entity": entity.number, "state": "applied", "since": today}
    assert client.post(address("integrity-create"), order).status_code == 302
    again = client.post(address("integrity-create"), order)
    assert again.context["form"].errors.keys() == {"entity"}
    unit = IntegrityUnit.objects.get()
    move = address("integrity-move", unit.pk)
    order = {"state": "reviewing", "since": today, "version": unit.version}
    assert client.post(move, order).status_code == 302
    stale = client.post(move, order | {"state": "publicised"})
    assert stale.status_code == 409
    unit.refresh_from_db()
    points = {f"points-{item.pk}": str(item.points) for item in unit.criteria.items.all()}
    score = address("integrity-score", unit.pk)
    first = next(iter(points))
    refused = client.post(score, points | {first: "1000", "version": unit.version})
    assert refused.context["score_form"].errors.keys() == {first}
    assert client.post(score, points | {"version": unit.version}).status_code == 302
    unit.refresh_from_db()
    skipped = {"state": "conferred", "since": today, "version": unit.version}
    assert client.post(move, skipped).status_code == 422
    page = client.get(address("integrity-detail", unit.pk))
    assert page.context["detail"].total == 100
    order = {"state": "publicised", "since": today, "version": unit.version}
    assert client.post(move, order).status_code == 302
    early = skipped | {"version": unit.version + 1, "certificate_no": "CX1"}
    assert client.post(move, early).context["move_form"].errors.keys() == {"since"}


def test_a_record_is_entered_changed_and_repaired_on_the_pages(world, client):
    entity = add_entity(world, "A")
    client.force_login(world.people["staff"])
    today = timezone.localdate()
    values = {
        "entity": entity.number,
        "organisation": world.units["A"].code,
        "ground": "使用作弊秤",
        "decision_no": "罚1号",
        "decided_on": (today - 5 * DAY).isoformat(),
        "starts": (today - 4 * DAY).isoformat(),
        "ends": (today + 300 * DAY).isoformat(),
    }
    assert client.post(address("dishonesty-create"), values).status_code == 302
    row = DishonestyRecord.objects.get()
    change = address("dishonesty-change", row.pk)
    assert client.get(change).status_code == 200
    assert client.post(change, values | {"ground": "改", "version": 1}).status_code == 302
    assert client.post(change, values | {"ground": "又改", "version": 1}).status_code == 409
    repair = address("dishonesty-repair", row.pk)
    order = {"repaired_on": today.isoformat(), "repair_document": "决定", "version": 2}
    refused = client.post(repair, order | {"repaired_on": "2001-01-01"})
    assert refused.context["repair_form"].errors.keys() == {"repaired_on"}
    assert client.post(repair, order).status_code == 302
    page = client.get(address("dishonesty-detail", row.pk))
    assert page.context["listed"] is False


def public(client, name, **query):
    return [
        thing.entity.number
        for thing in client.get(reverse(f"public:{name}"), query).context["page"]
    ]


def test_the_public_reads_titles_that_hold_today_and_open_candidates(world, client):
    today = timezone.localdate()
    titled(world, number="1", days=(0, 0))
    titled(world, number="2", days=(-10, -1), state="lapsed")
    titled(world, number="3", days=(1, 5))
    titled(world, number="4", state="revoked", ended_on=today)
    window = {"publicised_from": today, "publicised_until": today}
    titled(world, "D", number="5", state="publicised", **window)
    over = {"publicised_from": today - 9 * DAY, "publicised_until": today - DAY}
    titled(world, number="6", state="publicised", **over)
    assert sorted(public(client, "integrity")) == ["M-1", "M-5"]
    assert public(client, "integrity", place=world.units["C2"].code) == ["M-5"]
    assert public(client, "integrity", q="M-1") == ["M-1"]


def test_the_public_reads_records_between_their_lawful_days_only(world, client):
    today = timezone.localdate()
    listed(world, number="1", days=(0, 0))
    listed(world, number="2", days=(-10, -1))
    listed(world, number="3", days=(1, 9))
    listed(world, number="4", repaired_on=today, repair_document="决定")
    listed(world, "D", number="5", repaired_on=today + DAY, repair_document="决定")
    assert sorted(public(client, "dishonesty")) == ["D-1", "D-5"]
    assert public(client, "dishonesty", place="D区") == ["D-5"]


def test_the_list_of_records_is_filtered(world, client):
    listed(world, number="1")
    listed(world, "D", number="2", days=(-10, -1))
    client.force_login(world.people["leader"])

    def shown(**query):
        rows = client.get(address("dishonesty-list"), query).context["rows"]
        return [row.entity.number for row, _listed in rows]

    assert sorted(shown()) == ["D-1", "D-2"]
    assert shown(standing="listed") == ["D-1"]
    assert shown(standing="over") == ["D-2"]
    assert shown(q="罚2") == ["D-2"]
    assert shown(organisation=world.units["C1"].code) == ["D-1"]


def test_criteria_are_entered_line_by_line(world, client):
    client.force_login(world.people["staff"])
    values = {
        "title": "新",
        "effective_from": "2024-01-01",
        "pass_mark": "60",
        "validity_months": "24",
        "publicity_days": "5",
        "document": "",
        "lines-TOTAL_FORMS": "8",
        "lines-INITIAL_FORMS": "0",
        "lines-0-text": "一",
        "lines-0-points": "50",
    }
    refused = client.post(address("criteria-create"), values)
    assert refused.context["form"].errors.keys() == {"pass_mark"}
    more = {"lines-1-text": "二", "lines-1-points": "50"}
    assert client.post(address("criteria-create"), values | more).status_code == 302
    assert CriteriaSet.objects.get(title="新").items.count() == 2
    assert client.get(address("criteria-list")).status_code == 200
