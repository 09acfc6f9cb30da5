"""The plans a person may read, and one plan whole: indicators, boxes, tasks, duties."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import models
from django.db.models import Count, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce

from indicators.engine.in_force import in_force
from indicators.models import Indicator, Progress, Target
from indicators.rules.summary import summarise
from indicators.selectors.progress import StatusCount, standings_of, status_strip
from indicators.selectors.scale import target_text
from indicators.selectors.standing import IndicatorRef, Standing
from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation, User
from metroplan.plans.models import (
    Milestone,
    Plan,
    PlanBox,
    PlanBoxRow,
    PlanCategory,
    PlanDuty,
    PlanTask,
    PlanTaskUnit,
)
from metroplan.plans.task_work import TaskWork, work_for


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan in the list; `organisation` is the unit whose standing is counted, if visible."""

    plan: Plan
    indicators: int
    boxes: int
    tasks: int
    organisation: Organisation | None
    counts: tuple[StatusCount, ...]


@dataclass(frozen=True, slots=True)
class TargetCell:
    """The target of one milestone in the document's words; "" where none is set."""

    year: int
    text: str
    approximate: bool
    revised: bool


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    indicator: Indicator
    ref: IndicatorRef
    standing: Standing | None
    targets: tuple[TargetCell, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """Indicators under one heading of the document; `category` is None for those without."""

    category: PlanCategory | None
    rows: tuple[IndicatorRow, ...]


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task with its lead unit first, the indicators that measure it and the work done for it,
    such as campaigns, as the reader sees them."""

    task: PlanTask
    units: tuple[PlanTaskUnit, ...]
    indicators: tuple[IndicatorRef, ...]
    work: tuple[TaskWork, ...]


@dataclass(frozen=True, slots=True)
class PlanPage:
    """`organisation` is the unit whose figures are shown; `years` those some target is set for."""

    plan: Plan
    organisation: Organisation
    period: Period
    milestones: tuple[Milestone, ...]
    years: tuple[int, ...]
    categories: tuple[Category, ...]
    counts: tuple[StatusCount, ...]
    total: int
    boxes: tuple[PlanBox, ...]
    tasks: tuple[TaskRow, ...]
    duties: tuple[PlanDuty, ...]

    @property
    def indicators(self) -> int:
        return sum(len(category.rows) for category in self.categories)

    def standing_at(self, status: str) -> tuple[Category, ...]:
        """The categories with only the indicators of one status; "" keeps all."""
        if not status:
            return self.categories
        kept = (
            replace(
                item,
                rows=tuple(
                    row for row in item.rows if row.standing and row.standing.status == status
                ),
            )
            for item in self.categories
        )
        return tuple(item for item in kept if item.rows)


def unit_for(plan: Plan, user: User) -> Organisation:
    """The plan's own unit where the reader sees it, else the reader's unit."""
    unit = plan.organisation
    if unit and unit.path.startswith(user.organisation.path):
        return unit
    return user.organisation


def plan_list(user: User, period: Period) -> list[PlanRow]:
    """Plans with indicators first, then the headers of those above them."""
    plans = list(
        Plan.objects.visible_to(user)
        .select_related("organisation", "parent")
        .annotate(
            indicator_count=_number_of(Indicator),
            box_count=_number_of(PlanBox),
            task_count=_number_of(PlanTask),
        )
    )
    units = {plan.pk: unit_for(plan, user) for plan in plans if plan.indicator_count}
    statuses = _statuses(units, period)
    rows = [
        PlanRow(
            plan=plan,
            indicators=plan.indicator_count,
            boxes=plan.box_count,
            tasks=plan.task_count,
            organisation=units.get(plan.pk),
            counts=status_strip(statuses.get(plan.pk, {})),
        )
        for plan in plans
    ]
    return sorted(rows, key=lambda row: (not row.indicators, row.plan.code))


def _number_of(model: type[models.Model]) -> Coalesce:
    """Counted apart: joined to the plan at once, their rows would multiply."""
    rows = model.objects.filter(plan=OuterRef("pk")).order_by().values("plan")
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)


def _statuses(units: dict[int, Organisation], period: Period) -> dict[int, dict[str, int]]:
    wanted = Q(pk__in=[])
    for plan, unit in units.items():
        wanted |= Q(indicator__plan=plan, organisation=unit)
    found = (
        Progress.objects.filter(wanted, period=period)
        .values_list("indicator__plan", "status")
        .annotate(Count("pk"))
        .order_by()
    )
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for plan, status, count in found:
        counts[plan][status] = count
    return counts


def plan_page(plan: Plan, user: User, period: Period) -> PlanPage:
    organisation = unit_for(plan, user)
    indicators = list(
        Indicator.objects.filter(plan=plan).select_related(
            "series__measure", "plan", "owner", "category"
        )
    )
    standings = standings_of(indicators, organisation, period, user)
    by_indicator = {row.indicator.pk: row for row in standings}
    targets = _targets(indicators)
    milestones = tuple(Milestone.objects.filter(plan=plan).order_by("year"))
    years = tuple(sorted({year for row in targets.values() for year in row}))
    rows = [_row(item, by_indicator.get(item.pk), targets[item.pk], years) for item in indicators]
    summary = summarise((row.status, row.attainment) for row in standings)
    return PlanPage(
        plan=plan,
        organisation=organisation,
        period=period,
        milestones=milestones,
        years=years,
        categories=tuple(_by_category(rows)),
        counts=status_strip(summary.counts),
        total=len(standings),
        boxes=tuple(_boxes(plan)),
        tasks=tuple(
            _tasks(
                plan, {item.pk: row.ref for item, row in zip(indicators, rows, strict=True)}, user
            )
        ),
        duties=tuple(PlanDuty.objects.filter(plan=plan).select_related("by_unit", "to_unit")),
    )


def _targets(indicators: Sequence[Indicator]) -> dict[int, dict[int, Target]]:
    """Indicator id → year → the owner's target in the revision in force."""
    owners = {item.pk: item.owner_id for item in indicators}
    found: dict[int, dict[int, Target]] = defaultdict(dict)
    rows = in_force(Target.objects.filter(indicator__in=owners)).select_related("milestone")
    for row in rows.order_by("-revision"):
        if row.organisation_id == owners[row.indicator_id]:
            found[row.indicator_id].setdefault(row.milestone.year, row)
    return found


def _row(
    indicator: Indicator,
    standing: Standing | None,
    targets: dict[int, Target],
    years: tuple[int, ...],
) -> IndicatorRow:
    cells = tuple(_cell(indicator, year, targets.get(year)) for year in years)
    return IndicatorRow(indicator, IndicatorRef.of(indicator), standing, cells)


def _cell(indicator: Indicator, year: int, target: Target | None) -> TargetCell:
    if target is None:
        return TargetCell(year, "", approximate=False, revised=False)
    text = target_text(indicator, target.low, target.high, approximate=target.approximate)
    return TargetCell(year, text, target.approximate, revised=target.revision > 1)


def _by_category(rows: Sequence[IndicatorRow]) -> list[Category]:
    grouped: dict[int | None, list[IndicatorRow]] = defaultdict(list)
    for row in rows:
        grouped[row.indicator.category_id].append(row)
    categories = [Category(items[0].indicator.category, tuple(items)) for items in grouped.values()]
    return sorted(
        categories,
        key=lambda item: (item.category is None, item.category.position if item.category else 0),
    )


def _boxes(plan: Plan) -> Sequence[PlanBox]:
    rows = Prefetch("rows", PlanBoxRow.objects.order_by("position"))
    return PlanBox.objects.filter(plan=plan).prefetch_related(rows)


def _tasks(plan: Plan, refs: dict[int, IndicatorRef], user: User) -> list[TaskRow]:
    units = PlanTaskUnit.objects.select_related("unit").order_by("position")
    tasks = PlanTask.objects.filter(plan=plan).prefetch_related(
        Prefetch("task_units", units),
        Prefetch("indicators", Indicator.objects.only("pk").order_by("position")),
    )
    work = work_for(user, [task.pk for task in tasks])
    return [
        TaskRow(
            task=task,
            units=tuple(task.task_units.all()),
            indicators=tuple(refs[item.pk] for item in task.indicators.all() if item.pk in refs),
            work=tuple(work.get(task.pk, ())),
        )
        for task in tasks
    ]
