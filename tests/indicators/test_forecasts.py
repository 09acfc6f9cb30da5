"""What a page and the API foretell, from which quarters, and where the line is cut."""

from datetime import date, datetime
from decimal import Decimal as D

import pytest
from django.conf import settings
from django.utils import timezone

from indicators.charts import trajectory_chart
from indicators.engine.goals import current_targets
from indicators.models import MeasureBreak, Observation, Progress, Target
from indicators.selectors.forecasts import key_of, outlooks
from indicators.services.recompute import drain, recompute_all
from metroplan.audit.models import AuditEvent
from metroplan.common.periods import Period
from metroplan.organisations.map_changes import Successor
from metroplan.organisations.services.changes import apply_change
from tests.indicators.figured import PAGE
from tests.world import World, add_indicator, add_measure, add_target, report

localdate = timezone.localdate
TODAY = date(2023, 4, 20)
NOW = "2023Q1"
QUARTERS = [str(Period.parse(NOW) - back) for back in range(8, -1, -1)]


@pytest.fixture(autouse=True)
def day(monkeypatch):
    """Sets the day on which the portal is asked."""

    def is_now(day: date) -> None:
        monkeypatch.setattr(
            timezone, "localdate", lambda moment=None: localdate(moment) if moment else day
        )

    is_now(TODAY)
    return is_now


@pytest.fixture
def steady(world: World) -> World:
    """A, B and D rise by 1, 1 and 2 each quarter from 2021Q1 on: the province stands at 36."""
    for step, quarter in enumerate(QUARTERS, start=1):
        for unit, rise in (("A", 1), ("B", 1), ("D", 2)):
            report(world, "standards", unit, quarter, rise * step)
    recompute_all()
    return world


def outlook(world: World, unit: str = "P", code: str = "standards", quarter: str = NOW):
    row = Progress.objects.select_related("indicator__series__measure", "organisation").get(
        indicator=world.indicators[code],
        organisation=world.units[unit],
        period=Period.parse(quarter),
    )
    return outlooks([row], current_targets([row.indicator]))[key_of(row)]


def foretold(world: World, **of):
    return outlook(world, **of).found


def test_the_line_goes_on_to_the_next_milestone(steady):
    found = foretold(steady)
    assert (found.milestone_year, found.value, found.trend.points) == (2025, 80, 9)
    assert (found.low, found.high, found.verdict) == (79, 81, "possible")


def test_a_page_says_it_in_words_and_draws_the_band(steady, client):
    client.force_login(steady.people["leader"])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(PAGE.format("standards"), {"period": NOW})
    assert "May reach the target" in page.content.decode()
    chart = trajectory_chart(page.context["page"])
    at = dict(zip(chart["quarters"], chart["forecast"], strict=True))
    assert (D(at[NOW]), D(at["2025Q4"]), at["2022Q4"]) == (36, 80, None)
    assert len(chart["forecast_low"]) == len(chart["forecast_high"]) == len(chart["quarters"])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    page = client.get(PAGE.format("standards"), {"period": NOW})
    assert "有可能达到" in page.content.decode()


@pytest.mark.parametrize(
    ("goal", "words"),
    [(40, "Does not reach the target if it stays"), (12, "Meets the target if it stays")],
)
def test_a_page_says_of_a_figure_that_stands_still_that_it_does(world, client, goal, words):
    for k in range(Period.parse("2021Q1").index, Period.parse(NOW).index + 1):
        for unit, value in (("A", 4), ("B", 4), ("D", 4)):
            report(world, "standards", unit, str(Period(k)), value)
    world.indicators["standards"].targets.update(low=goal)
    recompute_all()
    client.force_login(world.people["leader"])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    text = client.get(PAGE.format("standards"), {"period": NOW}).content.decode()
    assert words in text
    assert "The figure has not moved in the last 9 observed quarters." in text
    assert "between" not in text.partition("Forecast 2025")[2].partition("</dd>")[0]


def test_what_is_carried_forward_is_not_observed(world):
    for quarter, value in (("2021Q1", 1), ("2021Q2", 2), ("2021Q3", 3)):
        for unit in ("A", "B", "D"):
            report(world, "standards", unit, quarter, value)
    recompute_all()
    found = outlook(world, quarter="2022Q3")
    assert (found.found, found.points) == (None, 3)


def test_a_quarter_that_too_few_have_reported_is_not_observed(steady, day):
    day(date(2023, 7, 20))
    report(steady, "standards", "A", "2023Q2", 500)
    recompute_all()
    found = outlook(steady, quarter="2023Q2")
    assert (found.points, found.found.value) == (9, 80)


def test_sums_of_the_calendar_year_go_by_year_ends(steady):
    add_indicator(steady, "yearly", "units", {2025: 40}, window="calendar_year")
    for year in (2019, 2020, 2021, 2022):
        for quarter in (1, 2, 3, 4):
            for unit in ("A", "B", "D"):
                report(steady, "units", unit, f"{year}Q{quarter}", year - 2018)
    recompute_all()
    found = outlook(steady, code="yearly")
    assert (found.points, found.found.value, found.found.low) == (4, 84, 83)


def test_growth_is_held_against_the_grown_base(steady):
    add_measure(steady, "labs")
    add_indicator(
        steady, "growth", "labs", {2025: 100}, basis="growth_percent",
        baseline_year=2020, baseline_value=D(50),
    )  # fmt: skip
    for step, quarter in enumerate(QUARTERS, start=1):
        for unit, figure in (("A", 50 + step), ("B", 0), ("D", 0)):
            report(steady, "labs", unit, quarter, figure)
    recompute_all()
    found = outlook(steady, code="growth").found
    assert (found.value, found.verdict) == (70, "unlikely")


def test_no_line_crosses_a_break_of_the_measure(steady):
    MeasureBreak.objects.create(
        measure=steady.measures["standards"],
        period=Period.parse("2022Q2"),
        document="省计字〔2022〕1号",
        reason="口径调整",
    )
    found = outlook(steady)
    assert (found.points, str(found.broken_at)) == (4, "2022Q2")
    assert found.found is not None
    assert outlook(steady, quarter="2022Q4").found is None
    before = outlook(steady, quarter="2022Q1")
    assert (before.points, before.broken_at) == (5, None)


def test_units_that_come_or_leave_break_the_line_of_those_above_that_gain_or_lose_them(steady):
    add_target(steady, "standards", "C1", 2025, 60)
    add_target(steady, "standards", "C2", 2025, 60)
    change(steady, "transfer", "2022-04-01", ["B"], parent=steady.units["C2"])
    for city in ("C1", "C2"):
        assert str(outlook(steady, unit=city).broken_at) == "2022Q2", city
    assert outlook(steady).broken_at is None
    assert foretold(steady).value == 80


def test_a_merger_inside_leaves_the_line_of_the_city_whole(steady):
    for unit in ("C1", "B"):
        add_target(steady, "standards", unit, 2025, 60)
    change(steady, "merge", "2022-04-01", ["A"], [Successor(steady.units["B"].code)])
    assert outlook(steady, unit="C1").broken_at is None
    assert str(outlook(steady, unit="B").broken_at) == "2022Q2"


def test_many_rows_are_foretold_in_one_query(steady, django_assert_num_queries):
    rows = list(Progress.objects.select_related("indicator__series__measure", "organisation"))
    targets = current_targets({row.indicator_id: row.indicator for row in rows}.values())
    assert len(rows) > 20
    with django_assert_num_queries(2):
        found = outlooks(rows, targets)
    assert found[rows[-1].indicator_id, rows[-1].organisation_id, rows[-1].period.index]
    assert len(found) == len(rows)


def test_the_page_and_the_api_say_the_same(steady, client):
    client.force_login(steady.people["leader"])
    query = {"indicator": "test-plan.standards", "period": NOW}
    (row,) = client.get("/api/v1/progress/", query).json()["results"]
    assert row["forecast"] == {
        "milestone": 2025, "value": "80", "low": "79", "high": "81", "verdict": "possible",
        "points": 9,
    }  # fmt: skip
    page = client.get(PAGE.format("standards"), {"period": NOW}).context["page"]
    assert page.outlook == outlook(steady)
    (early,) = client.get("/api/v1/progress/", query | {"period": "2021Q2"}).json()["results"]
    assert early["forecast"] is None


def change(world: World, kind: str, on: str, units, successors=(), parent=None) -> None:
    apply_change(
        kind=kind,
        effective_on=date.fromisoformat(on),
        units=[world.units[unit] for unit in units],
        successors=successors,
        parent=parent,
        document="测试函〔2022〕1号",
        actor=world.people["staff"],
        today=TODAY,
    )
    drain()


def record(client, world: World, **sent):
    client.force_login(world.people["staff"])
    given = {"period": "2022Q2", "document": "省计字〔2022〕1号", "reason": "口径调整"} | sent
    return client.post(PAGE.format("standards") + "breaks/", given)


def test_a_break_is_recorded_on_a_page_with_its_document(steady, client):
    assert record(client, steady).status_code == 302
    assert str(outlook(steady).broken_at) == "2022Q2"
    history = client.get(PAGE.format("standards") + "revisions/").content.decode()
    assert "省计字〔2022〕1号" in history and "口径调整" in history
    assert AuditEvent.objects.get(action="measure.broken").data["after"]["reason"] == "口径调整"


@pytest.mark.parametrize(
    ("sent", "status"),
    [({"period": "soon"}, 422), ({"document": ""}, 422), ({"reason": " "}, 422), ({}, 409)],
)
def test_a_break_that_says_nothing_new_is_refused(steady, client, sent, status):
    if status == 409:
        record(client, steady)
    before = MeasureBreak.objects.count()
    assert record(client, steady, **sent).status_code == status
    assert MeasureBreak.objects.count() == before


def test_a_break_that_was_recorded_later_was_not_known_then(steady, client):
    record(client, steady)
    MeasureBreak.objects.update(recorded_at="2023-06-01T00:00:00+08:00")
    past = timezone.make_aware(datetime(2023, 4, 1))
    Observation.objects.update(recorded_at=past)
    Target.objects.update(recorded_at=past)
    query = {"period": NOW, "known_on": "2023-04-20"}
    page = client.get(PAGE.format("standards"), query).context["page"]
    assert (page.outlook.broken_at, page.outlook.points) == (None, 9)
    assert str(outlook(steady).broken_at) == "2022Q2"
