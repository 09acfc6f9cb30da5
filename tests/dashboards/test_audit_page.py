"""The log's page, and the start page of each role."""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from metroplan.audit.record import record
from metroplan.dashboards.audit_values import Names, said
from metroplan.dashboards.audit_words import ACTIONS, THINGS
from tests.world import add_measure

PAGE = "dashboards:audit-list"


@pytest.fixture
def logged(world):
    for name, unit in (("clerk", "A"), ("staff", "P")):
        actor = world.people[name]
        record(
            "account.changed",
            actor=actor,
            on=world.units[unit],
            before={"role": "reporter"},
            after={"role": "reviewer"},
        )
    return world


def shown(client, **chosen) -> list[str]:
    page = client.get(reverse(PAGE), chosen)
    return [row.event.actor for row in page.context["rows"]]


@pytest.mark.parametrize(
    ("person", "status"),
    [("auditor", 200), ("staff", 403), ("leader", 403), ("system_admin", 403)],
)
def test_only_the_auditor_reads_the_log(client, world, person, status):
    client.force_login(world.people[person])
    assert client.get(reverse(PAGE)).status_code == status


def test_newest_first_with_values_before_and_after(client, logged):
    client.force_login(logged.people["auditor"])
    page = client.get(reverse(PAGE))
    assert shown(client) == ["staff", "clerk"]
    change = page.context["rows"][0].changes[0]
    assert (str(change.before), str(change.after)) != ("reporter", "reviewer")


def test_auditor_of_a_city_sees_the_city_only(client, logged):
    auditor = logged.people["auditor"]
    auditor.organisation = logged.units["C1"]
    auditor.save()
    client.force_login(auditor)
    assert shown(client) == ["clerk"]


def test_filters_narrow_the_list(client, logged):
    client.force_login(logged.people["auditor"])
    today = timezone.localdate()
    tomorrow = today + timedelta(days=1)
    assert shown(client, actor="cler") == ["clerk"]
    assert shown(client, organisation=logged.units["A"].code) == ["clerk"]
    assert shown(client, action="token.created") == []
    assert shown(client, since=today, until=today) == ["staff", "clerk"]
    assert shown(client, since=tomorrow) == []


def test_dates_the_wrong_way_round_are_said(client, logged):
    client.force_login(logged.people["auditor"])
    page = client.get(reverse(PAGE), {"since": "2024-02-01", "until": "2024-01-01"})
    assert page.context["form"].errors["until"]


def test_page_asks_the_same_number_of_queries_however_long(
    client, logged, django_assert_num_queries
):
    client.force_login(logged.people["auditor"])
    client.get(reverse(PAGE))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(PAGE))
    for _row in range(20):
        record("account.created", actor=None, on=logged.units["B"])
    with django_assert_num_queries(len(few)):
        client.get(reverse(PAGE))


def test_every_action_that_is_logged_has_words():
    assert actions_in_the_code() - set(ACTIONS) == set()


def actions_in_the_code() -> set[str]:
    root = Path(settings.BASE_DIR)
    files = [
        file
        for top in ("metroplan", "indicators", "standards", "supervision")
        for file in (root / top).rglob("*.py")
    ]
    return {action for file in files for action in recorded(ast.parse(file.read_text("utf-8")))}


def recorded(tree: ast.AST) -> set[str]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    named = [call for call in calls if getattr(call.func, "id", "") == "record"]
    return {call.args[0].value for call in named if isinstance(call.args[0], ast.Constant)}


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ("clerk", "submissions:submission-list"),
        ("reviewer", "submissions:review-queue"),
        ("staff", "dashboards:overview"),
        ("leader", "dashboards:overview"),
        ("auditor", "dashboards:audit-list"),
        ("security_admin", "organisations:account-list"),
        ("system_admin", "organisations:account-list"),
    ],
)
def test_each_role_starts_at_its_work(client, world, person, name):
    client.force_login(world.people[person])
    assert client.get(reverse("dashboards:home")).headers["Location"] == reverse(name)


def test_without_a_role_one_starts_at_the_own_account(client, world):
    clerk = world.people["clerk"]
    clerk.role = ""
    clerk.save()
    client.force_login(clerk)
    page = client.get(reverse("dashboards:home"), follow=True)
    assert page.redirect_chain[-1][0] == reverse("organisations:profile")


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("expires_at", "2024-03-31T16:30:00.123456+00:00", "2024-04-01 00:30"),
        ("name", "2024Q1", "2024Q1"),
        ("after", ["value", "15.000000", None, None], "15"),
        ("after", ["value", None, "1397.500000", "1422"], "1,397.5/1,422"),
        ("after", ["zero", "0.000000", None, None], "Confirmed zero"),
        ("coverage", "0.800000", "0.8"),
        ("low", "657699", "657,699"),
        ("document", "657699", "657699"),
        ("year", 2025, "2025"),
        ("lines", 59394, "59,394"),
        ("state", "proposed", "Proposed"),
        ("kind", "ratio", "Ratio"),
        ("status", "in_force", "In force"),
        ("added", ["milestone 2025", "box row 3.1"], "milestone 2025, row of a box 3.1"),
        ("counts", {"milestone added": 3, "lines": 5}, "milestone added: 3; lines: 5"),
        ("after", ["a", "b"], "a, b"),
    ],
)
def test_values_are_said_for_a_reader(field, value, text):
    with translation.override("en"):
        assert str(said(field, value, Names())) == text


def test_a_value_that_is_not_there_stays_so():
    assert said("name", None, Names()) is None


def test_measures_and_units_are_named_beside_their_codes(client, world):
    unit = world.units["A"]
    add_measure(world, "platform", kind="yes_no", roll_up="share")
    record(
        "observations.written",
        actor=None,
        on=unit,
        after={
            "units": ["value", "15.000000", None, None],
            "platform": ["zero", "0.000000", None, None],
        },
        successors={unit.code: "1.000000"},
    )
    client.force_login(world.people["auditor"])
    (row,) = client.get(reverse(PAGE)).context["rows"]
    assert [(change.field, str(change.after)) for change in row.changes[:2]] == [
        ("数据项units units", "15"),
        ("数据项platform platform", "否"),
    ]
    assert row.changes[2].after == f"A区 {unit.code}: 1"


def test_every_row_of_a_plan_has_words():
    root = Path(settings.BASE_DIR) / "indicators" / "plan_file"
    written = "".join(file.read_text("utf-8") for file in root.glob("*.py"))
    things = set(re.findall(r'(?:thing=|removed\()"([a-z ]+)"', written))
    assert len(things) > 10
    assert things - set(THINGS) == set()
