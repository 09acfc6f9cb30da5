"""Lots with how they were judged, and dishonesty records, over the API."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from supervision.models import DishonestyRecord
from supervision.rules.net_content import Reading
from supervision.services.net_content_reference import load_net_content
from tests.supervision.calling import ROOT, caller
from tests.supervision.content import around
from tests.supervision.counted import add_entity
from tests.supervision.test_lots import REFERENCE, D, entered, nets

LOTS, RECORDS = f"{ROOT}lots/", f"{ROOT}dishonesty-records/"


@pytest.fixture(autouse=True)
def tables(db):
    load_net_content(REFERENCE)


def one(client, lot):
    return client.get(f"{LOTS}{lot.number}/").json()


def found(client, address=LOTS, **query):
    response = client.get(address, query)
    assert response.status_code == 200, response.data
    return response.json()["results"]


def test_a_lot_comes_with_every_step_as_code_and_sentence(world):
    readings = [Reading(gross=D("110.7")), *nets(around("99.2", 13)[1:])]
    lot = entered(world, readings, tare=D("10.5"))
    row = one(caller(world), lot)
    assert (row["nominal"], row["tare"], row["sample_size"]) == ("100", "10.5", 13)
    assert (row["plan"], row["label_passed"], row["quantity_passed"]) == (
        "JJF 1070-2005",
        True,
        True,
    )
    assert row["readings"][0] == {"position": 1, "gross": "110.7", "net": None}
    told = row["judgement"]
    assert told["pieces"][0] == {
        "position": 1,
        "net": "100.2",
        "shortage": "-0.2",
        "grade": "within",
    }
    assert (told["plan"], told["table"]) == (row["plan"], row["table"])
    assert (told["superseded_by"], told["newer_editions"], told["refusals"]) == ("", False, [])
    codes = [step["code"] for step in told["quantity_steps"]]
    assert codes == [
        *("plan.sample", "tolerance.fixed", "net.less_tare", "short.some"),
        *("t1.counted", "t2.counted", "mean.computed", "mean.reached", "quantity.passed"),
    ]
    mean = told["quantity_steps"][6]
    assert (mean["params"]["factor"], mean["passed"]) == ("0.848", None)
    assert [step["code"] for step in told["label_steps"]][-1] == "label.passed"


def test_the_sentences_are_in_the_callers_language(world):
    lot = entered(world, nets(around("90", 13)))
    said = {
        language: one(caller(world, language=language), lot)["judgement"]["quantity_steps"][-1]
        for language in ("en", "zh-hans")
    }
    assert said["en"]["sentence"] == "The quantity of the lot does not conform."
    assert said["en"]["sentence"] != said["zh-hans"]["sentence"]
    assert {step["code"] for step in said.values()} == {"quantity.failed"}
    assert not said["en"]["passed"]


def test_a_lot_without_readings_tells_what_to_take(world):
    lot = entered(world, label_complete=None)
    row = one(caller(world), lot)
    assert (row["readings"], row["label_passed"], row["quantity_passed"]) == ([], None, None)
    told = row["judgement"]
    assert told["plan"] == "JJF 1070-2005"
    assert [step["code"][:5] for step in told["quantity_steps"]] == ["plan.", "toler"]
    assert told["label_steps"] == told["pieces"] == []


def test_a_lot_of_a_day_before_all_tables_says_that_nothing_holds(world):
    lot = entered(world, nets(around("99.2", 13)))
    type(lot).objects.update(sampled_on=date(1990, 1, 1), plan=None, table=None)
    told = one(caller(world), lot)["judgement"]
    assert (told["plan"], told["table"], len(told["refusals"])) == (None, None, 1)


def test_lots_after_the_plan_was_superseded_say_by_what(world):
    lot = entered(world, nets(around("99.2", 13)), sampled_on=date(2024, 10, 12))
    assert one(caller(world), lot)["judgement"]["superseded_by"] == "JJF 1070-2023"


def test_lots_are_narrowed_by_verdict_day_and_entity(world):
    entity = add_entity(world, "A")
    good = entered(world, nets(around("99.2", 13)), entity=entity).number
    bad = entered(world, nets(around("90", 13)), sampled_on=date(2023, 6, 1)).number
    client = caller(world)

    def numbers(**query):
        return [row["number"] for row in found(client, **query)]

    assert (numbers(quantity="passed"), numbers(quantity="failed")) == ([good], [bad])
    assert (numbers(label="open"), numbers(label="passed")) == ([], [good, bad])
    assert numbers(since="2023-05-02") == [bad]
    assert numbers(until="2023-05-01") == numbers(entity=entity.number) == [good]
    assert numbers(organisation=world.units["D"].code) == numbers(quantity_kind="volume") == []
    assert numbers(ordering="-sampled_on") == [bad, good]
    assert not {"readings", "judgement"} & {*found(client)[0]}
    assert client.get(LOTS, {"quantity": "good"}).status_code == 400
    assert found(caller(world, "other_city_reviewer")) == []
    assert bad in client.get(LOTS, {"format": "csv"}).content.decode()


def test_a_dishonesty_record_tells_whether_it_is_listed_on_the_day(world):
    entity, today = add_entity(world, "A"), timezone.localdate()
    record = DishonestyRecord.objects.create(
        entity=entity,
        organisation=world.units["A"],
        ground="加油机作弊",
        decision_no="罚1",
        decided_on=today - timedelta(days=30),
        starts=today - timedelta(days=20),
        ends=today + timedelta(days=300),
        repaired_on=today,
        repair_document="修复1",
    )
    client, before = caller(world), str(today - timedelta(days=1))
    row = client.get(f"{RECORDS}{record.pk}/").json()
    assert (row["entity"], row["decision_no"], row["listed"]) == (entity.number, "罚1", False)
    assert client.get(f"{RECORDS}{record.pk}/", {"on": before}).json()["listed"]
    assert found(client, RECORDS, standing="listed") == []
    (listed,) = found(client, RECORDS, standing="listed", on=before)
    assert (listed["id"], listed["repaired_on"]) == (record.pk, str(today))
    assert found(client, RECORDS, standing="over", on=before) == []
    assert [row["id"] for row in found(client, RECORDS, q="加油机")] == [record.pk]
    assert found(caller(world, "other_city_reviewer"), RECORDS) == []
    assert caller(world, "other_city_reviewer").get(f"{RECORDS}{record.pk}/").status_code == 404
    for query in ({"standing": "now"}, {"on": "soon"}, {"ordering": "ground"}):
        answer = client.get(RECORDS, query)
        assert (answer.status_code, set(answer.json()["fields"])) == (400, {*query})
