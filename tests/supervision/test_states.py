"""States that may not be skipped: every pair of them, by table and by the service that moves."""

from datetime import timedelta
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from metroplan.common.problems import MetroplanError
from supervision import states
from supervision.services import findings as steps
from supervision.services.campaigns import move_campaign, publish_campaign
from supervision.services.cases import move_case
from supervision.services.inspections import (
    conclude_inspection,
    publish_inspection,
    void_inspection,
)
from tests.supervision import campaign as made
from tests.supervision.test_cases import filed, referral

ALLOWED = {
    "CAMPAIGN": {
        ("planned", "running"),
        ("planned", "cancelled"),
        ("running", "finished"),
        ("running", "cancelled"),
        ("finished", "running"),
    },
    "INSPECTION": {("draft", "closed"), ("draft", "voided"), ("closed", "voided")},
    "FINDING": {
        ("ordered", "replied"),
        ("ordered", "verified"),
        ("ordered", "referred"),
        ("replied", "ordered"),
        ("replied", "verified"),
        ("replied", "referred"),
        ("referred", "verified"),
    },
    "CASE": {("filed", "decided"), ("filed", "withdrawn"), ("decided", "closed")},
}


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def pairs(name: str, *, allowed: bool) -> list[tuple[str, str]]:
    table = getattr(states, name)
    return [pair for pair in product(table, table) if (pair in ALLOWED[name]) is allowed]


def stands(thing, state: str):
    type(thing).objects.filter(pk=thing.pk).update(state=state)
    thing.refresh_from_db()
    return thing


@pytest.mark.parametrize("name", ALLOWED)
def test_what_may_follow_what_is_this_and_nothing_else(name):
    table = getattr(states, name)
    assert {(now, to) for now, after in table.items() for to in after} == ALLOWED[name]


def test_a_campaign_skips_no_state(world):
    campaign = made.campaign(world, state="planned")
    for now, to in pairs("CAMPAIGN", allowed=False):
        stands(campaign, now)
        with pytest.raises(ValidationError) as error:
            move_campaign(actor=world.people["staff"], campaign=campaign, to=to, summary="完成")
        assert "state" in error.value.message_dict, (now, to)
        campaign.refresh_from_db()
        assert campaign.state == now
    for now, to in pairs("CAMPAIGN", allowed=True):
        stands(campaign, now)
        done = move_campaign(actor=world.people["staff"], campaign=campaign, to=to, summary="完成")
        assert done.state == to


@pytest.mark.parametrize("state", ["planned", "running", "cancelled"])
def test_the_result_of_a_campaign_is_public_once_it_is_finished(world, state):
    campaign = stands(made.campaign(world, state="planned"), state)
    with pytest.raises(MetroplanError, match="not_finished"):
        publish_campaign(actor=world.people["staff"], campaign=campaign, on=made.today())


def test_a_case_skips_no_state(world):
    case, given = filed(world), {"decision_no": "罚1", "decided_on": made.today(), "result": "结"}
    for now, to in pairs("CASE", allowed=False):
        stands(case, now)
        with pytest.raises(ValidationError) as error:
            move_case(actor=world.people["staff"], case=case, to=to, **given)
        assert "state" in error.value.message_dict, (now, to)
        case.refresh_from_db()
        assert case.state == now
    for now, to in pairs("CASE", allowed=True):
        stands(case, now)
        assert move_case(actor=world.people["staff"], case=case, to=to, **given).state == to


@pytest.mark.parametrize("state", ["closed", "voided"])
def test_an_inspection_is_filled_in_and_concluded_as_a_draft_alone(world, state):
    clerk = world.people["clerk"]
    inspection = stands(made.signed(world, made.filled(world, made.begun(world))), state)
    with pytest.raises(MetroplanError, match="not_a_draft"):
        made.filled(world, inspection)
    with pytest.raises(MetroplanError, match="not_a_draft"):
        conclude_inspection(actor=clerk, inspection=inspection)


@pytest.mark.parametrize("state", ["draft", "voided"])
def test_an_inspection_is_published_concluded_alone(world, state):
    inspection = stands(made.begun(world), state)
    with pytest.raises(MetroplanError, match="not_publishable"):
        publish_inspection(actor=world.people["staff"], inspection=inspection)


def test_a_voided_inspection_is_not_voided_again_and_orders_nothing(world):
    clerk, inspection = world.people["clerk"], made.begun(world)
    inspection = void_inspection(actor=clerk, inspection=inspection, reason="重复")
    with pytest.raises(ValidationError):
        void_inspection(actor=clerk, inspection=inspection, reason="重复")
    with pytest.raises(ValidationError):
        made.ordered(world, inspection)


LATER = made.today() + timedelta(days=30)
ACTS = {
    "reply": (steps.reply_to_finding, {"on": made.today(), "text": "已整改"}),
    "extend": (steps.extend_deadline, {"on": made.today(), "due_on": LATER, "text": "延期"}),
    "right": (steps.recheck_finding, {"on": made.today(), "rectified": True}),
    "wrong": (steps.recheck_finding, {"on": made.today(), "rectified": False, "due_on": LATER}),
    "refer": (steps.refer_finding, {"data": referral()}),
}
AFTER = {
    ("ordered", "reply"): "replied",
    ("ordered", "extend"): "ordered",
    ("ordered", "right"): "verified",
    ("ordered", "wrong"): "ordered",
    ("ordered", "refer"): "referred",
    ("replied", "right"): "verified",
    ("replied", "wrong"): "ordered",
    ("replied", "refer"): "referred",
    ("referred", "right"): "verified",
    ("referred", "refer"): "referred",
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", states.FINDING)
def test_a_finding_takes_the_steps_that_may_follow_and_no_others(world, state, act):
    service, given = ACTS[act]
    finding = stands(made.ordered(world), state)
    if (state, act) in AFTER:
        service(actor=world.people["clerk"], finding=finding, **given)
    else:
        with pytest.raises((ValidationError, MetroplanError)):
            service(actor=world.people["clerk"], finding=finding, **given)
    finding.refresh_from_db()
    assert finding.state == AFTER.get((state, act), state)


def test_a_published_inspection_is_voided_by_those_alone_who_publish(world):
    inspection = publish_inspection(actor=world.people["staff"], inspection=made.concluded(world))
    with pytest.raises(PermissionDenied):
        void_inspection(actor=world.people["clerk"], inspection=inspection, reason="重复")
    voided = void_inspection(actor=world.people["staff"], inspection=inspection, reason="重复")
    assert voided.published_on is None


def test_what_comes_next_is_offered_before_what_breaks_off():
    found = states.following(states.CAMPAIGN, states.CampaignState, "planned")
    assert [state for state, _label in found] == ["running", "cancelled"]
