"""Demonstration breakdown (分解) of summed targets to the units below the plan's owner."""

from collections.abc import Iterator

from django.db import transaction

from indicators.demo.scene import Scene, Stretch, divides
from indicators.models import Basis, Indicator, Kind, RollUpRule, Target
from indicators.plan_file.revised import known_since
from metroplan.audit.record import record
from metroplan.organisations.models import Level, Organisation

DOCUMENT = "演示数据 Demonstration"
REASON = "演示分解，按单位规模 / Demonstration breakdown by size of unit"


@transaction.atomic
def break_down(scene: Scene, newest: int) -> int:
    """Give cities, or the counties of a city, their part; the parts add up to the plan's target.

    Figures that the owner reports beside the units below are left whole.
    """
    indicators = Indicator.objects.filter(plan=scene.plan, basis=Basis.ABSOLUTE)
    rows = [
        row
        for indicator in indicators.select_related("series__measure")
        for row in _rows(scene, indicator, newest)
    ]
    Target.objects.bulk_create(rows)
    if rows:
        record("targets.broken_down", actor=None, on=scene.plan, targets=len(rows), is_demo=True)
    return len(rows)


def _rows(scene: Scene, indicator: Indicator, newest: int) -> Iterator[Target]:
    below = _reporters(scene, indicator, newest)
    if not below:
        return
    for target in _owner_targets(scene, indicator):
        parts = {one.code: _part(scene, one, target) for one in below}
        for unit, codes in _receivers(scene, below).items():
            yield Target(
                indicator=indicator,
                organisation=unit,
                milestone=target.milestone,
                low=sum(parts[code] for code in codes),
                approximate=target.approximate,
                effective_from=scene.plan.starts.first_day,
                recorded_at=known_since(scene.plan),
                document=DOCUMENT,
                reason=REASON,
                is_demo=True,
            )


def _reporters(scene: Scene, indicator: Indicator, newest: int) -> list[Stretch]:
    """Today's reporting units of a summed count; none where the owner reports too."""
    measure = indicator.series.measure
    if measure.kind != Kind.COUNT or measure.roll_up != RollUpRule.SUM:
        return []
    today = [
        one
        for one in scene.stretches
        if measure.code in scene.asked[one.form] and one.since <= newest < one.until
    ]
    return [] if any(one.owner for one in today) else today


def _owner_targets(scene: Scene, indicator: Indicator) -> Iterator[Target]:
    targets = indicator.targets.filter(organisation=scene.plan.organisation, is_demo=False)
    newest_first = targets.select_related("milestone").order_by("milestone__year", "-revision")
    yield from newest_first.distinct("milestone__year")


def _part(scene: Scene, one: Stretch, target: Target) -> int:
    measure = target.indicator.series.measure.code
    course, subject = scene.courses[measure], scene.subjects[measure, one.code]
    if not divides(course):
        # A ceiling of none is none for everybody.
        return 0
    values = {at // 4: value for at, value in subject.path.points[1:]}
    return int(values[target.milestone.year])


def _receivers(scene: Scene, below: list[Stretch]) -> dict[Organisation, list[str]]:
    """Unit → the reporting units whose parts make up its target."""
    owner = scene.plan.organisation
    units = Organisation.objects.in_bulk([one.code for one in below], field_name="code")
    if owner.level != Level.PROVINCE:
        return {units[one.code]: [one.code] for one in below}
    cities = Organisation.objects.filter(level=Level.CITY, path__startswith=owner.path)
    return {
        city: [code for code, unit in units.items() if unit.path.startswith(city.path)]
        for city in cities
    }
