"""Which rates of verification are looked at."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.forms import UnitField
from metroplan.organisations.models import User
from standards.forms.catalogue import group_choice
from standards.forms.lists import DayField


class RateForm(forms.Form):
    """Every field may be left as it is: today, the reader's own unit, all instruments."""

    day = DayField(label=_("On the day"), required=False)
    group = group_choice(_("All instruments"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = UnitField(
            user=user, label=_("Unit, name or code"), required=False
        )

    def clean_day(self) -> date | None:
        day = self.cleaned_data["day"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come: choose today or one before."))
        return day
