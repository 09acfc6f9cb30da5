"""The way of a form over the API: seen, submitted, returned, approved."""

import pytest

from metroplan.submissions.models import Submission
from tests.api.conftest import ROOT, push
from tests.submissions.quarter import QUARTER, opened, submitted, uploaded


def act(client, submission: Submission, verb: str, seen: object = 1, **sent):
    headers = {} if seen is None else {"HTTP_IF_MATCH": f'"{seen}"'}
    return client.post(f"{ROOT}submissions/{submission.pk}/{verb}/", sent, **headers)


def test_a_form_says_its_unit_quarter_state_and_version(world, api):
    submission = opened(world)
    response = api("clerk").get(f"{ROOT}submissions/{submission.pk}/")
    body = response.json()
    assert (body["form"], body["organisation"]) == (world.form.code, world.units["A"].code)
    assert (body["period"], body["status"], body["version"]) == (QUARTER, "open", 0)
    assert (response["ETag"], body["decisions"]) == ('"0"', [])


def test_forms_are_found_by_unit_quarter_and_state(world, api):
    submitted(world, opened(world))
    opened(world, period="2023Q1")
    query = {"organisation": world.units["A"].code, "period": QUARTER, "status": "submitted"}
    found = api("reviewer").get(f"{ROOT}submissions/", query).json()["results"]
    assert [row["reviewer"] for row in found] == [world.units["C1"].code]
    later = api("reviewer").get(f"{ROOT}submissions/", {"period_from": "2023Q1"}).json()
    assert later["count"] == 3


def test_a_form_goes_all_the_way_over_the_api(world, by_token):
    submission = opened(world)
    assert push(by_token("clerk"), submission).status_code == 201
    assert act(by_token("clerk"), submission, "submit").json()["status"] == "submitted"
    passed_on = act(by_token("city_reviewer"), submission, "approve").json()
    assert (passed_on["status"], passed_on["reviewer"]) == ("submitted", world.units["P"].code)
    done = act(by_token("reviewer"), submission, "approve").json()
    assert (done["status"], done["approved_version"]) == ("approved", 1)
    assert [step["decision"] for step in done["decisions"]] == ["submitted", "approved", "approved"]
    query = {"organisation": world.units["A"].code, "measure": "rate"}
    (figure,) = by_token("leader").get(f"{ROOT}observations/", query).json()["results"]
    assert (figure["numerator"], figure["denominator"]) == ("9", "10")


def test_a_returned_form_carries_the_reason(world, api):
    submission = submitted(world, opened(world))
    body = act(api("city_reviewer"), submission, "return", reason="Check the total.").json()
    assert (body["status"], body["decisions"][-1]["reason"]) == ("returned", "Check the total.")


@pytest.mark.parametrize("reason", [{}, {"reason": " "}, {"reason": "x" * 1001}])
def test_a_return_needs_a_reason(world, api, reason):
    submission = submitted(world, opened(world))
    response = act(api("city_reviewer"), submission, "return", **reason)
    assert (response.status_code, set(response.json()["fields"])) == (400, {"reason"})


@pytest.mark.parametrize("verb", ["submit", "approve", "return"])
@pytest.mark.parametrize("seen", [None, "", "abc", "-1", "9" * 5000])
def test_without_a_version_seen_nothing_is_done(world, api, verb, seen):
    submission = submitted(world, opened(world))
    person = "clerk" if verb == "submit" else "city_reviewer"
    response = act(api(person), submission, verb, seen, reason="x")
    assert (response.status_code, response.json()["code"]) == (428, "request.if_match_missing")


def test_a_form_that_has_moved_on_is_left_as_it_is(world, api):
    submission = opened(world)
    uploaded(world, submission)
    response = act(api("clerk"), submission, "submit", seen=0)
    assert (response.status_code, response.json()["code"]) == (409, "submission.changed")
    submission.refresh_from_db()
    assert submission.status == "open"


def test_a_step_out_of_turn_is_refused_with_its_code(world, api):
    submission = opened(world)
    codes = [
        act(api("clerk"), submission, "submit", 0).json()["code"],
        act(api("city_reviewer"), submission, "approve", 0).json()["code"],
    ]
    assert codes == ["submission.nothing_to_submit", "submission.not_under_review"]


def test_nobody_acts_beyond_their_right(world, api):
    submission = submitted(world, opened(world))
    for person, verb in (
        ("clerk", "approve"),
        ("leader", "approve"),
        ("city_leader", "return"),
        ("reviewer", "approve"),
        ("city_reviewer", "submit"),
    ):
        response = act(api(person), submission, verb, reason="x")
        assert (response.status_code, response.json()["code"]) == (403, "request.forbidden")
    assert act(api("other_city_reviewer"), submission, "approve").status_code == 404
