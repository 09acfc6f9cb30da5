"""The shape of what is entered about entities, instruments and verifications."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from metroplan.organisations.forms import UnitField
from metroplan.organisations.models import User
from standards.forms.fields import InstituteField, day_today
from standards.forms.lists import ALL, DayField
from standards.models import InstrumentKind, KindGroup
from standards.rules.months import EARLIEST
from supervision.forms.fields import EntityField, KindChoice
from supervision.models import Entity, Instrument, Verification
from supervision.rules.verification import Standing
from supervision.selectors.instruments import LABELS

UNIT_HELP = _("Type the code, or part of the name and choose from the list.")
LONGEST = 600
RESULTS = [("", _("Choose")), ("passed", _("Passed")), ("failed", _("Failed"))]


class Filter(forms.Form):
    order = forms.CharField(widget=forms.HiddenInput, required=False)

    def chosen(self) -> dict[str, Any]:
        """What was understood; a value that is not leaves the list as it is."""
        self.is_valid()
        return self.cleaned_data


class EntityFilterForm(Filter):
    q = forms.CharField(
        label=_("Name, number, address or credit code"), max_length=60, required=False
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[*ALL, *Entity.Kind.choices], required=False)
    key_energy_user = forms.BooleanField(label=_("Key energy-using units only"), required=False)
    closed = forms.BooleanField(label=_("Also closed ones"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = UnitField(
            user=user, label=_("Unit, name or code"), required=False
        )


class InstrumentFilterForm(Filter):
    q = forms.CharField(
        label=_("Number, serial number, name, maker, place or entity"),
        max_length=60,
        required=False,
    )
    standing = forms.ChoiceField(
        label=_("State of verification"),
        choices=[*ALL, *((name.value, LABELS[name]) for name in Standing)],
        required=False,
    )
    purpose = forms.ChoiceField(
        label=_("Purpose"), choices=[*ALL, *Instrument.Purpose.choices], required=False
    )
    kind = forms.ChoiceField(label=_("Kind of instruments"), required=False)
    group = forms.ChoiceField(label=_("Group of kinds"), required=False)
    entity_kind = forms.ChoiceField(
        label=_("Kind of entity"), choices=[*ALL, *Entity.Kind.choices], required=False
    )
    entity = forms.CharField(label=_("Entity's number"), max_length=40, required=False)
    due_from = DayField(label=_("Valid until, from"), required=False)
    due_to = DayField(label=_("Valid until, to"), required=False)
    more = ("purpose", "group", "entity_kind", "entity", "due_from", "due_to")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = UnitField(
            user=user, label=_("Unit, name or code"), required=False
        )
        kinds, groups = InstrumentKind.objects.all(), KindGroup.objects.all()
        self.fields["kind"].choices = [*ALL, *((kind.code, kind.name) for kind in kinds)]
        self.fields["group"].choices = [*ALL, *((group.code, group.name) for group in groups)]

    @property
    def further(self) -> list[forms.BoundField]:
        return [self[name] for name in self.more]

    @property
    def further_used(self) -> bool:
        return any(self.data.get(name) for name in self.more)


class EntityForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=160)
    kind = forms.ChoiceField(label=_("Kind"), choices=Entity.Kind.choices)
    uscc = forms.CharField(
        label=_("Unified social credit code"),
        max_length=18,
        required=False,
        help_text=_("18 characters; the last one checks the others."),
    )
    industry = forms.CharField(label=_("Industry"), max_length=80, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    key_energy_user = forms.BooleanField(label=_("Key energy-using unit"), required=False)
    opened_on = DayField(label=_("Opened on"), required=False, first_year=EARLIEST.year)
    closed_on = DayField(
        label=_("Closed on"), required=False, help_text=_("The first day without work.")
    )
    number = forms.CharField(
        label=_("Register number"),
        max_length=40,
        required=False,
        help_text=_("Leave it blank for the next number of the unit."),
    )
    expected_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = UnitField(user=user, label=_("Unit"), help_text=UNIT_HELP)


class CloseForm(forms.Form):
    closed_on = DayField(
        label=_("Closed on"), initial=day_today, help_text=_("The first day without work.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class InstrumentForm(forms.Form):
    kind = KindChoice(label=_("Kind of instruments"))
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        required=False,
        help_text=_("Leave it blank for the name of the kind."),
    )
    model = forms.CharField(
        label=pgettext_lazy("instrument", "Model"), max_length=80, required=False
    )
    range_text = forms.CharField(label=_("Measuring range"), max_length=120, required=False)
    accuracy = forms.CharField(label=_("Accuracy class"), max_length=60, required=False)
    serial_no = forms.CharField(label=_("Serial number"), max_length=80)
    maker = forms.CharField(label=_("Maker"), max_length=120)
    made_on = DayField(label=_("Made on"), required=False, first_year=EARLIEST.year)
    place = forms.CharField(label=_("Place of use"), max_length=160, required=False)
    purpose = forms.ChoiceField(label=_("Purpose"), choices=Instrument.Purpose.choices)
    interval_months = forms.IntegerField(
        label=_("Interval in months"),
        min_value=1,
        max_value=LONGEST,
        required=False,
        help_text=_("Leave it blank for the interval of the kind."),
    )
    in_use_from = DayField(label=_("In use from"), initial=day_today, first_year=EARLIEST.year)
    number = forms.CharField(
        label=_("Register number"),
        max_length=40,
        required=False,
        help_text=_("Leave it blank for the next number of the unit."),
    )
    expected_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entity"] = EntityField(user=user, label=_("Entity"), help_text=UNIT_HELP)


class VerificationForm(forms.Form):
    """The last day may stay blank where the interval is known."""

    verified_on = DayField(label=_("Verified on"), initial=day_today)
    stage = forms.ChoiceField(
        label=_("Stage"),
        choices=Verification.Stage.choices,
        initial=Verification.Stage.PERIODIC,
    )
    passed = forms.TypedChoiceField(
        label=_("Result"), choices=RESULTS, coerce=lambda text: text == "passed", empty_value=None
    )
    valid_until = DayField(
        label=_("Valid until"),
        required=False,
        help_text=_("Leave it blank for the day that the interval gives; a failure has none."),
    )
    certificate_no = forms.CharField(label=_("Certificate number"), max_length=80, required=False)
    institute_name = forms.CharField(
        label=_("Name of another institute"), max_length=160, required=False
    )
    free_of_charge = forms.BooleanField(label=_("Free of charge"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["institute"] = InstituteField(
            user=user, label=_("Institute"), required=False, help_text=UNIT_HELP
        )


class OutOfUseForm(forms.Form):
    on = DayField(
        label=_("Out of use from"), initial=day_today, help_text=_("The first day without use.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)


class IntervalForm(forms.Form):
    kind = KindChoice(label=_("Kind of instruments"))
    months = forms.IntegerField(label=_("Interval in months"), min_value=1, max_value=LONGEST)
    effective_from = DayField(label=_("From the day"), initial=day_today)
    document = forms.CharField(label=_("Document"), max_length=100)
