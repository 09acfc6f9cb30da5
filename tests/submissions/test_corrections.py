"""Corrections after approval open only what they must."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from metroplan.audit.models import AuditEvent
from metroplan.common.problems import MetroplanError
from metroplan.submissions.models import Correction, Submission, Upload
from metroplan.submissions.services import corrections, review
from metroplan.submissions.services.evidence import add_evidence, remove_evidence
from metroplan.submissions.services.taking_back import reopen, unapprove
from metroplan.submissions.states import TO_BE_CORRECTED, Status
from tests.submissions import quarter
from tests.submissions.quarter import QUARTER, approved, filled, opened, submitted, uploaded
from tests.submissions.test_services_review import refusal
from tests.submissions.test_taking_back import fully_approved
from tests.world import World, add_person, current

REASON = "台账漏计一家"


def asked(world: World, submission: Submission, lines=("units",), reason=REASON) -> Correction:
    return corrections.request_correction(
        submission=submission,
        actor=world.people["clerk"],
        lines=lines,
        reason=reason,
        expected_version=submission.version,
    )


def granted(world: World, lines=("units",)) -> Submission:
    submission = fully_approved(world)
    correction = asked(world, submission, lines)
    corrections.grant_correction(correction=correction, actor=world.people["reviewer"])
    submission.refresh_from_db()
    return submission


def test_a_granted_correction_opens_its_lines_and_no_others(world: World):
    submission = granted(world)
    assert (submission.status, submission.open_lines) == (Status.RETURNED, ["units"])
    refused = uploaded(world, submission, filled({"units": "13", "standards": "31"}))
    assert refused.status == Upload.Status.REFUSED
    assert [(issue.code, issue.key, issue.column) for issue in refused.issues.all()] == [
        ("figure.line_closed", "standards", "B")
    ]


def test_closed_lines_that_are_left_out_stay_with_the_cells_they_stood_in(world: World):
    submission = granted(world)
    first = submission.uploads.get()
    second = uploaded(world, submission, filled({"units": "13"}))
    rows = {row.key: row for row in submission.rows.filter(version=2)}
    assert {key: row.upload for key, row in rows.items()} == {
        "units": second,
        "standards": first,
        "rate": first,
    }
    assert (rows["standards"].value, rows["standards"].cells) == (30, {"value": "B3"})


def test_closed_lines_that_say_the_same_are_taken_as_they_are(world: World):
    submission = granted(world)
    upload = uploaded(world, submission, filled({"units": "13", "standards": "30"}))
    assert upload.status == Upload.Status.STAGED
    assert submission.rows.get(version=2, key="standards").upload != upload


def test_a_closed_line_that_was_blank_stays_blank(world: World):
    submission = opened(world)
    uploaded(world, submission, filled({"units": "12"}))
    submission = approved(world, submitted(world, submission), "city_reviewer")
    correction = asked(world, approved(world, submission, "reviewer"))
    corrections.grant_correction(correction=correction, actor=world.people["reviewer"])
    submission.refresh_from_db()
    upload = uploaded(world, submission, filled({"units": "13", "standards": "30"}))
    assert [issue.key for issue in upload.issues.all()] == ["standards"]


def test_approved_figures_stay_in_force_until_the_correction_is_approved(world: World):
    submission = granted(world)
    uploaded(world, submission, filled({"units": "13"}))
    submission = submitted(world, submission)
    assert submission.stale
    submission = approved(world, submission, "city_reviewer")
    measure, unit = world.measures["units"], world.units["A"]
    assert current(measure, unit, QUARTER).value == 12
    submission = approved(world, submission, "reviewer")
    assert current(measure, unit, QUARTER).value == 13
    assert current(world.measures["standards"], unit, QUARTER).revision == 1
    assert (submission.open_lines, submission.approved_version) == (None, 2)
    assert not submission.stale


def test_a_returned_correction_keeps_the_other_lines_closed(world: World):
    submission = granted(world)
    uploaded(world, submission, filled({"units": "13"}))
    submission = submitted(world, submission)
    with refusal("submission.line_closed", 422):
        give_back(world, submission, {"standards": "?"})
    submission = give_back(world, submission, {"units": "?"})
    assert (submission.status, submission.open_lines) == (Status.RETURNED, ["units"])


def give_back(world: World, submission: Submission, lines: dict[str, str]) -> Submission:
    return review.return_submission(
        submission=submission,
        actor=world.people["city_reviewer"],
        lines=lines,
        expected_version=submission.version,
    )


def test_a_refused_correction_leaves_the_form_approved_and_says_why(world: World):
    submission = fully_approved(world)
    correction = asked(world, submission)
    with refusal("correction.answer_missing", 422):
        corrections.refuse_correction(
            correction=correction, actor=world.people["reviewer"], answer=" "
        )
    corrections.refuse_correction(
        correction=correction, actor=world.people["reviewer"], answer="以台账为准"
    )
    correction.refresh_from_db()
    assert (correction.status, correction.answer) == ("refused", "以台账为准")
    submission.refresh_from_db()
    assert submission.status == Status.APPROVED


def test_every_step_of_a_correction_is_in_the_log(world: World):
    granted(world)
    logged = list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
    assert logged[-2:] == ["correction.requested", "correction.granted"]


@pytest.mark.parametrize(
    ("lines", "reason", "code"),
    [
        ([], REASON, "correction.lines_missing"),
        (["units"], " ", "submission.reason_missing"),
        (["nothing"], REASON, "submission.line_unknown"),
    ],
)
def test_a_correction_names_lines_of_the_form_and_a_reason(world: World, lines, reason, code):
    with refusal(code, 422):
        asked(world, fully_approved(world), lines, reason)


def test_only_an_approved_form_is_corrected_and_one_correction_waits_at_a_time(world: World):
    submission = fully_approved(world)
    asked(world, submission)
    with refusal("correction.waiting"):
        asked(world, submission)
    with refusal("correction.not_approved"):
        asked(world, submitted_of_b(world))


def submitted_of_b(world: World) -> Submission:
    world.people["clerk"].organisation = world.units["B"]
    world.people["clerk"].save()
    return submitted(world, opened(world, "B"))


@pytest.mark.parametrize("person", ["city_reviewer", "staff", "leader", "clerk"])
def test_only_the_owners_reviewers_answer(world: World, person: str):
    correction = asked(world, fully_approved(world))
    with pytest.raises(PermissionDenied):
        corrections.grant_correction(correction=correction, actor=world.people[person])


def test_nobody_grants_what_they_asked_for_themselves(world: World):
    world.form.level, world.form.owner_fills = "", True
    world.form.save()
    person = add_person(world, "top_clerk", "P", "reporter")
    submission = top_form(world)
    correction = corrections.request_correction(
        submission=submission, actor=person, lines=["units"], reason=REASON, expected_version=1
    )
    person.role = "reviewer"
    person.save()
    Submission.objects.update(submitted_by=world.people["staff"])
    with pytest.raises(PermissionDenied):
        corrections.grant_correction(correction=correction, actor=person)
    corrections.grant_correction(correction=correction, actor=world.people["reviewer"])


def top_form(world: World) -> Submission:
    submission = opened(world, "P")
    uploaded(world, submission, person="top_clerk")
    return approved(world, submitted(world, submission, "top_clerk"), "reviewer")


def test_a_correction_is_answered_once(world: World):
    correction = asked(world, fully_approved(world))
    reviewer = world.people["reviewer"]
    corrections.grant_correction(correction=correction, actor=reviewer)
    with refusal("correction.decided"), transaction.atomic():
        corrections.refuse_correction(correction=correction, actor=reviewer, answer="x")


@pytest.mark.parametrize(
    ("act", "status"), [(reopen, "granted"), (unapprove, "refused")], ids=["reopen", "unapprove"]
)
def test_reopening_or_withdrawing_answers_a_waiting_correction(world: World, act, status):
    submission = fully_approved(world)
    correction = asked(world, submission)
    act(
        submission=submission,
        actor=world.people["reviewer"],
        reason="全表重核",
        expected_version=submission.version,
    )
    correction.refresh_from_db()
    assert (correction.status, correction.answer) == (status, "全表重核")


def test_a_form_to_be_corrected_is_not_called_returned(world: World, as_person):
    submission = granted(world)
    assert (submission.shown_status, submission.status_words) == (
        "correcting",
        str(TO_BE_CORRECTED),
    )
    page = as_person("clerk").get(quarter.page("submission-detail", submission)).content.decode()
    assert 'id="correction-open"' in page
    assert "mp-status--correcting" in page
    assert "mp-status--returned" not in page


def test_lines_are_no_longer_called_open_once_the_form_is_handed_in_again(world: World, as_person):
    submission = granted(world)
    uploaded(world, submission, filled({"units": "13"}))
    submitted(world, submission)
    page = as_person("clerk").get(quarter.page("submission-detail", submission)).content.decode()
    assert 'id="correction-open"' not in page
    assert "mp-status--submitted" in page


def test_the_evidence_of_closed_lines_is_only_read(world: World, as_person):
    submission = granted(world)
    client = as_person("clerk")
    page = client.get(quarter.page("submission-entry", submission)).content.decode()
    assert 'name="file.units"' in page
    assert 'name="file.standards"' not in page
    given = {"submission": submission, "actor": world.people["clerk"]}
    pdf = {"filename": "a.pdf", "content": b"%PDF-1.7 x"}
    kept = add_evidence(key="units", **given, **pdf)
    with pytest.raises(MetroplanError, match=r"evidence\.line_closed"):
        add_evidence(key="standards", **given, **pdf)
    Submission.objects.update(open_lines=["standards"])
    with pytest.raises(MetroplanError, match=r"evidence\.line_closed"):
        remove_evidence(evidence=kept, actor=world.people["clerk"])
