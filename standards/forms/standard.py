"""The form of a standard: its own fields, and a formset for each kind of line."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import User
from standards.fields import FIELDS
from standards.forms.fields import InstituteField, StandardField, day_today, register_number
from standards.forms.lists import DayField
from standards.models import (
    HolderKind,
    InstrumentKind,
    MeasurementStandard,
    NationalLevel,
    PerformanceKind,
    Rank,
    Way,
)
from standards.services.lines import line_words, lines_of, read_lines
from standards.services.standards import FIELDS as OWN_FIELDS
from standards.services.standards import field_words, own_facts
from standards.states import State

CHOOSE = [("", _("Choose …"))]
MOST_LINES = 200
NUMBER = {"max_digits": 24, "decimal_places": 12, "required": False}


class StandardForm(forms.Form):
    number = register_number()
    name = forms.CharField(
        label=_("Name"),
        max_length=160,
        help_text=_("By the naming rule, such as 0.05级数字压力计标准装置 or 电子天平检定装置."),
    )
    code = forms.CharField(
        label=_("Code"),
        max_length=8,
        required=False,
        help_text=_("Eight digits of JJF 1022, such as 12710100; blank while it has none."),
    )
    field = forms.ChoiceField(label=_("Professional field"), choices=[*CHOOSE, *FIELDS])
    holder_kind = forms.ChoiceField(label=_("Kind"), choices=HolderKind.choices)
    custodian = forms.CharField(label=_("Custodian"), max_length=60, required=False)
    location = forms.CharField(label=_("Location"), max_length=200, required=False)
    note = forms.CharField(label=_("Note"), max_length=500, required=False)
    expected_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["institute"] = InstituteField(
            user=user,
            label=_("Holder"),
            help_text=_("The institute's code, or part of its name and choose from the list."),
        )


class NewStandardForm(StandardForm):
    """With what it begins as."""

    state = forms.ChoiceField(label=_("State"), choices=State.choices, initial=State.PLANNED)
    since = DayField(label=_("In this state from"), initial=day_today)
    document = forms.CharField(label=_("Document of the state"), max_length=100, required=False)
    rank = forms.ChoiceField(
        label=_("Rank"), choices=[("", _("Not yet")), *Rank.choices], required=False
    )
    national_level = forms.ChoiceField(
        label=_("Level in the country"), choices=NationalLevel.choices, required=False
    )


class Line(forms.Form):
    """A line; `id` is the stored one's. A line left blank is none."""

    id = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title: Any = ""

    def row(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) for name in self.fields if name != "DELETE"}


class CapabilityLine(Line):
    quantity = forms.CharField(label=_("Quantity"), max_length=80, required=False)
    range_text = forms.CharField(
        label=_("Measuring range"), max_length=120, help_text=_("Such as (0~500) mm.")
    )
    unit = forms.CharField(
        label=_("Unit (UCUM)"),
        max_length=40,
        required=False,
        help_text=_("Only where the range does not say it."),
    )
    performance_kind = forms.ChoiceField(
        label=_("Kind of performance"), choices=[*CHOOSE, *PerformanceKind.choices]
    )
    performance_text = forms.CharField(
        label=_("Performance"),
        max_length=120,
        help_text=_("One kind on a line, such as U=0.2″ (k=2), 0.05级, MPE: ±0.5%."),
    )


class KindsField(forms.MultipleChoiceField):
    """Kinds of instruments by code; the cleaned value is a list of InstrumentKind."""

    def __init__(self, *, kinds: dict[str, InstrumentKind], **kwargs: Any) -> None:
        self.kinds = kinds
        choices = [(code, kind.name) for code, kind in kinds.items()]
        super().__init__(choices=choices, widget=forms.SelectMultiple, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return [getattr(item, "code", item) for item in value or []]

    def clean(self, value: Any) -> list[InstrumentKind]:
        return [self.kinds[code] for code in super().clean(value)]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return set(self.prepare_value(initial)) != set(data or [])


class ServiceLine(Line):
    way = forms.ChoiceField(label=_("Way"), choices=Way.choices, initial=Way.VERIFICATION)
    instrument = forms.CharField(label=_("Instrument"), max_length=120)
    range_text = forms.CharField(
        label=_("Range"),
        max_length=120,
        required=False,
        help_text=_("Within what the standard can measure."),
    )
    unit = forms.CharField(label=_("Unit (UCUM)"), max_length=40, required=False)
    performance_text = forms.CharField(label=_("Class or error"), max_length=120, required=False)
    document_no = forms.CharField(
        label=_("JJG or JJF number"), max_length=60, help_text=_("Such as JJG 1036-2022.")
    )
    document_title = forms.CharField(
        label=_("Title of the document"), max_length=160, required=False
    )

    def __init__(self, *args: Any, kinds: dict[str, InstrumentKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"] = KindsField(
            kinds=kinds,
            label=_("Instrument kinds"),
            required=False,
            help_text=_("Which kinds of the catalogue it covers; none: it covers no item."),
        )


class EquipmentLine(Line):
    is_main = forms.BooleanField(label=_("Main standard"), required=False)
    name = forms.CharField(label=_("Name"), max_length=120)
    model = forms.CharField(label=_("Model"), max_length=80, required=False)
    serial_no = forms.CharField(label=_("Serial number"), max_length=80, required=False)
    range_text = forms.CharField(label=_("Range"), max_length=120, required=False)
    performance_text = forms.CharField(label=_("Class or error"), max_length=120, required=False)
    maker = forms.CharField(label=_("Maker"), max_length=120, required=False)
    certificate_no = forms.CharField(label=_("Certificate number"), max_length=80, required=False)
    traced_to = forms.CharField(label=_("Traced to"), max_length=160, required=False)
    calibrated_on = DayField(label=_("Calibrated on"), required=False)
    valid_until = DayField(label=_("Valid until"), required=False)
    dcc_reference = forms.CharField(
        label=_("DCC identifier"),
        max_length=120,
        required=False,
        help_text=_("Of the digital calibration certificate, where there is one."),
    )


class UpperLine(Line):
    is_primary = forms.BooleanField(label=_("National primary standard"), required=False)
    name = forms.CharField(
        label=_("Or its name"),
        max_length=160,
        required=False,
        help_text=_("For a standard that is not in the register."),
    )
    holder = forms.CharField(label=_("Holder"), max_length=160, required=False)
    range_text = forms.CharField(label=_("Range"), max_length=120, required=False)
    performance_text = forms.CharField(label=_("Class or error"), max_length=120, required=False)
    way = forms.ChoiceField(label=_("Way"), choices=Way.choices, initial=Way.CALIBRATION)
    certificate_no = forms.CharField(label=_("Certificate number"), max_length=80, required=False)
    valid_until = DayField(label=_("Valid until"), required=False)

    def __init__(
        self, *args: Any, user: User, known: Iterable[MeasurementStandard], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["upper"] = StandardField(
            user=user,
            known=known,
            label=_("Upper standard of the register"),
            required=False,
            help_text=_("Number or part of the name."),
        )
        self.order_fields(["upper", "name"])


class Lines(forms.BaseFormSet):
    """The rows of one kind that are kept, and where each stands in the form."""

    def kept(self) -> list[forms.Form]:
        return [form for form in self.forms if form not in self.deleted_forms and said(form)]

    def rows(self) -> list[dict[str, Any]]:
        return [form.row() for form in self.kept()]

    def add_error(self, place: int, field: str, sentence: str) -> None:
        form = self.kept()[place]
        form.add_error(field if field in form.fields else None, sentence)


def said(form: forms.Form) -> bool:
    """A stored line, or a new one in which something was entered."""
    return bool(form.cleaned_data.get("id")) or form.has_changed()


KINDS = {
    "capabilities": CapabilityLine,
    "services": ServiceLine,
    "equipment": EquipmentLine,
    "upper_links": UpperLine,
}


class StandardForms:
    """The whole page: `form` and `lines` by prefix. Valid only when all of them are."""

    def __init__(
        self, *, user: User, standard: MeasurementStandard | None = None, data: Any = None
    ) -> None:
        stored = lines_of(standard) if standard else {prefix: [] for prefix in KINDS}
        self.form = self._own(user, standard, data)
        kinds = {kind.code: kind for kind in InstrumentKind.objects.order_by("code")}
        known = [row["upper"] for row in stored["upper_links"] if row["upper"]]
        more = {"services": {"kinds": kinds}, "upper_links": {"user": user, "known": known}}
        self.lines = {
            prefix: formset_of(line)(
                data,
                prefix=prefix,
                initial=stored[prefix],
                form_kwargs=more.get(prefix, {}),
            )
            for prefix, line in KINDS.items()
        }

    def _own(self, user: User, standard: MeasurementStandard | None, data: Any) -> StandardForm:
        if standard is None:
            return NewStandardForm(data, user=user)
        initial = {name: getattr(standard, name) for name in OWN_FIELDS}
        initial["expected_version"] = standard.version
        return StandardForm(data, user=user, initial=initial)

    def is_valid(self) -> bool:
        """Every part is asked, so that all errors stand on the page at once."""
        return all([self.form.is_valid(), *(lines.is_valid() for lines in self.lines.values())])

    @property
    def refused(self) -> bool:
        parts = [self.form, *(form for lines in self.lines.values() for form in lines)]
        return self.form.is_bound and any(part.errors for part in parts)

    def values(self) -> dict[str, Any]:
        """The arguments of `save_standard`."""
        data = dict(self.form.cleaned_data)
        version = data.pop("expected_version", None)
        rows = {prefix: lines.rows() for prefix, lines in self.lines.items()}
        return {"data": data, "expected_version": version, **rows}

    def differences(self, standard: MeasurementStandard) -> list[tuple[str, str, str]]:
        """Field, what stands there now, what was entered: where the two are not the same."""
        values = self.values()
        read, _faults = read_lines({prefix: values[prefix] for prefix in self.lines})
        now = own_facts(standard) | line_words(lines_of(standard))
        entered = {**values["data"], **line_words(read)}
        entered["institute"] = entered["institute"].code
        changed = [name for name in now if name in entered and now[name] != entered[name]]
        words = field_words(changed)
        return [
            (word, as_text(now[name]), as_text(entered[name]))
            for name, word in zip(changed, words, strict=True)
        ]

    def add_errors(self, error: ValidationError) -> None:
        """Keys are fields, or `services-0-range_text` with the place among the rows kept."""
        if not hasattr(error, "error_dict"):
            self.form.add_error(None, error)
            return
        for key, sentences in error.message_dict.items():
            for sentence in sentences:
                self._add_error(key, sentence)

    def _add_error(self, key: str, sentence: str) -> None:
        prefix, _dash, rest = key.partition("-")
        if prefix in self.lines and rest:
            place, _dash, field = rest.partition("-")
            self.lines[prefix].add_error(int(place), field, sentence)
        else:
            self.form.add_error(key if key in self.form.fields else None, sentence)


def formset_of(line: type[Line]) -> type[Lines]:
    """One spare row for a browser without script; `can_delete` marks rows that go."""
    return forms.formset_factory(
        line, formset=Lines, extra=1, can_delete=True, max_num=MOST_LINES, absolute_max=MOST_LINES
    )


def as_text(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else str(value)
