"""The shape of what is entered about institutes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import User
from standards.fields import FIELDS
from standards.forms.fields import chosen_unit, day_today
from standards.forms.lists import DayField
from standards.models import Assessor, Authorization, InstituteKind, StaffCount


class InstituteForm(forms.Form):
    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("Letters, digits and hyphens, used once.")
    )
    name = forms.CharField(label=_("Name"), max_length=160)
    kind = forms.ChoiceField(label=_("Kind"), choices=InstituteKind.choices)
    uscc = forms.CharField(
        label=_("Unified social credit code"),
        max_length=18,
        required=False,
        help_text=_("18 characters; the last one checks the others."),
    )
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    established_on = DayField(label=_("Established on"), required=False)
    closed_on = DayField(
        label=_("Closed on"), required=False, help_text=_("The first day without work.")
    )
    expected_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = chosen_unit(user)
        self.order_fields(["code", "name", "kind", "organisation"])


class AuthorizationForm(forms.Form):
    form = forms.ChoiceField(label=_("Form of authorisation"), choices=Authorization.Form.choices)
    number = forms.CharField(label=_("Number"), max_length=80)
    scope = forms.CharField(label=_("Authorised scope"), max_length=500)
    issued_by = forms.CharField(label=_("Issuing authority"), max_length=120)
    valid_from = DayField(label=_("Valid from"))
    valid_until = DayField(label=_("Valid until"), help_text=_("The last day is included."))
    revoked_on = DayField(label=_("Revoked on"), required=False)


class StaffForm(forms.Form):
    """One number for each qualification; those left blank stay as they are."""

    as_of = DayField(label=_("As of"), initial=day_today)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for value, label in StaffCount.Qualification.choices:
            self.fields[value] = forms.IntegerField(
                label=label, min_value=0, max_value=100_000, required=False
            )

    def clean(self) -> dict[str, Any]:
        if not self.errors and not self.counts():
            raise forms.ValidationError(_("Enter at least one number."), code="nothing")
        return self.cleaned_data

    def counts(self) -> dict[str, int]:
        given = {name: self.cleaned_data.get(name) for name in StaffCount.Qualification.values}
        return {name: count for name, count in given.items() if count is not None}


class AssessorForm(forms.Form):
    certificate_no = forms.CharField(label=_("Certificate number"), max_length=80)
    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        required=False,
        help_text=_("May stay blank: the certificate says who it is."),
    )
    subject = forms.ChoiceField(label=_("Examines"), choices=Assessor.Subject.choices)
    grade = forms.ChoiceField(label=_("Grade"), choices=Assessor.Grade.choices)
    field = forms.ChoiceField(
        label=_("Professional field"), choices=[("", _("None")), *FIELDS], required=False
    )
    valid_from = DayField(label=_("Valid from"))
    valid_until = DayField(label=_("Valid until"), help_text=_("The last day is included."))
