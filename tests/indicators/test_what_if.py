"""What if a target, a threshold or a figure were another? What follows, and that nothing stays."""

from decimal import Decimal as D

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from indicators.models import Progress
from indicators.services.recompute import drain, recompute_all
from metroplan.common.periods import Period
from metroplan.organisations.services.tokens import create_token
from tests.indicators.figured import QUARTER, figured, with_counties
from tests.world import World, add_indicator, add_measure, add_target, report

ADDRESS = "/api/v1/indicators/test-plan.{}/simulate/"


@pytest.fixture
def what_if(world: World, client):
    """Asks about unit C1 at 2022Q4 unless told otherwise; figures by the unit's short name."""
    figured(world)
    client.force_login(world.people["leader"])

    def ask(code="standards", unit="C1", figures=(), status=200, person=None, **sent):
        if person:
            client.force_login(world.people[person])
        body = {
            "organisation": world.units[unit].code if unit in world.units else unit,
            "period": str(QUARTER),
            "figures": [
                {"organisation": world.units[name].code, **parts} for name, parts in figures
            ],
        } | sent
        response = client.post(
            ADDRESS.format(code), body, "application/json", headers={"accept-language": "en"}
        )
        assert response.status_code == status, response.json()
        return response.json()

    return ask


def everything() -> dict[str, list]:
    """Every row of every table, as text."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if table == "django_session":
                continue
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY 1")
            found[table] = cursor.fetchall()
    return found


def numbers(row: dict) -> tuple:
    return row["status"], row["actual"], row["expected"], row["target"]


def test_another_figure_changes_the_unit_and_those_above_it(world, what_if):
    answer = what_if(unit="A", figures=[("A", {"value": "22"})])
    codes = {row["organisation"]: row for row in answer["results"]}
    assert list(codes) == [world.units[key].code for key in ("A", "C1", "P")]
    county, city, province = codes.values()
    assert (county["before"]["actual"], county["after"]["actual"]) == ("12", "22")
    assert (county["before"]["status"], county["after"]["status"]) == ("", "")
    assert numbers(city["before"]) == ("on_track", "20", "20", "50")
    assert numbers(city["after"]) == ("ahead", "30", "20", "50")
    assert numbers(province["before"]) == ("slightly_behind", "30", "32", "80")
    assert numbers(province["after"]) == ("ahead", "40", "32", "80")
    assert all(row["changed"] for row in answer["results"])
    assert "40" in province["after"]["explanation"] and "ahead" in province["after"]["explanation"]


def test_what_is_said_is_what_the_engine_says_once_it_is_so(world, what_if):
    supposed = what_if(
        unit="A",
        figures=[
            ("A", {"value": "22"}),
        ],
    )["results"]
    report(world, "standards", "A", str(QUARTER), 22)
    drain()
    for row in supposed:
        stored = Progress.objects.filter(
            organisation__code=row["organisation"], period=QUARTER,
            indicator=world.indicators["standards"],
        ).first()  # fmt: skip
        if stored is None:
            assert row["after"]["status"] == ""
            continue
        assert row["after"]["status"] == stored.status
        for name in ("actual", "expected", "attainment", "schedule_ratio", "lag_quarters"):
            assert D(row["after"][name]) == getattr(stored, name), name
        assert row["after"]["reported"] == stored.reported


def test_another_target_changes_the_unit_and_nothing_above(world, what_if):
    city, province = what_if(targets=[{"year": 2025, "low": "25"}])["results"]
    assert numbers(city["after"]) == ("ahead", "20", "10", "25")
    assert not province["changed"]


def test_other_thresholds_change_every_status(world, what_if):
    city, province = what_if(thresholds={"on_track": "0.90"})["results"]
    assert (province["before"]["status"], province["after"]["status"]) == (
        "slightly_behind",
        "on_track",
    )
    assert not city["changed"]


def test_the_total_of_a_unit_can_be_supposed(world, what_if):
    city, province = what_if(figures=[("C1", {"value": "40"})])["results"]
    assert (city["after"]["actual"], province["after"]["actual"]) == ("40", "50")


def test_ratios_take_both_terms(world, what_if):
    units = [("D", {"numerator": "100", "denominator": "100"})]
    city, province = what_if(code="rate", unit="C2", figures=units)["results"]
    assert city["after"]["actual"] == "100"
    assert province["before"]["actual"] == "10" and province["before"]["provisional"]
    assert (province["after"]["actual"], province["after"]["provisional"]) == ("55", False)
    (total,) = what_if(
        code="rate", unit="P", figures=[("P", {"numerator": "96", "denominator": "100"})]
    )["results"]
    assert (total["after"]["status"], total["after"]["actual"]) == ("achieved", "96")


def test_a_sum_since_the_plans_start_takes_the_figure_of_the_quarter(world, what_if):
    report(world, "units", "A", "2022Q3", 5)
    report(world, "units", "A", "2022Q4", 1)
    drain()
    (province,) = what_if(code="units", unit="P", figures=[("A", {"value": "11"})])["results"]
    assert (province["before"]["actual"], province["after"]["actual"]) == ("6", "16")


def test_shares_of_units_done_and_the_owners_own_figures(world, what_if):
    add_measure(world, "online", kind="yes_no", roll_up="share")
    add_measure(world, "law", kind="yes_no", roll_up="own")
    for code in ("online", "law"):
        add_indicator(world, code, code, {2025: None}, comparator="done")
    report(world, "online", "A", str(QUARTER), 1)
    drain()
    done = [("D", {"value": "1"})]
    (province,) = what_if(code="online", unit="P", figures=done)["results"]
    assert province["after"]["actual"][:5] == "66.66"
    (province,) = what_if(code="law", unit="P", figures=[("P", {"value": "1"})])["results"]
    assert province["after"]["status"] == "achieved"
    refused = what_if(code="online", unit="P", figures=[("P", {"value": "1"})], status=422)
    assert refused["code"] == "simulate.total_of_units"


def test_nothing_is_stored(world, what_if):
    before = everything()
    what_if(
        unit="A",
        figures=[("A", {"value": "22"})],
        targets=[{"year": 2025, "low": "60"}],
        thresholds={"ahead": "1.5", "due_soon": 2},
    )
    what_if(figures=[("C1", {"value": "40"})])
    assert everything() == before
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema() "
            "AND relname LIKE 'indicators%'"
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize(
    ("sent", "status", "fields"),
    [
        ({"period": "2022-4", "targets": [{"year": 2025, "low": 1}]}, 400, {"period"}),
        ({"period": "2099Q4", "targets": [{"year": 2025, "low": 1}]}, 422, {"period"}),
        ({"unit": "000000", "targets": [{"year": 2025, "low": 1}]}, 404, {"organisation"}),
        ({"targets": [{"year": 2025, "low": "many"}]}, 400, {"targets"}),
        ({"targets": [{"year": 2025, "low": 1}, {"year": 2025, "low": 2}]}, 400, {"targets"}),
        ({"targets": [{"year": 2024, "low": "1"}]}, 422, {"targets.2024"}),
        ({"targets": [{"year": 2025, "low": "-1"}]}, 422, {"targets.2025"}),
        ({"targets": [{"year": 2020, "low": "5"}]}, 422, {"targets.2020"}),
        ({"thresholds": {"ahead": "0.5"}}, 422, {"thresholds"}),
        ({"thresholds": {"first": "0.5"}}, 400, {"thresholds"}),
        ({"figures": [("D", {"value": "1"})]}, 422, {"figures.0"}),
        ({"figures": [("A", {"value": "1"}), ("A", {"value": "2"})]}, 422, {"figures.1"}),
        ({"figures": [("A", {"value": "-1"})]}, 422, {"figures.0"}),
        ({"figures": [("A", {})]}, 422, {"figures.0"}),
        ({"figures": [("A", {"numerator": "1", "denominator": "2"})]}, 422, {"figures.0"}),
        ({"code": "rate", "figures": [("A", {"value": "1"})]}, 422, {"figures.0"}),
        (
            {"code": "rate", "figures": [("A", {"numerator": "3", "denominator": "2"})]},
            422,
            {"figures.0"},
        ),
        ({"figures": [("A", {"value": "1"}), ("C1", {"value": "2"})]}, 422, {"figures"}),
        ({}, 422, {"figures"}),
        ({"figure": []}, 400, {"figure"}),
    ],
)
def test_bad_input_names_its_fields_and_stores_nothing(world, what_if, sent, status, fields):
    before = everything()
    answer = what_if(**sent, status=status)
    assert set(answer["fields"]) == fields
    assert answer["message"] and answer["code"]
    assert everything() == before


def test_nobody_sees_units_above_their_own(world, what_if):
    for person, units in (("clerk", ["A"]), ("city_leader", ["A", "C1"])):
        answer = what_if(unit="A", figures=[("A", {"value": "22"})], person=person)
        codes = [row["organisation"] for row in answer["results"]]
        assert codes == [world.units[unit].code for unit in units]
    what_if(unit="B", figures=[("B", {"value": "2"})], person="clerk", status=404)
    what_if(unit="A", figures=[("A", {"value": "2"})], person="auditor", status=403)


def test_a_token_that_may_only_read_may_ask(world, what_if, client):
    client.logout()
    _token, key = create_token(user=world.people["leader"], name="t", scope="read", days=30)
    address = ADDRESS.format("standards")
    body = {
        "organisation": world.units["A"].code,
        "period": str(QUARTER),
        "targets": [{"year": 2025, "low": "5"}],
    }
    headers = {"authorization": f"Token {key}"}
    assert client.post(address, body, "application/json", headers=headers).status_code == 200
    refused = client.post("/api/v1/uploads/", body, "application/json", headers=headers)
    assert refused.json()["code"] == "token.read_only"


@pytest.mark.parametrize("counties", [2, 20])
def test_the_number_of_queries_does_not_grow_with_the_units(
    world, what_if, counties, django_assert_max_num_queries
):
    with_counties(world, counties)
    with django_assert_max_num_queries(75):
        what_if(figures=[("A", {"value": "9"})])


def test_a_target_that_is_inherited_may_be_replaced_for_one_unit(world, what_if):
    county, city, province = what_if(code="rate", unit="A", targets=[{"year": 2025, "low": "80"}])[
        "results"
    ]
    assert (county["before"]["target"], county["after"]["target"]) == ("95", "80")
    assert county["after"]["status"] == "achieved"
    assert not city["changed"] and not province["changed"]


def test_a_quarter_in_the_past_is_answered_for_itself(world, what_if):
    add_target(world, "standards", "A", 2025, 10)
    recompute_all()
    county, *_above = what_if(
        unit="A", figures=[("A", {"value": "9"})], period=str(Period.parse("2021Q4"))
    )["results"]
    assert (county["before"]["actual"], county["after"]["actual"]) == ("4", "9")


def test_the_panel_answers_on_the_page(world, what_if, client):
    page = "/plans/test-plan/indicators/standards/"
    query = f"?organisation={world.units['C1'].code}&period={QUARTER}"
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    html = client.get(page + query).content.decode()
    assert 'id="what-if"' in html and 'hx-post="' in html
    sent = {"year": "2025", "low": "25"}
    partial = client.post(f"{page}simulate/{query}", sent, headers={"hx-request": "true"})
    text = partial.content.decode()
    assert partial.status_code == 200 and "<html" not in text
    assert "Ahead" in text and "stays as it is" in text
    whole = client.post(f"{page}simulate/{query}", sent).content.decode()
    assert "<html" in whole and "Ahead" in whole


@pytest.mark.parametrize(
    ("code", "sent"),
    [
        ("standards", {}),
        ("standards", {"year": "2024", "low": "5"}),
        ("standards", {"year": "2025", "low": "many"}),
        ("standards", {"value": "-4"}),
        ("rate", {"numerator": "4", "denominator": "3"}),
        ("rate", {"numerator": "4"}),
        ("standards", {"ahead": "0.5"}),
        ("standards", {"coverage": "many"}),
        ("standards", {"due_soon": "-1"}),
    ],
)
def test_the_panel_says_what_is_wrong(world, what_if, client, code, sent):
    address = f"/plans/test-plan/indicators/{code}/simulate/?period={QUARTER}"
    response = client.post(address, sent, headers={"hx-request": "true"})
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()


def test_the_panel_supposes_other_thresholds_beside_those_in_force(world, what_if, client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = "/plans/test-plan/indicators/standards/"
    query = f"?organisation={world.units['P'].code}&period={QUARTER}"
    form = client.get(page + query).context["what_if"]
    hints = {bound.name: bound.field.widget.attrs["placeholder"] for bound in form.thresholds()}
    assert (hints["ahead"], hints["coverage"], hints["due_soon"]) == ("1.1", "0.8", "4")
    assert not form.thresholds_open()
    answer = client.post(f"{page}simulate/{query}", {"on_track": "0.90"})
    text = answer.content.decode()
    assert answer.status_code == 200 and '<details class="my-3" open>' in text
    before, after = answer.context["outcomes"][0].before, answer.context["outcomes"][0].after
    assert (before.status, after.status) == ("slightly_behind", "on_track")


def test_a_page_that_looks_back_has_no_panel(world, what_if, client):
    page = "/plans/test-plan/indicators/standards/"
    answer = client.get(page, {"period": str(QUARTER), "known_on": "2023-02-01"})
    assert answer.context["what_if"] is None
