"""Warnings from what is stored: the rules that hold, what figures are held against, in bulk."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators import measures as registers
from indicators.models import PlausibilityRule
from indicators.plausibility.issues import plausibility_issues, plausibility_issues_many
from indicators.rules import Figure
from indicators.services.observations import Figure as Written
from indicators.services.observations import write_figures
from indicators.services.plausibility import Subject, change_rule, ensure_default_rules
from indicators.services.revisions import Papers
from metroplan.audit.models import AuditEvent
from metroplan.common.periods import Period
from metroplan.common.problems import MetroplanError
from metroplan.submissions.types import CleanRow, SheetContext
from tests.submissions.quarter import more_counties
from tests.world import World, add_measure, report

QUARTER = "2022Q4"
PAPERS = Papers(date(2022, 1, 1), "第1号", "示例")


@pytest.fixture
def ruled(world: World) -> World:
    ensure_default_rules()
    return world


def context(world: World, unit: str = "A", period: str = QUARTER) -> SheetContext:
    return SheetContext(world.form, world.units[unit], Period.parse(period))


def row(key: str, answer, number: int = 7) -> CleanRow:
    if isinstance(answer, tuple):
        numerator, denominator = map(Decimal, answer)
        parts = {"numerator": numerator, "denominator": denominator}
        cells = {"numerator": f"E{number}", "denominator": f"F{number}"}
    else:
        parts, cells = {"value": Decimal(answer)}, {"value": f"D{number}"}
    return CleanRow(key, "value", sheet="填报表", row=number, cells=cells, **parts)


def codes(world: World, key: str, answer, **where) -> list[str]:
    return [
        issue.code for issue in plausibility_issues(context(world, **where), [row(key, answer)])
    ]


def reported(world: World, key: str, unit: str, first: str, answers) -> None:
    for step, answer in enumerate(answers):
        report(world, key, unit, str(Period.parse(first) + step), answer)


def changed(world: World, check: str, params: dict, *, key: str = "", kind: str = "", **more):
    subject = Subject(check, kind, world.measures[key] if key else None)
    given = {"active": True, "papers": PAPERS, "actor": world.people["staff"]} | more
    return change_rule(subject=subject, params=params, **given)


def test_without_rules_nothing_is_warned_about(world):
    report(world, "standards", "A", "2022Q3", 30)
    assert codes(world, "standards", 3) == []


def test_a_new_plan_is_warned_about_at_once(ruled):
    report(ruled, "standards", "A", "2022Q3", 30)
    assert codes(ruled, "standards", 29) == ["figure.below_last"]
    assert ensure_default_rules() == 0


def test_a_warning_stands_at_its_cell_and_names_its_numbers(ruled):
    report(ruled, "standards", "A", "2022Q3", 1234)
    [issue] = plausibility_issues(context(ruled), [row("standards", 1200, number=9)])
    assert (issue.severity, issue.sheet, issue.row, issue.column) == ("warning", "填报表", 9, "D")
    assert issue.params == {
        "value": "1,200",
        "last": "1,234",
        "period": "2022Q3",
        "part": "value",
    }


def test_only_figures_of_the_unit_approved_before_the_quarter_count(ruled):
    report(ruled, "standards", "B", "2022Q3", 30)
    report(ruled, "standards", "A", "2022Q4", 30)
    report(ruled, "standards", "A", "2023Q1", 30)
    assert codes(ruled, "standards", 29) == []


def test_a_measures_own_rule_goes_before_that_of_its_kind(ruled):
    report(ruled, "standards", "A", "2022Q3", 30)
    changed(ruled, "below_last", {}, key="standards", active=False)
    assert codes(ruled, "standards", 29) == []
    report(ruled, "units", "A", "2022Q3", 30)
    changed(ruled, "range", {"low": "5"}, kind="count")
    assert codes(ruled, "units", 4) == ["figure.out_of_range"]


def test_a_rule_holds_from_its_day_on(ruled):
    later = Papers(date(2999, 1, 1), "第2号", "示例")
    report(ruled, "standards", "A", "2022Q3", 30)
    changed(ruled, "below_last", {}, kind="count", active=False, papers=later)
    assert codes(ruled, "standards", 29) == ["figure.below_last"]


def test_a_change_is_a_new_version_and_is_in_the_log(ruled):
    made = changed(ruled, "below_last", {"tolerance": "0.10"}, kind="count")
    assert (made.version, made.params, made.recorded_by) == (
        2,
        {"tolerance": "0.10"},
        ruled.people["staff"],
    )
    event = AuditEvent.objects.get(action="plausibility.changed")
    assert "第1号" in str(event.data)
    kept = PlausibilityRule.objects.filter(check_kind="below_last", measure_kind="count")
    assert kept.count() == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("below_last", {"tolerance": "2"}, {"kind": "count"}), "plausibility.setting"),
        (("below_last", {"tolerance": "0"}, {"kind": "count"}), "plausibility.no_change"),
        (("below_last", {"tolerance": "0"}, {"key": "rate"}), "plausibility.unfit"),
        (("parts", {"parts": "units standards"}, {"kind": "count"}), "plausibility.unfit"),
        (("parts", {"parts": "units rate"}, {"key": "standards"}), "plausibility.parts"),
        (("parts", {"parts": "units standards"}, {"key": "standards"}), "plausibility.parts"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(ruled, change, code):
    check, params, subject = change
    with pytest.raises(MetroplanError) as refused:
        changed(ruled, check, params, **subject)
    assert refused.value.code == code
    assert refused.value.message


def test_a_rule_cannot_begin_before_the_one_it_follows(ruled):
    changed(ruled, "below_last", {"tolerance": "0.1"}, kind="count")
    earlier = Papers(date(2021, 1, 1), "第2号", "示例")
    with pytest.raises(MetroplanError) as refused:
        changed(ruled, "below_last", {"tolerance": "0.2"}, kind="count", papers=earlier)
    assert refused.value.code == "plausibility.too_early"


def test_a_total_is_held_against_the_parts_beside_it_or_approved_before(ruled):
    for key in ("a", "b"):
        add_measure(ruled, key)
    changed(ruled, "parts", {"parts": "a, b"}, key="standards")
    sheet = [row("standards", 9), row("a", 3), row("b", 4)]
    [issue] = plausibility_issues(context(ruled), sheet)
    assert (issue.code, issue.params["sum"]) == ("figure.parts_differ", "7")
    assert codes(ruled, "standards", 9) == []
    report(ruled, "b", "A", QUARTER, 6)
    assert plausibility_issues(context(ruled), sheet[:2]) == []


@pytest.fixture
def register(world: World) -> Iterator[list]:
    asked = []

    def compute(units, period):
        asked.append((units, str(period)))
        return {unit: Figure("value", Decimal(5)) for unit in units}

    registers.register("standards", compute)
    yield asked
    registers.unregister("standards")


def test_a_reported_figure_is_held_against_the_register(ruled, register):
    assert codes(ruled, "standards", 5) == []
    assert codes(ruled, "standards", 6) == ["figure.register_differs"]
    assert register[-1] == ([ruled.units["A"].pk], QUARTER)


def test_a_unit_is_compared_with_units_of_its_level(ruled):
    """The others report half again what they used to; who stays at a tenth of it stands out."""
    counties = more_counties(ruled, 8)
    for index, _unit in enumerate(counties):
        size = 1000 * (index + 1)
        reported(ruled, "units", f"X{index}", "2021Q4", [size] * 4 + [size * 3 // 2])
    reported(ruled, "units", "A", "2021Q4", [500] * 4)
    changed(ruled, "outlier_history", {}, kind="count", active=False)
    changed(ruled, "unit_slip", {}, kind="count", active=False)
    assert codes(ruled, "units", 750) == []
    assert codes(ruled, "units", 100) == ["figure.outlier_peers"]
    assert codes(ruled, "units", 3000) == ["figure.outlier_peers"]


def test_rates_are_compared_with_those_of_the_level(ruled):
    for index, _unit in enumerate(more_counties(ruled, 6)):
        report(ruled, "rate", f"X{index}", "2022Q3", (940 + index, 1000))
    report(ruled, "rate", "C1", "2022Q3", (1, 1000))
    assert codes(ruled, "rate", (930, 1000)) == []
    assert codes(ruled, "rate", (700, 1000)) == ["figure.outlier_peers"]


ANSWER = st.one_of(st.integers(0, 40), st.sampled_from([100, 300, 1000, 3000, 30_000]))
PAIR = ANSWER.flatmap(lambda n: st.tuples(st.integers(0, max(n, 1)), st.just(max(n, 1))))
LINE = st.tuples(ANSWER, ANSWER, PAIR)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    past=st.lists(st.tuples(st.sampled_from("ABD"), LINE), max_size=30),
    now=st.lists(LINE, min_size=3, max_size=3),
)
def test_many_sheets_at_once_are_warned_about_as_each_alone(ruled, past, now):
    keys = ("units", "standards", "rate")
    write(ruled, past, keys)
    pairs = [
        (context(ruled, unit), row(key, answer))
        for unit, line in zip("ABD", now, strict=True)
        for key, answer in zip(keys, line, strict=True)
    ]
    alone = [issue for where, line in pairs for issue in plausibility_issues(where, [line])]
    assert list(plausibility_issues_many(iter(pairs))) == alone


def write(world: World, past, keys) -> None:
    """The n-th answers of a unit are those of the n-th quarter before."""
    seen: dict[str, int] = {}
    figures = []
    for unit, line in past:
        seen[unit] = seen.get(unit, 0) + 1
        at = Period.parse(QUARTER).index - seen[unit]
        for key, answer in zip(keys, line, strict=True):
            given = row(key, answer)
            parts = (given.value, given.numerator, given.denominator)
            figures.append(
                Written(world.measures[key].pk, world.units[unit].pk, at, "value", *parts)
            )
    write_figures(figures)


@pytest.mark.parametrize("number", [2, 30])
def test_as_many_queries_for_many_lines_as_for_few(ruled, number):
    counties = more_counties(ruled, number)
    for unit in counties:
        reported(ruled, "standards", f"X{counties.index(unit)}", "2022Q1", [5, 6, 7])
    pairs = [
        (context(ruled, f"X{index}"), row("standards", 6, number=index + 5))
        for index in range(number)
    ]
    with CaptureQueriesContext(connection) as queries:
        found = list(plausibility_issues_many(pairs))
    assert len(found) == number
    assert len(queries) == 4


def test_staff_change_a_rule_on_its_page_and_its_history_shows(ruled, client):
    client.force_login(ruled.people["staff"])
    address = "/plans/plausibility/rule/?check=below_last&kind=count"
    papers = {"effective_from": "2022-01-01", "document": "第9号", "reason": "示例"}
    sent = {"active": "on", "tolerance": "0.25"} | papers
    assert client.post(address, sent).status_code == 302
    page = client.get(address).content.decode()
    assert "第9号" in page
    assert "0.25" in page
    assert client.post(address, sent).status_code == 422
    assert client.post(address, sent | {"tolerance": "7"}).status_code == 422
    report(ruled, "standards", "A", "2022Q3", 100)
    assert codes(ruled, "standards", 75) == []
    assert codes(ruled, "standards", 74) == ["figure.below_last"]


def test_a_measure_gets_a_rule_of_its_own_on_the_page(ruled, client):
    add_measure(ruled, "a")
    add_measure(ruled, "b")
    client.force_login(ruled.people["staff"])
    address = "/plans/plausibility/rule/?check=parts&measure=standards"
    papers = {"effective_from": "2022-01-01", "document": "第9号", "reason": "示例"}
    assert client.post(address, papers | {"active": "on", "parts": "a, x"}).status_code == 422
    assert client.post(address, papers | {"active": "on", "parts": "a, b"}).status_code == 302
    assert "a, b" in client.get("/plans/plausibility/").content.decode()


@pytest.mark.parametrize(
    "query", ["check=nothing", "check=parts&kind=yes_no", "check=range&measure=nothing", "kind=x"]
)
def test_a_rule_that_cannot_be_does_not_exist(ruled, client, query):
    client.force_login(ruled.people["staff"])
    assert client.get(f"/plans/plausibility/rule/?{query}").status_code == 404
