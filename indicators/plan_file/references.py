"""What a plan file leans on in the database, and whether it fits."""

from collections.abc import Iterator
from dataclasses import dataclass

from indicators.models import Indicator, Kind, Measure, Observation, RollUpRule, Target
from indicators.plan_file.document import IndicatorSpec, MeasureSpec, PlanDocument
from indicators.plan_file.problems import Path, Problem
from metroplan.organisations.models import Level, Organisation
from metroplan.organisations.selectors_map import came_after
from metroplan.plans.models import Plan

LEVELS = [Level.PROVINCE, Level.CITY, Level.COUNTY]
FIGURE_FIELDS = ("kind", "accumulation")


@dataclass(frozen=True)
class References:
    """Stored rows by code; `plan` is None for a file that is new."""

    plan: Plan | None
    parent: Plan | None
    organisations: dict[str, Organisation]
    measures: dict[str, Measure]

    def owner(self, document: PlanDocument) -> Organisation:
        return self.organisations[document.header.organisation]


def find_references(document: PlanDocument) -> References:
    header = document.header
    plans = Plan.objects.select_related("organisation", "parent").in_bulk(
        [code for code in (header.code, header.parent) if code], field_name="code"
    )
    wanted = {header.organisation} | {unit.organisation for unit in document.units}
    measures = {item.measure for item in document.indicators}
    units = Organisation.objects.in_bulk(wanted - {None}, field_name="code")
    return References(
        plan=plans.get(header.code),
        parent=plans.get(header.parent),
        organisations=units | _taken_over(header.organisation, units, plans.get(header.code)),
        measures=Measure.objects.in_bulk(measures, field_name="code"),
    )


def _taken_over(
    code: str, units: dict[str, Organisation], plan: Plan | None
) -> dict[str, Organisation]:
    """The file goes on naming the unit that issued the plan, the plan has gone to the one after."""
    holder = plan and plan.organisation
    if code in units and holder and came_after(holder, units[code]):
        return {code: holder}
    return {}


def reference_problems(document: PlanDocument, found: References) -> list[Problem]:
    """Every fault that only the database can show."""
    problems = list(_header_problems(document, found))
    problems += _unit_problems(document, found)
    problems += _measure_problems(document, found)
    problems += _indicator_problems(document, found)
    if found.plan is not None and not problems:
        problems += _loss_problems(document, found.plan)
    return problems


def _header_problems(document: PlanDocument, found: References) -> Iterator[Problem]:
    header, at = document.header, document.source.problem
    if header.organisation not in found.organisations:
        value = header.organisation
        yield at(("plan", "organisation"), "unknown_organisation", value=value)
    elif found.plan and found.plan.organisation_id != found.owner(document).pk:
        owner = found.plan.organisation
        value = owner.code if owner else "—"
        yield at(("plan", "organisation"), "organisation_fixed", value=value)
    if header.parent and found.parent is None:
        yield at(("plan", "parent"), "unknown_parent", value=header.parent)
    elif found.plan and _stands_above(found.plan, found.parent):
        yield at(("plan", "parent"), "parent_circle", value=header.code)


def _stands_above(plan: Plan, other: Plan | None) -> bool:
    while other is not None:
        if other.pk == plan.pk:
            return True
        other = other.parent
    return False


def _unit_problems(document: PlanDocument, found: References) -> Iterator[Problem]:
    for number, unit in enumerate(document.units):
        if unit.organisation and unit.organisation not in found.organisations:
            path = ("units", number, "organisation")
            yield document.source.problem(path, "unknown_organisation", value=unit.organisation)


def _measure_problems(document: PlanDocument, found: References) -> Iterator[Problem]:
    """A measure may change with its file, unless others use it or figures stand under it."""
    stored = {
        number: (spec, found.measures[spec.code])
        for number, spec in enumerate(document.measures)
        if spec.code in found.measures and differing(spec, found.measures[spec.code])
    }
    ids = [measure.pk for _spec, measure in stored.values()]
    shared = set(
        Indicator.objects.filter(series__measure__in=ids)
        .exclude(plan__code=document.header.code)
        .values_list("series__measure", flat=True)
    )
    observed = set(Observation.objects.filter(measure__in=ids).values_list("measure", flat=True))
    for number, (spec, measure) in stored.items():
        path, value = ("measures", number, "code"), spec.code
        if measure.pk in shared:
            yield document.source.problem(path, "measure_twice", value=value)
        elif measure.pk in observed and set(differing(spec, measure)) & set(FIGURE_FIELDS):
            yield document.source.problem(path, "measure_has_figures", value=value)


def differing(spec: MeasureSpec, measure: Measure) -> list[str]:
    """Fields of the stored measure that the file says otherwise.

    Its source is not among them: staff switch it.
    """
    said = measure_values(spec).items()
    return [name for name, value in said if name != "source" and getattr(measure, name) != value]


def measure_values(spec: MeasureSpec) -> dict[str, object]:
    texts = {
        f"{name}_{language}": getattr(spec, name)[place]
        for name in ("name", "unit", "numerator", "denominator")
        for place, language in enumerate(("zh", "en"))
    }
    plain = ("kind", "accumulation", "roll_up", "mean_level", "decimals", "carry_forward", "source")
    return texts | {name: getattr(spec, name) for name in plain}


def _indicator_problems(document: PlanDocument, found: References) -> Iterator[Problem]:
    measures = {spec.code: spec for spec in document.measures}
    owner = found.organisations.get(document.header.organisation)
    for number, item in enumerate(document.indicators):
        path = ("indicators", number)
        measure = measures.get(item.measure) or found.measures.get(item.measure)
        if measure is None:
            yield document.source.problem((*path, "measure"), "unknown_measure", value=item.measure)
            continue
        yield from _fit(document, path, item, measure)
        if owner:
            yield from _level_problems(document, path, item, owner)


def _fit(
    document: PlanDocument, path: Path, item: IndicatorSpec, measure: MeasureSpec | Measure
) -> Iterator[Problem]:
    at = document.source.problem
    own = measure.roll_up == RollUpRule.OWN
    if item.comparator == "done" and measure.kind != Kind.YES_NO:
        yield at((*path, "measure"), "done_needs_yes_no")
    if item.comparator != "done" and measure.kind == Kind.YES_NO and own:
        yield at((*path, "comparator"), "yes_no_needs_done")
    if item.window != "as_is" and measure.accumulation != "flow":
        yield at((*path, "window"), "window_needs_flow")
    if own and item.reported_by != ("owner",):
        yield at((*path, "reported_by"), "own_needs_owner")
    if measure.roll_up == RollUpRule.MEAN and measure.mean_level not in item.reported_by:
        yield at((*path, "reported_by"), "mean_level_reports", value=measure.mean_level)
    if item.basis == "absolute" and measure.kind != Kind.COUNT:
        yield from _percent_problems(document, path, item)


def _percent_problems(document: PlanDocument, path: Path, item: IndicatorSpec) -> Iterator[Problem]:
    figures = [(("baseline", "value"), item.baseline_value)]
    for number, target in enumerate(item.targets):
        figures += [(("targets", number, "low"), target.low)]
        figures += [(("targets", number, "high"), target.high)]
    for step, value in figures:
        if value is not None and not 0 <= value <= 100:
            yield document.source.problem((*path, *step), "not_percent", value=value)


def _level_problems(
    document: PlanDocument, path: Path, item: IndicatorSpec, owner: Organisation
) -> Iterator[Problem]:
    below = LEVELS[LEVELS.index(owner.level) + 1 :] if owner.level in LEVELS else []
    for number, level in enumerate(item.reported_by):
        if level != "owner" and level not in below:
            at = (*path, "reported_by", number)
            yield document.source.problem(at, "level_not_below", value=level)


def _loss_problems(document: PlanDocument, plan: Plan) -> Iterator[Problem]:
    """Indicators and targets that the file dropped although something hangs on them."""
    wanted = {(item.code, target.year) for item in document.indicators for target in item.targets}
    kept = {item.code for item in document.indicators}
    held = _measures_with_figures(plan) - {item.measure for item in document.indicators}
    dropped = plan.indicators.exclude(code__in=kept).select_related("series__measure")
    lost = {item.code for item in dropped if item.series.measure.code in held}
    targets = Target.objects.filter(indicator__plan=plan).select_related(
        "indicator__series__measure", "milestone"
    )
    observed = _measures_with_figures(plan)
    lost_targets = set()
    for target in targets:
        code, year = target.indicator.code, target.milestone.year
        if (code, year) in wanted:
            continue
        others = target.organisation_id != plan.organisation_id
        if code not in kept:
            lost |= {code} if others else set()
        elif others or target.indicator.series.measure.code in observed:
            lost_targets.add((code, year))
    at = document.source.problem
    for code in sorted(lost):
        yield at(("indicators",), "indicator_has_figures", value=code)
    for code, year in sorted(lost_targets):
        yield at(("indicators",), "target_has_figures", value=code, year=year)


def _measures_with_figures(plan: Plan) -> set[str]:
    return set(
        Observation.objects.filter(
            measure__series__indicators__plan=plan,
            organisation__path__startswith=plan.organisation.path,
        ).values_list("measure__code", flat=True)
    )
