"""Figures pushed line by line: merged into the present version, checked as a file is."""

import json

import pytest

from metroplan.submissions.models import StagedRow, StoredFile, Upload
from tests.api.conftest import ROOT
from tests.submissions.quarter import filled, opened, submitted, uploaded

UNITS = {"key": "units", "value": "12", "note": "同比"}
RATE = {"key": "rate", "numerator": "9", "denominator": 10}


def push(client, submission, *lines, seen=0, key="", query=""):
    headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    if seen is not None:
        headers["HTTP_IF_MATCH"] = f'"{seen}"'
    address = f"{ROOT}submissions/{submission.pk}/cells/{query}"
    return client.post(address, {"lines": list(lines)}, format="json", **headers)


def test_lines_become_the_next_version(world, by_token):
    submission = opened(world)
    response = push(by_token("clerk"), submission, UNITS, RATE)
    assert (response.status_code, response["ETag"]) == (201, '"1"')
    assert response.json()["status"] == "staged"
    rows = {row.key: row for row in submission.rows.all()}
    assert (rows["units"].value, rows["units"].note) == (12, "同比")
    assert (rows["rate"].numerator, rows["rate"].denominator) == (9, 10)
    upload = Upload.objects.get()
    assert (upload.way, json.loads(upload.file.content.read())["whole"]) == ("api", False)


def test_lines_that_are_not_named_stay_with_their_source(world, by_token):
    submission = opened(world)
    first = uploaded(world, submission, filled({"units": "5", "standards": "30"}))
    assert push(by_token("clerk"), submission, UNITS, seen=1).status_code == 201
    rows = {row.key: row for row in submission.rows.filter(version=2)}
    assert {key: row.value for key, row in rows.items()} == {"units": 12, "standards": 30}
    assert (rows["standards"].upload, rows["standards"].cells) == (first, {"value": "B3"})


def test_a_line_without_parts_is_taken_out(world, by_token):
    submission = opened(world)
    uploaded(world, submission)
    push(by_token("clerk"), submission, {"key": "units"}, {"key": "rate", "value": None}, seen=1)
    assert [row.key for row in submission.rows.filter(version=2)] == ["standards"]


def test_all_issues_are_answered_with_their_part(world, by_token):
    wrong = {"key": "rate", "numerator": "11", "denominator": "10"}
    unknown = {"key": "no_such", "value": "1"}
    response = push(
        by_token("clerk"), opened(world), {"key": "units", "value": "x"}, wrong, unknown
    )
    body = response.json()
    assert (response.status_code, body["code"]) == (422, "upload.refused")
    assert [(said["row"], said["code"], said["params"].get("part")) for said in body["issues"]] == [
        (1, "figure.not_a_number", "value"),
        (2, "figure.part_over_whole", "numerator"),
        (3, "measure.unknown", None),
    ]
    assert all(said["message"] for said in body["issues"])
    assert not StagedRow.objects.exists()


@pytest.mark.parametrize(("line", "status"), [(UNITS, 200), ({"key": "units", "value": "x"}, 422)])
def test_a_dry_run_stores_nothing_and_needs_no_version(world, by_token, line, status):
    submission = opened(world)
    answer = push(by_token("clerk"), submission, line, seen=None, query="?dry_run=true")
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message", "fields", "issues"}
    assert not StoredFile.objects.exists()


def test_the_same_request_again_gets_the_same_answer(world, by_token):
    submission, client = opened(world), by_token("clerk")
    answers = [push(client, submission, UNITS, key="k-1") for _time in range(2)]
    assert answers[0].json() == answers[1].json()
    other = push(client, submission, RATE, seen=1, key="k-1")
    assert (other.status_code, other.json()["code"]) == (422, "request.key_reused")


def test_a_version_must_have_been_seen_and_still_stand(world, by_token):
    submission, client = opened(world), by_token("clerk")
    assert push(client, submission, UNITS, seen=None).status_code == 428
    assert push(client, submission, UNITS, seen=3).json()["code"] == "submission.changed"
    submitted(world, submission)
    closed = push(client, submission, UNITS, seen=1)
    assert (closed.status_code, closed.json()["code"]) == (409, "submission.not_open")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"lines": []},
        {"lines": [{}]},
        {"lines": [{"key": "units", "value": [1]}]},
        {"lines": [{"key": "units", "value": True}]},
        {"lines": "units"},
        [],
    ],
)
def test_what_has_another_shape_names_the_field(world, by_token, body):
    address = f"{ROOT}submissions/{opened(world).pk}/cells/"
    response = by_token("clerk").post(address, body, format="json", HTTP_IF_MATCH='"0"')
    assert (response.status_code, response.json()["code"]) == (400, "request.invalid")
    assert response.json()["fields"]


def test_only_the_reporting_unit_pushes_and_a_reading_token_does_not(world, by_token):
    submission = opened(world)
    assert push(by_token("neighbour"), submission, UNITS).status_code == 404
    assert push(by_token("city_reviewer"), submission, UNITS).status_code == 403
    assert push(by_token("clerk", "read"), submission, UNITS).status_code == 403
