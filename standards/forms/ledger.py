"""The shape of what is typed on the pages of the ledger."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from metroplan.organisations.models import User
from standards.forms.fields import chosen_unit, register_number
from standards.forms.lists import ALL, DayField, NarrowingForm
from standards.models import Institute, LedgerEntry, LedgerState


class LedgerFilterForm(NarrowingForm):
    q = forms.CharField(label=_("Number, title or document"), max_length=100, required=False)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=ALL + LedgerEntry.Kind.choices, required=False
    )
    level = forms.ChoiceField(
        label=_("Level"), choices=ALL + LedgerEntry.Level.choices, required=False
    )
    state = forms.ChoiceField(
        label=_("State"), choices=ALL + LedgerState.State.choices, required=False
    )
    counting = DayField(label=_("Counts on"), required=False)
    order = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["q", "kind", "level", "state", "organisation", "counting", "order"])


class InstituteChoice(forms.ModelChoiceField):
    def label_from_instance(self, institute: Institute) -> str:
        return f"{institute.code} {institute.name}"


class StateFields(forms.Form):
    state = forms.ChoiceField(label=_("State"), choices=LedgerState.State.choices)
    since = DayField(label=_("In this state from"))
    document = forms.CharField(label=_("Document of the state"), max_length=100, required=False)


class ChangeEntryForm(forms.Form):
    """What stands in an entry; its states are set by another form."""

    number = register_number()
    kind = forms.ChoiceField(label=_("Kind"), choices=LedgerEntry.Kind.choices)
    level = forms.ChoiceField(label=_("Level"), choices=LedgerEntry.Level.choices)
    role = forms.ChoiceField(
        label=pgettext_lazy("ledger", "Role"), choices=LedgerEntry.Role.choices, required=False
    )
    title = forms.CharField(
        label=pgettext_lazy("ledger", "Title"),
        max_length=200,
        help_text=_("For a person the number of the appointment will do."),
    )
    document_no = forms.CharField(label=_("Document number"), max_length=100, required=False)
    note = forms.CharField(
        label=_("Note"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = chosen_unit(user)
        self.fields["institute"] = InstituteChoice(
            label=_("Institute"),
            queryset=Institute.objects.visible_to(user).order_by("code"),
            to_field_name="code",
            required=False,
        )

    def data_for_service(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class NewEntryForm(StateFields, ChangeEntryForm):
    """A new entry comes with its first state."""


class SetStateForm(StateFields):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("Needed where the day is not after the newest state's: the past changes."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput())


class EvidenceForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        max_length=255,
        allow_empty_file=True,
        error_messages={"required": _("Choose the file first.")},
    )


def initial_of(entry: LedgerEntry) -> dict[str, Any]:
    names = ("number", "kind", "level", "role", "title", "organisation", "document_no", "note")
    values = {name: getattr(entry, name) for name in (*names, "version")}
    return values | {"institute": entry.institute.code if entry.institute else None}
