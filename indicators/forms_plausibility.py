"""The form that changes a rule behind the warnings."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from indicators.forms import PapersForm
from indicators.plausibility.settings import SETTINGS, Setting
from indicators.selectors.plausibility import LABELS

HELP = {
    "tolerance": _("0.1 is a tenth."),
    "floor": _("0.03 is three hundredths of the middle; less scatter is not believed."),
    "distance": _("How many times the usual scatter a figure may be away."),
    "least": _("Smaller figures are let pass: with a few things chance decides."),
    "parts": _("Codes of measures, with commas between them."),
}


class PlausibilityForm(PapersForm):
    """Whether the check is in use, its settings, and the papers."""

    active = forms.BooleanField(label=_("In use"), required=False)

    def __init__(self, *args: Any, check: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = [setting.name for setting in SETTINGS[check]]
        for setting in SETTINGS[check]:
            self.fields[setting.name] = _field(setting)
        self.order_fields(["active", *self.names])

    def settings_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.names]

    def params(self) -> dict[str, Any]:
        """As typed; a blank one is left out."""
        sent = {name: self.cleaned_data[name] for name in self.names}
        return {name: value for name, value in sent.items() if value not in (None, "")}


def _field(setting: Setting) -> forms.Field:
    more = {
        "label": LABELS[setting.name],
        "required": False,
        "help_text": HELP.get(setting.name, ""),
    }
    if setting.codes:
        return forms.CharField(max_length=2000, **more)
    ends = {"min_value": setting.low, "max_value": setting.high}
    if setting.whole:
        return forms.IntegerField(**{name: int(end) for name, end in ends.items()}, **more)
    return forms.DecimalField(max_digits=24, decimal_places=6, **ends, **more)
