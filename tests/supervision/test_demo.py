"""The demonstration of supervision: sound records, as large as asked, the same every time."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command

from indicators.management.commands import load_demo
from indicators.measures import compute_of
from metroplan.common.periods import newest_closed
from metroplan.common.problems import MetroplanError
from standards.models import InstrumentKind
from standards.services.catalogue_reference import load_catalogue
from supervision.demo.loading import load_supervision
from supervision.models import (
    Campaign,
    Case,
    DishonestyRecord,
    Draw,
    Entity,
    Finding,
    Inspection,
    Instrument,
    IntegrityUnit,
    Lot,
)
from supervision.services.content_verify import wrong_lots, wrong_runs
from supervision.services.criteria import load_criteria
from supervision.services.draws import replayed
from supervision.services.net_content_reference import load_net_content
from supervision.services.verifications import wrong_repeats
from supervision.states import FINDING, INTEGRITY, may_move
from tests.world import World, add_person, add_unit, settle

TODAY = date(2026, 11, 22)
PERCENT = 2
REFERENCE = Path(project.BASE_DIR) / "fixtures" / "reference"


@pytest.fixture
def yueyang(world: World, settings) -> World:
    settings.DEMO = True
    load_catalogue(REFERENCE)
    load_net_content(REFERENCE)
    load_criteria(REFERENCE)
    add_unit(world, "Y", "city", "P", code="430600")
    add_unit(world, "Y1", "county", "Y", code="430602")
    add_unit(world, "Y2", "county", "Y", code="430603")
    settle(world)
    add_person(world, "demo-staff", "Y", "staff")
    return world


@pytest.fixture
def loaded(yueyang: World) -> World:
    assert load_supervision(TODAY, PERCENT)
    return yueyang


def test_what_is_made_is_sound(loaded):
    _as_many_as_asked()
    _draws_can_be_repeated()
    _inspections_fit_their_campaigns()
    _findings_took_a_course_that_is_allowed()
    _stored_answers_follow_from_what_is_recorded()
    _titles_take_a_course_that_is_allowed()
    _rates_are_plausible(loaded)


def _as_many_as_asked() -> None:
    """Two percent of a region's fifth."""
    assert 60 <= Inspection.objects.count() <= 100
    assert Campaign.objects.count() == 4
    assert Lot.objects.exists()
    assert Draw.objects.exists()
    assert Entity.objects.filter(is_demo=True).exists()
    assert Instrument.objects.filter(is_demo=True).exists()
    assert InstrumentKind.objects.filter(campaigns__isnull=False).exists()
    for model in (Inspection, Campaign, Finding, Lot, IntegrityUnit, Case, DishonestyRecord):
        assert not model.objects.filter(is_demo=False).exists()


def _draws_can_be_repeated() -> None:
    for draw in Draw.objects.all():
        lines = [(line.position, line.entity) for line in replayed(draw)]
        drawn = draw.drawn.order_by("position").values_list("position", "entity__number")
        assert lines == list(drawn)


def _inspections_fit_their_campaigns() -> None:
    for one in Inspection.objects.select_related("campaign", "entity"):
        assert one.organisation_id == one.entity.organisation_id
        assert one.inspected_on <= TODAY
        assert one.inspectors.count() == 2
        if one.campaign:
            assert one.campaign.starts <= one.inspected_on <= one.campaign.ends
            assert one.entity.kind in one.campaign.entity_kinds
        assert bool(one.outcome) == (one.state == "closed")
        for check in one.checks.all():
            assert check.instrument.entity_id == one.entity_id
            assert check.passed == (None if check.error is None else abs(check.error) <= check.mpe)


STATE_AFTER = {"replied": "replied", "verified": "verified", "referred": "referred"}


def _findings_took_a_course_that_is_allowed() -> None:
    for finding in Finding.objects.prefetch_related("steps"):
        state = "ordered"
        steps = list(finding.steps.all())
        assert steps[0].kind == "ordered"
        for before, step in pairwise(steps):
            assert before.on <= step.on <= TODAY
            after = STATE_AFTER.get(step.kind, state)
            assert after == state or may_move(FINDING, state, after)
            state = after
        assert finding.state == state
        assert bool(finding.closed_on) == (state == "verified")
        assert finding.cases.exists() == (state == "referred")
        escalated = sum(step.kind == "escalated" for step in steps)
        assert finding.level_up == escalated
        assert bool(finding.escalated_to) == bool(escalated)


def _stored_answers_follow_from_what_is_recorded() -> None:
    assert not [*wrong_lots(), *wrong_runs(), *wrong_repeats()]


def _titles_take_a_course_that_is_allowed() -> None:
    for unit in IntegrityUnit.objects.prefetch_related("events"):
        events = list(unit.events.all())
        for before, after in pairwise(events):
            assert before.since <= after.since <= TODAY
            assert may_move(INTEGRITY, before.state, after.state)
        assert unit.state == events[-1].state
        if unit.conferred_on:
            assert unit.conferred_on > unit.publicised_until
    dishonest = DishonestyRecord.objects.values("entity")
    assert not IntegrityUnit.objects.filter(entity__in=dishonest).exists()


def _rates_are_plausible(world: World) -> None:
    units = [world.units[unit].pk for unit in ("Y", "Y1", "Y2")]
    figures = compute_of("compulsory_verification_rate")(units, newest_closed(TODAY)).values()
    rate = sum(one.numerator for one in figures) / sum(one.denominator for one in figures)
    assert 0.8 < rate < 0.99


def test_loading_again_changes_nothing(loaded):
    before = Inspection.objects.count(), Instrument.objects.count()
    assert load_supervision(TODAY, PERCENT) == ""
    assert (Inspection.objects.count(), Instrument.objects.count()) == before


@pytest.mark.parametrize("given", ["0", "101", "ten", "２"])
def test_a_size_that_cannot_be_is_refused(given):
    with pytest.raises(CommandError, match="from 1 to 100"):
        call_command("load_demo", f"--percent={given}")


@pytest.mark.parametrize(("arguments", "size"), [([], 1), (["--percent", "100"], 100)])
def test_the_command_asks_for_the_size(db, settings, monkeypatch, arguments, size):
    settings.DEMO_PERCENT = 1
    asked = []
    monkeypatch.setattr(load_demo, "load_demo", lambda today: [])
    monkeypatch.setattr(load_demo, "loaders", [lambda _today, percent: asked.append(percent)])
    call_command("load_demo", *arguments)
    assert asked == [size]


def test_a_portal_in_use_gets_no_demonstration(yueyang, settings):
    settings.DEMO = False
    with pytest.raises(MetroplanError):
        load_supervision(TODAY, PERCENT)
