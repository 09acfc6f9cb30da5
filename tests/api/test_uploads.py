"""Files pushed over the API: the same checks, issues and codes as on the page."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from metroplan.submissions.models import StoredFile, Upload
from tests.api.conftest import ROOT, push
from tests.submissions.quarter import filled, opened, submitted

BAD = filled({"units": "many", "rate": ("11", "10")})


def test_a_good_file_becomes_the_next_version(world, by_token):
    submission = opened(world)
    response = push(by_token("clerk"), submission)
    body = response.json()
    assert response.status_code == 201
    assert (body["status"], body["version"], body["issues"]) == ("staged", 1, [])
    assert (body["submission"], body["file"]) == (submission.pk, "季报.csv")
    assert by_token("clerk").get(f"{ROOT}uploads/{body['id']}/").json() == body


def test_a_bad_file_answers_with_every_issue_and_its_place(world, by_token):
    response = push(by_token("clerk"), opened(world), BAD)
    body = response.json()
    assert (response.status_code, body["code"]) == (422, "upload.refused")
    assert [(issue["row"], issue["column"]) for issue in body["issues"]] == [(2, "B"), (3, "C")]
    assert all(issue["code"] and issue["message"] for issue in body["issues"])
    assert Upload.objects.get().status == Upload.Status.REFUSED


@pytest.mark.parametrize("content", [b"PK\x03\x04broken", b"\x00\xff" * 20, b"a,b\n1,2\n"])
def test_what_is_no_form_is_an_issue_of_the_file(world, by_token, content):
    response = push(by_token("clerk"), opened(world), content, name="a.xlsx")
    assert response.status_code == 422
    assert response.json()["issues"]


def test_issues_are_worded_in_the_language_of_the_client(world, api):
    submission = opened(world)
    said = {
        push(api("clerk", language), submission, BAD).json()["issues"][0]["message"]
        for language in ("en", "zh-hans")
    }
    assert len(said) == 2


@pytest.mark.parametrize(("content", "status"), [(filled(), 200), (BAD, 422)])
def test_a_dry_run_checks_and_stores_nothing(world, by_token, content, status):
    submission = opened(world)
    response = push(by_token("clerk"), submission, content, seen=None, query="?dry_run=true")
    assert response.status_code == status
    assert set(response.json()) == {"code", "message", "fields", "issues"}
    assert not StoredFile.objects.exists()
    submission.refresh_from_db()
    assert submission.version == 0


def test_a_dry_run_that_is_misspelt_is_not_taken_for_the_act(world, by_token):
    response = push(by_token("clerk"), opened(world), query="?dry_run=ture")
    assert (response.status_code, set(response.json()["fields"])) == (400, {"dry_run"})
    assert not Upload.objects.exists()


def test_a_dry_run_says_that_the_form_is_closed(world, by_token):
    submission = submitted(world, opened(world))
    response = push(by_token("clerk"), submission, query="?dry_run=1")
    assert (response.status_code, response.json()["code"]) == (409, "submission.not_open")


@pytest.mark.parametrize("content", [filled(), BAD])
def test_the_same_request_again_gets_the_same_answer(world, by_token, content):
    submission, client = opened(world), by_token("clerk")
    answers = [push(client, submission, content, key="k-1") for _time in range(2)]
    assert answers[0].status_code == answers[1].status_code
    assert answers[0].json() == answers[1].json()
    assert Upload.objects.count() == 1


@pytest.mark.parametrize("content", [filled(), BAD])
def test_the_same_request_twice_at_once_is_one_upload(transactional_db, world, by_token, content):
    submission, clients = opened(world), [by_token("clerk") for _time in range(3)]

    def send(client):
        try:
            return push(client, submission, content, key="k-1")
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(send, clients))
    assert len({answer.status_code for answer in answers}) == 1
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert Upload.objects.count() == 1


def test_the_first_answer_stands_after_the_form_has_moved_on(world, by_token):
    submission, client = opened(world), by_token("clerk")
    first = push(client, submission, key="k-1").json()
    submission.refresh_from_db()
    submitted(world, submission)
    assert push(client, submission, key="k-1").json() == first


def test_a_key_is_not_used_for_another_file(world, by_token):
    submission, client = opened(world), by_token("clerk")
    push(client, submission, key="k-1")
    response = push(client, submission, filled({"units": "1"}), seen=1, key="k-1")
    assert (response.status_code, response.json()["code"]) == (422, "request.key_reused")


def test_a_key_that_is_too_long_is_refused(world, by_token):
    response = push(by_token("clerk"), opened(world), key="k" * 81)
    assert (response.status_code, set(response.json()["fields"])) == (400, {"Idempotency-Key"})


def test_a_version_must_have_been_seen_and_still_stand(world, by_token):
    submission, client = opened(world), by_token("clerk")
    assert push(client, submission, seen=None).status_code == 428
    assert push(client, submission, seen=7).json()["code"] == "submission.changed"
    assert push(client, submission, seen=7).status_code == 409


def test_too_large_a_file_is_refused_before_it_is_read(world, by_token, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    for size in (1001, 200_000):
        response = push(by_token("clerk"), opened(world), b"x" * size)
        assert (response.status_code, response.json()["code"]) == (413, "file.too_large")
    assert not StoredFile.objects.exists()


def test_a_request_without_its_parts_names_them(world, by_token):
    response = by_token("clerk").post(f"{ROOT}uploads/", {}, format="multipart")
    assert (response.status_code, set(response.json()["fields"])) == (400, {"submission", "file"})


def test_an_empty_file_is_refused(world, by_token):
    response = push(by_token("clerk"), opened(world), b"")
    assert (response.status_code, set(response.json()["fields"])) == (400, {"file"})


def test_only_the_reporting_unit_pushes_its_figures(world, by_token):
    submission = opened(world)
    unknown = push(by_token("neighbour"), submission)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "submission.unknown")
    assert push(by_token("city_reviewer"), submission).status_code == 403
