"""Lists ask the database as often for twenty rows as for two."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal

import pytest

from indicators.models import RuleVersion
from indicators.rules.terms import Thresholds
from indicators.services.recompute import recompute_all
from indicators.services.revision_values import TargetValues
from indicators.services.revisions import Papers, propose_target
from metroplan.api import router
from metroplan.organisations.models import OrganisationChange, Role
from metroplan.organisations.services.tokens import create_token
from metroplan.plans.models import Milestone, PlanTask, PlanTaskUnit, ResponsibleUnit
from tests.counting import assert_queries
from tests.routes import ask_correction, make_things, route_names
from tests.standards.catalogue_routes import grow_catalogue
from tests.standards.ledger_routes import grow_ledger
from tests.standards.register_routes import grow_register
from tests.submissions.bulk_files import made
from tests.submissions.quarter import more_counties, opened, uploaded
from tests.supervision.campaign_routes import grow_campaigns
from tests.supervision.content_routes import grow_content
from tests.supervision.ledger_routes import grow_instruments
from tests.world import World, add_indicator, add_measure, add_person, add_target, report

LISTS = {
    "dashboards:audit-list": "auditor",
    "organisations:organisation-list": "leader",
    "organisations:change-list": "leader",
    "organisations:account-list": "system_admin",
    "organisations:profile": "clerk",
    "submissions:bulk-list": "leader",
    "organisations:notice-list": "clerk",
    "submissions:form-list": "staff",
    "submissions:matrix": "leader",
    "indicators:plan-list": "leader",
    "indicators:source-list": "leader",
    "indicators:indicator-contributions": "leader",
    "indicators:observation-trace": "leader",
    "indicators:revision-list": "staff",
    "indicators:threshold-list": "staff",
    "indicators:plausibility-list": "staff",
    "indicators:measure-source-list": "staff",
    "standards:catalogue-list": "leader",
    "standards:kind-list": "leader",
    "standards:group-list": "leader",
    "standards:exclusion-list": "staff",
    "standards:coverage": "leader",
    "standards:standard-list": "leader",
    "standards:institute-list": "leader",
    "standards:expiry": "leader",
    "standards:ledger-list": "leader",
    "supervision:entity-list": "leader",
    "supervision:instrument-list": "leader",
    "supervision:due": "leader",
    "supervision:rates": "leader",
    "supervision:intervals": "leader",
    "supervision:campaign-list": "leader",
    "supervision:draw-list": "leader",
    "supervision:drawn-list": "leader",
    "supervision:inspector-list": "leader",
    "supervision:inspection-list": "leader",
    "supervision:finding-list": "leader",
    "supervision:case-list": "leader",
    "supervision:lot-list": "leader",
    "supervision:integrity-list": "leader",
    "supervision:dishonesty-list": "leader",
    "supervision:criteria-list": "leader",
} | {f"api:{base}-list": "leader" for _name, _view, base in router.registry}


@pytest.mark.parametrize("number", [2, 20])
def test_lists_ask_the_same_number_of_queries(world, client, number, django_assert_num_queries):
    things = make_things(world)
    grow(world, number)
    for route, person in LISTS.items():
        client.force_login(world.people[person])
        address = things.address(route)
        client.get(address)
        with assert_queries(route, django_assert_num_queries):
            response = client.get(address)
        assert response.status_code == 200


def grow(world: World, number: int) -> None:
    """So many counties with people, forms, files, targets and figures, and a plan so long."""
    more_counties(world, number)
    for index in range(number):
        unit = f"X{index}"
        add_person(world, f"clerk{index}", unit, Role.REPORTER)
        lengthen_plan(world, index)
        add_target(world, "city-standards", unit, 2025, 3)
        report(world, "standards", unit, "2022Q3", index)
        upload = uploaded(world, opened(world, unit), person=f"clerk{index}")
        ask_correction(upload.submission, world.people[f"clerk{index}"])
        revise(world, unit, index)
        made(world.people[f"clerk{index}"])
    for index in range(min(number, 18)):
        create_token(user=world.people["clerk"], name=f"key {index}", scope="read", days=30)
    grow_catalogue(world, number)
    grow_register(world, number)
    grow_ledger(world, number)
    grow_content(world, number)
    grow_campaigns(world, number)
    grow_instruments(world, number)
    recompute_all()


def revise(world: World, unit: str, index: int) -> None:
    """One more proposal, one more version of the thresholds and one more change of the map."""
    propose_target(
        indicator=world.indicators["standards"],
        organisation=world.units[unit],
        year=2025,
        values=TargetValues(Decimal(5)),
        papers=Papers(date(2023, 1, 1), "document", "reason"),
        actor=world.people["staff"],
    )
    thresholds = Thresholds(version=100 + index)
    RuleVersion.objects.create(effective_from=date(2023, 1, 1), **asdict(thresholds))
    change = OrganisationChange.objects.create(kind="transfer", effective_on=date(2020, 1, 1))
    change.parts.create(source=world.units[unit], target=world.units[unit])


def lengthen_plan(world: World, index: int) -> None:
    add_measure(world, f"extra{index}")
    add_indicator(world, f"extra{index}", f"extra{index}", {2025: 9}, unit="C1")
    Milestone.objects.create(plan=world.plan, year=2026 + index, kind="vision")
    unit = ResponsibleUnit.objects.create(
        plan=world.plan, code=f"u{index}", name_zh="处", name_en="Office", position=index
    )
    task = PlanTask.objects.create(
        plan=world.plan, number=f"9{index}", position=9, title_zh="任务", title_en="Task"
    )
    PlanTaskUnit.objects.create(task=task, unit=unit, position=0)


def test_every_list_is_counted():
    elsewhere = {"submissions:submission-list", "submissions:review-queue"}
    lists = {name for name in route_names() if name.endswith(("-list", "-queue"))}
    assert lists <= {*LISTS} | elsewhere
