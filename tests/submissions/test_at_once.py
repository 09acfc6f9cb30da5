"""Two people at the same moment, on the real database: one wins, the other is told who did."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.urls import reverse

from indicators.models import Observation
from indicators.services.recompute import drain, recompute_all
from indicators.services.verify import verify
from metroplan.common.problems import MetroplanError
from metroplan.submissions.models import StagedRow, Submission, Upload
from metroplan.submissions.services import review
from metroplan.submissions.services.corrections import (
    grant_correction,
    refuse_correction,
    request_correction,
)
from metroplan.submissions.services.stage import stage_upload
from metroplan.submissions.services.taking_back import reopen, unapprove
from metroplan.submissions.states import Status
from tests.submissions.quarter import approved, filled, opened, page, submitted, uploaded
from tests.world import World, add_person, make_world

Act = Callable[[], Any]


@pytest.fixture
def world(transactional_db) -> World:
    return make_world()


def at_once(*acts: Act) -> list[Any]:
    """What each answered or raised; all begin at the same moment on connections of their own."""
    start = Barrier(len(acts))

    def run(act: Act) -> Any:
        try:
            start.wait(timeout=20)
            return act()
        except (MetroplanError, PermissionDenied) as problem:
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, act) for act in acts]]


def codes(answers: list[Any]) -> list[str]:
    """The refusals; blank for who won."""
    return sorted(getattr(answer, "code", "") for answer in answers)


def deciding(world: World, service: Callable, submission: Submission, person: str, **more) -> Act:
    def act() -> Any:
        known = Submission.objects.get(pk=submission.pk)
        return service(
            submission=known,
            actor=world.people[person],
            expected_version=submission.version,
            **more,
        )

    return act


def test_of_two_uploads_one_wins_and_nothing_is_half_stored(world: World):
    submission = opened(world)

    def upload(figure: str) -> Act:
        more = {"filename": "a.csv", "content": filled({"units": figure})}
        return deciding(world, stage_upload, submission, "clerk", **more)

    answers = at_once(upload("1"), upload("2"), upload("3"))
    assert codes(answers) == ["", "submission.changed", "submission.changed"]
    loser = next(answer for answer in answers if isinstance(answer, MetroplanError))
    assert "clerk" in loser.message
    submission.refresh_from_db()
    assert (submission.version, Upload.objects.count(), StagedRow.objects.count()) == (1, 1, 1)


def test_of_two_reviewers_one_approves_and_the_other_is_told_who(world: World):
    add_person(world, "second_reviewer", "C1", "reviewer")
    submission = submitted(world, opened(world))
    answers = at_once(
        deciding(world, review.approve, submission, "city_reviewer"),
        deciding(world, review.approve, submission, "second_reviewer"),
    )
    assert codes(answers) == ["", "submission.decided"]
    problem = next(answer for answer in answers if isinstance(answer, MetroplanError))
    assert problem.status == 409
    assert "C1" in problem.message
    assert submission.decisions.filter(decision="approved").count() == 1


def test_of_an_approval_and_a_return_one_wins(world: World):
    add_person(world, "second_reviewer", "P", "reviewer")
    submission = approved(world, submitted(world, opened(world)), "city_reviewer")
    answers = at_once(
        deciding(world, review.approve, submission, "reviewer"),
        deciding(world, review.return_submission, submission, "second_reviewer", reason="x"),
    )
    assert codes(answers) == ["", "submission.not_under_review"]
    submission.refresh_from_db()
    in_force = Observation.objects.filter(superseded_at__isnull=True).count()
    assert (submission.status, in_force) in ((Status.APPROVED, 3), (Status.RETURNED, 0))


def test_of_two_tabs_that_submit_one_wins(world: World):
    submission = opened(world)
    uploaded(world, submission)
    submit = deciding(world, review.submit, submission, "clerk")
    assert codes(at_once(submit, submit)) == ["", "submission.not_possible"]
    assert submission.decisions.count() == 1


def test_an_upload_and_its_submission_at_once_never_send_what_was_not_seen(world: World):
    submission = opened(world)
    uploaded(world, submission)
    more = {"filename": "b.csv", "content": filled({"units": "99"})}
    answers = at_once(
        deciding(world, review.submit, submission, "clerk"),
        deciding(world, stage_upload, submission, "clerk", **more),
    )
    assert codes(answers) in (["", "submission.changed"], ["", "submission.not_open"])
    submission.refresh_from_db()
    sent = submission.status == Status.SUBMITTED
    assert submission.version == (1 if sent else 2)


def fully(world: World) -> Submission:
    submission = approved(world, submitted(world, opened(world)), "city_reviewer")
    return approved(world, submission, "reviewer")


def test_of_reopening_and_withdrawing_one_wins_and_verify_is_clean(world: World):
    submission = fully(world)
    recompute_all()
    answers = at_once(
        deciding(world, reopen, submission, "staff", reason="x"),
        deciding(world, unapprove, submission, "reviewer", reason="x"),
    )
    assert len([code for code in codes(answers) if code]) == 1
    drain()
    assert verify() == []


def test_withdrawn_and_approved_again_verify_stays_clean(world: World):
    submission = fully(world)
    drain()
    deciding(world, unapprove, submission, "reviewer", reason="x")()
    drain()
    assert verify() == []
    approved(world, submission, "reviewer")
    drain()
    assert verify() == []


def test_of_two_answers_to_a_correction_one_wins(world: World):
    add_person(world, "second_reviewer", "P", "reviewer")
    correction = request_correction(
        submission=fully(world),
        actor=world.people["clerk"],
        lines=["units"],
        reason="x",
        expected_version=1,
    )

    def answering(service: Callable, person: str) -> Act:
        return lambda: service(correction=correction, actor=world.people[person], answer="y")

    answers = at_once(
        answering(grant_correction, "reviewer"), answering(refuse_correction, "second_reviewer")
    )
    assert codes(answers) == ["", "correction.decided"]


def test_many_reviewers_approve_the_same_list_and_each_form_is_approved_once(world: World):
    add_person(world, "second_reviewer", "C1", "reviewer")
    forms = [submitted(world, opened(world)), submitted(world, opened(world, "B"), "neighbour")]
    items = [(form.pk, form.version) for form in forms]

    def many(person: str, chosen: list[tuple[int, int]]) -> Act:
        return lambda: review.approve_many(items=chosen, actor=world.people[person])

    answers = at_once(many("city_reviewer", items), many("second_reviewer", items[::-1]))
    problems = [outcome.problem for outcomes in answers for outcome in outcomes]
    assert problems.count(None) == 2
    assert all(form.decisions.filter(decision="approved").count() == 1 for form in forms)


def test_the_second_reviewer_gets_the_page_with_409_and_who_was_first(world: World):
    add_person(world, "second_reviewer", "C1", "reviewer")
    submission = submitted(world, opened(world))
    approved(world, submission, "city_reviewer")
    client = Client()
    client.force_login(world.people["second_reviewer"])
    sent = {"expected_version": 1, "reason": "请核对"}
    for name in ("submission-approve", "submission-return"):
        response = client.post(page(name, submission), sent)
        assert response.status_code == 409, name
        assert "city_reviewer" in response.context["problem"].message
    response = client.post(
        reverse("api:submission-approve", args=[submission.pk]), headers={"If-Match": '"1"'}
    )
    assert (response.status_code, response.json()["code"]) == (409, "submission.decided")


def test_locks_are_taken_in_one_order(world: World):
    """A correction is answered while its form is reopened: neither waits for the other for ever."""
    submission = fully(world)
    correction = request_correction(
        submission=submission,
        actor=world.people["clerk"],
        lines=["units"],
        reason="x",
        expected_version=1,
    )
    answers = at_once(
        lambda: grant_correction(correction=correction, actor=world.people["reviewer"]),
        deciding(world, reopen, submission, "staff", reason="x"),
    )
    assert codes(answers)[0] == ""
    submission.refresh_from_db()
    assert submission.status == Status.RETURNED
