"""Pages of plans, indicators and figures: who may open them, what they lead to, what they cost."""

import pytest
from django.conf import settings
from django.urls import reverse

from indicators.models import Observation
from indicators.services.recompute import recompute_all
from metroplan.common.periods import Period
from tests.counting import assert_queries
from tests.indicators.figured import PAGE, figured, with_counties
from tests.world import World, current

AT = "2022Q4"


@pytest.fixture
def open_as(client, world: World):
    def get(person: str, address: str, **query):
        client.force_login(world.people[person])
        return client.get(address, {"period": AT} | query, headers={"accept-language": "en"})

    return get


def test_pages_open(world, open_as):
    figured(world)
    observation = current(world.measures["standards"], world.units["A"], AT)
    for address in (
        reverse("indicators:plan-list"),
        reverse("indicators:plan-detail", args=["test-plan"]),
        reverse("indicators:indicator-detail", args=["test-plan", "standards"]),
        reverse("indicators:observation-trace", args=[observation.pk]),
    ):
        assert open_as("leader", address).status_code == 200, address


@pytest.mark.parametrize("tab", ["indicators", "boxes", "tasks", "duties", "nonsense"])
def test_every_tab_of_a_plan_opens(world, open_as, tab):
    assert open_as("clerk", "/plans/test-plan/", tab=tab).status_code == 200


@pytest.mark.parametrize("person", ["auditor", "security_admin", "system_admin"])
def test_administrators_see_no_figures(world, open_as, person):
    assert open_as(person, PAGE.format("standards")).status_code == 403
    assert open_as(person, "/plans/").status_code == 403


def test_a_county_sees_itself_but_not_its_neighbour_nor_its_city(world, open_as):
    figured(world)
    code = {key: unit.code for key, unit in world.units.items()}
    page = PAGE.format("standards")
    assert open_as("clerk", page).context["page"].organisation == world.units["A"]
    assert open_as("clerk", page, organisation=code["B"]).status_code == 404
    assert open_as("clerk", page, organisation=code["C1"]).status_code == 404
    assert open_as("clerk", page, organisation="nowhere").status_code == 404
    neighbours = current(world.measures["standards"], world.units["B"], AT)
    assert open_as("clerk", f"/plans/observations/{neighbours.pk}/").status_code == 404


def test_an_unknown_quarter_is_refused_in_one_sentence(world, open_as):
    assert open_as("leader", "/plans/", period="last").status_code == 400
    assert open_as("leader", PAGE.format("standards"), period="9999Q9").status_code == 400


def test_every_figure_leads_down_to_the_cell_or_line_it_came_from(world, open_as):
    figured(world)
    page, units = PAGE.format("standards"), world.units
    observation = current(world.measures["standards"], units["A"], AT)
    for unit, link in (
        ("P", f"organisation={units['C1'].code}"),
        ("C1", f"organisation={units['A'].code}"),
        ("A", f"/plans/observations/{observation.pk}/"),
    ):
        html = open_as("leader", page, organisation=units[unit].code).content.decode()
        assert link in html, unit


def test_contributions_come_as_csv_with_unit_quarter_and_coverage(world, open_as):
    figured(world)
    world.units["C1"].name_zh = "=1+1市"
    world.units["C1"].save()
    text = open_as("leader", PAGE.format("standards") + "contributions.csv").content.decode()
    assert text.startswith("\ufeff")
    assert AT in text and "3 / 3" in text
    assert "'=1+1市" in text and ",20," in text


def test_the_fingerprint_is_that_of_the_page(world, open_as):
    figured(world)
    page = open_as("leader", PAGE.format("standards"))
    now = open_as("leader", PAGE.format("standards") + "fingerprint/").content.decode()
    assert page.context["fingerprint"] == now != "none"


@pytest.mark.parametrize("units", [2, 20])
def test_the_indicator_page_asks_as_much_for_many_units_as_for_few(
    world, client, units, django_assert_num_queries
):
    with_counties(world, units)
    client.force_login(world.people["leader"])
    query = {"period": AT, "organisation": world.units["C1"].code}
    with assert_queries("indicators.indicator-detail", django_assert_num_queries):
        client.get(PAGE.format("rate"), query)


@pytest.mark.parametrize("units", [2, 20])
def test_the_plan_page_asks_as_much_for_many_units_as_for_few(
    world, client, units, django_assert_num_queries
):
    with_counties(world, units)
    client.force_login(world.people["city_leader"])
    with assert_queries("indicators.plan-detail", django_assert_num_queries):
        client.get("/plans/test-plan/", {"period": AT})


def test_units_that_are_not_asked_and_say_nothing_are_counted_not_listed(world, client):
    figured(world)
    world.form.closes = Period.parse("2020Q4")
    world.form.opens = Period.parse("2020Q4")
    world.form.save()
    Observation.objects.filter(organisation=world.units["B"]).delete()
    recompute_all()
    client.force_login(world.people["leader"])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    query = {"period": AT, "organisation": world.units["C1"].code}
    text = client.get(PAGE.format("standards"), query).content.decode()
    table = text.partition('id="contributions"')[2].partition("</section>")[0]
    assert "Unit A" in table and "Unit B" not in table
    assert "1 unit below is not asked and has no figure." in table
