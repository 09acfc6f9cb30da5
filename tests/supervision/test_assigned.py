"""What was drawn reaches those who inspect, and what came of it the campaign and its task."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from metroplan.organisations.models import Notice
from metroplan.organisations.notices import sentence
from metroplan.plans.models import PlanTask
from supervision.models import Inspection
from supervision.selectors.inspections import inspectors_offered
from supervision.services.campaigns import move_campaign, publish_campaign
from supervision.services.draws import fix_pool, make_draw
from supervision.services.findings import refer_finding
from supervision.services.inspections import begin_inspection, conclude_inspection
from supervision.services.notices import ASSIGNED
from tests.supervision import campaign as made
from tests.supervision.counted import add_entity, add_lot
from tests.supervision.test_cases import referral


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def campaign(world):
    return made.campaign(world, kind="double_random")


def drawn(world, campaign, unit: str = "A", wanted: int = 2):
    for _ in range(wanted):
        add_entity(world, unit, "market")
        made.inspector(world, unit)
    draw = fix_pool(
        actor=world.people["staff"],
        campaign=campaign,
        organisation=world.units[unit],
        filters={},
        entities_wanted=wanted,
        inspectors_each=2,
    )
    return make_draw(actor=world.people["staff"], draw=draw)


def begin(client, line):
    return client.post(reverse("supervision:drawn-begin", args=[line.pk]))


def test_those_who_record_are_told_of_a_draw_until_all_of_it_is_begun(world, campaign, client):
    draw = drawn(world, campaign)
    (told,) = Notice.objects.filter(code=ASSIGNED)
    assert told.user == world.people["clerk"]
    assert campaign.title in sentence(told.code, told.params)
    client.force_login(told.user)
    page = client.get(told.url)
    assert [row.draw_id for row in page.context["page"]] == [draw.pk] * 2
    for line in draw.drawn.all():
        assert Notice.objects.filter(code=ASSIGNED, read_at=None).exists()
        assert begin(client, line).status_code == 302
    assert not Notice.objects.filter(code=ASSIGNED, read_at=None).exists()
    assert list(client.get(told.url).context["page"]) == []


def test_an_inspection_of_a_drawn_entity_begins_in_one_tap_and_once(world, campaign, client):
    line = drawn(world, campaign).drawn.first()
    client.force_login(world.people["clerk"])
    response = begin(client, line)
    inspection = Inspection.objects.get()
    assert response.url == reverse("supervision:inspection-edit", args=[inspection.pk])
    assert (inspection.drawn, inspection.entity, inspection.campaign) == (
        line,
        line.entity,
        campaign,
    )
    assert {*inspection.inspectors.all()} == {*line.inspectors.all()}
    assert begin(client, line).url == response.url
    assert Inspection.objects.count() == 1


def test_what_stands_against_it_is_told_on_the_form(world, campaign, client):
    line = drawn(world, campaign).drawn.first()
    line.inspectors.first().conflicts.create(
        entity=line.entity, reason="亲属", valid_from=made.ago(1)
    )
    client.force_login(world.people["clerk"])
    response = client.post(reverse("supervision:drawn-begin", args=[line.pk]), follow=True)
    assert "亲属" in response.content.decode()
    assert response.context["drawn"] == line
    client.force_login(world.people["neighbour"])
    assert begin(client, line).status_code == 404
    client.force_login(world.people["leader"])
    assert begin(client, line).status_code == 403


def test_others_than_the_drawn_inspectors_come_with_a_reason_alone(world, campaign):
    line = drawn(world, campaign).drawn.first()
    data = {
        "campaign": campaign,
        "entity": line.entity,
        "organisation": world.units["A"],
        "inspected_on": made.today(),
        "basis": "",
    }
    sent = [line.inspectors.first(), made.inspector(world)]
    given = {"actor": world.people["clerk"], "inspectors": sent, "drawn": line}
    with pytest.raises(ValidationError) as error:
        begin_inspection(data=data, **given)
    assert set(error.value.message_dict) == {"substitution"}
    done = begin_inspection(data=data | {"substitution": "病假"}, **given)
    assert done.substitution == "病假"


def test_in_a_double_random_campaign_nobody_is_picked_out(world, campaign):
    with pytest.raises(ValidationError) as error:
        made.begun(world, campaign=campaign)
    assert set(error.value.message_dict) == {"campaign"}


def test_a_joint_inspection_names_its_departments(world):
    with pytest.raises(ValidationError) as error:
        made.campaign(world, kind="joint", departments=[])
    assert set(error.value.message_dict) == {"departments"}
    assert made.campaign(world, kind="joint").pk


def test_the_page_of_a_campaign_shows_what_came_of_it(world, client):
    campaign = made.campaign(world)
    inspection = made.concluded(world, campaign=campaign, outcome="minor_corrected")
    finding = made.ordered(world, inspection)
    case = refer_finding(actor=world.people["clerk"], finding=finding, data=referral())
    lot = add_lot(world, "A", str(made.today()), label=True, quantity=False, campaign=campaign)
    made.ordered(world)
    client.force_login(world.people["staff"])
    page = client.get(reverse("supervision:campaign-detail", args=[campaign.pk]))
    results = page.context["results"]
    assert (results.findings, results.rectified, results.overdue, results.cases) == (1, 0, 0, 1)
    assert (results.lots, results.label_passed, results.quantity_passed) == (1, 1, 0)
    for name, thing in (("finding", finding), ("case", case), ("lot", lot)):
        address = reverse(f"supervision:{name}-detail", args=[thing.pk])
        assert address in page.content.decode()
        listed = client.get(reverse(f"supervision:{name}-list"), {"campaign": campaign.number})
        assert [row.pk for row in listed.context["page"]] == [thing.pk]
    client.force_login(world.people["neighbour"])
    for name in ("finding", "case"):
        listed = client.get(reverse(f"supervision:{name}-list"), {"campaign": campaign.number})
        assert not listed.context["page"].object_list


def test_a_plan_shows_the_campaigns_for_its_tasks_and_they_show_it(world, client):
    task = PlanTask.objects.create(
        plan=world.plan, number="7", position=1, title_zh="专项整治", title_en="Special check"
    )
    campaign = made.campaign(world, task=task)
    client.force_login(world.people["staff"])
    plan = reverse("indicators:plan-detail", args=[world.plan.code])
    own = reverse("supervision:campaign-detail", args=[campaign.pk])
    assert own in client.get(plan, {"tab": "tasks"}).content.decode()
    assert f"{plan}?tab=tasks#task-7" in client.get(own).content.decode()
    client.force_login(world.people["clerk"])
    assert own not in client.get(plan, {"tab": "tasks"}).content.decode()


def test_what_is_published_names_entity_and_result_and_no_person(world, client):
    campaign = made.campaign(world)
    people = [made.inspector(world, name=f"检查员{place}") for place in "甲乙"]
    inspection = made.begun(world, campaign=campaign, inspectors=people)
    given = {"signed_by_entity": "店长丙", "summary": "店长丙在场", "outcome": "minor_corrected"}
    made.filled(world, inspection, **given)
    made.signed(world, inspection)
    conclude_inspection(actor=world.people["clerk"], inspection=inspection)
    staff = world.people["staff"]
    campaign = move_campaign(actor=staff, campaign=campaign, to="finished", summary="检查1家")
    publish_campaign(actor=staff, campaign=campaign, on=made.today())
    client.logout()
    shown = client.get(reverse("public:campaign", args=[campaign.pk])).content.decode()
    assert inspection.entity.name in shown
    assert "检查1家" in shown
    for secret in ("检查员甲", "检查员乙", "店长丙", people[0].certificate_no, "signature"):
        assert secret not in shown
    for address in (
        reverse("supervision:inspection-signature", args=[inspection.pk, "entity"]),
        reverse("supervision:inspection-detail", args=[inspection.pk]),
    ):
        assert client.get(address).status_code == 302


def test_the_page_of_an_entity_leads_to_all_that_was_found_there(world, client):
    finding = made.ordered(world)
    made.ordered(world)
    case = refer_finding(actor=world.people["clerk"], finding=finding, data=referral())
    client.force_login(world.people["staff"])
    entity = finding.entity
    page = client.get(reverse("supervision:entity-detail", args=[entity.pk])).content.decode()
    for name, thing in (("inspection", finding.inspection), ("finding", finding), ("case", case)):
        address = reverse(f"supervision:{name}-list")
        assert f"{address}?entity={entity.number}" in page
        listed = client.get(address, {"entity": entity.number})
        assert [row.pk for row in listed.context["page"]] == [thing.pk]


def test_those_who_were_chosen_stand_first_among_the_inspectors_offered(world):
    people = [made.inspector(world) for _ in range(3)]
    offered = inspectors_offered(world.people["clerk"], made.today(), also=people[2:])
    assert list(offered) == [people[2], *people[:2]]
