"""The overview page."""

import json

import pytest
from django.urls import reverse

from indicators.models import Progress
from indicators.services.recompute import recompute_all
from tests.counting import BASELINES, assert_queries
from tests.indicators.figured import figured, with_counties
from tests.world import World, report

AT = "2022Q4"
MOST_QUERIES = 15


@pytest.fixture
def open_as(client, world: World):
    def get(person: str, name: str = "overview", **query):
        client.force_login(world.people[person])
        return client.get(reverse(f"dashboards:{name}"), {"period": AT} | query)

    return get


def test_it_shows_the_readers_own_unit(world, open_as):
    figured(world)
    assert open_as("leader").context["page"].organisation == world.units["P"]
    assert open_as("city_leader").context["page"].organisation == world.units["C1"]


def test_cells_lead_to_the_indicator_of_the_unit(world, open_as):
    figured(world)
    html = open_as("leader").content.decode()
    city = world.units["C1"].code
    assert f"/plans/test-plan/indicators/standards/?organisation={city}" in html


def test_units_outside_are_not_found(world, open_as):
    assert open_as("city_leader", organisation=world.units["P"].code).status_code == 404
    assert open_as("city_leader", organisation=world.units["C2"].code).status_code == 404
    assert open_as("leader", organisation=world.units["C2"].code).status_code == 200


@pytest.mark.parametrize("person", ["auditor", "security_admin", "system_admin"])
def test_administrators_see_no_figures(world, open_as, person):
    for name in ("overview", "overview-export", "overview-fingerprint"):
        assert open_as(person, name).status_code == 403


def test_a_plan_that_does_not_apply_is_not_found(world, open_as):
    assert open_as("leader", plan="test-plan").status_code == 200
    assert open_as("leader", plan="nowhere").status_code == 404


def test_a_status_narrows_the_list(world, open_as):
    figured(world)
    context = open_as("leader", status="slightly_behind").context
    assert [row.indicator.code for row in context["standings"]] == ["standards"]


def test_an_empty_world_says_what_to_do(world, open_as):
    Progress.objects.all().delete()
    response = open_as("leader", organisation=world.units["A"].code)
    assert reverse("indicators:plan-list") in response.content.decode()


def test_the_csv_holds_the_units_below_too(world, open_as):
    figured(world)
    text = open_as("leader", "overview-export").content.decode()
    assert f"{world.units['C1'].code},C1市,20," in text
    assert "\r\n" in text and AT in text


def test_the_fingerprint_changes_when_figures_are_computed_anew(world, open_as):
    figured(world)
    before = open_as("leader").context["fingerprint"]
    assert open_as("leader", "overview-fingerprint").content.decode() == before
    report(world, "standards", "A", AT, 13)
    recompute_all()
    after = open_as("leader", "overview-fingerprint").content.decode()
    assert after != before
    assert open_as("leader", plan="test-plan").context["fingerprint"] == after


@pytest.mark.parametrize("units", [2, 20])
def test_it_asks_as_much_for_many_units_as_for_few(world, client, units, django_assert_num_queries):
    with_counties(world, units)
    client.force_login(world.people["leader"])
    query = {"period": AT, "organisation": world.units["C1"].code}
    with assert_queries("dashboards.overview", django_assert_num_queries):
        client.get(reverse("dashboards:overview"), query)


def test_pages_of_figures_stay_within_their_number_of_queries():
    counts = json.loads(BASELINES.read_text(encoding="utf-8"))
    for name in ("dashboards.overview", "indicators.indicator-detail"):
        assert counts[name] <= MOST_QUERIES
