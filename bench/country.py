"""Makes a country of the wanted size, in SQL: units, measures, indicators, targets, figures.

Of the measures a third are stocks that add up, a third flows since the plan's start, a third rates.
Every county reports every measure in every quarter; figures come from a fixed formula, no chance.
"""

from datetime import date

from django.db import connection
from django.utils import timezone

from bench.scales import Scale
from indicators.models import FormMeasure, Indicator, Measure, Series, Target
from metroplan.common.periods import Period, newest_closed
from metroplan.organisations.models import Organisation, OrganisationLink
from metroplan.organisations.services.tree import rebuild_tree
from metroplan.plans.models import Milestone, Plan
from metroplan.submissions.models import ReportingForm

BEGAN = date(2000, 1, 1)

FIGURES = """
    INSERT INTO indicators_observation (measure_id, organisation_id, period, state, value,
        numerator, denominator, revision, recorded_at)
    SELECT m.id, o.id, k, 'value',
           CASE WHEN m.kind = 'ratio' THEN NULL ELSE 1 + (o.id * 31 + m.id * 17 + k * 7) %% 20 END,
           CASE WHEN m.kind = 'ratio' THEN 80 + (o.id * 13 + m.id * 5 + k * 3) %% 20 END,
           CASE WHEN m.kind = 'ratio' THEN 100 END,
           1, now()
      FROM indicators_measure m
     CROSS JOIN organisations_organisation o
     CROSS JOIN generate_series(%(first)s::int, %(last)s::int) AS k
     WHERE o.level = 'county'
"""


def make_country(scale: Scale) -> None:
    """Fill an empty database."""
    last = newest_closed(timezone.localdate())
    first = last - (scale.quarters - 1)
    make_units(scale)
    rebuild_tree(today=timezone.localdate())
    measures = make_measures(scale)
    for province in Organisation.objects.filter(level="province").order_by("code"):
        _plan(province, measures, first, last)
    with connection.cursor() as cursor:
        # The keys come from the tables themselves; checking millions of them again takes minutes.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(FIGURES, {"first": first.index, "last": last.index})
        cursor.execute("RESET session_replication_role")
        cursor.execute("VACUUM ANALYZE")


def make_units(scale: Scale) -> list[Organisation]:
    """Returns the provinces, as they were before their place in the tree was written."""
    provinces = _level("province", scale.provinces, [])
    cities = _level("city", scale.cities, provinces)
    _level("county", scale.counties, cities)
    return provinces


def _level(level: str, count: int, parents: list[Organisation]) -> list[Organisation]:
    units = Organisation.objects.bulk_create(
        Organisation(
            code=f"{level[:2]}{number:05d}",
            name_zh=f"{level}{number}",
            name_en=f"{level} {number}",
            level=level,
            valid_from=BEGAN,
        )
        for number in range(count)
    )
    OrganisationLink.objects.bulk_create(
        OrganisationLink(child=unit, parent=parents[number % len(parents)], valid_from=BEGAN)
        for number, unit in enumerate(units)
        if parents
    )
    return units


def make_measures(scale: Scale) -> list[Measure]:
    kinds = [
        {"kind": "count", "accumulation": "stock", "roll_up": "sum"},
        {"kind": "count", "accumulation": "flow", "roll_up": "sum"},
        {"kind": "ratio", "accumulation": "stock", "roll_up": "ratio", "decimals": 1},
    ]
    return Measure.objects.bulk_create(
        Measure(
            code=f"m{number:03d}", name_zh=f"m{number}", name_en=f"m{number}", **kinds[number % 3]
        )
        for number in range(scale.measures)
    )


def _plan(province: Organisation, measures: list[Measure], first: Period, last: Period) -> None:
    plan = Plan.objects.create(
        code=f"plan-{province.code}",
        title_zh="规划",
        title_en="Plan",
        organisation=province,
        starts=first,
        ends=Period.year_end(last.year + 1),
        status="in_force",
    )
    milestone = Milestone.objects.create(plan=plan, year=last.year + 1, kind="final")
    form = ReportingForm.objects.create(
        code=f"{plan.code}-county",
        name_zh="季报",
        name_en="Quarterly",
        kind="figures",
        owner=province,
        level="county",
        opens=first,
    )
    FormMeasure.objects.bulk_create(
        FormMeasure(form=form, measure=measure, position=number)
        for number, measure in enumerate(measures)
    )
    indicators = Indicator.objects.bulk_create(
        _indicator(plan, province, measure, number, first)
        for number, measure in enumerate(measures)
    )
    units = list(Organisation.objects.filter(path__startswith=province.path))
    targets = (
        Target(
            indicator=indicator,
            organisation=unit,
            milestone=milestone,
            low=95 if indicator.measure.kind == "ratio" else 5000,
            effective_from=BEGAN,
        )
        for indicator in indicators
        for unit in units
    )
    Target.objects.bulk_create(targets, batch_size=2000)


def _indicator(
    plan: Plan, owner: Organisation, measure: Measure, number: int, first: Period
) -> Indicator:
    flow = measure.accumulation == "flow"
    series, _ = Series.objects.get_or_create(
        measure=measure,
        window="since_plan_start" if flow else "as_is",
        since=first if flow else None,
    )
    return Indicator(
        plan=plan,
        code=measure.code,
        series=series,
        name_zh=measure.code,
        name_en=measure.code,
        clause="1",
        position=number,
        attribute="expected",
        comparator="at_least",
        basis="absolute",
        mode="reach",
        owner=owner,
    )
