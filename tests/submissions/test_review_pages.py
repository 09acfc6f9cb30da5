"""At the page of a form: what is offered to whom, what is refused, and the story it tells."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import gettext as _

from metroplan.submissions.models import Evidence, Explanation, Submission
from metroplan.submissions.selectors.records import records_of
from metroplan.submissions.selectors.timeline import timeline
from metroplan.submissions.services.files import store_file
from metroplan.submissions.services.taking_back import reopen, unapprove
from metroplan.submissions.states import Status
from tests.submissions.quarter import approved, filled, opened, page, submitted, text, uploaded
from tests.submissions.test_corrections import asked, granted
from tests.submissions.test_returned_lines import give_back
from tests.submissions.test_taking_back import fully_approved

WHY = "台账有误"


def acts(client, submission):
    return client.get(page("submission-detail", submission)).context["acts"]


def test_what_may_be_taken_back_is_offered_to_who_may(world, as_person):
    submission = fully_approved(world)
    assert [unit.name_en for unit in acts(as_person("reviewer"), submission).withdrawable] == [
        "Unit P",
        "Unit C1",
    ]
    assert acts(as_person("staff"), submission).may_reopen
    assert acts(as_person("clerk"), submission).may_request
    for person in ("city_reviewer", "leader"):
        offered = acts(as_person(person), submission)
        assert not (offered.withdrawable or offered.may_reopen or offered.may_request), person


def test_an_approval_is_withdrawn_at_the_page(world, as_person):
    submission = fully_approved(world)
    client, unit = as_person("reviewer"), world.units["C1"].code
    sent = {"expected_version": 1, "reason": WHY, "unit": unit}
    assert client.post(page("submission-unapprove", submission), sent).status_code == 302
    submission.refresh_from_db()
    assert submission.reviewer_unit == world.units["C1"]
    (said,) = client.get(page("submission-detail", submission)).context["messages"]
    text_of = _("The approval is withdrawn: {form} is under review at {unit} again.")
    assert str(said) == text_of.format(form=submission, unit=world.units["C1"].name)
    response = client.post(page("submission-unapprove", submission), sent)
    assert response.status_code == 409
    assert WHY in text(response)


def test_a_form_is_reopened_at_the_page_or_given_time(world, as_person):
    submission, late = fully_approved(world), opened(world, "B")
    client, day = as_person("staff"), timezone.localdate() + timedelta(days=3)
    sent = {"expected_version": 1, "reason": WHY}
    assert client.post(page("submission-reopen", submission), sent).status_code == 302
    submission.refresh_from_db()
    assert submission.status == Status.RETURNED
    sent = {"expected_version": 0, "reason": WHY, "due_on": ""}
    assert client.post(page("submission-reopen", late), sent).status_code == 422
    sent["due_on"] = day.isoformat()
    assert client.post(page("submission-reopen", late), sent).status_code == 302
    late.refresh_from_db()
    assert late.due_on == day


def test_a_correction_is_asked_for_and_granted_at_the_page(world, as_person):
    submission = fully_approved(world)
    client = as_person("clerk")
    sent = {"expected_version": 1, "lines": ["units"], "reason": WHY}
    refused = client.post(page("submission-correct", submission), sent | {"lines": []})
    assert refused.status_code == 422
    assert client.post(page("submission-correct", submission), sent).status_code == 302
    client = as_person("reviewer")
    response = client.get("/reporting/review/")
    correction = response.context["corrections"][0]
    assert acts(client, submission).correction.may_decide
    address = page("correction-decide", correction)
    assert client.post(address, {"grant": "no", "answer": ""}).status_code == 422
    assert client.post(address, {"grant": "yes", "answer": "可以"}).status_code == 302
    assert client.post(address, {"grant": "yes", "answer": "可以"}).status_code == 409
    response = as_person("clerk").get(page("submission-detail", submission))
    detail = response.context["detail"]
    assert (detail.open_names, detail.granted.answer) == (["数据项units"], "可以")
    assert [line.closed for line in detail.lines] == [False, True, True]


def test_a_correction_shows_what_changed_since_the_approval_and_is_not_overdue(world, as_person):
    submission = granted(world)
    uploaded(world, submission, filled({"units": "13"}))
    response = as_person("clerk").get(page("submission-detail", submission))
    detail = response.context["detail"]
    assert {line.key: (line.old, line.new, line.change) for line in detail.lines}["units"] == (
        "12",
        "13",
        "changed",
    )
    assert (detail.submission.stale, detail.due.overdue, detail.seen) == (True, False, None)
    assert detail.ready


@pytest.mark.parametrize("act", [unapprove, reopen])
def test_the_page_stands_after_each_act(world, as_person, act):
    submission = act(
        submission=fully_approved(world),
        actor=world.people["reviewer"],
        reason=WHY,
        expected_version=1,
    )
    for person in ("clerk", "city_reviewer", "reviewer", "staff", "leader"):
        response = as_person(person).get(page("submission-detail", submission))
        assert response.status_code == 200
        assert WHY in text(response)


def test_the_timeline_tells_everything_in_order(world, django_assert_num_queries):
    submission = opened(world)
    uploaded(world, submission, filled({"units": "x"}))
    uploaded(world, submission)
    submission = give_back(world, submitted(world, submission), {"units": "?"})
    clerk = world.people["clerk"]
    Explanation.objects.create(
        submission=submission, key="units", code="c", figure="12", text="新增", written_by=clerk
    )
    file = store_file(name="台账.pdf", content=b"x", actor=clerk)
    Evidence.objects.create(
        submission=submission,
        key="units",
        file=file,
        added_by=clerk,
        removed_by=clerk,
        removed_at=timezone.now() + timedelta(seconds=1),
    )
    submission = Submission.objects.get(pk=submission.pk)
    with django_assert_num_queries(6):
        told = timeline(submission, records_of(submission), {"units": "单位"})
        seen = [(item.act, item.who and item.who.organisation.name_en) for item in told]
    assert seen == [
        ("opened", None),
        ("refused", "Unit A"),
        ("staged", "Unit A"),
        ("submitted", "Unit A"),
        ("returned", "Unit C1"),
        ("explained", "Unit A"),
        ("evidence_added", "Unit A"),
        ("evidence_removed", "Unit A"),
    ]
    assert [item.version for item in told][2:5] == [1, 1, 1]
    assert told[4].lines == (("单位", "?"),)


def test_a_correction_stands_in_the_timeline_with_its_answer(world, as_person):
    submission = fully_approved(world)
    asked(world, submission)
    client = as_person("reviewer")
    address = page("correction-decide", submission.corrections.get())
    client.post(address, {"grant": "no", "answer": "以台账为准"})
    detail = client.get(page("submission-detail", submission)).context["detail"]
    assert [(item.act, item.text) for item in detail.timeline[-2:]] == [
        ("correction_requested", "台账漏计一家"),
        ("correction_refused", "以台账为准"),
    ]


def test_a_reviewer_sees_lines_and_evidence_beside_the_figures(world, as_person):
    submission = submitted(world, opened(world))
    file = store_file(name="台账.pdf", content=b"x", actor=world.people["clerk"])
    Evidence.objects.create(
        submission=submission, key="units", file=file, added_by=world.people["clerk"]
    )
    response = as_person("city_reviewer").get(page("submission-detail", submission))
    assert "台账.pdf" in text(response)
    assert 'name="line:units"' in text(response)
    assert 'name="line:units"' not in text(
        as_person("clerk").get(page("submission-detail", submission))
    )
    assert approved(world, submission, "city_reviewer").reviewer_unit == world.units["P"]
