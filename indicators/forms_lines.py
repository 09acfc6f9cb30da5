"""The shape of what is sent about one line of a reporting form."""

from django import forms

from indicators.models import Measure

ACTS = ("add", "remove", "up", "down")


class LineForm(forms.Form):
    measure = forms.ModelChoiceField(Measure.objects.all(), to_field_name="code")
    act = forms.ChoiceField(choices=[(act, act) for act in ACTS])
