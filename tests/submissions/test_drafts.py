"""What is being typed is kept, and two windows do not overwrite each other."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from metroplan.audit.models import AuditEvent
from metroplan.submissions.models import Draft
from metroplan.submissions.services.drafts import DraftConflict, save_draft
from tests.submissions.entry import draft, form_of, json_post, page_of, typed
from tests.submissions.quarter import filled, opened, page, submitted, uploaded


def test_what_is_typed_is_there_again_on_reload(world, as_person):
    submission, client = opened(world), as_person("clerk")
    lines = {"units": {"value": "12", "note": "初步"}, "rate": {"numerator": "x"}}
    answer = json_post(client, "submission-draft", submission, draft(lines)).json()
    assert (answer["base"], answer["revision"]) == (0, 1)
    assert answer["saved_at"].endswith("+08:00")
    grid = client.get(page("submission-entry", submission)).context["grid"]
    assert (typed(grid)["value.units"], typed(grid)["numerator.rate"]) == ("12", "x")
    assert (grid.base, grid.revision, grid.draft.saved_by) == (0, 1, world.people["clerk"])
    submission.refresh_from_db()
    assert submission.version == 0


def test_a_window_left_behind_is_told_what_the_other_one_saved(world, as_person):
    """Both directions: whoever saves second is told, and may go on from there."""
    submission, client = opened(world), as_person("clerk")

    def save(value: str, revision: int):
        lines = {"units": {"value": value}}
        return json_post(client, "submission-draft", submission, draft(lines, revision=revision))

    assert save("1", 0).status_code == 200
    second = save("2", 0)
    body = second.json()
    assert (second.status_code, body["code"], body["revision"]) == (409, "draft.changed", 1)
    assert body["lines"]["units"]["value"] == "1"
    assert (body["changed_by"], bool(body["changed_at"])) == ("clerk岗", True)
    assert save("2", 1).status_code == 200
    first = save("3", 1)
    assert (first.status_code, first.json()["lines"]["units"]["value"]) == (409, "2")
    assert Draft.objects.get().lines["units"]["value"] == "2"


def test_two_windows_that_save_at_once_make_one_draft(transactional_db, world):
    submission, clerk = opened(world), world.people["clerk"]

    def save(value: str) -> str:
        try:
            lines = {"units": {"value": value}}
            save_draft(submission=submission, actor=clerk, base=0, revision=0, lines=lines)
        except DraftConflict as conflict:
            return conflict.lines["units"]["value"]
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(save, "123"))
    kept = Draft.objects.get().lines["units"]["value"]
    assert sorted(answers) == sorted(["", kept, kept])


def test_taking_over_a_draft_that_another_window_changed_loses_neither(world, as_person):
    submission, client = opened(world), as_person("clerk")
    theirs = {"units": {"value": "7"}, "standards": {"value": "8"}}
    json_post(client, "submission-draft", submission, draft(theirs))
    response = client.post(page("submission-entry", submission), form_of(submission, units="9"))
    grid = response.context["grid"]
    assert response.status_code == 409
    assert [line.cells[0].other for line in grid.lines] == ["7", "8", None]
    assert typed(grid)["value.units"] == "9"
    assert Draft.objects.get().lines["units"]["value"] == "7"


def test_a_draft_is_gone_once_its_figures_are_a_version(world, as_person):
    submission, client = opened(world), as_person("clerk")
    json_post(client, "submission-draft", submission, draft({"units": {"value": "7"}}))
    sent = page_of(client, submission)
    assert client.post(page("submission-entry", submission), sent).status_code == 302
    assert not Draft.objects.exists()
    late = json_post(client, "submission-draft", submission, draft({}, revision=1))
    assert (late.status_code, late.json()["version"], late.json()["drafted"]) == (409, 1, False)
    assert late.json()["lines"]["units"]["value"] == "7"


def test_a_window_left_open_does_not_take_the_next_draft_for_its_own(world, as_person):
    submission, client = opened(world), as_person("clerk")
    uploaded(world, submission, filled({"units": "7"}))
    client.post(page("submission-entry", submission), page_of(client, submission))
    submission.refresh_from_db()
    seen = draft({"units": {"value": "7"}}, base=submission.version)
    assert json_post(client, "submission-draft", submission, seen).status_code == 200
    client.post(page("submission-discard", submission), page_of(client, submission))
    grid = client.get(page("submission-entry", submission)).context["grid"]
    assert (grid.draft, grid.revision > 1) == (None, True)
    new = draft({"units": {"value": "8"}}, base=grid.base, revision=grid.revision)
    assert json_post(client, "submission-draft", submission, new).status_code == 200
    assert (
        json_post(client, "submission-draft", submission, seen | {"revision": 1}).status_code == 409
    )


def test_a_draft_from_before_the_present_version_says_so(world, as_person):
    submission, client = opened(world), as_person("clerk")
    json_post(client, "submission-draft", submission, draft({"units": {"value": "7"}}))
    uploaded(world, submission, filled({"units": "12"}))
    response = client.get(page("submission-entry", submission))
    grid = response.context["grid"]
    assert grid.older and "entry-older" in response.content.decode()
    assert (typed(grid)["value.units"], grid.lines[0].cells[0].other) == ("7", "12")
    assert client.post(page("submission-entry", submission), page_of(client, submission)).url
    assert submission.rows.get(version=2).value == 7


def test_a_dropped_draft_is_on_record(world, as_person):
    submission, client = opened(world), as_person("clerk")
    json_post(client, "submission-draft", submission, draft({"units": {"value": "7"}}))
    client.post(page("submission-discard", submission), page_of(client, submission))
    grid = client.get(page("submission-entry", submission)).context["grid"]
    assert (grid.draft, typed(grid)["value.units"]) == (None, "")
    assert AuditEvent.objects.filter(action="draft.discarded").count() == 1


def test_a_form_under_review_takes_no_draft(world, as_person):
    submission = submitted(world, opened(world))
    answer = json_post(as_person("clerk"), "submission-draft", submission, draft({}, base=1))
    assert (answer.status_code, answer.json()["code"]) == (409, "submission.not_open")


def test_the_form_page_tells_of_the_draft(world, as_person):
    submission, client = opened(world), as_person("clerk")
    assert b"fill-in-here" in client.get(page("submission-detail", submission)).content
    json_post(client, "submission-draft", submission, draft({"units": {"value": "7"}}))
    shown = client.get(page("submission-detail", submission)).content.decode()
    assert world.people["clerk"].get_full_name() in shown
