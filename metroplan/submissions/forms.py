"""The shape of what people send on the reporting pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metroplan.common.periods import Period
from metroplan.common.templatetags.metroplan import period as period_text
from metroplan.submissions.selectors.queue import RISK_WORDS, SORTS
from metroplan.submissions.states import Status

ACCEPTED = ".xlsx,.xlsm,.xls,.ods,.csv,.tsv,.txt"


class VersionForm(forms.Form):
    """The version its sender saw: what has changed since is not overwritten unseen."""

    expected_version = forms.IntegerField(
        min_value=0,
        widget=forms.HiddenInput,
        error_messages={
            "required": _("The page is out of date: load it again."),
            "invalid": _("The page is out of date: load it again."),
        },
    )


class UploadForm(VersionForm):
    file = forms.FileField(
        label=_("Filled-in form"),
        max_length=255,
        allow_empty_file=True,
        error_messages={"required": _("Choose the filled-in file first.")},
        widget=forms.FileInput(attrs={"accept": ACCEPTED, "class": "form-control"}),
    )


class ListFilterForm(forms.Form):
    period = forms.ChoiceField(label=_("Quarter"), required=False)
    status = forms.ChoiceField(
        label=_("State"), choices=[("", _("All")), *Status.choices], required=False
    )
    q = forms.CharField(label=_("Unit, name or code"), max_length=60, required=False)

    def __init__(self, *args: Any, periods: list[Period], units: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = period_choices(periods)
        if not units:
            del self.fields["q"]


class QueueFilterForm(forms.Form):
    period = forms.ChoiceField(label=_("Quarter"), required=False)
    form = forms.ChoiceField(label=_("Form"), required=False)
    q = forms.CharField(label=_("Unit, name or code"), max_length=60, required=False)
    risk = forms.ChoiceField(
        label=_("Risk"), choices=[("", _("All")), *RISK_WORDS.items()], required=False
    )
    sort = forms.ChoiceField(label=_("Order"), choices=list(SORTS.items()), required=False)
    warned = forms.BooleanField(label=_("With warnings only"), required=False)

    def __init__(
        self, *args: Any, periods: list[Period], forms_waiting: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = period_choices(periods)
        self.fields["form"].choices = [("", _("All")), *forms_waiting]


def period_choices(periods: list[Period]) -> list[tuple[str, Any]]:
    return [("", _("All")), *((str(period), period_text(period)) for period in periods)]
