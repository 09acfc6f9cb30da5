"""The same figures give the same issues, whether they come by file, are typed or are pushed."""

import pytest

from metroplan.submissions.models import Submission
from tests.submissions.entry import draft, json_post
from tests.submissions.quarter import opened, page, uploaded
from tests.world import add_measure

HEAD = "代码,数值,分子,分母,备注"
PARTS = ("value", "numerator", "denominator", "note")
LINES = {
    "good": [("units", "12", "", "", ""), ("rate", "", "9", "10", "")],
    "as people write": [("units", "１,２00", "", "", ""), ("standards", "1.2万", "", "", "")],
    "not applicable": [("units", "不适用", "", "", ""), ("rate", "", "/", "—", "")],
    "words": [("units", "约12", "", "", ""), ("done", "maybe", "", "", "")],
    "below zero": [("units", "-3", "", "", ""), ("rate", "", "-1", "10", "")],
    "not whole": [("units", "12.5", "", "", ""), ("standards", "1/3", "", "", "")],
    "percent for a count": [("units", "90%", "", "", ""), ("rate", "", "9％", "10", "")],
    "more than all": [("rate", "", "11", "10", "")],
    "of nothing": [("rate", "", "0", "0", "")],
    "half a ratio": [("rate", "", "9", "", ""), ("units", "5", "", "", "")],
    "other half": [("rate", "", "", "10", "")],
    "half applies": [("rate", "", "/", "10", "")],
    "too large": [("units", "9" * 16, "", "", "")],
    "long note": [("units", "5", "", "", "长" * 501)],
    "note alone": [("units", "", "", "", "暂无数据"), ("standards", "5", "", "", "")],
    "nothing": [("units", "", "", "", "")],
    "several at once": [
        ("units", "many", "", "", ""),
        ("standards", "1.5", "", "", ""),
        ("rate", "", "12", "x", ""),
    ],
}
# The browser form has no such fields; a file or a program may name them all the same.
BEYOND_THE_FORM = {
    "unused cell": [("units", "5", "5", "", "")],
    "percentage alone": [("rate", "90%", "", "", "")],
    "percentage that disagrees": [("rate", "80", "9", "10", "")],
    "over 100 %": [("rate", "120%", "9", "10", "")],
    "unknown measure": [("no_such", "5", "", "", "")],
    "doubled measure": [("units", "5", "", "", ""), ("units", "6", "", "", "")],
}
Line = tuple[str, str, str, str, str]


@pytest.fixture
def submission(world) -> Submission:
    add_measure(world, "done", kind="yes_no", roll_up="own")
    return opened(world)


def by_file(world, submission: Submission, lines: list[Line]) -> list[tuple[str, str]]:
    content = "\n".join([HEAD, *(",".join(f'"{text}"' for text in line) for line in lines)])
    upload = uploaded(world, submission, content.encode())
    return sorted((issue.key, issue.code) for issue in upload.issues.all())


def by_api(api, submission: Submission, lines: list[Line]) -> list[tuple[str, str]]:
    sent = [dict(zip(("key", *PARTS), line, strict=True)) for line in lines]
    address = f"/api/v1/submissions/{submission.pk}/cells/?dry_run=true"
    body = api("clerk").post(address, {"lines": sent}, format="json").json()
    return sorted((issue["key"], issue["code"]) for issue in body["issues"])


def typed_lines(lines: list[Line]) -> dict[str, dict[str, str]]:
    return {key: dict(zip(PARTS, texts, strict=True)) for key, *texts in lines}


def by_check(client, submission: Submission, lines: list[Line]) -> list[tuple[str, str]]:
    body = json_post(client, "submission-check", submission, draft(typed_lines(lines))).json()
    return sorted((issue["key"], issue["code"]) for issue in body["issues"])


def by_form(client, submission: Submission, lines: list[Line]) -> list[tuple[str, str]]:
    sent = {"expected_version": 0, "base": 0, "revision": 0}
    for key, texts in typed_lines(lines).items():
        sent |= {f"{part}.{key}": text for part, text in texts.items()}
    response = client.post(page("submission-entry", submission), sent)
    if response.status_code == 302:
        issues = submission.uploads.get(version=1).issues.all()
        return sorted((issue.key, issue.code) for issue in issues)
    grid = response.context["grid"]
    said = [("", issue.code) for issue in grid.general]
    return sorted(
        said + [(line.line.key, issue.code) for line in grid.lines for issue in line.issues]
    )


@pytest.mark.parametrize("name", LINES)
def test_a_figure_is_judged_the_same_however_it_comes(world, submission, client, api, name):
    lines = LINES[name]
    client.force_login(world.people["clerk"])
    ways = [
        by_check(client, submission, lines),
        by_api(api, submission, lines),
        by_form(client, submission, lines),
    ]
    fresh = opened(world, "A", "2022Q3")
    assert ways == [by_file(world, fresh, lines)] * 3


@pytest.mark.parametrize("name", BEYOND_THE_FORM)
def test_a_program_is_judged_as_a_file_is(world, submission, api, name):
    lines = BEYOND_THE_FORM[name]
    assert by_api(api, submission, lines) == by_file(world, submission, lines)
    assert by_api(api, submission, lines)
