"""The form that lets a register count a measure, or the units report it again."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from indicators.models import Measure, Revision
from indicators.selectors.measure_sources import SourceLine
from metroplan.common.periods import Period


class MeasureSourceForm(forms.Form):
    """The register by its key, blank for reports; the first quarter that it counts; the papers."""

    key = forms.ChoiceField(label=_("Source"), required=False)
    since = forms.CharField(
        label=_("Counted from"),
        required=False,
        max_length=6,
        help_text=_("A quarter such as 2024Q3; earlier ones stay as reported. Blank: always."),
    )
    document = forms.CharField(
        label=_("Document number"), max_length=Revision._meta.get_field("document").max_length
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, line: SourceLine, **kwargs: Any) -> None:
        measure = line.measure
        since = measure.counted_since
        initial = {"key": measure.register_key, "since": str(since) if since else ""}
        super().__init__(*args, initial=initial, **kwargs)
        reported = ("", _("Reported by the units"))
        named = [(key, f"{said.name} ({key})") for key, said in sorted(line.choices.items())]
        self.fields["key"].choices = [reported, *named]

    def clean_since(self) -> Period | None:
        text = self.cleaned_data["since"]
        return Measure._meta.get_field("counted_since").to_python(text) if text else None
