"""What a form asks for, and what else it could ask for."""

from django.db.models import Q, QuerySet

from indicators.models import FormMeasure, Measure
from metroplan.submissions.models import ReportingForm

FOUND_AT_MOST = 20


def lines_of(form: ReportingForm) -> QuerySet[FormMeasure]:
    return form.form_measures.select_related("measure").order_by("position", "pk")


def matching_measures(form: ReportingForm, text: str) -> list[Measure]:
    """Reported measures that the form does not ask for yet, by code or a part of the name."""
    if not text:
        return []
    found = Measure.objects.filter(
        Q(code__icontains=text) | Q(name_zh__icontains=text) | Q(name_en__icontains=text),
        source="reported",
    )
    asked = form.form_measures.values("measure")
    return list(found.exclude(pk__in=asked).order_by("code")[:FOUND_AT_MOST])
