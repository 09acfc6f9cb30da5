"""Ways around the rules: pools until a seed pleases, other areas, results that are not public."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.exceptions import ValidationError
from django.urls import reverse

from metroplan.common.problems import MetroplanError
from supervision.models import DishonestyRecord, Draw, Lot
from supervision.rules.drawing import Pool, draw, ranked
from supervision.services.campaigns import move_campaign, publish_campaign
from supervision.services.cases import move_case
from supervision.services.dishonesty import save_dishonesty
from supervision.services.draws import make_draw, wrong_draws
from supervision.services.entities import save_entity
from supervision.services.findings import refer_finding
from supervision.services.inspections import conclude_inspection, void_inspection
from supervision.services.inspectors import save_inspector
from supervision.services.net_content_reference import load_net_content
from tests.supervision import campaign as made
from tests.supervision.counted import add_entity
from tests.supervision.test_draws import fixed
from tests.supervision.test_lots import entered


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def pool(world):
    for unit in ("A", "A", "B", "D"):
        made.inspector(world, unit)
        add_entity(world, unit, "market")


def drawn_from(world, campaign, unit: str) -> Draw:
    return fixed(world, campaign, unit, wanted=1, each=1)


def ended(world, campaign):
    staff = world.people["staff"]
    move_campaign(actor=staff, campaign=campaign, to="finished", summary="已查")
    publish_campaign(actor=staff, campaign=campaign, on=made.today())
    campaign.refresh_from_db()
    return campaign


@pytest.mark.parametrize("unit", ["D", "P", "C1"])
def test_nothing_is_drawn_outside_of_the_area_of_a_campaign(world, pool, unit):
    with pytest.raises(MetroplanError) as refused:
        drawn_from(world, made.campaign(world, unit="A"), unit)
    assert refused.value.code == "draw.elsewhere"


@pytest.mark.parametrize("second", ["A", "C1", "P"])
def test_a_second_pool_with_the_same_entities_waits_for_the_first(world, pool, second):
    campaign = made.campaign(world)
    drawn_from(world, campaign, "A")
    with pytest.raises(MetroplanError) as refused:
        drawn_from(world, campaign, second)
    assert refused.value.code == "draw.waiting"
    assert world.units["A"].name in refused.value.message
    assert drawn_from(world, campaign, "B").pk


def test_nothing_is_drawn_for_a_campaign_that_was_cancelled_meanwhile(world, pool):
    campaign = made.campaign(world)
    waiting = drawn_from(world, campaign, "A")
    move_campaign(actor=world.people["staff"], campaign=campaign, to="cancelled")
    with pytest.raises(MetroplanError) as refused:
        make_draw(actor=world.people["staff"], draw=waiting)
    assert refused.value.code == "draw.campaign_closed"
    assert not waiting.drawn.exists()


def test_who_was_drawn_keeps_the_number_by_which_the_draw_is_repeated(world, pool):
    staff, campaign = world.people["staff"], made.campaign(world)
    done = make_draw(actor=staff, draw=drawn_from(world, campaign, "A"))
    line = done.drawn.get()
    with pytest.raises(ValidationError) as refused:
        save_entity(actor=staff, entity=line.entity, data={"number": "改号"})
    assert {*refused.value.message_dict} == {"number"}
    save_entity(actor=staff, entity=line.entity, data={"name": "改名市场"})
    person = line.inspectors.get()
    names = ("name", "organisation", "valid_from", "valid_until")
    data = {name: getattr(person, name) for name in names}
    with pytest.raises(ValidationError) as refused:
        save_inspector(actor=staff, inspector=person, data=data | {"certificate_no": "新证"})
    assert {*refused.value.message_dict} == {"certificate_no"}
    save_inspector(
        actor=staff, inspector=person, data=data | {"certificate_no": person.certificate_no}
    )
    assert not list(wrong_draws())


def test_the_draws_of_a_reopened_campaign_are_public_no_more(world, pool, client):
    campaign = made.campaign(world)
    done = make_draw(actor=world.people["staff"], draw=drawn_from(world, campaign, "A"))
    ended(world, campaign)
    pages = [reverse(f"public:{name}", args=[done.pk]) for name in ("draw", "draw-pool")]
    assert [client.get(page).status_code for page in pages] == [200, 200]
    move_campaign(actor=world.people["staff"], campaign=campaign, to="running")
    assert [client.get(page).status_code for page in pages] == [404, 404]


def test_an_inspection_is_hidden_while_a_case_filed_later_is_open(world, client):
    campaign = made.campaign(world)
    inspection = made.begun(world, campaign=campaign)
    finding = made.ordered(world, inspection)
    filled = made.filled(world, inspection, outcome="rectification")
    conclude_inspection(actor=world.people["clerk"], inspection=made.signed(world, filled))
    ended(world, campaign)
    address, name = reverse("public:campaign", args=[campaign.pk]), inspection.entity.name
    assert name in client.get(address).content.decode()
    data = {"number": "立1", "body": "enforcement", "authority": "", "legal_basis": ""}
    case = refer_finding(
        actor=world.people["clerk"], finding=finding, data=data | {"filed_on": made.today()}
    )
    assert name not in client.get(address).content.decode()
    decided = {"decision_no": "罚1", "decided_on": made.today()}
    move_case(actor=world.people["staff"], case=case, to="decided", **decided)
    assert name in client.get(address).content.decode()


def test_a_decision_that_is_still_to_come_lists_nobody(world):
    day = made.today() + timedelta(days=1)
    data = {
        "entity": add_entity(world, "A", "market"),
        "organisation": world.units["A"],
        "ground": "作弊",
        "decision_no": "罚2",
        "decided_on": day,
        "starts": day,
        "ends": day,
    }
    with pytest.raises(ValidationError) as refused:
        save_dishonesty(actor=world.people["staff"], data=data)
    assert {*refused.value.message_dict} == {"decided_on"}
    assert not DishonestyRecord.objects.exists()


@pytest.fixture
def tables(db):
    load_net_content(Path(project.BASE_DIR) / "fixtures" / "reference")


def refused_at(world, **more) -> set[str]:
    with pytest.raises(ValidationError) as refused:
        entered(world, **more)
    assert not Lot.objects.exists()
    return {*refused.value.message_dict}


def test_a_lot_fits_its_day_and_the_area_of_its_unit(world, tables):
    tomorrow = made.today() + timedelta(days=1)
    assert refused_at(world, sampled_on=tomorrow) == {"sampled_on"}
    assert refused_at(world, entity=add_entity(world, "D", "market")) == {"entity"}


def test_a_lot_fits_its_inspection(world, tables):
    elsewhere = made.begun(world)
    assert refused_at(world, inspection=elsewhere) == {"inspection"}
    void_inspection(actor=world.people["clerk"], inspection=elsewhere, reason="误录")
    elsewhere.refresh_from_db()
    own = {"inspection": elsewhere, "entity": elsewhere.entity}
    assert refused_at(world, **own) == {"inspection"}


def test_a_lot_fits_its_campaign(world, tables):
    day = {"sampled_on": made.ago(1)}
    assert refused_at(world, campaign=made.campaign(world, unit="D"), **day) == {"campaign"}
    own = made.campaign(world, ends=made.ago(2))
    assert refused_at(world, campaign=own, **day) == {"campaign"}
    inspection = made.begun(world)
    both = {"campaign": made.campaign(world), "inspection": inspection}
    assert refused_at(world, **both, entity=inspection.entity, **day) == {"campaign"}
    assert entered(world, campaign=made.campaign(world), **day).campaign


def test_ranking_only_those_who_matter_changes_nothing_in_a_draw():
    people = [f"JC{number:03d}" for number in range(7)]
    pool = Pool.of([f"E{number}" for number in range(20)], people, [("JC001", "E3")])
    start, load = f"种子|{pool.digest()}", dict.fromkeys(people, 0)
    for line in draw(pool, seed="种子", wanted=20, each=3):
        everyone = ranked(pool.free_for(line.entity), f"{start}|{line.entity}")
        first = sorted(everyone, key=lambda who: load[who])[:3]
        assert line.inspectors == tuple(first)
        for who in first:
            load[who] += 1
