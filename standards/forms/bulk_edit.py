"""The form of a change to many standards: what is ticked is set, an empty value empties."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import User
from standards.forms.fields import InstituteField
from standards.forms.lists import DayField
from standards.services.bulk_edit import FIELDS, STATES, Edit

KEEP = [("", _("As it is"))]


class BulkEditForm(forms.Form):
    custodian = forms.CharField(label=_("Custodian"), max_length=60, required=False)
    location = forms.CharField(label=_("Location"), max_length=200, required=False)
    note = forms.CharField(label=_("Note"), max_length=500, required=False)
    state = forms.ChoiceField(
        label=_("New state"),
        choices=[*KEEP, *((state.value, state.label) for state in STATES)],
        required=False,
    )
    since = DayField(label=_("From the day"), required=False)
    document = forms.CharField(label=_("Document"), max_length=100, required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        help_text=_("Needed for a day in the past: figures of past quarters are counted again."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["institute"] = InstituteField(user=user, label=_("Holder"), required=False)
        for name in FIELDS:
            self.fields[ticked(name)] = forms.BooleanField(
                label=_("Set {field}").format(field=self.fields[name].label), required=False
            )

    @property
    def settable(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Tick and value of each field."""
        return [(self[ticked(name)], self[name]) for name in FIELDS]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get(ticked("institute")) and "institute" in data and not data["institute"]:
            self.add_error("institute", _("Choose the institute that holds them from now on."))
        return data

    def edit(self) -> Edit:
        data = self.cleaned_data
        return Edit(
            values={name: data[name] for name in FIELDS if data[ticked(name)]},
            state=data["state"],
            since=data["since"],
            document=data["document"],
            reason=data["reason"],
        )


def ticked(name: str) -> str:
    return f"set_{name}"


def packed(versions: Mapping[int, int]) -> str:
    """One field for thousands of versions: a request may not have so many fields."""
    return ",".join(f"{pk}:{version}" for pk, version in versions.items())


def unpacked(text: str) -> dict[int, int]:
    """What is not of this shape is left out; the service finds that something is missing."""
    pairs = (part.split(":") for part in text.split(",") if part)
    good = (pair for pair in pairs if len(pair) == 2 and all(map(str.isdecimal, pair)))
    return {int(pk): int(version) for pk, version in good}
