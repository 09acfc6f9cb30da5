"""The form of a rule of examinations."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from metroplan.common.text import normalise, whole_number
from standards.forms.fields import day_today
from standards.forms.lists import DayField

BETWEEN = str.maketrans("，、；;", ",,,,")
LONGEST = 120


class ExaminationRuleForm(forms.Form):
    effective_from = DayField(label=_("From the day"), initial=day_today)
    validity_months = forms.IntegerField(
        label=_("Validity in months"), min_value=1, max_value=LONGEST
    )
    window_months = forms.IntegerField(
        label=_("Apply, months before expiry"), min_value=0, max_value=LONGEST
    )
    reminder_months = forms.CharField(
        label=_("Remind, months before expiry"),
        max_length=60,
        help_text=_("Numbers with commas between them, such as 12, 9, 6, 3, 1."),
    )
    document = forms.CharField(label=_("Document"), max_length=200)

    def clean_reminder_months(self) -> list[int]:
        text = normalise(self.cleaned_data["reminder_months"]).translate(BETWEEN)
        months = [whole_number(part.strip()) for part in text.split(",") if part.strip()]
        if not months or not all(0 < (number or 0) <= LONGEST for number in months):
            raise ValidationError(
                _("Write whole numbers of months with commas between them, such as 12, 6, 1.")
            )
        return months
