"""A random country in the database, and what the engine made of it in the reference's words."""

from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from indicators.models import (
    FormMeasure,
    Indicator,
    Measure,
    Observation,
    Progress,
    RollUp,
    Series,
    Target,
)
from indicators.services.observations import Figure, write_figures
from metroplan.organisations.models import Organisation, OrganisationLink
from metroplan.organisations.services.tree import rebuild_tree
from metroplan.plans.models import Milestone, Plan
from metroplan.submissions.models import ReportingForm
from tests.reference import terms
from tests.reference.figures import Total
from tests.reference.statuses import Standing

EARLY = datetime(2018, 1, 1, tzinfo=UTC)


@dataclass
class Stored:
    """Ids by the codes of the country."""

    units: dict[str, int] = field(default_factory=dict)
    measures: dict[str, int] = field(default_factory=dict)
    series: dict[terms.Series, int] = field(default_factory=dict)
    indicators: dict[str, int] = field(default_factory=dict)
    forms: dict[str, int] = field(default_factory=dict)
    milestones: dict[tuple[int, int], int] = field(default_factory=dict)


def number(value: Fraction | None) -> Decimal | None:
    return None if value is None else Decimal(value.numerator) / Decimal(value.denominator)


def store(country: terms.Country) -> Stored:
    """Everything but the figures."""
    stored = Stored()
    for code, unit in country.units.items():
        store_unit(stored, code, unit)
    store_links(stored, country)
    for code, measure in country.measures.items():
        store_measure(stored, code, measure)
    for code, form in country.forms.items():
        store_form(stored, code, form)
    for code, indicator in country.indicators.items():
        store_indicator(stored, code, indicator)
    return stored


def store_unit(stored: Stored, code: str, unit: terms.Unit) -> None:
    stored.units[code] = Organisation.objects.create(
        code=code, name_zh=code, level=unit.level, valid_from=unit.begins, valid_to=unit.ends
    ).pk


def store_links(stored: Stored, country: terms.Country) -> None:
    """The whole map anew."""
    for code, unit in country.units.items():
        Organisation.objects.filter(code=code).update(valid_to=unit.ends)
    OrganisationLink.objects.all().delete()
    OrganisationLink.objects.bulk_create(
        OrganisationLink(
            child_id=stored.units[link.child],
            parent_id=stored.units[link.parent],
            valid_from=link.begins,
            valid_to=link.ends,
        )
        for link in country.links
    )
    rebuild_tree(today=country.today)


def read_map(stored: Stored, country: terms.Country) -> None:
    """The map as a service left it."""
    for unit in Organisation.objects.all():
        stored.units[unit.code] = unit.pk
        country.units[unit.code] = terms.Unit(unit.level, unit.valid_from, unit.valid_to)
    links = OrganisationLink.objects.select_related("child", "parent").order_by("valid_from")
    country.links = [
        terms.Link(link.child.code, link.parent.code, link.valid_from, link.valid_to)
        for link in links
    ]


def read_owned(stored: Stored, country: terms.Country) -> None:
    """Who owns what, and what is asked of whom, as a change of the map left it."""
    units = {pk: code for code, pk in stored.units.items()}
    for code, pk in stored.indicators.items():
        indicator = country.indicators[code]
        indicator.owner = units[Indicator.objects.get(pk=pk).owner_id]
        rows = Target.objects.filter(indicator=pk).select_related("milestone")
        for row in rows.order_by("-revision"):
            key = units[row.organisation_id], row.milestone.year
            indicator.targets.setdefault(
                key, terms.Target(fraction(row.low), fraction(row.high), row.approximate)
            )
    for form in ReportingForm.objects.all():
        stored.forms[form.code] = form.pk
        country.forms[form.code] = terms.Form(
            owner=units[form.owner_id],
            level=form.level,
            owner_fills=form.owner_fills,
            opens=form.opens.index,
            closes=None if form.closes is None else form.closes.index,
            measures=[line.measure.code for line in form.form_measures.select_related("measure")],
        )


def store_measure(stored: Stored, code: str, measure: terms.Measure) -> None:
    stored.measures[code] = Measure.objects.create(
        code=code,
        name_zh=code,
        name_en=code,
        kind=measure.kind,
        accumulation=measure.accumulation,
        roll_up=measure.roll_up,
        mean_level=measure.mean_level,
        carry_forward=measure.carry,
        decimals=measure.decimals,
    ).pk


def store_form(stored: Stored, code: str, form: terms.Form) -> None:
    row, _ = ReportingForm.objects.update_or_create(
        code=code,
        defaults={
            "name_zh": code,
            "name_en": code,
            "kind": "figures",
            "owner_id": stored.units[form.owner],
            "level": form.level,
            "owner_fills": form.owner_fills,
            "opens": form.opens,
            "closes": form.closes,
        },
    )
    stored.forms[code] = row.pk
    row.form_measures.all().delete()
    FormMeasure.objects.bulk_create(
        FormMeasure(form=row, measure_id=stored.measures[measure], position=position)
        for position, measure in enumerate(form.measures)
    )


def store_indicator(stored: Stored, code: str, indicator: terms.Indicator) -> None:
    plan, _ = Plan.objects.get_or_create(
        code=f"plan-{indicator.start}",
        defaults={
            "title_zh": "规划",
            "title_en": "Plan",
            "organisation_id": stored.units["P"],
            "starts": indicator.start,
            "status": "in_force",
        },
    )
    row = Indicator.objects.create(
        plan=plan,
        code=code,
        series_id=series_id(stored, indicator.series),
        name_zh=code,
        name_en=code,
        clause="1",
        position=len(stored.indicators),
        attribute="expected",
        comparator=indicator.comparator,
        basis=indicator.basis,
        mode=indicator.mode,
        owner_id=stored.units[indicator.owner],
        baseline_year=indicator.base_year,
        baseline_value=number(indicator.base),
    )
    stored.indicators[code] = row.pk
    Target.objects.bulk_create(
        target_row(stored, code, indicator, unit, year) for unit, year in indicator.targets
    )


def series_id(stored: Stored, series: terms.Series) -> int:
    if series not in stored.series:
        stored.series[series] = Series.objects.create(
            measure_id=stored.measures[series.measure], window=series.window, since=series.first
        ).pk
    return stored.series[series]


def target_row(
    stored: Stored, code: str, indicator: terms.Indicator, unit: str, year: int, revision: int = 1
) -> Target:
    plan = Plan.objects.get(code=f"plan-{indicator.start}")
    if (plan.pk, year) not in stored.milestones:
        milestone = Milestone.objects.create(plan=plan, year=year, kind="mid_term")
        stored.milestones[plan.pk, year] = milestone.pk
    target = indicator.targets[unit, year]
    return Target(
        indicator_id=stored.indicators[code],
        organisation_id=stored.units[unit],
        milestone_id=stored.milestones[plan.pk, year],
        low=number(target.low),
        high=number(target.high),
        approximate=target.about,
        revision=revision,
        effective_from=date(2000, 1, 1),
    )


Key = tuple[str, str, int]


def as_written(stored: Stored, key: Key, figure: terms.Figure) -> Figure:
    measure, unit, period = key
    return Figure(
        measure_id=stored.measures[measure],
        organisation_id=stored.units[unit],
        period=period,
        state=figure.state,
        value=number(figure.value),
        numerator=number(figure.numerator),
        denominator=number(figure.denominator),
    )


def write(stored: Stored, figures: dict[Key, terms.Figure]) -> int:
    return write_figures(as_written(stored, *item) for item in figures.items())


def insert_figures(stored: Stored, figures: dict[Key, terms.Figure]) -> None:
    """Without marks; with an earlier revision here and there, that must not count."""
    rows = []
    for number_, (key, figure) in enumerate(figures.items()):
        written = as_written(stored, key, figure)
        common = {name: getattr(written, name) for name in ("measure_id", "organisation_id")}
        common |= {"period": written.period, "recorded_at": EARLY}
        corrected = number_ % 7 == 0
        if corrected:
            rows.append(Observation(state="value", value=9999, superseded_at=EARLY, **common))
        rows.append(
            Observation(
                state=written.state,
                value=written.value,
                numerator=written.numerator,
                denominator=written.denominator,
                revision=2 if corrected else 1,
                **common,
            )
        )
    Observation.objects.bulk_create(rows)


def read_totals(stored: Stored) -> dict[tuple[terms.Series, str, int], Total]:
    units = {pk: code for code, pk in stored.units.items()}
    series = {pk: key for key, pk in stored.series.items()}
    rows = RollUp.objects.values_list(
        "series_id", "organisation_id", "period", "value", "numerator", "denominator", "reported",
        "expected", "carried", "newest",
    )  # fmt: skip
    return {
        (series[s], units[o], k.index): Total(
            *map(fraction, figures), *counts, None if newest is None else newest.index
        )
        for s, o, k, *figures, reported, expected, carried, newest in rows
        for counts in [(reported, expected, carried)]
    }


def read_standings(stored: Stored) -> dict[Key, Standing]:
    units = {pk: code for code, pk in stored.units.items()}
    codes = {pk: code for code, pk in stored.indicators.items()}
    names = [
        "actual", "expected", "target", "milestone_year", "baseline", "attainment",
        "schedule_ratio", "lag_quarters", "status", "provisional", "met_by_rounding", "reported",
        "units_expected", "carried",
    ]  # fmt: skip
    rows = Progress.objects.values_list("indicator_id", "organisation_id", "period", *names)
    return {
        (codes[i], units[o], k.index): Standing(
            **{name: fraction(value) for name, value in zip(names, values, strict=True)}
        )
        for i, o, k, *values in rows
    }


def fraction(value):
    return Fraction(value) if isinstance(value, Decimal) else value


LAST_PLACE = Fraction(1, 10**12)
"""Results are kept with twelve decimals."""


def same_results(stored: dict, wanted: dict) -> None:
    for key in sorted({*stored, *wanted}, key=repr):
        assert key in stored, f"missing: {key} {wanted[key]}"
        assert key in wanted, f"too much: {key} {stored[key]}"
        if stored[key] != wanted[key]:
            for part in fields(wanted[key]):
                here, there = getattr(stored[key], part.name), getattr(wanted[key], part.name)
                assert near(here, there), f"{key} {part.name}: {here} {there} {wanted[key]}"


def near(here: object, there: object) -> bool:
    if isinstance(here, Fraction) and isinstance(there, Fraction):
        return abs(here - there) <= LAST_PLACE
    return here == there
