import pytest
from django.core.exceptions import PermissionDenied

from metroplan.audit.models import AuditEvent
from metroplan.common.problems import MetroplanError
from metroplan.submissions.models import StagedRow, StoredFile, Submission, Upload
from metroplan.submissions.services import review
from metroplan.submissions.states import Status
from tests.submissions.quarter import QUARTER, approved, filled, opened, submitted, uploaded
from tests.world import World, add_person, current


def refusal(code: str, status: int = 409):
    """The block is refused with this code."""
    return pytest.raises(MetroplanError, check=lambda e: (e.code, e.status) == (code, status))


def test_a_form_goes_from_county_to_city_to_province(world: World):
    submission = submitted(world, opened(world))
    assert submission.reviewer_unit == world.units["C1"]
    submission = approved(world, submission, "city_reviewer")
    assert (submission.status, submission.reviewer_unit) == (Status.SUBMITTED, world.units["P"])
    submission = approved(world, submission, "reviewer")
    assert (submission.status, submission.reviewer_unit) == (Status.APPROVED, None)
    assert submission.approved_version == submission.version == 1


def test_figures_are_observations_only_after_the_last_approval(world: World):
    submission = submitted(world, opened(world))
    submission = approved(world, submission, "city_reviewer")
    assert current(world.measures["units"], world.units["A"], QUARTER) is None
    approved(world, submission, "reviewer")
    assert current(world.measures["units"], world.units["A"], QUARTER).value == 12
    rate = current(world.measures["rate"], world.units["A"], QUARTER)
    assert (rate.numerator, rate.denominator) == (9, 10)
    assert rate.staged_row.submission == submission


def test_every_step_is_in_the_log_and_in_the_decisions(world: World):
    submission = submitted(world, opened(world))
    submission = approved(world, submission, "city_reviewer")
    approved(world, submission, "reviewer")
    made = [(item.decision, item.unit.name_en) for item in submission.decisions.all()]
    assert made == [("submitted", "Unit A"), ("approved", "Unit C1"), ("approved", "Unit P")]
    logged = list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
    assert logged == [
        "upload.staged",
        "submission.submitted",
        "submission.approved",
        "submission.approved",
        "observations.written",
    ]


def test_a_returned_form_goes_back_with_its_reason_and_is_corrected(world: World):
    submission = submitted(world, opened(world))
    returned = review.return_submission(
        submission=submission,
        actor=world.people["city_reviewer"],
        reason=" 请核对分母 ",
        expected_version=1,
    )
    assert (returned.status, returned.reviewer_unit) == (Status.RETURNED, None)
    assert returned.decisions.last().reason == "请核对分母"
    assert uploaded(world, returned, filled({"units": "13"})).version == 2
    assert submitted(world, returned).reviewer_unit == world.units["C1"]


def test_a_return_without_a_reason_is_refused(world: World):
    submission = submitted(world, opened(world))
    with refusal("submission.reason_missing", 422):
        review.return_submission(
            submission=submission,
            actor=world.people["city_reviewer"],
            reason="  ",
            expected_version=1,
        )


def test_the_province_may_not_act_before_the_city(world: World):
    submission = submitted(world, opened(world))
    with pytest.raises(PermissionDenied):
        approved(world, submission, "reviewer")


@pytest.mark.parametrize("person", ["other_city_reviewer", "staff", "leader", "clerk", "auditor"])
def test_nobody_else_approves(world: World, person: str):
    submission = submitted(world, opened(world))
    with pytest.raises(PermissionDenied):
        approved(world, submission, person)


def test_only_the_units_own_reporter_submits(world: World):
    submission = opened(world)
    uploaded(world, submission)
    with pytest.raises(PermissionDenied):
        submitted(world, submission, "neighbour")


def test_at_the_top_a_second_person_approves(world: World):
    world.form.level, world.form.owner_fills = "", True
    world.form.save()
    add_person(world, "top_clerk", "P", "reporter")
    submission = opened(world, "P")
    uploaded(world, submission, person="top_clerk")
    submission = submitted(world, submission, "top_clerk")
    assert submission.reviewer_unit == world.units["P"]
    assert approved(world, submission, "reviewer").status == Status.APPROVED


def test_at_the_top_nobody_approves_what_they_submitted(world: World):
    world.form.level, world.form.owner_fills = "", True
    world.form.save()
    person = add_person(world, "top_clerk", "P", "reporter")
    submission = opened(world, "P")
    uploaded(world, submission, person="top_clerk")
    submission = submitted(world, submission, "top_clerk")
    person.role = "reviewer"
    person.save()
    with pytest.raises(PermissionDenied):
        approved(world, submission, "top_clerk")


def test_nothing_is_uploaded_while_the_form_is_under_review(world: World):
    submission = submitted(world, opened(world))
    with refusal("submission.not_open"):
        uploaded(world, submission, filled({"units": "1"}))


def test_what_is_not_under_review_cannot_be_decided(world: World):
    submission = opened(world)
    with refusal("submission.not_under_review"):
        approved(world, submission, "city_reviewer")


def test_a_form_is_not_submitted_twice(world: World):
    submission = submitted(world, opened(world))
    with refusal("submission.not_possible"):
        submitted(world, submission)


def test_an_older_version_than_the_present_one_is_not_acted_on(world: World):
    submission = opened(world)
    seen = Submission.objects.get(pk=submission.pk)
    uploaded(world, submission)
    with refusal("submission.changed"):
        uploaded(world, seen, filled({"units": "5"}))
    with refusal("submission.changed"):
        review.submit(submission=submission, actor=world.people["clerk"], expected_version=0)


def test_there_must_be_something_to_submit(world: World):
    submission = opened(world)
    with refusal("submission.nothing_to_submit"):
        review.submit(submission=submission, actor=world.people["clerk"], expected_version=0)


def test_the_same_file_twice_is_recognised(world: World):
    submission = opened(world)
    first = uploaded(world, submission)
    assert uploaded(world, submission) == first
    assert (submission.version, Upload.objects.count(), StoredFile.objects.count()) == (1, 1, 1)


def test_a_refused_file_is_kept_and_leaves_the_version_as_it_is(world: World):
    submission = opened(world)
    uploaded(world, submission)
    refused = uploaded(world, submission, filled({"units": "twelve", "standards": "-1"}))
    assert (refused.status, refused.version, refused.errors) == (Upload.Status.REFUSED, None, 2)
    assert (submission.version, StagedRow.objects.count()) == (1, 3)


def test_a_correction_supersedes_and_keeps_the_older_version(world: World):
    submission = opened(world)
    uploaded(world, submission)
    uploaded(world, submission, filled({"units": "13"}))
    assert submission.version == 2
    assert StagedRow.objects.filter(version=1).count() == 3
    assert StagedRow.objects.get(version=2).value == 13
