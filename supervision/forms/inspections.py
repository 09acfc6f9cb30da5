"""The shape of what is typed on the spot: an inspection, its answers, its instruments."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from metroplan.organisations.forms import UnitField
from metroplan.organisations.models import User
from standards.forms.fields import day_today
from standards.forms.lists import ALL, DayField
from supervision.forms.fields import EntityField, beginnings
from supervision.forms.findings import ItemChoice
from supervision.models import (
    Campaign,
    DrawnEntity,
    Inspection,
    InspectionItem,
    Inspector,
    Instrument,
    InstrumentCheck,
    Outcome,
)
from supervision.services.inspection_lines import CheckLine
from supervision.services.inspections import Answer
from supervision.states import CampaignState, InspectionState

PREFIX = "checks"
TYPED = ("basis", "outcome", "summary", "substitution", "signed_by_entity", "refusal")
ERROR_NAMES = ("inspected_on", "inspectors", *TYPED)


class InspectionFilterForm(forms.Form):
    q = forms.CharField(label=_("Number or entity"), max_length=100, required=False)
    state = forms.ChoiceField(
        label=_("State"), choices=ALL + InspectionState.choices, required=False
    )
    outcome = forms.ChoiceField(label=_("Outcome"), choices=ALL + Outcome.choices, required=False)
    campaign = forms.CharField(label=_("Campaign's number"), max_length=40, required=False)
    first = DayField(label=_("From the day"), required=False)
    last = DayField(label=_("Up to the day"), required=False)
    entity = forms.CharField(widget=forms.HiddenInput, required=False)
    order = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = UnitField(user=user, label=_("Unit"), required=False)

    def chosen(self) -> dict[str, Any]:
        """What was understood; a value that is not leaves the list as it is."""
        self.is_valid()
        return self.cleaned_data


class InspectorsChoice(forms.ModelMultipleChoiceField):
    def label_from_instance(self, inspector: Inspector) -> str:
        name = f" {inspector.name}" if inspector.name else ""
        return f"{inspector.certificate_no}{name} · {inspector.organisation.name}"


class CampaignChoice(forms.ModelChoiceField):
    def label_from_instance(self, campaign: Campaign) -> str:
        return f"{campaign.number} {campaign.title}"


def inspectors_field(offered: QuerySet[Inspector], **kwargs: Any) -> InspectorsChoice:
    return InspectorsChoice(
        label=_("Inspectors"),
        queryset=offered,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        **kwargs,
    )


def substitution_field() -> forms.CharField:
    label = _("Why others than the drawn inspectors came")
    return forms.CharField(label=label, max_length=300, required=False)


class BeginForm(forms.Form):
    """What an inspection begins with; a line of a draw says campaign and entity itself."""

    inspected_on = DayField(label=_("Inspected on"), initial=day_today)
    basis = forms.CharField(label=_("Basis"), max_length=300, required=False)

    def __init__(
        self,
        *args: Any,
        user: User,
        inspectors: QuerySet[Inspector],
        drawn: DrawnEntity | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.drawn = drawn
        self.fields["organisation"] = UnitField(user=user, label=_("Inspecting unit"))
        self.fields["inspectors"] = inspectors_field(inspectors)
        if drawn:
            self.fields["substitution"] = substitution_field()
        if drawn is None:
            running = Campaign.objects.visible_to(user).filter(state=CampaignState.RUNNING)
            self.fields["campaign"] = CampaignChoice(
                label=_("Campaign"),
                queryset=running.order_by("number"),
                required=False,
                empty_label=_("None"),
            )
            self.fields["entity"] = EntityField(user=user, label=_("Entity"))

    def data_for_service(self) -> dict[str, Any]:
        data = {name: self.cleaned_data[name] for name in ("inspected_on", "basis", "organisation")}
        if self.drawn:
            data["substitution"] = self.cleaned_data["substitution"]
            return data | {"entity": self.drawn.entity, "campaign": self.drawn.draw.campaign}
        return data | {name: self.cleaned_data[name] for name in ("campaign", "entity")}


class InstrumentField(forms.CharField):
    """An instrument of one entity by its number, with or without the name behind it."""

    default_error_messages = {
        "unknown_instrument": _(
            "This entity has no instrument with the number “%(number)s”: choose from the list, or "
            "describe it in the next field."
        ),
    }

    def __init__(self, *, inspection: Inspection, **kwargs: Any) -> None:
        self.inspection = inspection
        super().__init__(max_length=220, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.number} {value.name}" if isinstance(value, Instrument) else value

    def clean(self, value: Any) -> Instrument | None:
        text = super().clean(value)
        if not text:
            return None
        number = text.split(" ")[0]
        own = Instrument.objects.filter(entity=self.inspection.entity_id)
        named = own.filter(number__in=beginnings(text)).order_by(Length("number").desc())
        found = named.first() or own.filter(serial_no=text).first()
        found = found or own.filter(serial_no=number).first()
        if found is None:
            raise forms.ValidationError(
                self.error_messages["unknown_instrument"],
                code="unknown_instrument",
                params={"number": number},
            )
        return found


class CheckForm(forms.Form):
    description = forms.CharField(label=_("Or described"), max_length=160, required=False)
    found = forms.ChoiceField(
        label=_("Verification"), choices=[("", "—"), *InstrumentCheck.Found.choices], required=False
    )
    error = forms.DecimalField(
        label=pgettext_lazy("measurement", "Error"),
        max_digits=18,
        decimal_places=6,
        required=False,
        localize=False,
    )
    mpe = forms.DecimalField(
        label=_("MPE ±"), max_digits=18, decimal_places=6, required=False, localize=False
    )
    unit = forms.CharField(label=_("Unit of measure"), max_length=20, required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, inspection: Inspection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instrument"] = InstrumentField(
            inspection=inspection, label=_("Instrument of the ledger"), required=False
        )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        told = [name for name, value in data.items() if value not in (None, "", False)]
        if told and not data.get("found") and "DELETE" not in told:
            self.add_error("found", _("Say how its verification stands."))
        return data


CheckFormSet = forms.formset_factory(CheckForm, extra=0, can_delete=True, max_num=500)


class AnswerForm(forms.Form):
    """One point of the checklist."""

    result = forms.ChoiceField(
        choices=[choice for choice in InspectionItem.Result.choices if choice[0]],
        widget=forms.RadioSelect,
        required=False,
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, item: InspectionItem, **kwargs: Any) -> None:
        initial = {"result": item.result, "note": item.note}
        super().__init__(*args, prefix=f"item-{item.pk}", initial=initial, **kwargs)
        self.item = item


class FactsForm(forms.Form):
    inspected_on = DayField(label=_("Inspected on"))
    basis = forms.CharField(label=_("Basis"), max_length=300, required=False)
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=[("", "—"), *Outcome.choices], required=False
    )
    summary = forms.CharField(
        label=_("Conclusion"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    substitution = substitution_field()
    signed_by_entity = forms.CharField(
        label=_("Signed for the entity by"), max_length=60, required=False
    )
    refusal = forms.CharField(
        label=_("If the entity did not sign: why, and who was witness"),
        max_length=300,
        required=False,
    )
    entity_image = forms.CharField(required=False, widget=forms.HiddenInput())
    inspector_image = forms.CharField(required=False, widget=forms.HiddenInput())
    version = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, inspectors: QuerySet[Inspector], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["inspectors"] = inspectors_field(inspectors)


class InspectionForms:
    """Everything on the form of a draft, as one."""

    def __init__(
        self, *, inspection: Inspection, inspectors: QuerySet[Inspector], data: Any = None
    ) -> None:
        self.facts = FactsForm(data, inspectors=inspectors, initial=_initial(inspection))
        self.answers = [
            AnswerForm(data, item=item) for item in inspection.items.select_related("source")
        ]
        rows = inspection.checks.select_related("instrument")
        self.checks = CheckFormSet(
            data,
            prefix=PREFIX,
            initial=[_check_initial(row) for row in rows],
            form_kwargs={"inspection": inspection},
        )

    def is_valid(self) -> bool:
        parts = [self.facts, *self.answers, self.checks]
        valid = [part.is_valid() for part in parts]
        return all(valid)

    @property
    def _told(self) -> list[int]:
        """Places of the lines that say something and are not taken away."""
        return [
            place
            for place, form in enumerate(self.checks.forms)
            if form.cleaned_data.get("found") and not form.cleaned_data.get("DELETE")
        ]

    def values(self) -> dict[str, Any]:
        """For `save_inspection`."""
        data = dict(self.facts.cleaned_data)
        for name in ("entity_image", "inspector_image"):
            data.pop(name)
        lines = [self.checks.forms[place].cleaned_data for place in self._told]
        names = ("instrument", "description", "found", "error", "mpe", "unit", "note")
        return {
            "expected_version": data.pop("version"),
            "inspectors": list(data.pop("inspectors")),
            "data": data,
            "answers": [
                Answer(form.item.pk, form.cleaned_data["result"], form.cleaned_data["note"])
                for form in self.answers
            ],
            "checks": [CheckLine(**{name: line[name] for name in names}) for line in lines],
        }

    def signatures(self) -> dict[str, str]:
        """By side, those that were drawn now."""
        given = self.facts.cleaned_data
        drawn = {side: given[f"{side}_image"] for side in ("entity", "inspector")}
        return {side: image for side, image in drawn.items() if image}

    def add_errors(self, error: ValidationError) -> None:
        """Each at its field; what has none stands above the form."""
        for key, texts in _by_field(error).items():
            prefix, _dash, rest = key.partition("-")
            place, _dash, name = rest.partition("-")
            if prefix == PREFIX and place.isdecimal():
                self.checks.forms[self._told[int(place)]].add_error(name, texts)
            else:
                self.facts.add_error(key if key in ERROR_NAMES else None, texts)


def _by_field(error: ValidationError) -> dict[str, Sequence[str]]:
    return (
        error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    )


def _initial(inspection: Inspection) -> dict[str, Any]:
    names = ("inspected_on", *TYPED, "version")
    people = list(inspection.inspectors.values_list("pk", flat=True))
    return {name: getattr(inspection, name) for name in names} | {"inspectors": people}


def _check_initial(check: InstrumentCheck) -> dict[str, Any]:
    names = ("instrument", "description", "found", "unit", "note")
    numbers = {name: _plain(getattr(check, name)) for name in ("error", "mpe")}
    return {name: getattr(check, name) for name in names} | numbers


def _plain(value: Any) -> Any:
    return None if value is None else value.normalize()


class PhotoForm(forms.Form):
    file = forms.FileField(
        label=_("Photo"),
        max_length=255,
        allow_empty_file=True,
        help_text=_("JPEG or PNG; the place it was taken at is taken out of the file."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "capture": "environment"}),
        error_messages={"required": _("Choose the file first.")},
    )
    caption = forms.CharField(label=_("Caption"), max_length=120, required=False)

    def __init__(self, *args: Any, inspection: Inspection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"] = ItemChoice(
            label=_("Point of the checklist"),
            queryset=InspectionItem.objects.filter(inspection=inspection),
            required=False,
        )


class VoidForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)
