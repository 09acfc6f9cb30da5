"""The shape of new editions: sampling plans, tables of deficiencies, sets of criteria."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from standards.forms.lists import DayField
from supervision.models import Criterion, SamplingRow, ToleranceTable
from supervision.rules.net_content import SamplingLine

LINES, MOST_LINES = 8, 60
LARGEST = 2_000_000_000


class EditionForm(forms.Form):
    edition = forms.CharField(label=_("Edition"), max_length=60)
    effective_from = DayField(label=_("For lots sampled from"))
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class ToleranceForm(EditionForm):
    rounding = forms.ChoiceField(
        label=_("Rounding of percentages"), choices=ToleranceTable.Rounding.choices
    )
    copied = forms.ModelChoiceField(
        label=_("Lines of"), queryset=ToleranceTable.objects.all(), empty_label=None
    )


class SamplingLineForm(forms.Form):
    lot_min = forms.IntegerField(label=_("Lot from"), min_value=1, max_value=LARGEST)
    lot_max = forms.IntegerField(label=_("to"), min_value=1, max_value=LARGEST, required=False)
    sample_size = forms.IntegerField(
        label=_("Sample size"), min_value=1, max_value=LARGEST, required=False
    )
    factor = forms.DecimalField(
        label=_("Factor"),
        min_value=0,
        max_digits=SamplingRow._meta.get_field("factor").max_digits,
        decimal_places=SamplingRow._meta.get_field("factor").decimal_places,
        required=False,
    )
    max_t1 = forms.IntegerField(label=_("Allowed above T"), min_value=0, max_value=1000)
    max_t2 = forms.IntegerField(label=_("Allowed above 2T"), min_value=0, max_value=1000)


class CriteriaForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=160)
    effective_from = DayField(label=_("For applications from"))
    pass_mark = forms.DecimalField(
        label=_("Pass mark"), min_value=0, max_digits=6, decimal_places=2
    )
    validity_months = forms.IntegerField(label=_("Validity in months"), min_value=1, max_value=240)
    publicity_days = forms.IntegerField(label=_("Days of publicity"), min_value=1, max_value=365)
    document = forms.CharField(label=_("Document"), max_length=160, required=False)


class CriterionForm(forms.Form):
    text = forms.CharField(
        label=_("Criterion"), max_length=Criterion._meta.get_field("text").max_length
    )
    points = forms.DecimalField(label=_("Points"), min_value=0, max_digits=6, decimal_places=2)


SamplingLines = forms.formset_factory(
    SamplingLineForm, extra=LINES, max_num=MOST_LINES, absolute_max=MOST_LINES
)
Criteria = forms.formset_factory(
    CriterionForm, extra=LINES, max_num=MOST_LINES, absolute_max=MOST_LINES
)


def filled(lines: forms.BaseFormSet) -> list[dict[str, Any]]:
    """What was entered in the lines that are not blank, in their order."""
    return [form.cleaned_data for form in lines if form.has_changed()]


def sampling_rows(lines: forms.BaseFormSet) -> list[SamplingLine]:
    return [SamplingLine(**values) for values in filled(lines)]
