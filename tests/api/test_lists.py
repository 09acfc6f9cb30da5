"""What lists and single things answer: fields, codes instead of ids, filters, order, pages."""

import pytest

from indicators.models import Progress
from metroplan.plans.models import PlanTaskUnit, ResponsibleUnit
from tests.api.conftest import ROOT
from tests.submissions.quarter import QUARTER

PROGRESS_ROW = {
    *("indicator", "organisation", "period", "actual", "expected", "target", "milestone"),
    *("attainment", "schedule_ratio", "lag_quarters", "status", "provisional", "reported"),
    *("units_expected", "carried", "explanation", "rule_version"),
}
LISTS = [
    *("organisations", "plans", "milestones", "tasks", "measures", "indicators", "targets"),
    *("observations", "progress", "submissions", "uploads"),
]


def rows(client, address: str, **query):
    response = client.get(f"{ROOT}{address}/", query)
    assert response.status_code == 200, response.data
    return response.json()["results"]


def one(client, address: str, **query):
    (row,) = rows(client, address, **query)
    return row


def refused_fields(client, address: str, **query):
    response = client.get(f"{ROOT}{address}/", query)
    assert response.status_code == 400
    assert response.json()["code"] == "request.invalid"
    return response.json()["fields"]


@pytest.mark.parametrize("name", LISTS)
def test_every_list_is_a_page(figures, things, api, name):
    body = api("leader").get(f"{ROOT}{name}/").json()
    assert set(body) == {"count", "next", "previous", "results"}
    assert 0 < len(body["results"]) == min(body["count"], 100)


def test_units_name_their_parent_by_code(world, api):
    client, codes = api("leader"), {key: unit.code for key, unit in world.units.items()}
    unit = client.get(f"{ROOT}organisations/{codes['A']}/").json()
    assert (unit["name_zh"], unit["level"], unit["parent"]) == ("A区", "county", codes["C1"])
    assert client.get(f"{ROOT}organisations/{codes['P']}/").json()["parent"] is None
    counties = rows(client, "organisations", level="county")
    assert [row["code"] for row in counties] == [codes["A"], codes["B"], codes["D"]]


def test_a_city_sees_its_units_and_the_plan_above(world, api):
    client = api("city_leader")
    codes = {row["code"] for row in rows(client, "organisations")}
    assert codes == {world.units[key].code for key in ("C1", "A", "B")}
    assert [row["code"] for row in rows(client, "plans")] == ["test-plan"]


def test_a_plan_is_known_by_its_code(world, api):
    plan = api("clerk").get(f"{ROOT}plans/test-plan/").json()
    assert (plan["starts"], plan["ends"], plan["status"]) == ("2021Q1", "2025Q4", "in_force")
    assert plan["organisation"] == world.units["P"].code
    assert "id" not in plan


def test_milestones_of_one_plan(world, things, api):
    stages = rows(api("clerk"), "milestones", plan="test-plan", ordering="-year")
    assert [(row["year"], row["kind"]) for row in stages] == [(2025, "final"), (2020, "baseline")]


def test_a_task_names_who_leads_and_who_supports(world, things, api):
    for position, code in enumerate(("lead", "helper")):
        unit = ResponsibleUnit.objects.create(
            plan=things.plan, code=code, name_zh=code, name_en=code, position=position
        )
        PlanTaskUnit.objects.create(task=things.task, unit=unit, position=position)
    task = api("clerk").get(f"{ROOT}tasks/city-plan.1/").json()
    assert task["lead"]["code"] == "lead"
    assert [unit["code"] for unit in task["supporting"]] == ["helper"]
    assert one(api("clerk"), "tasks", plan="city-plan") == task


def test_measures_are_the_same_for_everybody(world, api):
    assert rows(api("clerk"), "measures") == rows(api("leader"), "measures")
    measure = api("clerk").get(f"{ROOT}measures/rate/").json()
    assert (measure["kind"], measure["decimals"], measure["unit_en"]) == ("ratio", 1, "%")
    assert [row["code"] for row in rows(api("clerk"), "measures", kind="ratio")] == ["rate"]


def test_an_indicator_is_known_by_the_code_of_its_plan_and_its_own(world, api):
    indicator = api("clerk").get(f"{ROOT}indicators/test-plan.standards/").json()
    assert (indicator["code"], indicator["plan"]) == ("test-plan.standards", "test-plan")
    assert (indicator["measure"], indicator["window"]) == ("standards", "as_is")
    assert (indicator["baseline_year"], indicator["baseline_value"]) == (2020, "0")
    by_measure = rows(api("clerk"), "indicators", plan="test-plan", measure="rate")
    assert [row["code"] for row in by_measure] == ["test-plan.rate"]


def test_targets_are_decimals_as_text(world, api):
    target = one(api("leader"), "targets", indicator="test-plan.rate", milestone=2025)
    assert (target["low"], target["high"], target["revision"]) == ("95", None, 1)
    assert (target["indicator"], target["milestone"]) == ("test-plan.rate", 2025)


def test_observations_are_the_figures_that_stand_now(figures, api):
    zero = one(api("leader"), "observations", measure="units", state="zero")
    assert (zero["value"], zero["period"], zero["revision"]) == ("0", QUARTER, 1)
    ratio = one(api("leader"), "observations", measure="rate", period=QUARTER)
    assert (ratio["value"], ratio["numerator"], ratio["denominator"]) == (None, "9", "10")
    assert ratio["organisation"] == figures.units["A"].code
    assert api("leader").get(ratio["trace"]).status_code == 200


def test_a_row_of_progress_says_where_a_unit_stands_and_why(figures, api):
    row = one(
        api("leader"),
        "progress",
        indicator="test-plan.standards",
        organisation=figures.units["P"].code,
        period=QUARTER,
    )
    assert set(row) >= PROGRESS_ROW
    assert (row["actual"], row["expected"], row["target"]) == ("30", "32", "80")
    assert (row["schedule_ratio"], row["attainment"]) == ("0.9375", "0.375")
    assert (row["lag_quarters"], row["milestone"]) == ("0.5", 2025)
    assert (row["status"], row["provisional"]) == ("slightly_behind", True)
    assert (row["reported"], row["units_expected"], row["carried"]) == (1, 3, 0)
    assert "30" in row["explanation"]


def test_the_explanation_is_the_one_of_the_page(figures, api):
    unit = figures.units["P"].code
    query = {"organisation": unit, "period": "2024Q4"}
    client = api("leader", "zh-hans")
    row = one(client, "progress", indicator="test-plan.standards", **query)
    page = client.get("/plans/test-plan/indicators/standards/", query)
    assert row["status"] == "stale"
    assert row["explanation"] in page.content.decode()


def test_progress_is_filtered_by_everything_the_contract_names(figures, api):
    query = {"plan": "test-plan", "organisation": figures.units["A"].code, "period": QUARTER}
    behind = rows(api("leader"), "progress", **query, status="behind")
    expected = Progress.objects.filter(
        organisation=figures.units["A"], period=QUARTER, status="behind"
    )
    assert len(behind) == expected.count()
    since = rows(api("leader"), "progress", period_from="2022Q4", period_to="2023Q1")
    assert {row["period"] for row in since} == {"2022Q4", "2023Q1"}


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("progress", {"period": "2024-3"}),
        ("progress", {"period_from": "yesterday"}),
        ("progress", {"status": "fine"}),
        ("progress", {"perod": "2024Q3"}),
        ("progress", {"ordering": "actual; drop"}),
        ("observations", {"period": "2024Q5"}),
        ("observations", {"state": "blank"}),
        ("submissions", {"status": "lost"}),
        ("submissions", {"period": "０"}),
        ("targets", {"milestone": "1e999999"}),
        ("uploads", {"submission": "abc"}),
        ("plans", {"status": "\0"}),
        ("organisations", {"level": "village"}),
    ],
)
def test_a_filter_that_means_nothing_is_refused_by_its_name(world, api, address, query):
    assert set(refused_fields(api("leader"), address, **query)) == set(query)


@pytest.mark.parametrize("query", [{"plan": "none"}, {"indicator": "none"}, {"period": "9999Q4"}])
def test_a_code_that_is_nowhere_finds_nothing(figures, api, query):
    assert rows(api("leader"), "progress", **query) == []


def test_a_foreign_unit_looks_like_one_that_does_not_exist(figures, api):
    for code in (figures.units["D"].code, "000000"):
        assert rows(api("city_leader"), "progress", organisation=code) == []


def test_a_choice_of_rows_does_not_tell_what_others_have(world, things, api):
    query = {"submission": things.upload.submission_id}
    assert rows(api("outside_leader"), "uploads", **query) == []
    assert len(rows(api("leader"), "uploads", **query)) == 1


def test_lists_are_ordered_by_what_is_asked(figures, api):
    query = {"organisation": figures.units["P"].code, "ordering": "-period"}
    periods = [row["period"] for row in rows(api("leader"), "progress", **query)]
    assert periods == sorted(periods, reverse=True)


def test_pages_do_not_overlap_where_rows_are_equal(figures, api):
    client = api("leader")
    query = {"ordering": "milestone__year", "page_size": 1}
    pages = [rows(client, "targets", **query, page=page) for page in (1, 2, 3)]
    assert len({row["indicator"] for (row,) in pages}) == 3


def test_pages_have_a_largest_size(world, api):
    client = api("leader")
    page = client.get(f"{ROOT}organisations/", {"page_size": 2})
    assert len(page.json()["results"]) == 2
    assert (page["X-Total-Count"], 'rel="next"' in page["Link"]) == ("6", True)
    view = client.get(f"{ROOT}organisations/", {"page_size": 100_000}).renderer_context["view"]
    assert view.paginator.page.paginator.per_page == 1000
    assert client.get(f"{ROOT}organisations/", {"page": 9}).status_code == 404


def test_texts_follow_the_language_the_client_asks_for(figures, api):
    query = {"organisation": figures.units["P"].code, "period": QUARTER}
    texts = {
        language: rows(api("leader", language), "progress", **query)[0]["explanation"]
        for language in ("en", "zh-hans", "zh-CN,zh;q=0.9")
    }
    assert texts["zh-hans"] == texts["zh-CN,zh;q=0.9"] != texts["en"]
    assert texts["en"].isascii() or "Indicator" in texts["en"]
