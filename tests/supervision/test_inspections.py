"""Inspections and findings: what is refused, what is kept, what may not be skipped."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from metroplan.audit.models import AuditEvent
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Notice
from metroplan.organisations.notices import sentence
from supervision import states
from supervision.models import Case, Finding, FindingStep
from supervision.rules.escalation import level_due
from supervision.services import findings as steps
from supervision.services.cases import move_case
from supervision.services.escalation import escalate_overdue
from supervision.services.inspection_files import add_photo, remove_photo, sign
from supervision.services.inspection_lines import CheckLine
from supervision.services.inspections import (
    conclude_inspection,
    publish_inspection,
    void_inspection,
)
from supervision.services.inspectors import add_conflict, end_conflict
from tests.supervision import campaign as made
from tests.supervision.counted import add_entity, add_instrument
from tests.world import add_person


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def fields(error) -> set[str]:
    return set(error.value.message_dict)


def test_an_inspection_takes_the_points_of_the_checklist_and_keeps_them(world):
    campaign = made.campaign(world)
    inspection = made.begun(world, campaign=campaign)
    campaign.checklist.all().delete()
    assert [item.text for item in inspection.items.all()] == [text for text, _ in made.CHECKLIST]
    assert inspection.number == f"JC-{world.units['A'].code}-0001"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"inspected_on": made.today() + timedelta(days=1)}, "inspected_on"),
        ({"inspected_on": made.ago(70)}, "campaign"),
        ({"unit": "B"}, "entity"),
    ],
)
def test_day_campaign_entity_and_unit_must_fit(world, more, field):
    more = dict(more)
    if "unit" in more:
        more["organisation"] = world.units[more.pop("unit")]
        world.people["clerk"].organisation = world.units["P"]
    with pytest.raises(ValidationError) as error:
        made.begun(world, add_entity(world, "A"), campaign=made.campaign(world), **more)
    assert field in fields(error)


def test_nothing_is_recorded_for_a_campaign_that_is_not_running(world):
    with pytest.raises(ValidationError) as error:
        made.begun(world, campaign=made.campaign(world, state="planned"))
    assert fields(error) == {"campaign"}


def test_an_entity_that_is_closed_is_not_inspected(world):
    entity = add_entity(world, "A", closed_on=made.ago(10))
    with pytest.raises(ValidationError) as error:
        made.begun(world, entity)
    assert fields(error) == {"entity"}
    assert made.begun(world, entity, inspected_on=made.ago(11)).pk


def test_an_inspector_with_a_conflict_is_refused_for_as_long_as_it_holds(world):
    entity, who = add_entity(world, "A"), made.inspector(world)
    conflict = add_conflict(
        actor=world.people["staff"],
        inspector=who,
        entity=entity,
        reason="配偶在该单位任职",
        valid_from=made.ago(30),
    )
    with pytest.raises(ValidationError) as error:
        made.begun(world, entity, inspectors=[who])
    assert fields(error) == {"inspectors"}
    assert "配偶在该单位任职" in str(error.value)
    assert made.begun(world, entity, inspectors=[who], inspected_on=made.ago(31)).pk
    end_conflict(actor=world.people["staff"], conflict=conflict, on=made.ago(11))
    assert made.begun(world, entity, inspectors=[who]).pk


def test_a_lapsed_certificate_is_refused(world):
    who = made.inspector(world, valid_until=made.ago(11))
    with pytest.raises(ValidationError) as error:
        made.begun(world, inspectors=[who])
    assert fields(error) == {"inspectors"}


def test_a_conclusion_names_everything_that_is_missing(world):
    inspection = made.begun(world, campaign=made.campaign(world), inspectors=[])
    with pytest.raises(ValidationError) as error:
        conclude_inspection(actor=world.people["clerk"], inspection=inspection)
    assert fields(error) == {"inspectors", "outcome", "items", "signature"}
    inspection = made.filled(world, inspection, result="")
    with pytest.raises(ValidationError) as error:
        conclude_inspection(actor=world.people["clerk"], inspection=inspection)
    assert fields(error) == {"inspectors", "items", "signature"}


def test_what_does_not_conform_cannot_end_as_conforming(world):
    inspection = made.begun(world, campaign=made.campaign(world))
    inspection = made.signed(world, made.filled(world, inspection, result="no"))
    with pytest.raises(ValidationError) as error:
        conclude_inspection(actor=world.people["clerk"], inspection=inspection)
    assert fields(error) == {"outcome"}
    made.filled(world, inspection, result="no", outcome="rectification")
    with pytest.raises(ValidationError):
        conclude_inspection(actor=world.people["clerk"], inspection=inspection)
    made.ordered(world, inspection)
    done = conclude_inspection(actor=world.people["clerk"], inspection=inspection)
    assert (done.state, done.closed_on) == ("closed", made.today())


def test_a_concluded_inspection_stays_as_it_is(world):
    inspection = made.concluded(world)
    with pytest.raises(MetroplanError, match="not_a_draft"):
        made.filled(world, inspection)
    with pytest.raises(MetroplanError, match="not_a_draft"):
        made.signed(world, inspection)


def test_instruments_are_tried_against_their_limit(world):
    inspection = made.begun(world)
    own = add_instrument(inspection.entity)
    other = add_instrument(add_entity(world, "A"))
    limit = Decimal("0.005")
    lines = [
        CheckLine(own, "", "valid", limit, limit, "kg"),
        CheckLine(None, "无铭牌台秤", "never", Decimal("-0.006"), limit, "kg"),
        CheckLine(None, "杆秤", "never"),
    ]
    inspection = made.filled(world, inspection, checks=lines)
    assert [check.passed for check in inspection.checks.all()] == [True, False, None]
    wrong = [
        CheckLine(other, "", "valid"),
        CheckLine(own, "", "valid", limit),
        CheckLine(own, "", "valid"),
        CheckLine(None, "", "never"),
    ]
    with pytest.raises(ValidationError) as error:
        made.filled(world, inspection, checks=wrong)
    assert fields(error) == {
        *("checks-0-instrument", "checks-1-mpe", "checks-2-instrument", "checks-3-instrument")
    }


def test_two_people_do_not_overwrite_each_other(world):
    inspection = made.begun(world)
    seen = inspection.version
    made.filled(world, inspection)
    with pytest.raises(MetroplanError, match="changed"):
        conclude_inspection(
            actor=world.people["clerk"], inspection=inspection, expected_version=seen
        )


def test_photos_and_signatures_are_kept_and_only_real_ones(world):
    inspection, clerk = made.begun(world), world.people["clerk"]
    photo = add_photo(actor=clerk, inspection=inspection, filename="秤.png", content=made.PICTURE)
    remove_photo(actor=clerk, evidence=photo)
    assert not inspection.evidence.filter(removed_at=None).exists()
    for image in ("", "data:image/png;base64,AAAA", "data:image/png;base64,$$", "http://x/y.png"):
        with pytest.raises(MetroplanError, match="no_signature"):
            sign(actor=clerk, inspection=inspection, side="entity", image=image)
    with pytest.raises(MetroplanError, match=r"evidence\.kind"):
        add_photo(actor=clerk, inspection=inspection, filename="a.png", content=b"<script>")
    with pytest.raises(PermissionDenied):
        sign(actor=world.people["neighbour"], inspection=inspection, side="entity", image=made.PNG)


def test_an_inspection_with_findings_is_not_voided(world):
    inspection = made.begun(world)
    made.ordered(world, inspection)
    with pytest.raises(MetroplanError, match="has_findings"):
        void_inspection(actor=world.people["clerk"], inspection=inspection, reason="重复")


def test_an_open_case_keeps_the_result_from_the_public(world):
    staff = world.people["staff"]
    inspection = made.concluded(world, outcome="minor_corrected")
    case = refer(world, made.ordered(world, inspection))
    with pytest.raises(MetroplanError, match="not_publishable"):
        publish_inspection(actor=staff, inspection=inspection)
    move_case(
        actor=staff,
        case=case,
        to="decided",
        decision_no="罚1号",
        decided_on=made.today(),
        fine=1000,
    )
    assert publish_inspection(actor=staff, inspection=inspection).published_on == made.today()


def refer(world, finding: Finding) -> Case:
    data = {
        "number": "案1",
        "body": "enforcement",
        "authority": "",
        "filed_on": made.today(),
        "legal_basis": "",
    }
    return steps.refer_finding(actor=world.people["clerk"], finding=finding, data=data)


def test_a_finding_goes_from_order_to_closure(world):
    clerk, finding = world.people["clerk"], made.ordered(world)
    finding = steps.reply_to_finding(actor=clerk, finding=finding, on=made.ago(8), text="已送检")
    later = made.today() + timedelta(days=20)
    finding = steps.recheck_finding(
        actor=clerk, finding=finding, on=made.ago(7), rectified=False, due_on=later
    )
    assert (finding.state, finding.due_on) == ("ordered", later)
    finding = steps.extend_deadline(
        actor=clerk,
        finding=finding,
        on=made.ago(6),
        due_on=later + timedelta(days=5),
        text="检定排期",
    )
    finding = steps.recheck_finding(actor=clerk, finding=finding, on=made.ago(1), rectified=True)
    assert (finding.state, finding.closed_on) == ("verified", made.ago(1))
    kinds = list(finding.steps.order_by("id").values_list("kind", flat=True))
    assert kinds == ["ordered", "replied", "rechecked", "extended", "verified"]
    with pytest.raises(MetroplanError, match="closed"):
        steps.reply_to_finding(actor=clerk, finding=finding, on=made.today(), text="再")
    actions = AuditEvent.objects.filter(object_type="supervision.finding").order_by("id")
    assert [event.action for event in actions] == [
        *("finding.ordered", "finding.replied", "finding.rechecked", "finding.extended"),
        "finding.closed",
    ]


@pytest.mark.parametrize(
    ("act", "more", "field"),
    [
        (steps.reply_to_finding, {"on": made.ago(11), "text": "x"}, "on"),
        (steps.reply_to_finding, {"on": made.today() + timedelta(days=1), "text": "x"}, "on"),
        (
            steps.extend_deadline,
            {"on": made.today(), "due_on": made.today(), "text": "x"},
            "due_on",
        ),
        (steps.recheck_finding, {"on": made.today(), "rectified": False}, "due_on"),
    ],
)
def test_steps_out_of_order_are_refused(world, act, more, field):
    finding = made.ordered(world)
    with pytest.raises(ValidationError) as error:
        act(actor=world.people["clerk"], finding=finding, **more)
    assert fields(error) == {field}
    finding.refresh_from_db()
    assert (finding.state, finding.steps.count()) == ("ordered", 1)


def test_a_deadline_before_the_inspection_is_refused(world):
    with pytest.raises(ValidationError) as error:
        made.ordered(world, due_on=made.ago(11))
    assert fields(error) == {"due_on"}


def test_a_referred_finding_files_a_case_that_skips_no_state(world):
    finding, staff = made.ordered(world), world.people["staff"]
    case = refer(world, finding)
    finding.refresh_from_db()
    assert (finding.state, case.state, case.organisation) == ("referred", "filed", world.units["A"])
    with pytest.raises(ValidationError):
        move_case(actor=staff, case=case, to="closed")
    with pytest.raises(ValidationError) as error:
        move_case(actor=staff, case=case, to="decided", fine=Decimal(-1))
    assert fields(error) == {"decision_no", "decided_on", "fine"}


@pytest.mark.parametrize("name", ["CAMPAIGN", "INSPECTION", "FINDING", "CASE"])
def test_no_state_table_leads_out_of_itself_or_into_the_blue(name):
    table = getattr(states, name)
    assert {to for all_of in table.values() for to in all_of} <= set(table)
    assert not any(state in after for state, after in table.items())


@pytest.mark.parametrize(("late", "expected"), [(-1, 0), (0, 0), (1, 1), (15, 1), (16, 2), (31, 3)])
def test_an_overdue_finding_rises_by_the_days(late, expected):
    assert level_due(made.today() - timedelta(days=late), made.today(), every=15) == expected


def test_overdue_findings_rise_level_by_level_each_once(world):
    add_person(world, "city_staff", "C1", "staff")
    finding = made.ordered(world, due_on=made.ago(5))
    assert escalate_overdue(today=made.today()) == 1
    assert escalate_overdue(today=made.today()) == 0
    finding.refresh_from_db()
    assert (finding.level_up, finding.escalated_to) == (1, world.units["C1"])
    told = Notice.objects.filter(code="finding.escalated")
    assert {notice.user.username for notice in told} == {"city_reviewer", "city_staff"}
    assert finding.number in sentence(told[0].code, told[0].params)
    assert escalate_overdue(today=made.today() + timedelta(days=100)) == 1
    finding.refresh_from_db()
    assert (finding.level_up, finding.escalated_to) == (2, world.units["P"])
    raised = FindingStep.objects.filter(finding=finding, kind="escalated")
    assert raised.count() == 2


def test_a_run_that_was_missed_is_made_up_for_and_an_extension_begins_anew(world):
    finding, staff = made.ordered(world, due_on=made.ago(10)), world.people["staff"]
    assert escalate_overdue(today=made.today() + timedelta(days=10)) == 2
    finding.refresh_from_db()
    due = made.today() + timedelta(days=3)
    finding = steps.extend_deadline(
        actor=staff, finding=finding, on=made.today(), due_on=due, text="延期"
    )
    assert (finding.level_up, finding.escalated_to) == (0, None)
    assert not Notice.objects.filter(code="finding.escalated", read_at=None).exists()
    assert escalate_overdue(today=due) == 0
    assert escalate_overdue(today=due + timedelta(days=1)) == 1


def test_a_finding_that_was_answered_does_not_rise(world):
    finding = made.ordered(world, due_on=made.ago(5))
    steps.reply_to_finding(
        actor=world.people["clerk"], finding=finding, on=made.today(), text="已整改"
    )
    assert escalate_overdue(today=made.today()) == 0
