"""Targets, baselines and thresholds change by a proposal that a second person approves."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from indicators.engine.in_force import baselines_in_force, thresholds_in_force
from indicators.models import (
    BaselineRevision,
    DirtyMark,
    Progress,
    Revision,
    RollUp,
    RuleVersion,
    Target,
)
from indicators.rules import THRESHOLDS, Thresholds
from indicators.services import recompute
from indicators.services.in_effect import put_due_in_force
from indicators.services.recompute import drain, recompute_all
from indicators.services.revision_values import BaselineValues, TargetValues
from indicators.services.revisions import (
    Papers,
    approve,
    approve_all,
    propose_baseline,
    propose_target,
    propose_thresholds,
    reject,
)
from metroplan.audit.models import AuditEvent
from metroplan.common.periods import Period
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Role
from metroplan.organisations.policy import can
from metroplan.plans.models import Milestone, MilestoneKind
from tests.world import add_indicator, add_measure, add_person, report

TODAY = date(2023, 2, 1)
PAPERS = Papers(date(2023, 1, 15), "省计字〔2023〕1号", "中期调整")


@pytest.fixture(autouse=True)
def fixed_day(monkeypatch):
    monkeypatch.setattr(
        recompute.timezone, "localdate", lambda at=None: TODAY if at is None else at.date()
    )


def propose(world, low=60, *, indicator="standards", unit="P", year=2025, papers=PAPERS, **more):
    number = None if low is None else D(low)
    return propose_target(
        indicator=world.indicators[indicator],
        organisation=world.units[unit],
        year=year,
        values=TargetValues(number, **more),
        papers=papers,
        actor=world.people["staff"],
    )


def approved(world, revision):
    return approve(revision=revision, actor=world.people["reviewer"])


def status(world, indicator="standards", unit="P", period="2022Q4") -> str:
    drain()
    return Progress.objects.get(
        indicator__code=indicator, organisation=world.units[unit], period=Period.parse(period)
    ).status


def changed_thresholds(**values) -> Thresholds:
    kept = {name: getattr(THRESHOLDS, name) for name in Thresholds.__slots__}
    return Thresholds(**kept | values)


def test_an_approved_target_is_the_next_revision_and_the_old_one_stays(world):
    approved(world, propose(world))
    rows = Target.objects.filter(indicator=world.indicators["standards"]).order_by("revision")
    assert [(row.revision, row.low) for row in rows] == [(1, 80), (2, 60)]
    assert (rows[1].document, rows[1].reason) == (PAPERS.document, PAPERS.reason)
    assert rows[1].effective_from == PAPERS.effective_from


def test_statuses_follow_an_approved_target_and_not_a_proposed_one(world):
    report(world, "standards", "A", "2022Q4", 30)
    assert status(world) == "slightly_behind"
    revision = propose(world)
    assert status(world) == "slightly_behind"
    approved(world, revision)
    assert status(world) == "ahead"


def test_a_rejected_target_changes_nothing(world):
    revision = reject(revision=propose(world), actor=world.people["reviewer"], remark="依据不足")
    assert (revision.state, revision.remark) == ("rejected", "依据不足")
    assert Target.objects.filter(indicator=world.indicators["standards"]).count() == 1
    assert not Revision.objects.filter(in_force_at__isnull=False).exists()


def test_every_step_is_in_the_log_with_the_values_before_and_after(world):
    approved(world, propose(world))
    events = AuditEvent.objects.filter(action__startswith="revision.").order_by("id")
    assert [event.action for event in events] == ["revision.proposed", "revision.approved"]
    assert events[1].data["before"]["low"] == "80"
    assert events[1].data["after"]["low"] == "60"
    assert events[1].data["document"] == PAPERS.document


def test_a_target_of_the_future_holds_from_its_day_on(world, monkeypatch):
    report(world, "standards", "A", "2022Q4", 30)
    later = Papers(TODAY + timedelta(days=30), "号", "后续调整")
    approved(world, propose(world, papers=later))
    assert status(world) == "slightly_behind"
    assert put_due_in_force(today=TODAY) == 0
    monkeypatch.setattr(recompute.timezone, "localdate", lambda at=None: later.effective_from)
    assert put_due_in_force(today=later.effective_from) == 1
    assert status(world) == "ahead"
    assert put_due_in_force(today=later.effective_from) == 0


def test_a_rate_revised_for_the_province_marks_the_units_that_go_by_it(world):
    report(world, "rate", "A", "2022Q4", (92, 100))
    assert status(world, "rate", "A") != "achieved"
    approved(world, propose(world, 90, indicator="rate"))
    assert status(world, "rate", "A") == "achieved"


def test_a_unit_below_gets_its_first_target(world):
    report(world, "standards", "A", "2022Q4", 16)
    revision = approved(world, propose(world, 40, unit="C1"))
    assert (revision.seen, revision.before) == (0, {})
    assert status(world, unit="C1") == "on_track"


def test_a_baseline_is_revised_by_a_row_and_the_printed_one_stays(world):
    report(world, "standards", "A", "2022Q4", 30)
    indicator = world.indicators["standards"]
    assert status(world) == "slightly_behind"
    approved(
        world,
        propose_baseline(
            indicator=indicator,
            values=BaselineValues(2020, D(35)),
            papers=PAPERS,
            actor=world.people["staff"],
        ),
    )
    assert status(world) == "regressing"
    indicator.refresh_from_db()
    assert indicator.baseline_value == 0
    assert baselines_in_force([indicator])[indicator.pk].value == 35
    assert BaselineRevision.objects.get().document == PAPERS.document


def test_other_thresholds_are_the_next_version_and_every_row_says_it(world):
    report(world, "standards", "A", "2022Q4", 30)
    assert status(world) == "slightly_behind"
    revision = propose_thresholds(
        organisation=world.units["P"],
        thresholds=changed_thresholds(on_track=D("0.90")),
        papers=PAPERS,
        actor=world.people["staff"],
    )
    approved(world, revision)
    assert status(world) == "on_track"
    assert thresholds_in_force() == changed_thresholds(on_track=D("0.90"), version=2)
    for rows in (Progress.objects.all(), RollUp.objects.all()):
        assert set(rows.values_list("rule_version", flat=True)) == {2}


def test_the_first_version_holds_the_thresholds_of_the_rules(world):
    call_command("load_reference")
    call_command("load_reference")
    assert RuleVersion.objects.get().version == 1
    assert thresholds_in_force() == THRESHOLDS


def test_marks_and_full_recompute_agree_after_revisions(world):
    report(world, "standards", "A", "2022Q4", 30)
    report(world, "rate", "D", "2022Q4", (92, 100))
    drain()
    approved(world, propose(world))
    approved(world, propose(world, 90, indicator="rate"))
    drain()
    fields = ("indicator", "organisation", "period", "status", "target", "rule_version")
    stepwise = set(Progress.objects.values_list(*fields))
    recompute_all()
    assert set(Progress.objects.values_list(*fields)) == stepwise


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("revision.before_baseline", {"year": 2020}),
        ("revision.no_number", {"low": None}),
        ("revision.no_range", {"high": D(90)}),
        ("revision.range_upside_down", {"indicator": "band", "low": 70, "high": D(60)}),
        ("revision.no_upper_end", {"indicator": "band"}),
        ("revision.below_zero", {"low": -1}),
        ("revision.beyond_hundred", {"indicator": "rate", "low": 101}),
        ("revision.no_base_value", {"indicator": "growth", "low": 30}),
        ("revision.no_milestone", {"year": 2031}),
        ("revision.no_change", {"low": 80}),
        ("revision.no_document", {"papers": Papers(TODAY, " ", "reason")}),
        ("revision.no_reason", {"papers": Papers(TODAY, "document", "")}),
        ("revision.before_plan", {"papers": Papers(date(2019, 1, 1), "document", "reason")}),
    ],
)
def test_a_wrong_proposal_is_refused_and_nothing_stored(world, code, given):
    add_measure(world, "services")
    add_indicator(world, "band", "services", {2025: (50, 60)}, comparator="range")
    add_indicator(
        world, "growth", "services", {2025: 50}, basis="growth_percent", baseline_year=2020
    )
    with pytest.raises(MetroplanError) as refused:
        propose(world, **given)
    assert refused.value.code == code
    assert refused.value.message.endswith((".", "。"))
    assert not Revision.objects.exists()


def test_growth_from_a_figure_of_the_base_year_may_be_proposed(world):
    add_measure(world, "services")
    add_indicator(
        world, "growth", "services", {2025: 50}, basis="growth_percent", baseline_year=2020
    )
    report(world, "services", "A", "2020Q4", 200)
    drain()
    assert propose(world, 30, indicator="growth").pk


def test_a_unit_outside_the_plan_is_refused(world):
    add_indicator(world, "city", "standards", {2025: 5}, unit="C1")
    with pytest.raises(MetroplanError) as refused:
        propose(world, 5, indicator="city", unit="C2")
    assert refused.value.code == "revision.unit_outside_plan"


def test_nobody_approves_or_rejects_the_own_proposal(world):
    revision = propose(world)
    for decide in (
        lambda: approve(revision=revision, actor=world.people["staff"]),
        lambda: reject(revision=revision, actor=world.people["staff"], remark="x"),
    ):
        with pytest.raises(MetroplanError) as refused:
            decide()
        assert (refused.value.code, refused.value.status) == ("revision.self_approval", 403)
    assert Target.objects.filter(indicator=world.indicators["standards"]).count() == 1


def test_the_database_holds_the_second_person_too(world):
    revision = propose(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Revision.objects.filter(pk=revision.pk).update(
            state="approved", decided_by=world.people["staff"], decided_at=revision.proposed_at
        )


def test_a_proposal_that_was_overtaken_is_stale(world):
    revision = propose(world)
    Target.objects.create(
        indicator=world.indicators["standards"],
        organisation=world.units["P"],
        milestone=revision.milestone,
        low=70,
        revision=2,
        effective_from=TODAY,
    )
    with pytest.raises(MetroplanError) as refused:
        approved(world, revision)
    assert refused.value.code == "revision.stale"
    assert not DirtyMark.objects.filter(measure__code="standards", period=Period(0)).filter(
        marked_at__gt=revision.proposed_at
    )


def test_a_proposal_is_checked_again_when_it_is_approved(world):
    Milestone.objects.create(plan=world.plan, year=2022, kind=MilestoneKind.MID_TERM)
    revision = propose(world, 30, year=2022)
    indicator = world.indicators["standards"]
    BaselineRevision.objects.create(
        indicator=indicator, revision=1, year=2023, value=5, effective_from=TODAY
    )
    with pytest.raises(MetroplanError) as refused:
        approved(world, revision)
    assert refused.value.code == "revision.before_baseline"


def test_a_baseline_must_lie_before_the_milestones(world):
    with pytest.raises(MetroplanError) as refused:
        propose_baseline(
            indicator=world.indicators["standards"],
            values=BaselineValues(2025, D(1)),
            papers=PAPERS,
            actor=world.people["staff"],
        )
    assert refused.value.code == "revision.baseline_after_milestone"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"ahead": D("0.90")}, "revision.bands_out_of_order"),
        ({"coverage": D("1.5")}, "revision.not_a_share"),
        ({"due_soon": 0}, "revision.no_quarters"),
    ],
)
def test_wrong_thresholds_are_refused(world, values, code):
    with pytest.raises(MetroplanError) as refused:
        propose_thresholds(
            organisation=world.units["P"],
            thresholds=changed_thresholds(**values),
            papers=PAPERS,
            actor=world.people["staff"],
        )
    assert refused.value.code == code


def test_one_proposal_at_a_time_and_one_decision(world):
    revision = propose(world)
    with pytest.raises(MetroplanError) as refused:
        propose(world, 50)
    assert refused.value.code == "revision.already_open"
    approved(world, revision)
    with pytest.raises(MetroplanError) as refused:
        approved(world, revision)
    assert refused.value.code == "revision.decided_already"


def test_of_many_proposals_all_are_approved_or_none(world):
    first = propose(world, 40, unit="C1")
    second = propose(world, 40, unit="C2")
    approved(world, second)
    with pytest.raises(MetroplanError):
        approve_all(revisions=[first, second], actor=world.people["reviewer"])
    first.refresh_from_db()
    assert first.state == "proposed"


def test_rights_of_proposing_and_approving(world):
    revision = propose(world)
    second = add_person(world, "second_staff", "P", Role.STAFF)
    assert can(world.people["staff"], "target.propose", world.units["A"])
    assert not can(world.people["reviewer"], "target.propose", world.units["P"])
    assert not can(world.people["staff"], "target.approve", revision)
    assert can(second, "target.approve", revision)
    assert can(world.people["reviewer"], "target.approve", revision)
    assert not can(world.people["city_reviewer"], "target.approve", revision)
