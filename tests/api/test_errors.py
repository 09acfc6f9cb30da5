"""One body for every error, and keys that read or push."""

import pytest
from rest_framework.test import APIClient

from tests.api.conftest import ROOT, push
from tests.submissions.quarter import opened

KEYS = {"code", "message", "fields", "issues"}


def problem(response, status: int) -> str:
    assert response.status_code == status
    assert response["Content-Type"] == "application/json"
    body = response.json()
    assert set(body) == KEYS
    assert body["message"]
    return body["code"]


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("get", "plans/none/", 404, "request.not_found"),
        ("get", "submissions/0/", 404, "request.not_found"),
        ("get", "submissions/x/", 404, "request.not_found"),
        ("get", "indicators/without-a-plan/", 404, "request.not_found"),
        ("get", "plans/a%00b/", 404, "request.not_found"),
        ("get", "plans/?page=99", 404, "request.not_found"),
        ("get", "plans/?format=xml", 404, "request.not_found"),
        ("get", "nowhere/", 404, "request.not_found"),
        ("post", "uploads", 404, "request.not_found"),
        ("delete", "plans/test-plan/", 405, "request.method_not_allowed"),
        ("post", "plans/", 405, "request.method_not_allowed"),
        ("get", "plans/?status=odd", 400, "request.invalid"),
        ("post", "submissions/0/submit/", 404, "request.not_found"),
    ],
)
def test_every_error_has_the_one_body(world, api, method, address, status, code):
    assert problem(getattr(api("clerk"), method)(f"{ROOT}{address}"), status) == code


def test_what_may_not_be_read_is_forbidden(world, api):
    assert problem(api("auditor").get(f"{ROOT}progress/"), 403) == "request.forbidden"


def test_a_format_that_is_not_written_is_refused(world, api):
    response = api("clerk").get(f"{ROOT}plans/", HTTP_ACCEPT="application/xml")
    assert problem(response, 406) == "request.not_acceptable"


def test_a_body_that_is_not_read_is_refused(world, api):
    for content_type in ("application/json", "text/plain"):
        response = api("clerk").generic("POST", f"{ROOT}uploads/", "{}", content_type)
        assert problem(response, 415) == "request.media_type"
    torn = api("clerk").generic("POST", f"{ROOT}uploads/", "x", "multipart/form-data; boundary=y")
    assert problem(torn, 400) == "request.invalid"


def test_json_that_is_broken_is_refused(world, api):
    submission = opened(world)
    response = api("city_reviewer").generic(
        "POST",
        f"{ROOT}submissions/{submission.pk}/return/",
        "{",
        "application/json",
        HTTP_IF_MATCH='"0"',
    )
    assert problem(response, 400) == "request.invalid"


def test_messages_follow_the_language_of_the_client(world, api):
    said = {
        language: api("clerk", language).get(f"{ROOT}plans/none/").json()["message"]
        for language in ("en", "zh-hans")
    }
    assert said["en"].isascii()
    assert not said["zh-hans"].isascii()


def test_nobody_is_let_in_without_a_key(world):
    response = APIClient().get(f"{ROOT}plans/")
    assert problem(response, 401) == "request.not_signed_in"
    assert response["WWW-Authenticate"] == "Token"


def test_a_wrong_key_is_not_the_same_as_none(world):
    response = APIClient(HTTP_AUTHORIZATION="Token mp_wrong").get(f"{ROOT}plans/")
    assert problem(response, 401) == "token.unknown"


def test_a_key_that_reads_may_not_push(world, by_token):
    client, submission = by_token("clerk", "read"), opened(world)
    assert client.get(f"{ROOT}submissions/").status_code == 200
    assert problem(push(client, submission), 403) == "token.read_only"
    assert problem(client.post(f"{ROOT}submissions/{submission.pk}/submit/"), 403) == (
        "token.read_only"
    )


def test_a_session_needs_the_csrf_token_to_write(world):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(world.people["clerk"])
    response = client.post(f"{ROOT}submissions/{opened(world).pk}/submit/", HTTP_IF_MATCH='"0"')
    assert problem(response, 403) == "request.forbidden"


def test_a_failure_of_the_server_is_told_in_the_same_way(world, api, monkeypatch):
    monkeypatch.setattr("metroplan.plans.api.PlanViewSet.get_queryset", lambda view: 1 / 0)
    client = api("clerk")
    client.raise_request_exception = False
    response = client.get(f"{ROOT}plans/")
    assert problem(response, 500) == "server.failed"
    assert "ZeroDivision" not in response.content.decode()
