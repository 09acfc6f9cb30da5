"""Single lines are returned, each with its own reason; several forms are approved at once."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override, pgettext

from metroplan.common.problems import MetroplanError
from metroplan.submissions.selectors.due import due_of
from metroplan.submissions.selectors.records import records_of
from metroplan.submissions.selectors.timeline import returned_lines, timeline
from metroplan.submissions.services import review
from metroplan.submissions.states import Status
from tests.submissions.quarter import approved, filled, opened, page, submitted, text, uploaded
from tests.submissions.test_services_review import refusal
from tests.world import World

LINES = {"units": "与台账不符", "rate": "分母缺一批"}


def give_back(world: World, submission, lines=LINES, reason=""):
    return review.return_submission(
        submission=submission,
        actor=world.people["city_reviewer"],
        reason=reason,
        lines=lines,
        expected_version=submission.version,
    )


def test_lines_are_returned_each_with_its_reason(world: World):
    submission = give_back(world, submitted(world, opened(world)), LINES | {"standards": " "})
    assert returned_lines(submission) == LINES
    decision = submission.decisions.last()
    colon = pgettext("punctuation", ": ")
    assert decision.reason == f"数据项units{colon}与台账不符\n数据项rate{colon}分母缺一批"


def test_a_line_that_the_form_does_not_have_is_not_returned(world: World):
    with refusal("submission.line_unknown", 422):
        give_back(world, submitted(world, opened(world)), {"nothing": "x"})


def test_returned_lines_stay_marked_for_both_until_the_approval(world: World):
    submission = give_back(world, submitted(world, opened(world)))
    uploaded(world, submission, filled({"units": "13"}))
    submission = submitted(world, submission)
    assert returned_lines(submission) == LINES
    submission = approved(world, approved(world, submission, "city_reviewer"), "reviewer")
    assert returned_lines(submission) == {}


def test_the_reviewer_returns_lines_at_the_page_and_the_unit_sees_them_there(world, as_person):
    submission = submitted(world, opened(world))
    sent = {"expected_version": 1, "reason": "", "line:units": "与台账不符", "line:rate": ""}
    client = as_person("city_reviewer")
    assert client.post(page("submission-return", submission), sent).status_code == 302
    response = as_person("clerk").get(page("submission-detail", submission))
    marked = {line.key: line.marked for line in response.context["detail"].lines if line.marked}
    assert marked == {"units": "与台账不符"}
    assert text(response).count("sub-marked") == 1


def test_what_was_typed_beside_the_lines_survives_a_refusal(world, as_person):
    submission = submitted(world, opened(world))
    sent = {"expected_version": 0, "reason": "", "line:units": "与台账不符"}
    response = as_person("city_reviewer").post(page("submission-return", submission), sent)
    assert response.status_code == 409
    assert "与台账不符</textarea>" in text(response)


def test_a_reason_for_a_line_that_is_too_long_is_told(world, as_person):
    submission = submitted(world, opened(world))
    sent = {"expected_version": 1, "reason": "", "line:units": "x" * 501}
    response = as_person("city_reviewer").post(page("submission-return", submission), sent)
    assert response.status_code == 422
    assert "500" in response.context["return_form"].errors["reason"][0]


def test_many_are_approved_and_each_says_what_came_of_it(world: World):
    good, moved = submitted(world, opened(world)), opened(world, "B")
    uploaded(world, moved, person="neighbour")
    outside = opened(world, "D")
    outcomes = review.approve_many(
        items=[(good.pk, 1), (moved.pk, 1), (outside.pk, 0), (0, 1)],
        actor=world.people["city_reviewer"],
    )
    assert [outcome.problem and outcome.problem.code for outcome in outcomes] == [
        None,
        "submission.not_under_review",
        "submission.unknown",
        "submission.unknown",
    ]
    good.refresh_from_db()
    assert good.reviewer_unit == world.units["P"]


def test_a_form_that_fails_half_way_is_not_half_approved(world: World, monkeypatch):
    first, second = (
        submitted(world, opened(world)),
        submitted(world, opened(world, "B"), "neighbour"),
    )
    for submission in (first, second):
        approved(world, submission, "city_reviewer")

    class Broken:
        def apply(self, submission, actor):
            if submission.pk == first.pk:
                raise MetroplanError("figures.broken", "broken")

    monkeypatch.setattr(review.registry, "get", lambda key: Broken())
    outcomes = review.approve_many(
        items=[(first.pk, 1), (second.pk, 1)], actor=world.people["reviewer"]
    )
    assert [outcome.problem is None for outcome in outcomes] == [False, True]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (Status.SUBMITTED, Status.APPROVED)
    assert first.decisions.count() == 2


def test_the_ticked_forms_of_the_queue_are_approved_and_the_others_told(world, as_person):
    good, older = submitted(world, opened(world)), submitted(world, opened(world, "B"), "neighbour")
    client = as_person("city_reviewer")
    sent = {"item": [f"{good.pk}:1", f"{older.pk}:0", "x", f"{good.pk}:²"]}
    response = client.post(reverse("submissions:queue-approve"), sent, follow=True)
    told = [str(message) for message in response.context["messages"]]
    assert len(told) == 2
    assert str(older) in told[1]
    assert [row.submission for row in response.context["rows"]] == [older]


def test_many_are_approved_through_the_api(world, as_person):
    good, older = submitted(world, opened(world)), submitted(world, opened(world, "B"), "neighbour")
    items = [{"id": good.pk, "version": 1}, {"id": older.pk, "version": 0}]
    response = as_person("city_reviewer").post(
        "/api/v1/submissions/approve/", {"items": items}, content_type="application/json"
    )
    assert response.status_code == 200
    assert [(row["id"], row["approved"], row["code"]) for row in response.json()["results"]] == [
        (good.pk, True, ""),
        (older.pk, False, "submission.changed"),
    ]


@pytest.mark.parametrize("items", [[], [{"id": 1}], "x"])
def test_a_list_that_is_none_is_refused(world, as_person, items):
    response = as_person("city_reviewer").post(
        "/api/v1/submissions/approve/", {"items": items}, content_type="application/json"
    )
    assert response.status_code == 400


def test_lines_are_returned_through_the_api(world, as_person):
    submission = submitted(world, opened(world))
    response = as_person("city_reviewer").post(
        f"/api/v1/submissions/{submission.pk}/return/",
        {"lines": [{"key": "units", "reason": "与台账不符"}]},
        content_type="application/json",
        headers={"If-Match": '"1"'},
    )
    assert response.status_code == 200
    assert response.json()["decisions"][-1]["lines"] == [{"key": "units", "reason": "与台账不符"}]


def test_a_form_that_was_in_by_the_day_is_not_overdue_once_returned(world: World):
    submission = submitted(world, opened(world))
    after = submission.due_on + timedelta(days=3)
    submission = review.return_submission(
        submission=submission,
        actor=world.people["city_reviewer"],
        reason="请核对",
        expected_version=submission.version,
    )
    due = due_of(submission, after)
    assert (due.matters, due.days_left, due.overdue) == (True, -3, False)
    assert due_of(opened(world, "B"), after).overdue


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_reason_of_a_line_is_told_once_in_either_language(world: World, language):
    with override(language):
        submission = give_back(world, submitted(world, opened(world)))
    told = timeline(submission, records_of(submission), {key: f"数据项{key}" for key in LINES})
    assert told[-1].text == ""
    assert [reason for _name, reason in told[-1].lines] == list(LINES.values())


def test_a_reason_of_the_reviewers_own_is_shown_beside_the_lines(world: World):
    colon = pgettext("punctuation", ": ")
    quoted = "\n".join(f"第{number}行{colon}{text}" for number, text in enumerate(LINES.values()))
    own = f"请一并核对：\n{quoted}"
    submission = give_back(world, submitted(world, opened(world)), reason=own)
    told = timeline(submission, records_of(submission), {key: f"数据项{key}" for key in LINES})
    assert told[-1].text == own
