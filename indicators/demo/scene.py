"""What is in the database, ready for the generator: a plan's forms, who fills them, its courses."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db.models import Q

from indicators.demo.course import Course, course_of
from indicators.demo.generator import Subject
from indicators.demo.paths import Path
from indicators.demo.sizes import weight
from indicators.demo.split import apportion
from indicators.models import FormMeasure, Indicator, Kind, Target
from metroplan.organisations.models import ChangeKind, OrganisationAncestry, OrganisationChangePart
from metroplan.plans.models import Plan
from metroplan.submissions.models import ReportingForm
from metroplan.submissions.reporting import levels_filling


@dataclass(frozen=True, slots=True)
class Stretch:
    """A unit that fills a form from quarter `since` up to, not including, `until`."""

    form: str
    code: str
    identity: str
    level: str
    owner: bool
    since: int
    until: int

    @property
    def weight(self) -> float:
        return weight(self.identity, self.level, owner=self.owner)


@dataclass(frozen=True, slots=True)
class Scene:
    """`asked` lists the measures of each form in its order; `first` is the first quarter shown."""

    plan: Plan
    first: int
    forms: dict[str, ReportingForm]
    asked: dict[str, list[str]]
    stretches: list[Stretch]
    courses: dict[str, Course]
    subjects: dict[tuple[str, str], Subject]

    def filling(self, quarter: int) -> Iterator[Stretch]:
        return (one for one in self.stretches if one.since <= quarter < one.until)


def load_scene(plan: Plan, newest: int) -> Scene:
    forms = {form.code: form for form in ReportingForm.objects.filter(owner=plan.organisation)}
    forms = {code: form for code, form in forms.items() if code.startswith(f"{plan.code}-")}
    asked = _asked(forms)
    courses = load_courses(plan)
    stretches = [stretch for form in forms.values() for stretch in _stretches(form)]
    shown = (first_shown(course) for course in courses.values() if course.based)
    first = min([plan.starts.index, *shown])
    scene = Scene(plan, first, forms, asked, stretches, courses, {})
    scene.subjects.update(_subjects(scene, newest))
    return scene


def first_shown(course: Course) -> int:
    """The base; a base year is shown whole where its figure is counted over the year."""
    return course.path.start[0] - (3 if course.yearly else 0)


def _asked(forms: dict[str, ReportingForm]) -> dict[str, list[str]]:
    asked: dict[str, list[str]] = defaultdict(list)
    lines = FormMeasure.objects.filter(form__in=forms.values()).order_by("form", "position")
    for code, measure in lines.values_list("form__code", "measure__code"):
        asked[code].append(measure)
    return asked


def load_courses(plan: Plan) -> dict[str, Course]:
    """By measure; where two indicators share one, the first that has a number decides."""
    targets: dict[int, list[Target]] = defaultdict(list)
    rows = Target.objects.filter(indicator__plan=plan, organisation=plan.organisation)
    for target in rows.select_related("milestone").order_by("milestone__year", "-revision"):
        same_year = [known.milestone_id for known in targets[target.indicator_id]]
        if target.milestone_id not in same_year:
            targets[target.indicator_id].append(target)
    courses: dict[str, Course] = {}
    for indicator in Indicator.objects.filter(plan=plan).select_related("series__measure"):
        code = indicator.series.measure.code
        if code not in courses and targets[indicator.pk]:
            courses[code] = course_of(indicator, targets[indicator.pk], plan.starts)
    return courses


def _stretches(form: ReportingForm) -> Iterator[Stretch]:
    below = Q(depth__gt=0, descendant__level__in=levels_filling(form))
    itself = Q(depth=0) if form.owner_fills else Q(pk__in=[])
    rows = OrganisationAncestry.objects.filter(below | itself, ancestor=form.owner)
    renamed = renames()
    for row in rows.select_related("descendant").order_by("descendant__code", "since"):
        unit = row.descendant
        yield Stretch(
            form=form.code,
            code=unit.code,
            identity=final_name(unit.code, renamed),
            level=unit.level,
            owner=row.depth == 0,
            since=row.since,
            until=row.until,
        )


def renames() -> dict[str, str]:
    """Code → the code under which the same unit went on."""
    parts = OrganisationChangePart.objects.filter(change__kind=ChangeKind.RENAME)
    return dict(parts.values_list("source__code", "target__code"))


def final_name(code: str, renamed: dict[str, str]) -> str:
    for _step in range(len(renamed)):
        code = renamed.get(code, code)
    return code


def _subjects(scene: Scene, newest: int) -> Iterator[tuple[tuple[str, str], Subject]]:
    """(measure, unit code) → the unit with its own part of every path that is summed."""
    for measure, course in scene.courses.items():
        stretches = [one for one in scene.stretches if measure in scene.asked.get(one.form, ())]
        shares = _shares(course, [one for one in stretches if one.until > newest])
        for one in stretches:
            subject = Subject(one.identity, one.level, one.owner, shares.get(one.identity))
            if subject.path is None and shares:
                subject = replace(subject, path=_own_guess(course, one, stretches, newest))
            yield (measure, one.code), subject


def _shares(course: Course, stretches: list[Stretch]) -> dict[str, Path]:
    if not divides(course) or not stretches:
        return {}
    weights = [one.weight for one in stretches]
    values = [apportion(round(value), weights) for _, value in course.path.points]
    return {
        one.identity: course.path.with_values(own)
        for one, own in zip(stretches, zip(*values, strict=True), strict=True)
    }


def divides(course: Course) -> bool:
    return course.kind == Kind.COUNT and course.summed and not (course.growth or course.falling)


def _own_guess(course: Course, one: Stretch, stretches: list[Stretch], newest: int) -> Path:
    """The part of a unit that is no more: in proportion to its size."""
    whole = sum(other.weight for other in stretches if other.until > newest)
    return course.path.with_values([value * one.weight / whole for _, value in course.path.points])
