"""Reporting rates over the API: the numbers of the matrix."""

from datetime import UTC, datetime

from metroplan.common.periods import Period
from metroplan.submissions.models import Submission
from metroplan.submissions.services.opening import open_form

ADDRESS = "/api/v1/reporting-rates/"


def rows(client, **query) -> list[dict]:
    return client.get(ADDRESS, query).json()["results"]


def prepared(world) -> None:
    open_form(form=world.form, period=Period.parse("2022Q4"))
    Submission.objects.filter(organisation=world.units["A"]).update(
        first_submitted_at=datetime(2023, 1, 20, tzinfo=UTC)
    )


def test_a_rate_for_every_unit_below_the_caller(world, client):
    prepared(world)
    client.force_login(world.people["leader"])
    found = rows(client, period="2022Q4")
    assert [row["due"] for row in found] == [3, 2, 1, 1, 1, 1]
    assert found[0] == {
        "form": "test-plan-county",
        "organisation": world.units["P"].code,
        "period": "2022Q4",
        "due": 3,
        "reported": 1,
        "on_time": 1,
        "reporting_rate": "0.3333",
        "on_time_rate": "0.3333",
    }


def test_rates_are_cut_to_the_area_of_the_caller(world, client):
    prepared(world)
    client.force_login(world.people["city_leader"])
    codes = {row["organisation"] for row in rows(client, period="2022Q4")}
    assert codes == {world.units[key].code for key in ("C1", "A", "B")}


def test_the_list_is_filtered_ordered_and_paged(world, client):
    prepared(world)
    client.force_login(world.people["leader"])
    city = world.units["C1"].code
    assert [row["due"] for row in rows(client, organisation=city, period="2022Q4")] == [2]
    assert len(rows(client, organisation=city, period_to="2022Q4", form="test-plan-county")) == 1
    assert rows(client, form="unknown") == []
    first = rows(client, period="2022Q4", ordering="-reporting_rate")[0]
    assert first["organisation"] == world.units["A"].code
    page = client.get(ADDRESS, {"period": "2022Q4", "page_size": 4, "page": 2})
    assert len(page.json()["results"]) == 2
    assert page.headers["X-Total-Count"] == "6"


def test_what_the_list_does_not_know_is_refused(world, client):
    client.force_login(world.people["leader"])
    for query in ({"unit": "1"}, {"ordering": "name"}, {"period": "soon"}):
        assert client.get(ADDRESS, query).status_code == 400, query


def test_the_list_comes_as_csv(world, client):
    prepared(world)
    client.force_login(world.people["leader"])
    answer = client.get(ADDRESS, {"period": "2022Q4", "format": "csv"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("form,organisation,period,due,reported,on_time")
    assert len(lines) == 7
