"""The shape of what is typed about lots of prepackages."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from metroplan.common.text import NotANumber, plain_number, to_decimal, whole_number
from metroplan.organisations.forms import UnitField
from metroplan.organisations.models import User
from standards.forms.lists import ALL, DayField
from standards.rules.faults import Fault
from supervision.forms.fields import EntityField
from supervision.models import Campaign, Inspection, Lot, QuantityKind
from supervision.models.net_content import FIGURE
from supervision.rules.labels import Label
from supervision.rules.net_content import Reading, Sample, row_for
from supervision.rules.quantities import PIECES, UNITS
from supervision.selectors.content_tables import Editions, editions_on
from supervision.services.lots import FIELDS
from supervision.wording.content import refused

UNIT_CHOICES = [
    (unit, _("pieces") if unit == PIECES else unit) for units in UNITS.values() for unit in units
]
YES_NO = [("", _("Not looked at")), ("yes", _("Yes")), ("no", _("No"))]
SHOWN_AT_FIRST, MOST_READINGS = 10, 2000
VERDICTS = [
    ("passed", pgettext_lazy("verdict", "Conforms")),
    ("failed", pgettext_lazy("verdict", "Does not conform")),
    ("open", pgettext_lazy("verdict", "Not judged")),
]
Pair = tuple[str, str]


class ReadingsInput(forms.Widget):
    """The columns `gross` and `net` of the grid, line by line."""

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict, name: str
    ) -> list[Pair]:
        gross, net = data.getlist("gross"), data.getlist("net")
        size = min(max(len(gross), len(net)), MOST_READINGS)
        columns = [column[:size] + [""] * (size - len(column)) for column in (gross, net)]
        return list(zip(*columns, strict=True))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return "gross" not in data and "net" not in data


class ReadingsField(forms.Field):
    """Readings in their order; lines that are blank in both columns are left out."""

    widget = ReadingsInput

    def to_python(self, value: list[Pair] | None) -> tuple[Reading, ...]:
        given = [pair for pair in value or [] if any(text.strip() for text in pair)]
        errors, readings = [], []
        for position, pair in enumerate(given, start=1):
            try:
                readings.append(Reading(*map(_number, pair)))
            except NotANumber as error:
                words = {"value": error.text[:20], "position": position}
                errors.append(refused(Fault("lot.number_unreadable", words)))
        if errors:
            raise forms.ValidationError(errors)
        return tuple(readings)

    def validate(self, value: Any) -> None:
        """A sample without readings is one that is not measured yet."""


def _number(text: str) -> Decimal | None:
    if not text.strip():
        return None
    value = to_decimal(text)
    whole = FIGURE["max_digits"] - FIGURE["decimal_places"]
    fits = abs(value) < Decimal(10) ** whole and value == round(value, FIGURE["decimal_places"])
    if not fits:
        raise NotANumber("not_a_number", text)
    return value


class SampleForm(forms.Form):
    """What was measured; enough for a verdict, whoever's lot it is."""

    sampled_on = DayField(label=_("Sampled on"))
    quantity_kind = forms.ChoiceField(label=_("Kind of quantity"), choices=QuantityKind.choices)
    nominal = forms.DecimalField(label=_("Nominal quantity"), **FIGURE)
    unit = forms.ChoiceField(label=_("Unit"), choices=UNIT_CHOICES)
    lot_size = forms.IntegerField(label=_("Lot size"), min_value=1, max_value=2_000_000_000)
    sample_size = forms.IntegerField(
        label=_("Sample size"),
        min_value=1,
        max_value=2_000_000_000,
        required=False,
        help_text=_("Leave it blank for the number that the plan asks for."),
    )
    tare = forms.DecimalField(label=_("Mean tare"), min_value=0, required=False, **FIGURE)
    label_unit = forms.CharField(label=_("Unit on the label"), max_length=10, required=False)
    label_height = forms.DecimalField(
        label=_("Height of characters in millimetres"),
        min_value=0,
        max_digits=6,
        decimal_places=2,
        required=False,
    )
    label_complete = forms.ChoiceField(
        label=_("Net content is stated in full"), choices=YES_NO, required=False
    )
    readings = ReadingsField(label=_("Readings"), required=False)

    def clean_label_complete(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.cleaned_data["label_complete"])

    def clean_label_unit(self) -> str:
        return self.cleaned_data["label_unit"].strip()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.held: Editions | None = None
        if data.get("sampled_on"):
            self.held = editions_on(data["sampled_on"])
        if self.held and data.get("lot_size") and not data.get("sample_size"):
            row = row_for(self.held.tables.sampling, data["lot_size"])
            data["sample_size"] = row.needs(data["lot_size"]) if row else None
        missing = data.get("lot_size") and not data.get("sample_size")
        if missing and "sample_size" not in self.errors:
            self.add_error("sample_size", _("Give the number of pieces that were taken."))
        return data

    def reading_rows(self) -> list[Pair]:
        """The lines of the grid, with spare ones to the size of the sample."""
        shown = list(self["readings"].value() or [])
        size = whole_number(str(self["sample_size"].value() or "")) or SHOWN_AT_FIRST
        return shown + [("", "")] * (min(size, MOST_READINGS) - len(shown))

    def sample(self) -> Sample:
        data = self.cleaned_data
        return Sample(
            kind=data["quantity_kind"],
            **{name: data[name] for name in ("nominal", "unit", "lot_size", "sample_size")},
            **{name: data[name] for name in ("readings", "tare")},
        )

    def label(self) -> Label:
        data = self.cleaned_data
        return Label(data["label_complete"], data["label_unit"], data["label_height"])


class NumberedField(forms.CharField):
    """A record by its number, among those of the area."""

    default_error_messages = {
        "unknown": _("There is no “%(number)s” in your area: check the number."),
    }

    def __init__(self, *, model: Any, user: User, **kwargs: Any) -> None:
        self.model, self.user = model, user
        super().__init__(max_length=40, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.number if isinstance(value, self.model) else value

    def clean(self, value: Any) -> Any:
        number = super().clean(value)
        if not number:
            return None
        found = self.model.objects.visible_to(self.user).filter(number=number).first()
        if found is None:
            raise forms.ValidationError(
                self.error_messages["unknown"], code="unknown", params={"number": number}
            )
        return found


class LotForm(SampleForm):
    number = forms.CharField(
        label=_("Number"),
        max_length=40,
        required=False,
        help_text=_("Leave it blank for the next number of the unit."),
    )
    commodity = forms.CharField(label=_("Commodity"), max_length=60)
    product = forms.CharField(label=_("Product"), max_length=120)
    maker = forms.CharField(label=_("Producer"), max_length=120, required=False)
    batch_no = forms.CharField(label=_("Batch number"), max_length=60, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = UnitField(user=user, label=_("Inspecting unit"))
        self.fields["entity"] = EntityField(
            user=user,
            label=_("Entity"),
            help_text=_("Type the number or part of the name and choose from the list."),
        )
        self.fields["campaign"] = NumberedField(
            model=Campaign, user=user, label=_("Campaign"), required=False
        )
        self.fields["inspection"] = NumberedField(
            model=Inspection, user=user, label=_("Inspection"), required=False
        )

    def data_for_service(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS}


class LotFilterForm(forms.Form):
    q = forms.CharField(
        label=_("Number, product, producer, entity"), max_length=100, required=False
    )
    label = forms.ChoiceField(label=_("Label"), choices=ALL + VERDICTS, required=False)
    quantity = forms.ChoiceField(
        label=pgettext_lazy("net content", "Quantity"), choices=ALL + VERDICTS, required=False
    )
    quantity_kind = forms.ChoiceField(
        label=_("Kind of quantity"), choices=ALL + QuantityKind.choices, required=False
    )
    since = DayField(label=_("Sampled from"), required=False)
    until = DayField(label=_("Sampled until"), required=False)
    campaign = forms.CharField(label=_("Campaign"), max_length=40, required=False)
    order = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = UnitField(user=user, label=_("Unit"), required=False)

    def chosen(self) -> dict[str, Any]:
        """What was understood; a value that is not leaves the list as it is."""
        self.is_valid()
        return self.cleaned_data


class PublicLotForm(forms.Form):
    """For the page that anybody may read: units are found by name or code, not from an area."""

    q = forms.CharField(
        label=_("Product, producer, batch or place of sampling"), max_length=60, required=False
    )
    place = forms.CharField(label=_("Region, name or code"), max_length=60, required=False)
    label = forms.ChoiceField(label=_("Label"), choices=ALL + VERDICTS[:2], required=False)
    quantity = forms.ChoiceField(
        label=pgettext_lazy("net content", "Quantity"), choices=ALL + VERDICTS[:2], required=False
    )

    def chosen(self) -> dict[str, Any]:
        """What was understood; a value that is not leaves the list as it is."""
        self.is_valid()
        return self.cleaned_data


class PublishLotForm(forms.Form):
    published_on = DayField(
        label=_("Published from"),
        required=False,
        help_text=_("Leave it blank to take the result off the public pages."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput())


def initial_of(lot: Lot | None, user: User) -> dict[str, Any]:
    """What the form begins with: the lot as it stands, or a new one of the user's unit today."""
    if lot is None:
        return {"organisation": user.organisation, "sampled_on": timezone.localdate()}
    values = {name: getattr(lot, name) for name in (*FIELDS, "version")}
    for name in ("nominal", "tare", "label_height"):
        values[name] = None if values[name] is None else plain_number(values[name])
    values["label_complete"] = {True: "yes", False: "no", None: ""}[lot.label_complete]
    values["readings"] = [
        tuple("" if value is None else plain_number(value) for value in (row.gross, row.net))
        for row in lot.readings.order_by("position")
    ]
    return values
