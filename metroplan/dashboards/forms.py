"""What the audit log can be narrowed by."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metroplan.dashboards.audit import action_choices


class AuditFilterForm(forms.Form):
    action = forms.ChoiceField(label=_("Action"), required=False)
    actor = forms.CharField(label=_("Actor"), max_length=150, required=False)
    organisation = forms.CharField(label=_("Unit (code)"), max_length=120, required=False)
    q = forms.CharField(label=_("Object"), max_length=100, required=False)
    since = forms.DateField(
        label=_("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = action_choices()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", _("The last day is before the first; turn the two around."))
        return cleaned
