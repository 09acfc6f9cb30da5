"""Findings over the API: what became of each, filtered as on the page."""

import pytest

from supervision.services.escalation import escalate_overdue
from supervision.services.findings import refer_finding, reply_to_finding
from tests.supervision import campaign as made
from tests.supervision.calling import ROOT, caller
from tests.supervision.counted import add_entity
from tests.supervision.test_cases import referral

FINDINGS = f"{ROOT}findings/"


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def found(client, **query):
    response = client.get(FINDINGS, query)
    assert response.status_code == 200, response.data
    return [row["number"] for row in response.json()["results"]]


def test_a_finding_tells_what_became_of_it_in_order(world):
    finding = made.ordered(world)
    clerk, today = world.people["clerk"], made.today()
    file = ("整改报告.pdf", b"%PDF-1.4 paper")
    reply_to_finding(actor=clerk, finding=finding, on=today, text="已送检", file=file)
    finding.refresh_from_db()
    case = refer_finding(actor=clerk, finding=finding, data=referral())
    answer = caller(world).get(f"{FINDINGS}{finding.number}/")
    row = answer.json()
    assert [step["kind"] for step in row["steps"]] == ["ordered", "replied", "referred"]
    reply = row["steps"][1]
    assert (reply["on"], reply["text"], reply["file"]) == (str(today), "已送检", "整改报告.pdf")
    assert (row["steps"][0]["file"], row["steps"][0]["due_on"]) == (None, str(finding.due_on))
    assert set(reply) == {"kind", "on", "text", "due_on", "file", "recorded_at"}
    assert (row["state"], row["overdue"], row["cases"]) == ("referred", False, [case.number])
    assert (row["inspection"], row["campaign"]) == (finding.inspection.number, None)
    assert (row["entity"], row["organisation"]) == (
        finding.entity.number,
        world.units["A"].code,
    )


def test_findings_are_filtered_as_on_the_page(world):
    entity = add_entity(world, "A", "market")
    running = made.campaign(world)
    late = made.ordered(world, due_on=made.ago(1))
    risen = made.ordered(world, due_on=made.ago(3))
    escalate_overdue(today=made.ago(1))
    asked = made.ordered(world, made.begun(world, entity, campaign=running))
    client = caller(world, "city_reviewer")
    assert found(client, state="overdue", ordering="due_on") == [risen.number, late.number]
    assert found(client, state="ordered", ordering="-number")[0] == asked.number
    assert found(client, escalated="us") == found(client, escalated="any") == [risen.number]
    assert found(caller(world), escalated="us") == []
    assert found(client, campaign=running.number) == [asked.number]
    assert found(client, entity=entity.number) == [asked.number]
    assert found(client, organisation=world.units["B"].code) == []
    assert found(client, q=late.number) == [late.number]
    rows = client.get(FINDINGS).json()["results"]
    risen_row = next(row for row in rows if row["number"] == risen.number)
    assert (risen_row["overdue"], risen_row["level_up"]) == (True, 1)
    assert risen_row["escalated_to"] == world.units["C1"].code
    assert "steps" not in risen_row


@pytest.mark.parametrize("query", [{"state": "late"}, {"escalated": "up"}, {"ordering": "text"}])
def test_what_findings_do_not_know_is_refused_by_its_name(world, query):
    answer = caller(world).get(FINDINGS, query)
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {*query})


def test_findings_come_as_csv_and_only_of_the_callers_area(world):
    finding = made.ordered(world)
    text = caller(world).get(FINDINGS, {"format": "csv"}).content.decode("utf-8-sig")
    head, line = text.splitlines()
    assert head.startswith("number,description,") and finding.number in line
    assert found(caller(world, "other_city_reviewer")) == []
    assert (
        caller(world, "other_city_reviewer").get(f"{FINDINGS}{finding.number}/").status_code == 404
    )
    assert caller(world, "system_admin").get(FINDINGS).status_code == 403


def test_an_inspection_still_holds_its_findings(world):
    finding = made.ordered(world)
    address = f"{ROOT}inspections/{finding.inspection.number}/"
    (row,) = caller(world).get(address).json()["findings"]
    assert (row["number"], "entity" in row) == (finding.number, False)
