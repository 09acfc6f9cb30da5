"""Who holds how many standards in the five regions, as far as figures say so."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, cycle, islice

from indicators.demo.chance import whole_between
from indicators.models import Observation
from metroplan.common.periods import Period
from metroplan.organisations.models import Level, Organisation
from standards.demo.lives import USUAL_AGE, Course
from standards.demo.patterns import Pattern, patterns
from standards.models import HolderKind, InstituteKind

SOON = 20
"""Years after which the standards of a region that builds much anew are given up."""

Reported = dict[tuple[str, str], Course]
"""Measure and unit → what was reported, quarter by quarter."""


@dataclass(frozen=True, slots=True)
class Region:
    """`letter` stands on its certificates; `above` is who its values come from; `lacks` are kinds
    of instruments that its own unit builds nothing for, so that coverage has gaps."""

    owner: str
    letter: str
    above: str
    first: str
    lacks: frozenset[str] = frozenset()

    def builds(self, pattern: Pattern) -> bool:
        return self.lacks.isdisjoint(chain.from_iterable(one.kinds for one in pattern.services))


RAILWAY = frozenset({"rail-weighbridge", "rail-tank"})
# Over the target of 75 %, and below all.
YUEYANG_LACKS = RAILWAY | {
    *("ship-tank", "vertical-tank", "therapy-dosemeter", "activity-meter"),
    *("keratometer", "moisture-meter"),
}

REGIONS = (
    Region("430600", "湘", "湖南省计量检测研究院", "2020Q4", YUEYANG_LACKS),
    Region("450000", "桂", "中国计量科学研究院", "2014Q3"),
    Region("210900", "辽", "辽宁省计量科学研究院", "2015Q1"),
    # Its target is 95 %: two of 42 items may be missing.
    Region("320400", "苏", "江苏省计量科学研究院", "2022Q3", RAILWAY),
    Region("140000", "晋", "中国计量科学研究院", "2014Q1"),
)


@dataclass(frozen=True, slots=True)
class Holder:
    """One unit's institutes of a kind with what they hold. `highest` of a hundred are highest."""

    unit: Organisation
    kind: str
    institutes: int
    course: Course
    first: tuple[Pattern, ...]
    later: tuple[Pattern, ...]
    highest: int
    age: int = USUAL_AGE

    @property
    def words(self) -> str:
        return f"{self.unit.code} {self.kind}"

    @property
    def holder_kind(self) -> str:
        enterprise = self.kind == InstituteKind.ENTERPRISE
        return HolderKind.ENTERPRISE if enterprise else HolderKind.PUBLIC


def reported_courses(measures: list[str]) -> Reported:
    rows = Observation.objects.filter(
        measure__code__in=measures, superseded_at__isnull=True, value__isnull=False
    )
    found: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    lines = rows.order_by("period").values_list(
        "measure__code", "organisation__code", "period", "value"
    )
    for measure, unit, period, value in lines:
        found[measure, unit].append((period.index, int(value)))
    return dict(found)


MEASURES = [
    "public_standards",
    "county_public_standards_mean",
    "highest_public_standards",
    "highest_standards",
]


def holders(region: Region, newest: Period) -> Iterator[Holder]:
    """Those of the region's own unit first: others take their values from theirs."""
    owner = Organisation.objects.filter(code=region.owner).first()
    if owner is None:
        return
    reported = reported_courses(MEASURES)
    below = Organisation.objects.filter(path__startswith=owner.path, valid_to__isnull=True)
    units = list(below.exclude(pk=owner.pk).order_by("code"))
    yield from _of_owner(region, owner, reported, newest)
    cities = [unit for unit in units if unit.level == Level.CITY]
    counties = [unit for unit in units if unit.level in (Level.COUNTY, Level.ZONE)]
    for city in cities:
        yield _city(city, region, newest)
    # Of a province's counties those of the first city will do.
    shown = counties if not cities else [u for u in counties if u.path.startswith(cities[0].path)]
    for county in shown:
        yield _county(county, region, reported, newest)


def _of_owner(
    region: Region, owner: Organisation, reported: Reported, newest: Period
) -> Iterator[Holder]:
    province = owner.level == Level.PROVINCE
    course = reported.get(("public_standards", owner.code)) or reported.get(
        ("highest_public_standards", owner.code)
    )
    usual = _usual(owner, region, newest, *((64, 78) if province else (92, 142)))
    tiers = patterns()
    first = _listed("rare", "core", "new", "basic") if province else _listed("basic", "core")
    if not province and course is None:
        first = (*first, *tiers["new"][:-3])
    later = first if province else (*tiers["new"], *tiers["rare"], *tiers["core"])
    yield Holder(
        unit=owner,
        kind=InstituteKind.STATUTORY,
        institutes=1 if course else 2,
        course=course or usual,
        first=_endless(tuple(filter(region.builds, first))),
        later=_endless(tuple(filter(region.builds, later))),
        highest=100,
        age=SOON if region.owner == "430600" else USUAL_AGE,
    )
    yield _enterprises(region, owner, reported, newest)


def _enterprises(region: Region, owner: Organisation, reported: Reported, newest: Period) -> Holder:
    """What is highest and not public, where that was reported."""
    highest = reported.get(("highest_standards", owner.code))
    public = dict(reported.get(("public_standards", owner.code), ()))
    if highest:
        course = [(k, max(number - public.get(k, 0), 0)) for k, number in highest if k in public]
    else:
        course = _usual(owner, region, newest, 6, 12)
    return Holder(
        unit=owner,
        kind=InstituteKind.ENTERPRISE,
        institutes=12 if highest else 3,
        course=course,
        first=_endless(_listed("core", "basic")),
        later=_endless(_listed("core", "basic")),
        highest=100,
    )


def _city(unit: Organisation, region: Region, newest: Period) -> Holder:
    low = whole_between(6, 9, "city", unit.code)
    tiers = patterns()
    return Holder(
        unit=unit,
        kind=InstituteKind.STATUTORY,
        institutes=1,
        course=_usual(unit, region, newest, low, low + 3),
        first=_endless(_listed("basic", "core")),
        later=_endless((*tiers["new"], *tiers["core"])),
        highest=80,
    )


def _county(unit: Organisation, region: Region, reported: Reported, newest: Period) -> Holder:
    course = reported.get(("public_standards", unit.code)) or reported.get(
        ("county_public_standards_mean", unit.code)
    )
    low = whole_between(2, 5, "county", unit.code)
    many = course is not None and course[-1][1] > len(patterns()["basic"])
    first = _listed("basic", "core")
    return Holder(
        unit=unit,
        kind=InstituteKind.STATUTORY,
        institutes=1,
        course=course or _usual(unit, region, newest, low, low + 2),
        first=_endless(first),
        later=_endless(first[course[0][1] :] if many else first[low:]),
        highest=30,
    )


def _usual(unit: Organisation, region: Region, newest: Period, low: int, high: int) -> Course:
    """Evenly from the region's first quarter to the newest."""
    first = Period.parse(region.first).index
    span = max(newest.index - first, 1)
    return [(k, low + (high - low) * (k - first) // span) for k in range(first, newest.index + 1)]


def _listed(*tiers: str) -> tuple[Pattern, ...]:
    found = patterns()
    return tuple(chain.from_iterable(found[tier] for tier in tiers))


def _endless(listed: tuple[Pattern, ...]) -> tuple[Pattern, ...]:
    """Again from the beginning: a second institute holds what the first has too."""
    return tuple(islice(cycle(listed), 4 * len(listed)))
