"""A small fixed world for tests: one province, two cities, three counties, and their people.

P ── C1 ── A, B          figures are reported by the counties, reviewed by city and province
  └─ C2 ── D
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection

from indicators.models import (
    FormMeasure,
    Indicator,
    Measure,
    Observation,
    Series,
    Target,
)
from indicators.services.marking import mark_asked
from indicators.services.observations import Figure, write_figures
from metroplan.common.periods import Period
from metroplan.organisations.models import Level, Organisation, OrganisationLink, Role, User
from metroplan.organisations.services.tree import rebuild_ancestry, refresh_paths
from metroplan.plans.models import Milestone, MilestoneKind, Plan, PlanStatus
from metroplan.submissions.models import ReportingForm

BEGAN = date(2000, 1, 1)
PASSWORD = "a-long-test-password"


@dataclass
class World:
    """Everything made, by its short name: `world.units["A"]`, `world.measures["units"]`."""

    units: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)
    indicators: dict[str, Indicator] = field(default_factory=dict)
    plan: Plan | None = None
    form: ReportingForm | None = None


def add_unit(world: World, key: str, level: str, parent: str | None = None, **more) -> Organisation:
    more.setdefault("valid_from", BEGAN)
    unit = Organisation.objects.create(
        code=more.pop("code", f"{900000 + len(world.units) * 100:06d}"),
        name_zh=more.pop("name_zh", f"{key}区"),
        name_en=f"Unit {key}",
        level=level,
        **more,
    )
    world.units[key] = unit
    if parent:
        OrganisationLink.objects.create(
            child=unit, parent=world.units[parent], valid_from=unit.valid_from
        )
    return unit


def settle(world: World) -> None:
    """Unroll the tree and give every unit its path."""
    rebuild_ancestry()
    refresh_paths(today=date.today())
    for unit in world.units.values():
        unit.refresh_from_db()


def add_person(world: World, name: str, unit: str, role: str, **more) -> User:
    person = User(
        username=name,
        email=f"{name}@example.invalid",
        organisation=world.units[unit],
        role=role,
        post_zh=f"{name}岗",
        post_en=f"Post {name}",
        **more,
    )
    # Hashing is slow on purpose; tests sign people in without the password.
    person.set_unusable_password()
    person.save()
    world.people[name] = person
    return person


def add_measure(world: World, key: str, **fields) -> Measure:
    fields = {
        "kind": "count",
        "accumulation": "stock",
        "roll_up": "sum",
        "unit_zh": "项",
        "unit_en": "items",
        "name_zh": f"数据项{key}",
        "name_en": f"Measure {key}",
    } | fields
    if fields["kind"] == "ratio":
        fields = {
            "numerator_zh": "合格数",
            "numerator_en": "Passed",
            "denominator_zh": "总数",
            "denominator_en": "All",
        } | fields
    measure = Measure.objects.create(code=key, **fields)
    world.measures[key] = measure
    if world.form:
        FormMeasure.objects.create(form=world.form, measure=measure, position=len(world.measures))
    return measure


def add_indicator(
    world: World,
    key: str,
    measure: str,
    targets: dict[int, tuple | int | str | None],
    *,
    window: str = "as_is",
    unit: str = "P",
    **fields,
) -> Indicator:
    """`targets` maps a year to the target, to (low, high), or to None for a thing to be done."""
    fields = {
        "comparator": "at_least",
        "attribute": "expected",
        "basis": "absolute",
        "mode": "reach",
        "clause": "1",
    } | fields
    since = world.plan.starts if window == "since_plan_start" else None
    series, _ = Series.objects.get_or_create(
        measure=world.measures[measure], window=window, since=since
    )
    indicator = Indicator.objects.create(
        plan=world.plan,
        code=key,
        series=series,
        name_zh=f"指标{key}",
        name_en=f"Indicator {key}",
        owner=world.units[unit],
        position=len(world.indicators),
        **fields,
    )
    world.indicators[key] = indicator
    for year, target in targets.items():
        add_target(world, key, unit, year, target)
    mark_asked(measures=[world.measures[measure]])
    return indicator


def add_target(
    world: World, indicator: str, unit: str, year: int, target, *, approximate: bool = False
) -> Target:
    milestone, _ = Milestone.objects.get_or_create(
        plan=world.plan, year=year, defaults={"kind": MilestoneKind.FINAL}
    )
    low, high = target if isinstance(target, tuple) else (target, None)
    return Target.objects.create(
        indicator=world.indicators[indicator],
        organisation=world.units[unit],
        milestone=milestone,
        low=None if low is None else Decimal(low),
        high=None if high is None else Decimal(high),
        approximate=approximate,
        effective_from=BEGAN,
    )


def report(world: World, measure: str, unit: str, period: str, answer) -> None:
    """Write an approved figure: a number, (numerator, denominator), or "/" for not applicable."""
    parts: dict = {"state": "value"}
    if answer == "/":
        parts["state"] = "not_applicable"
    elif isinstance(answer, tuple):
        parts |= {"numerator": Decimal(answer[0]), "denominator": Decimal(answer[1])}
    else:
        parts["value"] = Decimal(answer)
        parts["state"] = "zero" if parts["value"] == 0 else "value"
    write_figures(
        [
            Figure(
                measure_id=world.measures[measure].pk,
                organisation_id=world.units[unit].pk,
                period=Period.parse(period).index,
                **parts,
            )
        ]
    )


def make_world() -> World:
    world = World()
    add_unit(world, "P", Level.PROVINCE, name_zh="测试省")
    for city in ("C1", "C2"):
        add_unit(world, city, Level.CITY, "P", name_zh=f"{city}市")
    for county, city in (("A", "C1"), ("B", "C1"), ("D", "C2")):
        add_unit(world, county, Level.COUNTY, city)
    settle(world)
    for name, unit, role in (
        ("clerk", "A", Role.REPORTER),
        ("neighbour", "B", Role.REPORTER),
        ("city_reviewer", "C1", Role.REVIEWER),
        ("other_city_reviewer", "C2", Role.REVIEWER),
        ("reviewer", "P", Role.REVIEWER),
        ("staff", "P", Role.STAFF),
        ("leader", "P", Role.LEADER),
        ("city_leader", "C1", Role.LEADER),
        ("auditor", "P", Role.AUDITOR),
        ("security_admin", "P", Role.SECURITY_ADMIN),
        ("system_admin", "P", Role.SYSTEM_ADMIN),
    ):
        add_person(world, name, unit, role)
    world.plan = Plan.objects.create(
        code="test-plan",
        title_zh="测试规划",
        title_en="Test plan",
        organisation=world.units["P"],
        starts=Period.parse("2021Q1"),
        ends=Period.parse("2025Q4"),
        status=PlanStatus.IN_FORCE,
    )
    Milestone.objects.create(plan=world.plan, year=2020, kind=MilestoneKind.BASELINE)
    Milestone.objects.create(plan=world.plan, year=2025, kind=MilestoneKind.FINAL)
    world.form = ReportingForm.objects.create(
        code="test-plan-county",
        name_zh="测试季报",
        name_en="Test quarterly form",
        kind="figures",
        owner=world.units["P"],
        level=Level.COUNTY,
        opens=Period.parse("2021Q1"),
    )
    add_measure(world, "units", accumulation="flow", unit_zh="家", unit_en="units")
    add_measure(world, "standards")
    add_measure(world, "rate", kind="ratio", roll_up="ratio", unit_zh="%", unit_en="%", decimals=1)
    add_indicator(world, "units", "units", {2025: 100}, window="since_plan_start")
    add_indicator(
        world, "standards", "standards", {2025: 80}, baseline_year=2020, baseline_value=Decimal(0)
    )
    add_indicator(world, "rate", "rate", {2025: 95})
    return world


def current(measure: Measure, unit: Organisation, period: str) -> Observation | None:
    return Observation.objects.filter(
        measure=measure,
        organisation=unit,
        period=Period.parse(period),
        superseded_at__isnull=True,
    ).first()


def allow_test_flush() -> None:
    """Tests with real transactions empty every table afterwards: lift the log's guard there."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER audit_no_truncate")
