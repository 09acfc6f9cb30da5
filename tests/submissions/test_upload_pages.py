import csv
import io

import pytest
from django.test import Client

from metroplan.submissions.models import StagedRow, Submission, Upload
from tests.submissions.quarter import filled, opened, page, send, submitted, text, uploaded


def test_every_issue_is_listed_with_its_cell_and_measure(world, as_person):
    submission = opened(world)
    client = as_person("clerk")
    send(client, submission, filled({"units": "many", "rate": ("11", "10")}))
    response = client.get(page("submission-detail", submission))
    lines = response.context["detail"].issues
    assert [(line.cell, line.measure) for line in lines] == [
        ("B2", "数据项units"),
        ("C3", "数据项rate"),
    ]
    assert all(line.sentence in text(response) for line in lines if "“" not in line.sentence)


def test_issues_leave_as_csv_without_formulas(world, as_person):
    submission = opened(world)
    upload = uploaded(world, submission, filled({"=units": "1", "standards": "x"}))
    response = as_person("clerk").get(page("upload-issues", upload))
    rows = list(csv.reader(io.StringIO(text(response).removeprefix("\ufeff"))))
    assert len(rows) == 1 + upload.issues.count()
    assert not any(cell.startswith("=") for row in rows for cell in row)


def test_a_refused_file_leaves_the_accepted_figures_in_view(world, as_person):
    submission = opened(world)
    uploaded(world, submission)
    uploaded(world, submission, filled({"units": "many"}))
    detail = as_person("clerk").get(page("submission-detail", submission)).context["detail"]
    assert (detail.last.status, detail.present.version, len(detail.lines)) == ("refused", 1, 3)
    assert detail.may_hand_in


def test_a_return_without_a_reason_shows_the_page_again(world, as_person):
    submission = submitted(world, opened(world))
    sent = {"expected_version": 1, "reason": ""}
    response = as_person("city_reviewer").post(page("submission-return", submission), sent)
    assert response.status_code == 422
    assert response.context["return_form"].errors["reason"]


def test_a_reviewer_out_of_turn_may_look_but_not_decide(world, as_person):
    submission = submitted(world, opened(world))
    client = as_person("reviewer")
    assert client.get(page("submission-detail", submission)).status_code == 200
    sent = {"expected_version": 1, "reason": "x"}
    assert client.post(page("submission-approve", submission), sent).status_code == 403
    assert client.post(page("submission-return", submission), sent).status_code == 403


def test_a_version_that_has_moved_on_shows_the_page_with_409_and_keeps_the_reason(world, as_person):
    submission = submitted(world, opened(world))
    sent = {"expected_version": 0, "reason": "请核对分母"}
    response = as_person("city_reviewer").post(page("submission-return", submission), sent)
    assert response.status_code == 409
    assert response.context["problem"].code == "submission.changed"
    assert "请核对分母" in text(response)
    assert response.context["return_form"]["expected_version"].value() == 1


def test_two_tabs_do_not_overwrite_each_other(world, as_person):
    submission = opened(world)
    client = as_person("clerk")
    send(client, submission, filled())
    response = send(client, submission, filled({"units": "99"}))
    assert response.status_code == 409
    assert StagedRow.objects.filter(key="units").get().value == 12


def test_submitting_nothing_shows_what_to_do(world, as_person):
    submission = opened(world)
    sent = {"expected_version": 0}
    response = as_person("clerk").post(page("submission-submit", submission), sent)
    assert (response.status_code, response.context["problem"].code) == (
        409,
        "submission.nothing_to_submit",
    )


def test_the_same_file_again_is_told_as_such(world, as_person):
    submission = opened(world)
    client = as_person("clerk")
    send(client, submission, filled())
    response = send(client, submission, filled(), expected_version=1)
    assert response.status_code == 302
    assert Upload.objects.count() == 1


def test_an_upload_without_a_file_shows_the_page_again(world, as_person):
    submission = opened(world)
    sent = {"expected_version": 0}
    response = as_person("clerk").post(page("upload-create", submission), sent)
    assert response.status_code == 422
    assert response.context["upload_form"].errors["file"]


def test_an_empty_file_is_refused_with_an_issue(world, as_person):
    submission = opened(world)
    assert send(as_person("clerk"), submission, b"").status_code == 302
    assert [issue.code for issue in Upload.objects.get().issues.all()] == ["file.empty"]


def test_a_file_over_the_limit_is_refused_unread(world, as_person, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    submission = opened(world)
    for size in (1001, 200_000):
        response = send(as_person("clerk"), submission, b"x" * size)
        assert response.status_code == 413
        assert response.context["problem"].code == "file.too_large"
    assert not Upload.objects.exists()


def test_an_upload_needs_the_csrf_token(world):
    submission = opened(world)
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people["clerk"])
    assert send(client, submission, filled()).status_code == 403
    assert not Upload.objects.exists()


def test_only_the_units_reporter_uploads_and_submits(world, as_person):
    submission = opened(world)
    for person in ("city_reviewer", "staff", "leader"):
        client = as_person(person)
        assert send(client, submission, filled()).status_code == 403
        sent = {"expected_version": 0}
        assert client.post(page("submission-submit", submission), sent).status_code == 403


def test_a_file_comes_back_as_it_was_sent(world, as_person):
    upload = uploaded(world, opened(world))
    response = as_person("city_reviewer").get(page("upload-download", upload))
    assert b"".join(response) == filled()
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/octet-stream"


def test_a_posted_name_is_never_a_path(world, as_person):
    submission = opened(world)
    send(as_person("clerk"), submission, filled(), name="..\\..\\evil\n.csv")
    stored = Upload.objects.get().file
    assert "/" not in stored.name and "\\" not in stored.name
    assert stored.content.name.startswith("uploads/")


def test_the_template_is_filled_in_and_accepted(world, as_person):
    submission = opened(world)
    client = as_person("clerk")
    blank = text(client.get(page("template", submission, format="csv"))).removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(blank)))
    header = next(row for row in rows if "代码" in row or "Code" in row)
    line = next(row for row in rows if "units" in row)
    line[header.index("数值" if "数值" in header else "Value")] = "12"
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    send(client, submission, buffer.getvalue().encode())
    assert Upload.objects.get().status == Upload.Status.STAGED


def said(submission: Submission) -> dict[str, list]:
    rows = submission.rows.filter(version=submission.version)
    return {row.key: [row.state, row.value, row.numerator, row.denominator] for row in rows}


@pytest.mark.parametrize("fmt", ["xlsx", "csv"])
def test_the_template_of_a_form_with_figures_holds_them(world, as_person, fmt):
    submission = opened(world)
    uploaded(world, submission, filled({"standards": "/", "units": "1234", "rate": ("9", "10")}))
    client = as_person("clerk")
    before = said(submission)
    content = b"".join(client.get(page("template", submission, format=fmt)))
    again = uploaded(world, submission, content)
    assert (again.status, again.errors) == ("staged", 0)
    assert said(submission) == before
    empty = b"".join(client.get(page("template", submission, format=fmt, empty="yes")))
    assert [issue.code for issue in uploaded(world, submission, empty).issues.all()] == [
        "file.nothing_in_it"
    ]


def test_an_unknown_template_format_does_not_exist(world, as_person):
    submission = opened(world)
    assert as_person("clerk").get(page("template", submission, format="exe")).status_code == 404
