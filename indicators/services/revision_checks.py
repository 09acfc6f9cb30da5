"""Refusals of proposals to change what is asked, each with a code and a sentence."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from indicators.engine.in_force import baselines_in_force
from indicators.models import Indicator, RollUp, Target
from indicators.rules import Thresholds
from indicators.rules.revising import (
    Asked,
    Refusal,
    baseline_refusals,
    target_refusals,
    threshold_refusals,
)
from indicators.services.revision_values import BaselineValues, TargetValues
from metroplan.common.periods import Period
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Organisation
from metroplan.plans.models import Milestone, MilestoneKind

UNPROCESSABLE, FORBIDDEN = 422, 403

SENTENCES = {
    Refusal.NO_NUMBER: _("{what}: enter the number that is to be reached."),
    Refusal.RANGE_UPSIDE_DOWN: _(
        "{what}: the upper end {high} lies below the lower end {low}; exchange them."
    ),
    Refusal.NO_UPPER_END: _("{what}: a range needs an upper end; enter it."),
    Refusal.NO_RANGE: _(
        "{what}: this indicator is not compared with a range; leave the upper end empty."
    ),
    Refusal.BELOW_ZERO: _("{what}: a target must not lie below zero; correct {low}."),
    Refusal.BEYOND_HUNDRED: _("{what}: a rate cannot exceed 100 %; correct {low}."),
    Refusal.BEFORE_BASELINE: _(
        "{what}: the milestone {year} does not lie after the baseline; choose a later one."
    ),
    Refusal.NO_BASE_VALUE: _(
        "{what}: growth needs a base value above zero; enter the baseline or its figure first."
    ),
    Refusal.NO_BASE_YEAR: _("{what}: a baseline needs the year it stands at; enter it."),
    Refusal.BASELINE_AFTER_MILESTONE: _(
        "{what}: the baseline must lie before the milestone {year}; choose an earlier year."
    ),
    Refusal.BANDS_OUT_OF_ORDER: _(
        "{what}: each band must begin above the next lower one, and the lowest above zero."
    ),
    Refusal.NOT_A_SHARE: _("{what}: coverage, tolerance and shares must lie between 0 and 1."),
    Refusal.NO_QUARTERS: _("{what}: “due soon” needs at least one quarter."),
}


def refuse(refusals: Sequence[Refusal], **params: object) -> None:
    """Raise the first refusal; the fields name all of them."""
    if refusals:
        raise MetroplanError(
            f"revision.{refusals[0]}",
            SENTENCES[refusals[0]],
            status=UNPROCESSABLE,
            fields={"target": [str(refusal) for refusal in refusals]},
            **params,
        )


def check_papers(document: str, reason: str) -> None:
    for name, text in (("document", document), ("reason", reason)):
        if not text.strip():
            raise MetroplanError(
                f"revision.no_{name}",
                _("Name the document and the reason: nothing that is asked changes without them."),
                status=UNPROCESSABLE,
                fields={name: ["required"]},
            )


def check_unit(indicator: Indicator, organisation: Organisation) -> None:
    if not organisation.path.startswith(indicator.owner.path):
        raise MetroplanError(
            "revision.unit_outside_plan",
            _("{unit} is no unit of {owner}, whose plan this is; choose a unit at or below it."),
            status=UNPROCESSABLE,
            unit=organisation.name,
            owner=indicator.owner.name,
        )


def find_milestone(indicator: Indicator, year: int) -> Milestone:
    found = Milestone.objects.filter(plan=indicator.plan_id, year=year).first()
    if found is None:
        raise MetroplanError(
            "revision.no_milestone",
            _("{plan} has no milestone in {year}; choose one of its milestones."),
            status=UNPROCESSABLE,
            plan=indicator.plan.title,
            year=year,
        )
    return found


def check_target(
    indicator: Indicator, organisation: Organisation, milestone: Milestone, values: TargetValues
) -> None:
    refusals = list(target_problems(indicator, organisation, milestone, values))
    what = f"{indicator.name} · {organisation.name}"
    refuse(refusals, what=what, year=milestone.year, low=values.low, high=values.high)


def target_problems(
    indicator: Indicator, organisation: Organisation, milestone: Milestone, values: TargetValues
) -> list[Refusal]:
    """All that is wrong with a target; an empty list where it may be proposed."""
    baseline = baselines_in_force([indicator])[indicator.pk]
    year = milestone.year if milestone.kind == MilestoneKind.BASELINE else baseline.year
    owns = organisation.pk == indicator.owner_id
    known = owns and bool(baseline.value and baseline.value > 0)
    return target_refusals(
        Asked(
            year=milestone.year,
            low=values.low,
            high=values.high,
            comparator=indicator.comparator,
            basis=indicator.basis,
            kind=indicator.measure.kind,
            baseline_year=year,
            base_known=known or _has_figure(indicator, organisation, baseline.year),
        )
    )


def _has_figure(indicator: Indicator, organisation: Organisation, year: int | None) -> bool:
    return year is not None and (
        RollUp.objects.filter(
            series=indicator.series_id,
            organisation=organisation,
            period=Period.year_end(year),
            value__gt=0,
        ).exists()
    )


def check_baseline(indicator: Indicator, values: BaselineValues) -> None:
    years = Target.objects.filter(indicator=indicator).values_list("milestone__year", flat=True)
    first = min(years, default=None)
    refusals = baseline_refusals(
        year=values.year,
        value=values.value,
        basis=indicator.basis,
        milestones=[] if first is None else [first],
    )
    refuse(refusals, what=indicator.name, year=first)


def check_thresholds(thresholds: Thresholds) -> None:
    refuse(threshold_refusals(thresholds), what=_("Thresholds"))


def check_day(effective_from: date, plan_begins: date | None) -> None:
    """A change of a plan cannot have held before there was a plan."""
    if plan_begins is not None and effective_from < plan_begins:
        raise MetroplanError(
            "revision.before_plan",
            _("The change cannot take effect before {day}, when the plan began; correct the date."),
            status=UNPROCESSABLE,
            fields={"effective_from": ["before_plan"]},
            day=plan_begins.isoformat(),
        )
