"""Campaigns and double random draws: two steps, recorded, repeated, refused."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command

from metroplan.audit.models import AuditEvent
from metroplan.common.problems import MetroplanError
from supervision.models import Campaign, Draw
from supervision.rules.drawing import Pool
from supervision.selectors.campaigns import campaign_detail, campaigns_for, progress_of
from supervision.services.campaigns import (
    move_campaign,
    publish_campaign,
    save_campaign,
    set_targets,
)
from supervision.services.draws import fix_pool, make_draw, replayed, same_list, wrong_draws
from supervision.services.inspections import begin_inspection
from supervision.services.inspectors import add_conflict
from tests.supervision import campaign as made
from tests.supervision.counted import add_entity, add_instrument, add_kind


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def campaign(world) -> Campaign:
    for _ in range(3):
        made.inspector(world)
    for unit in ("A", "A", "B", "D"):
        add_entity(world, unit, "market")
    add_entity(world, "A", "mine")
    return made.campaign(world, kind="double_random")


def fixed(world, campaign, unit="P", wanted=2, each=2, **filters) -> Draw:
    return fix_pool(
        actor=world.people["staff"],
        campaign=campaign,
        organisation=world.units[unit],
        filters=filters,
        entities_wanted=wanted,
        inspectors_each=each,
    )


def test_the_pool_is_fixed_and_seeded_before_it_is_drawn(world, campaign):
    draw = fixed(world, campaign)
    assert draw.drawn_at is None
    assert Pool.read(draw.pool).digest() == draw.pool_sha256
    add_entity(world, "A", "market")
    made.inspector(world)
    draw = make_draw(actor=world.people["staff"], draw=draw)
    assert draw.drawn.count() == 2
    assert {row.entity.number for row in draw.drawn.all()} <= {*draw.pool["entities"]}
    assert all(row.inspectors.count() == 2 for row in draw.drawn.all())
    assert not list(wrong_draws())
    detail = campaign_detail(campaign, world.people["staff"])
    assert [row.position for row in detail.waiting] == [1, 2]
    events = AuditEvent.objects.filter(object_type="supervision.draw").order_by("id")
    assert [event.action for event in events] == ["draw.pool_fixed", "draw.made"]
    assert events[0].data["after"]["seed"] == draw.seed
    assert events[0].data["after"]["pool_sha256"] == draw.pool_sha256


def test_anyone_gets_the_same_list_again(world, campaign, tmp_path, capsys):
    draw = make_draw(actor=world.people["staff"], draw=fixed(world, campaign))
    assert same_list(draw, replayed(draw))
    call_command("replay_draw", str(draw.pk))
    assert "The stored list is the same." in capsys.readouterr().out
    file = tmp_path / "pool.json"
    file.write_text(json.dumps(draw.pool, ensure_ascii=False, indent=2), encoding="utf-8")
    call_command("replay_draw", pool=file, seed=draw.seed, entities=2, inspectors=2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"SHA-256 {draw.pool_sha256}"
    stored = [row.entity.number for row in draw.drawn.all()]
    assert [line.split("\t")[1] for line in lines[1:]] == stored


def test_a_list_or_a_pool_that_was_changed_is_found(world, campaign):
    draw = make_draw(actor=world.people["staff"], draw=fixed(world, campaign))
    draw.drawn.first().inspectors.clear()
    with pytest.raises(CommandError, match="another"):
        call_command("replay_draw", str(draw.pk))
    assert [found.what for found in wrong_draws()] == ["drawn list"]
    draw.pool["entities"].pop()
    draw.save()
    with pytest.raises(MetroplanError, match="pool_changed"):
        replayed(draw)
    assert [found.what for found in wrong_draws()] == ["pool of a draw"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"wanted": 6}, "draw.too_large"),
        ({"each": 4}, "draw.too_few_inspectors"),
        ({"entity_kinds": ["optician"]}, "draw.too_large"),
    ],
)
def test_a_draw_that_cannot_be_made_leaves_no_trace(world, campaign, more, code):
    with pytest.raises(MetroplanError) as refused:
        fixed(world, campaign, **more)
    assert refused.value.code == code
    assert not Draw.objects.exists()


def test_filters_and_conflicts_make_the_pool(world, campaign):
    market = add_entity(world, "A", "market", number="M1")
    add_instrument(market, "scales")
    closed = add_entity(world, "A", "market", closed_on=made.ago(1))
    campaign.kinds.add(add_kind("scales"))
    who = made.inspector(world, certificate_no="X1")
    add_conflict(
        actor=world.people["staff"],
        inspector=who,
        entity=market,
        reason="股东",
        valid_from=made.ago(5),
    )
    made.inspector(world, certificate_no="X2", valid_until=made.ago(1))
    draw = fixed(world, campaign, unit="A", wanted=1, excluded_inspectors=["JC0001"])
    assert draw.pool["entities"] == ["M1"]
    assert draw.pool["inspectors"] == ["JC0002", "JC0003", "X1"]
    assert draw.pool["conflicts"] == [["X1", "M1"]]
    assert closed.number not in draw.pool["entities"]


def test_who_was_inspected_or_drawn_is_left_out(world, campaign):
    seen = made.concluded(world)
    draw = make_draw(
        actor=world.people["staff"], draw=fixed(world, campaign, wanted=2, entity_kinds=["market"])
    )
    drawn = {row.entity.number for row in draw.drawn.all()}
    since = made.ago(20).isoformat()
    second = fixed(world, campaign, wanted=1, entity_kinds=["market"], not_since=since)
    assert not {*drawn, seen.entity.number} & {*second.pool["entities"]}
    assert len(second.pool["entities"]) in (2, 3)


def test_a_second_pool_waits_until_the_first_is_drawn(world, campaign):
    fixed(world, campaign)
    with pytest.raises(MetroplanError, match=r"draw\.waiting"):
        fixed(world, campaign)


def test_a_draw_is_made_once_and_only_by_staff(world, campaign):
    draw = fixed(world, campaign)
    with pytest.raises(PermissionDenied):
        make_draw(actor=world.people["clerk"], draw=draw)
    make_draw(actor=world.people["staff"], draw=draw)
    with pytest.raises(MetroplanError, match="made_before"):
        make_draw(actor=world.people["staff"], draw=draw)


def test_a_line_of_a_draw_is_inspected_once(world, campaign):
    draw = make_draw(actor=world.people["staff"], draw=fixed(world, campaign, unit="A"))
    line = draw.drawn.first()
    data = {
        "campaign": campaign,
        "entity": line.entity,
        "organisation": world.units["A"],
        "inspected_on": made.today(),
        "basis": "",
    }
    given = {"actor": world.people["clerk"], "inspectors": list(line.inspectors.all())}
    with pytest.raises(ValidationError):
        other = add_entity(world, "A")
        begin_inspection(data=data | {"entity": other}, drawn=line, **given)
    begin_inspection(data=data, drawn=line, **given)
    with pytest.raises(ValidationError):
        begin_inspection(data=data, drawn=line, **given)


def test_a_campaign_goes_through_its_states_and_is_published(world):
    staff = world.people["staff"]
    campaign = made.campaign(world, ends=made.today() + timedelta(days=1))
    with pytest.raises(ValidationError) as error:
        move_campaign(actor=staff, campaign=campaign, to="finished", summary="查60家")
    assert set(error.value.message_dict) == {"ends"}
    with pytest.raises(ValidationError):
        move_campaign(actor=staff, campaign=campaign, to="planned")
    campaign = save_campaign(
        actor=staff,
        campaign=campaign,
        data=made.campaign_data(world),
        checklist=made.CHECKLIST,
    )
    draft = made.begun(world, campaign=campaign)
    with pytest.raises(ValidationError) as error:
        move_campaign(actor=staff, campaign=campaign, to="finished")
    assert set(error.value.message_dict) == {"summary", "state"}
    draft.delete()
    with pytest.raises(MetroplanError, match="not_finished"):
        publish_campaign(actor=staff, campaign=campaign, on=made.today())
    shown = made.concluded(world, campaign=campaign)
    campaign = move_campaign(actor=staff, campaign=campaign, to="finished", summary="查60家")
    assert publish_campaign(actor=staff, campaign=campaign, on=made.today()) == 1
    shown.refresh_from_db()
    assert shown.published_on == made.today()


def test_those_with_a_target_see_a_campaign_from_above(world):
    campaign, clerk = made.campaign(world), world.people["clerk"]
    assert not campaigns_for(clerk).exists()
    targets = {world.units["A"]: {"entities": 3, "instruments": None, "lots": 2}}
    set_targets(actor=world.people["staff"], campaign=campaign, targets=targets)
    assert list(campaigns_for(clerk)) == [campaign]
    assert not campaigns_for(world.people["neighbour"]).exists()
    with pytest.raises(PermissionDenied):
        set_targets(actor=clerk, campaign=campaign, targets={})


def test_progress_counts_what_is_concluded_against_the_targets(world):
    campaign = made.campaign(world)
    targets = {
        world.units[unit]: {"entities": 3, "instruments": None, "lots": None}
        for unit in ("C1", "A")
    }
    set_targets(actor=world.people["staff"], campaign=campaign, targets=targets)
    entity = add_entity(world, "A", "market")
    made.concluded(world, entity, campaign=campaign)
    made.concluded(world, entity, campaign=campaign)
    made.begun(world, campaign=campaign)
    total, city, county = progress_of(campaign, world.units["P"].path)
    assert (total.entities.done, city.entities.done, county.entities.done) == (1, 1, 1)
    assert (city.entities.wanted, county.instruments.wanted) == (3, None)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"ends": made.ago(90)}, "__all__"),
        ({"title": ""}, "title"),
        ({"legal_basis": ""}, "legal_basis"),
    ],
)
def test_a_campaign_that_makes_no_sense_is_refused(world, more, field):
    with pytest.raises(ValidationError) as error:
        made.campaign(world, **more)
    assert set(error.value.message_dict) == {field}
