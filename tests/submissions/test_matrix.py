"""Units by quarter, and the rates over those that were due then."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation, OrganisationLink
from metroplan.submissions.models import Submission
from metroplan.submissions.reporting import reporting_units
from metroplan.submissions.selectors.matrix import Matrix, matrix
from metroplan.submissions.selectors.rates import Rates
from metroplan.submissions.services.forms import set_unit
from metroplan.submissions.services.opening import open_form
from tests.counting import assert_queries
from tests.submissions.quarter import more_counties
from tests.world import World, settle

LAST = Period.parse("2022Q4")
TODAY = date(2023, 2, 10)
CHINA = ZoneInfo("Asia/Shanghai")
PAGE = "submissions:matrix"


def shown(world: World, unit: str = "P", person: str = "leader") -> Matrix:
    return matrix(world.form, world.units[unit], LAST, world.people[person], today=TODAY)


def state(world: World, unit: str, **fields) -> None:
    """What became of a unit's form of the last quarter."""
    Submission.objects.filter(organisation=world.units[unit], period=LAST).update(**fields)


def handed_in(world: World, unit: str, at: datetime, **fields) -> None:
    more = {"status": "approved", "version": 1, "approved_version": 1}
    state(world, unit, first_submitted_at=at, **more | fields)


@pytest.fixture
def quarter(world: World) -> World:
    open_form(form=world.form, period=LAST)
    open_form(form=world.form, period=LAST - 1)
    return world


def cells(page: Matrix) -> dict[str, str]:
    rows = [row for group in page.groups for row in group.rows]
    return {row.unit.name_en: (row.cells[-1].state, row.cells[-1].timing) for row in rows}


def test_each_cell_says_its_state_and_whether_it_was_in_time(quarter):
    handed_in(quarter, "A", datetime(2023, 1, 28, 23, 30, tzinfo=CHINA))
    late = datetime(2023, 1, 29, 0, 30, tzinfo=CHINA)
    handed_in(quarter, "B", late, status="returned", approved_version=None)
    assert cells(shown(quarter)) == {
        "Unit A": ("approved", "on_time"),
        "Unit B": ("returned", "late"),
        "Unit D": ("overdue", "late"),
    }


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"due_on": date(2023, 3, 1)}, ("open", "")),
        ({"version": 3, "approved_version": 2, "status": "returned"}, ("stale", "late")),
    ],
)
def test_open_and_stale_are_told_apart(quarter, fields, expected):
    state(quarter, "D", **fields)
    assert cells(shown(quarter))["Unit D"] == expected


def test_a_quarter_that_was_not_opened_says_so(quarter):
    page = shown(quarter)
    assert page.groups[0].rows[0].cells[-3].state == "not_opened"
    assert page.totals[-3] is None


def test_rates_are_taken_per_city_and_for_all(quarter):
    handed_in(quarter, "A", datetime(2023, 1, 20, tzinfo=CHINA))
    handed_in(quarter, "D", datetime(2023, 2, 1, tzinfo=CHINA))
    page = shown(quarter)
    total = page.totals[-1]
    assert (total.due, total.reported, total.on_time) == (3, 2, 1)
    assert {group.unit.name_en: str(group.rates[-1].reporting_rate) for group in page.groups} == {
        "Unit C1": "0.5000",
        "Unit C2": "1.0000",
    }


def test_a_unit_that_closed_leaves_both_terms_of_later_quarters(quarter):
    gone = date(2022, 11, 1)
    Organisation.objects.filter(pk=quarter.units["B"].pk).update(valid_to=gone)
    OrganisationLink.objects.filter(child=quarter.units["B"]).update(valid_to=gone)
    settle(quarter)
    totals = shown(quarter).totals
    assert (totals[-2].due, totals[-1].due) == (3, 2)
    assert cells_of(shown(quarter), "Unit B")[-1] is None


def cells_of(page: Matrix, name: str) -> tuple:
    rows = [row for group in page.groups for row in group.rows]
    return next(row.cells for row in rows if row.unit.name_en == name)


def test_a_unit_counts_where_it_stood_in_the_quarter(quarter):
    moved = date(2022, 11, 1)
    link = OrganisationLink.objects.filter(child=quarter.units["B"])
    link.update(valid_to=moved)
    OrganisationLink.objects.create(
        child=quarter.units["B"], parent=quarter.units["C2"], valid_from=moved
    )
    settle(quarter)
    due = {
        group.unit.name_en: [rate.due for rate in group.rates[-2:]]
        for group in shown(quarter).groups
    }
    assert due["Unit C1"] == [2, 1]
    assert due["Unit C2"] == [1, 2]
    city = shown(quarter, "C1", "city_leader")
    assert [rate.due for rate in city.totals[-2:]] == [2, 1]
    assert city.hidden == 1
    assert "Unit B" not in cells(city)


def test_rates_count_the_very_units_that_fill_the_form(quarter):
    set_unit(form=quarter.form, actor=quarter.people["staff"], unit=quarter.units["B"], fills=False)
    set_unit(form=quarter.form, actor=quarter.people["staff"], unit=quarter.units["C2"], fills=True)
    rates = Rates(LAST, LAST, path="", units=[quarter.units["P"].pk])
    assert [rate.due for rate in rates] == [reporting_units(quarter.form, LAST).count()] == [3]


def test_a_clerk_sees_the_row_of_the_own_unit_alone(quarter, as_person):
    page = as_person("clerk").get(reverse(PAGE)).context["matrix"]
    assert [row.unit.name_en for group in page.groups for row in group.rows] == ["Unit A"]


def test_the_page_narrows_to_a_form_a_unit_and_earlier_quarters(quarter, as_person):
    client = as_person("leader")
    query = {
        "form": quarter.form.code,
        "organisation": quarter.units["C2"].code,
        "until": "2022Q4",
    }
    page = client.get(reverse(PAGE), query).context["matrix"]
    assert page.quarters[-1] == LAST
    assert page.root == quarter.units["C2"]
    foreign = client.get(reverse(PAGE), {"organisation": "nowhere", "form": "none", "until": "x"})
    assert foreign.status_code == 200


def test_the_export_holds_the_words_and_the_rates_of_the_page(quarter, as_person):
    handed_in(quarter, "A", datetime(2023, 1, 20, tzinfo=CHINA))
    client = as_person("leader")
    client.cookies["django_language"] = "en"
    text = client.get(reverse("submissions:matrix-export"), {"until": "2022Q4"}).content.decode()
    assert "Approved · On time" in text
    assert "33.3%" in text


@pytest.mark.parametrize("number", [2, 20])
def test_the_page_asks_the_same_number_of_queries(
    quarter, client, number, django_assert_num_queries
):
    more_counties(quarter, number)
    for back in range(8):
        open_form(form=quarter.form, period=LAST - back)
    client.force_login(quarter.people["leader"])
    address = reverse(PAGE, query={"until": "2022Q4"})
    client.get(address)
    with assert_queries("submissions:matrix", django_assert_num_queries):
        assert client.get(address).status_code == 200
