"""Approvals that are withdrawn from above, and forms that are opened once more."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from indicators.models import FormMeasure, Observation, Progress, RollUp
from indicators.selectors.trace import observation_trace
from indicators.services.recompute import drain, recompute_all
from indicators.services.verify import wrong_results
from metroplan.audit.models import AuditEvent
from metroplan.common.periods import Period
from metroplan.organisations.models import Notice, Role
from metroplan.submissions.models import ReportingForm
from metroplan.submissions.notice_words import UNAPPROVED
from metroplan.submissions.services import review
from metroplan.submissions.services.opening import open_form
from metroplan.submissions.services.taking_back import reopen, unapprove
from metroplan.submissions.states import Status
from tests.submissions.quarter import QUARTER, approved, filled, opened, submitted, uploaded
from tests.submissions.test_services_review import refusal
from tests.world import World, add_person, current, report

REASON = "台账有误"


def fully_approved(world: World, unit: str = "A", clerk: str = "clerk"):
    submission = submitted(world, opened(world, unit), clerk)
    return approved(world, approved(world, submission, "city_reviewer"), "reviewer")


def take_back(world: World, submission, person: str = "reviewer", unit: str = "", reason=REASON):
    return unapprove(
        submission=submission,
        actor=world.people[person],
        reason=reason,
        expected_version=submission.version,
        unit=world.units[unit].code if unit else "",
    )


def test_the_province_takes_back_the_approval_of_the_city(world: World):
    submission = approved(world, submitted(world, opened(world)), "city_reviewer")
    submission = take_back(world, submission)
    assert (submission.status, submission.reviewer_unit) == (Status.SUBMITTED, world.units["C1"])
    decision = submission.decisions.last()
    assert (decision.decision, decision.unit) == ("unapproved", world.units["P"])
    assert approved(world, submission, "city_reviewer").reviewer_unit == world.units["P"]


@pytest.mark.parametrize(("unit", "turn"), [("", "P"), ("P", "P"), ("C1", "C1")])
def test_the_last_approval_is_withdrawn_and_the_named_units_turn_comes_again(world, unit, turn):
    submission = take_back(world, fully_approved(world), unit=unit)
    assert (submission.status, submission.reviewer_unit) == (Status.SUBMITTED, world.units[turn])
    assert (submission.approved_at, submission.approved_version) == (None, None)


def test_withdrawn_figures_leave_everything_and_come_back_with_the_next_approval(world: World):
    submission = fully_approved(world)
    drain()
    before = list(RollUp.objects.values().order_by("organisation_id", "series_id", "period"))
    submission = take_back(world, submission)
    drain()
    assert current(world.measures["units"], world.units["A"], QUARTER) is None
    old = Observation.objects.get(measure=world.measures["units"])
    assert old.superseded_at is not None
    newest = Progress.objects.filter(
        indicator=world.indicators["units"], period=Period.parse(QUARTER)
    )
    assert newest.get(organisation=world.units["P"]).reported == 0
    assert wrong_results() == []
    approved(world, submission, "reviewer")
    drain()
    again = current(world.measures["units"], world.units["A"], QUARTER)
    assert (again.value, again.revision) == (12, 2)
    assert before == list(
        RollUp.objects.values().order_by("organisation_id", "series_id", "period")
    )
    assert wrong_results() == []


def test_a_figure_that_another_approved_form_holds_stays_in_force(world: World):
    other = ReportingForm.objects.create(
        code="other", name_zh="另表", name_en="Other", kind="figures", owner=world.units["P"],
        level="county", opens=Period.parse("2021Q1"),
    )  # fmt: skip
    FormMeasure.objects.create(form=other, measure=world.measures["units"], position=0)
    submission = fully_approved(world)
    open_form(form=other, period=Period.parse(QUARTER))
    second = other.submissions.get(organisation=world.units["A"])
    uploaded(world, second, filled({"units": "12"}))
    second = approved(world, submitted(world, second), "city_reviewer")
    approved(world, second, "reviewer")
    take_back(world, submission)
    held = current(world.measures["units"], world.units["A"], QUARTER)
    assert (held.value, held.staged_row.submission) == (12, second)
    assert current(world.measures["standards"], world.units["A"], QUARTER) is None


def test_what_is_withdrawn_is_in_the_log_with_its_figures(world: World):
    take_back(world, fully_approved(world))
    logged = {event.action: event.data for event in AuditEvent.objects.order_by("-id")[:2]}
    assert logged["submission.unapproved"]["reason"] == REASON
    assert logged["observations.withdrawn"]["before"]["units"][:2] == ["value", "12.000000"]


@pytest.mark.parametrize("person", ["other_city_reviewer", "clerk", "staff", "leader"])
def test_nobody_else_withdraws_the_last_approval(world: World, person: str):
    with pytest.raises(PermissionDenied):
        take_back(world, fully_approved(world), person)


def test_a_unit_below_the_owner_does_not_withdraw_the_last_approval(world: World):
    with refusal("submission.no_approval"):
        take_back(world, fully_approved(world), "city_reviewer")


def test_a_unit_does_not_undo_what_a_unit_above_it_approved(world: World):
    submission = approved(world, submitted(world, opened(world)), "city_reviewer")
    with refusal("submission.no_approval"):
        take_back(world, submission, "city_reviewer")


def test_an_approval_is_not_withdrawn_without_a_reason(world: World):
    with refusal("submission.reason_missing", 422):
        take_back(world, fully_approved(world), reason=" ")


def test_there_must_be_an_approval_to_withdraw(world: World):
    with refusal("submission.no_approval"):
        take_back(world, submitted(world, opened(world)))
    with refusal("submission.no_approval"):
        take_back(world, fully_approved(world, "B", "neighbour"), unit="A")


def test_at_the_top_only_a_second_person_withdraws_and_reopens(world: World):
    world.form.level, world.form.owner_fills = "", True
    world.form.save()
    person = add_person(world, "top_clerk", "P", "reporter")
    submission = opened(world, "P")
    uploaded(world, submission, person="top_clerk")
    submission = approved(world, submitted(world, submission, "top_clerk"), "reviewer")
    person.role = "reviewer"
    person.save()
    with pytest.raises(PermissionDenied):
        take_back(world, submission, "top_clerk")
    with pytest.raises(PermissionDenied):
        open_again(world, submission, "top_clerk")
    assert take_back(world, submission).reviewer_unit == world.units["P"]


def open_again(world: World, submission, person: str = "staff", reason=REASON, due_on=None):
    return reopen(
        submission=submission,
        actor=world.people[person],
        reason=reason,
        expected_version=submission.version,
        due_on=due_on,
    )


@pytest.mark.parametrize("person", ["staff", "reviewer"])
def test_the_owner_reopens_an_approved_form_and_its_figures_stay_in_force(world: World, person):
    submission = open_again(world, fully_approved(world), person)
    assert (submission.status, submission.approved_version) == (Status.RETURNED, 1)
    assert submission.decisions.last().decision == "reopened"
    assert current(world.measures["units"], world.units["A"], QUARTER).value == 12
    uploaded(world, submission, filled({"units": "13"}))
    assert submission.stale
    submission = approved(world, submitted(world, submission), "city_reviewer")
    submission = approved(world, submission, "reviewer")
    assert (submission.approved_version, submission.stale) == (2, False)
    assert current(world.measures["units"], world.units["A"], QUARTER).value == 13


def test_a_line_taken_out_of_a_reopened_form_is_withdrawn_with_its_approval(world: World):
    submission = open_again(world, fully_approved(world))
    uploaded(world, submission, filled({"units": "12"}))
    submission = approved(world, submitted(world, submission), "city_reviewer")
    assert current(world.measures["standards"], world.units["A"], QUARTER).value == 30
    approved(world, submission, "reviewer")
    assert current(world.measures["standards"], world.units["A"], QUARTER) is None
    recompute_all()
    assert wrong_results() == []


def test_an_overdue_form_that_was_never_handed_in_is_given_time(world: World):
    submission, today = opened(world), timezone.localdate()
    with refusal("submission.due_on_missing", 422):
        open_again(world, submission, due_on=today - timedelta(days=1))
    submission = open_again(world, submission, due_on=today + timedelta(days=7))
    assert (submission.status, submission.due_on) == (Status.OPEN, today + timedelta(days=7))
    assert submission.decisions.get().decision == "reopened"


def test_what_is_under_review_or_was_late_once_is_not_reopened(world: World):
    submission = submitted(world, opened(world))
    with refusal("submission.not_reopenable"):
        open_again(world, submission)
    review.return_submission(
        submission=submission, actor=world.people["city_reviewer"], reason="x", expected_version=1
    )
    submission.refresh_from_db()
    with refusal("submission.not_reopenable"):
        open_again(world, submission, due_on=timezone.localdate())


@pytest.mark.parametrize("person", ["clerk", "city_reviewer", "leader", "auditor"])
def test_nobody_else_reopens(world: World, person: str):
    submission = fully_approved(world)
    with pytest.raises(PermissionDenied):
        open_again(world, submission, person)


def test_the_first_submission_decides_on_time_or_late(world: World):
    submission = fully_approved(world)
    first = submission.first_submitted_at
    assert first is not None
    submission = submitted(world, open_again(world, submission))
    assert (submission.first_submitted_at, submission.submitted_at > first) == (first, True)


def test_the_trace_of_a_withdrawn_figure_says_so(world: World):
    submission = fully_approved(world)
    figure = current(world.measures["units"], world.units["A"], QUARTER)
    assert not observation_trace(figure, world.people["leader"]).withdrawn
    submission = take_back(world, submission)
    figure.refresh_from_db()
    assert observation_trace(figure, world.people["leader"]).withdrawn
    approved(world, submission, "reviewer")
    assert observation_trace(figure, world.people["leader"]).withdrawn
    report(world, "units", "A", QUARTER, "13")
    replaced = Observation.objects.get(measure=world.measures["units"], revision=2)
    assert not observation_trace(replaced, world.people["leader"]).withdrawn


def test_who_withdraws_is_not_told_and_a_new_decision_settles_what_others_were(world: World):
    add_person(world, "second_reviewer", "P", Role.REVIEWER)
    submission = take_back(world, fully_approved(world), unit="P")
    (notice,) = Notice.objects.filter(code=UNAPPROVED)
    assert (notice.user, notice.read_at) == (world.people["second_reviewer"], None)
    approved(world, submission, "reviewer")
    notice.refresh_from_db()
    assert notice.read_at is not None
