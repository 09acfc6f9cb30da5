"""The shape of what is typed about findings and cases."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from metroplan.organisations.forms import UnitField
from metroplan.organisations.models import User
from standards.forms.fields import day_today
from standards.forms.lists import ALL, DayField
from supervision.forms.fields import EntityField
from supervision.models import Case, Inspection, InspectionItem
from supervision.selectors.findings import STATES, TO_ANY, TO_US
from supervision.states import CaseState


class ListForm(forms.Form):
    """What every list of these is narrowed by."""

    order = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = UnitField(user=user, label=_("Unit"), required=False)

    def chosen(self) -> dict[str, Any]:
        """What was understood; a value that is not leaves the list as it is."""
        self.is_valid()
        return self.cleaned_data


class FindingFilterForm(ListForm):
    q = forms.CharField(label=_("Number, entity or text"), max_length=100, required=False)
    state = forms.ChoiceField(label=_("State"), choices=ALL + STATES, required=False)
    campaign = forms.CharField(label=_("Campaign's number"), max_length=40, required=False)
    escalated = forms.ChoiceField(
        label=_("Passed on"),
        choices=[
            ("", pgettext_lazy("passed on", "Does not matter")),
            (TO_US, _("To my unit")),
            (TO_ANY, _("To any higher unit")),
        ],
        required=False,
    )
    entity = forms.CharField(widget=forms.HiddenInput, required=False)


class CaseFilterForm(ListForm):
    q = forms.CharField(label=_("Number, entity or decision"), max_length=100, required=False)
    state = forms.ChoiceField(label=_("State"), choices=ALL + CaseState.choices, required=False)
    body = forms.ChoiceField(
        label=_("Referred to"), choices=ALL + Case.Body.choices, required=False
    )
    source = forms.ChoiceField(
        label=_("Source of the case"), choices=ALL + Case.Source.choices, required=False
    )
    campaign = forms.CharField(label=_("Campaign's number"), max_length=40, required=False)
    entity = forms.CharField(widget=forms.HiddenInput, required=False)
    first = DayField(label=_("From the day"), required=False)
    last = DayField(label=_("Up to the day"), required=False)


class ItemChoice(forms.ModelChoiceField):
    def label_from_instance(self, item: InspectionItem) -> str:
        return item.text


class OrderForm(forms.Form):
    """What must be rectified, and by when."""

    description = forms.CharField(
        label=_("What was found"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=300, required=False)
    due_on = DayField(label=_("To be rectified by"))

    def __init__(self, *args: Any, inspection: Inspection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"] = ItemChoice(
            label=_("Point of the checklist"),
            queryset=InspectionItem.objects.filter(inspection=inspection),
            required=False,
        )
        self.order_fields(["item"])


class StepForm(forms.Form):
    on = DayField(label=_("Day"), initial=day_today)
    version = forms.IntegerField(widget=forms.HiddenInput())

    def data_for_service(self) -> dict[str, Any]:
        """A file comes as its name and content."""
        data = dict(self.cleaned_data)
        data["expected_version"] = data.pop("version")
        if "file" in data:
            file = data["file"]
            data["file"] = (file.name, file.read()) if file else None
        return data


class ReplyForm(StepForm):
    text = forms.CharField(
        label=_("What the entity answered"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    file = forms.FileField(label=_("File"), required=False, max_length=255)


class ExtendForm(StepForm):
    due_on = DayField(label=_("New deadline"))
    text = forms.CharField(label=_("Reason"), max_length=500)


class RecheckForm(StepForm):
    rectified = forms.TypedChoiceField(
        label=_("Result of the check"),
        choices=[("yes", _("Rectified: close it")), ("no", _("Not yet right"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    due_on = DayField(
        label=_("New deadline"), required=False, help_text=_("Needed if it is not yet right.")
    )
    text = forms.CharField(label=_("Note"), max_length=500, required=False)
    file = forms.FileField(label=_("Photo or file"), required=False, max_length=255)


class ReferForm(forms.Form):
    """Also files the case."""

    number = forms.CharField(label=_("Case number"), max_length=60)
    body = forms.ChoiceField(label=_("Referred to"), choices=Case.Body.choices)
    authority = forms.CharField(label=_("Authority"), max_length=120, required=False)
    filed_on = DayField(label=_("Filed on"), initial=day_today)
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=300, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput())

    def data_for_service(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        return data | {"expected_version": data.pop("version")}


class CaseForm(forms.Form):
    """A case that no finding led to."""

    number = forms.CharField(label=_("Case number"), max_length=60)
    source = forms.ChoiceField(
        label=_("Source of the case"),
        choices=[row for row in Case.Source.choices if row[0] != Case.Source.INSPECTION],
    )
    ground = forms.CharField(
        label=_("Ground of the case"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=300, required=False)
    filed_on = DayField(label=_("Filed on"), initial=day_today)
    body = forms.ChoiceField(label=_("Handled by"), choices=Case.Body.choices)
    authority = forms.CharField(label=_("Authority"), max_length=120, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entity"] = EntityField(user=user, label=_("Entity"))
        self.fields["organisation"] = UnitField(user=user, label=_("Unit"))


class MoveCaseForm(forms.Form):
    to = forms.ChoiceField(label=_("New state"))
    decision_no = forms.CharField(label=_("Decision number"), max_length=80, required=False)
    decided_on = DayField(label=pgettext_lazy("case", "Decided on"), required=False)
    fine = forms.DecimalField(
        label=_("Fine in yuan"), max_digits=14, decimal_places=2, required=False
    )
    on = DayField(
        label=_("Closed or withdrawn on"),
        required=False,
        help_text=_("Blank is today."),
    )
    result = forms.CharField(
        label=_("How it ended"),
        max_length=500,
        required=False,
        help_text=_("Needed to withdraw the case."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, choices: list, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = choices
