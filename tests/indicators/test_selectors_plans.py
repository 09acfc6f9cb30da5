"""Plans as the reader sees them."""

from indicators.selectors.plans import plan_list, plan_page
from metroplan.plans.models import (
    Plan,
    PlanBox,
    PlanBoxRow,
    PlanCategory,
    PlanDuty,
    PlanStatus,
    PlanTask,
    PlanTaskUnit,
    ResponsibleUnit,
)
from tests.indicators.figured import QUARTER, figured


def test_a_plan_shows_where_its_own_unit_stands(world):
    figured(world)
    Plan.objects.create(code="above", title_zh="上级", title_en="Above", status=PlanStatus.IN_FORCE)
    first, second = plan_list(world.people["leader"], QUARTER)
    assert (first.plan.code, first.indicators, first.organisation) == (
        "test-plan",
        3,
        world.units["P"],
    )
    assert {item.status: item.count for item in first.counts}["slightly_behind"] == 1
    assert (second.plan.code, second.indicators, second.organisation) == ("above", 0, None)


def test_below_the_plans_unit_the_readers_own_figures_are_shown(world):
    figured(world)
    (row,) = plan_list(world.people["clerk"], QUARTER)
    assert row.organisation == world.units["A"]


def test_indicators_are_grouped_with_their_targets_and_standing(world):
    figured(world)
    category = PlanCategory.objects.create(
        plan=world.plan, code="x", name_zh="类", name_en="X", position=0
    )
    world.indicators["rate"].category = category
    world.indicators["rate"].save()
    page = plan_page(world.plan, world.people["leader"], QUARTER)
    assert [item.category for item in page.categories] == [category, None]
    assert page.years == (2025,)
    row = page.categories[1].rows[1]
    assert (row.ref.code, row.standing.status) == ("standards", "slightly_behind")
    assert page.indicators == 3
    assert [len(item.rows) for item in page.standing_at("slightly_behind")] == [1]


def test_boxes_tasks_and_duties_come_with_it(world):
    plan = world.plan
    box = PlanBox.objects.create(plan=plan, number=1, title_zh="一", title_en="One")
    PlanBoxRow.objects.create(box=box, position=0, label_zh="行", label_en="Row")
    bureau = ResponsibleUnit.objects.create(
        plan=plan, code="bureau", name_zh="局", name_en="Bureau", position=0
    )
    task = PlanTask.objects.create(plan=plan, number="1", position=0, title_zh="事", title_en="T")
    PlanTaskUnit.objects.create(task=task, unit=bureau, position=0)
    task.indicators.add(world.indicators["rate"])
    PlanDuty.objects.create(
        plan=plan, code="d", position=0, by_unit=bureau, subject_zh="报", recurrence="yearly"
    )
    page = plan_page(plan, world.people["leader"], QUARTER)
    assert [len(item.rows.all()) for item in page.boxes] == [1]
    (row,) = page.tasks
    assert (row.units[0].leads, row.indicators[0].code) == (True, "rate")
    assert len(page.duties) == 1
