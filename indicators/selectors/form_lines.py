"""What a form asks for, and what else it could ask for."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from indicators.models import FormMeasure, Indicator, Measure
from metroplan.plans.models import Plan
from metroplan.submissions.models import ReportingForm

FOUND_AT_MOST = 20


def lines_of(form: ReportingForm) -> QuerySet[FormMeasure]:
    return form.form_measures.select_related("measure").order_by("position", "pk")


@dataclass(frozen=True, slots=True)
class Found:
    """`elsewhere` counts the matches that were left out because only other plans use them."""

    measures: list[Measure]
    elsewhere: int


def matching_measures(form: ReportingForm, text: str, *, everywhere: bool = False) -> Found:
    """Reported measures that the form does not ask for yet, by code or a part of the name.

    Those of the form's own plans and of no plan; with `everywhere` those of other plans as well.
    """
    if not text:
        return Found([], 0)
    found = Measure.objects.filter(
        Q(code__icontains=text) | Q(name_zh__icontains=text) | Q(name_en__icontains=text),
        source="reported",
    ).exclude(pk__in=form.form_measures.values("measure"))
    near = found.filter(~Exists(_uses(Plan.objects.all())) | Exists(_uses(plans_of(form))))
    shown = found if everywhere else near
    left = 0 if everywhere else found.count() - near.count()
    return Found(list(shown.order_by("code")[:FOUND_AT_MOST]), left)


def plans_of(form: ReportingForm) -> QuerySet[Plan]:
    """Plans of the unit that keeps the form, and those that use what the form asks for already."""
    asked = Indicator.objects.filter(series__measure__form_measures__form=form)
    return Plan.objects.filter(Q(organisation=form.owner_id) | Q(pk__in=asked.values("plan")))


def _uses(plans: QuerySet[Plan]) -> QuerySet[Indicator]:
    """Of the measure outside: the indicators of these plans that are fed by it."""
    return Indicator.objects.filter(series__measure=OuterRef("pk"), plan__in=plans)
