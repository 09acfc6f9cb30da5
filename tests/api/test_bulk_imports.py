"""Large files over the API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from metroplan.submissions.bulk.runner import run
from metroplan.submissions.models import BulkImport
from tests.api.conftest import ROOT
from tests.submissions.bulk_files import DOCUMENT, checked, lines_of, many_lines

ADDRESS = f"{ROOT}bulk-imports/"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def push(client, content: bytes, key: str = "", **fields):
    fields = {"document": DOCUMENT, "file": SimpleUploadedFile("a.csv", content)} | fields
    headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    return client.post(ADDRESS, fields, format="multipart", **headers)


def test_a_province_pushes_follows_and_a_second_person_applies(world, by_token):
    staff, reviewer = by_token("staff"), by_token("reviewer")
    answer = push(staff, many_lines(world, 4), key="k")
    body = answer.json()
    assert (answer.status_code, body["status"], body["rows_done"]) == (202, "received", 0)
    one = f"{ADDRESS}{body['id']}/"
    run(body["id"])
    seen = staff.get(one)
    body = seen.json()
    assert (body["status"], body["added"], body["to_change"], body["same"]) == ("ready", 36, 0, 0)
    own = staff.post(f"{one}apply/", HTTP_IF_MATCH=seen["ETag"])
    assert own.status_code == 403
    assert reviewer.post(f"{one}apply/").status_code == 428
    assert reviewer.post(f"{one}apply/", HTTP_IF_MATCH='"1"').status_code == 409
    assert reviewer.post(f"{one}apply/", HTTP_IF_MATCH=seen["ETag"]).status_code == 200
    run(body["id"])
    assert staff.get(one).json()["changed"] == 36


def test_a_second_person_declines_with_a_reason(world, by_token):
    job = checked(world, many_lines(world, 2))
    one, reviewer = f"/api/v1/bulk-imports/{job.pk}/", by_token("reviewer")
    given = {"HTTP_IF_MATCH": f'"{job.version}"'}
    assert reviewer.post(f"{one}decline/", {}, **given).status_code == 400
    body = reviewer.post(f"{one}decline/", {"reason": "年份有误"}, **given).json()
    assert (body["status"], body["reason"]) == ("declined", "年份有误")


def test_the_same_key_gets_the_first_answer_again(world, by_token):
    staff = by_token("staff")
    first, again = (push(staff, many_lines(world, 2), key="k").json() for _ in range(2))
    assert first == again
    other = push(staff, many_lines(world, 3), key="k")
    assert (other.status_code, other.json()["code"]) == (422, "request.key_reused")


def test_issues_come_with_place_and_sentence(world, by_token):
    job = checked(world, lines_of(world, "9,standards,2021Q1,,1,,"))
    body = by_token("staff").get(f"{ADDRESS}{job.pk}/").json()
    (issue,) = body["issues"]
    assert (body["status"], issue["code"], issue["row"]) == ("refused", "import.unknown_unit", 2)
    assert issue["message"]


def test_a_cancel_stops_it(world, by_token):
    job = checked(world, many_lines(world, 2))
    assert by_token("staff").post(f"{ADDRESS}{job.pk}/cancel/").json()["status"] == "cancelled"


def test_too_large_missing_and_unknown_are_said(world, by_token, settings):
    staff = by_token("staff")
    assert set(push(staff, b"x", document="").json()["fields"]) == {"document"}
    assert set(push(staff, b"x", kind="nothing").json()["fields"]) == {"kind"}
    settings.BULK_MAX_BYTES = 10
    for size in (20, 200_000):
        answer = push(staff, b"x" * size)
        assert (answer.status_code, answer.json()["code"]) == (413, "bulk.too_large")
    assert not BulkImport.objects.exists()


def test_a_session_sends_with_its_csrf_token_and_a_reader_may_not(world, api, by_token):
    assert push(api("staff"), many_lines(world, 2)).status_code == 202
    assert push(by_token("staff", "read"), many_lines(world, 2)).status_code == 403
    assert push(by_token("clerk"), many_lines(world, 2)).status_code == 403
