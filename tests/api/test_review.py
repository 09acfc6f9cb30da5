"""Approvals withdrawn, forms reopened and corrected by a program."""

import pytest
from django.test import Client

from tests.submissions.quarter import opened, submitted
from tests.submissions.test_taking_back import fully_approved
from tests.world import World


@pytest.fixture
def post(world: World, client: Client):
    def send(person: str, path: str, body: dict, version: int | None = 1):
        client.force_login(world.people[person])
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return client.post(
            f"/api/v1/{path}", body, content_type="application/json", headers=headers
        )

    return send


def test_an_approval_is_withdrawn(world: World, post):
    submission = fully_approved(world)
    body = {"reason": "x", "unit": world.units["C1"].code}
    response = post("reviewer", f"submissions/{submission.pk}/unapprove/", body)
    assert response.status_code == 200
    answer = response.json()
    assert (answer["status"], answer["reviewer"]) == ("submitted", world.units["C1"].code)
    assert (answer["approved_version"], answer["decisions"][-1]["decision"]) == (None, "unapproved")
    assert post("reviewer", f"submissions/{submission.pk}/unapprove/", body).status_code == 409


def test_a_form_is_reopened(world: World, post):
    submission = fully_approved(world)
    address = f"submissions/{submission.pk}/reopen/"
    assert post("staff", address, {}).status_code == 400
    answer = post("staff", address, {"reason": "x"}).json()
    assert (answer["status"], answer["stale"], answer["open_lines"]) == ("returned", False, None)


def test_a_correction_is_asked_for_and_answered(world: World, post, client: Client):
    submission = fully_approved(world)
    body = {"lines": ["units"], "reason": "x"}
    response = post("clerk", f"submissions/{submission.pk}/corrections/", body)
    assert response.status_code == 201
    found = client.get("/api/v1/corrections/?status=requested").json()["results"]
    assert [(row["id"], row["lines"], row["organisation"]) for row in found] == [
        (response.json()["id"], ["units"], world.units["A"].code)
    ]
    address = f"corrections/{found[0]['id']}"
    assert post("city_reviewer", f"{address}/grant/", {}, None).status_code == 403
    assert post("reviewer", f"{address}/refuse/", {}, None).status_code == 422
    granted = post("reviewer", f"{address}/grant/", {"answer": "y"}, None)
    assert (granted.status_code, granted.json()["status"]) == (200, "granted")
    assert post("reviewer", f"{address}/grant/", {}, None).json()["code"] == "correction.decided"
    answer = client.get(f"/api/v1/submissions/{submission.pk}/").json()
    assert (answer["status"], answer["open_lines"]) == ("returned", ["units"])


def test_who_comes_out_of_turn_is_refused(world: World, post):
    submission = submitted(world, opened(world))
    assert post("reviewer", f"submissions/{submission.pk}/approve/", {}).status_code == 403
    assert post("clerk", f"submissions/{submission.pk}/approve/", {}).status_code == 403
    assert post("other_city_reviewer", f"submissions/{submission.pk}/approve/", {}).status_code == (
        404
    )
