"""What the lists of the register can be narrowed to."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metroplan.common.periods import Period
from metroplan.organisations.forms import UnitField
from metroplan.organisations.models import Level, User
from metroplan.submissions.forms_reporting import QuarterField
from standards.fields import FIELDS
from standards.models import HolderKind, InstituteKind, InstrumentKind, NationalLevel, Rank
from standards.selectors.standards import COUNTS, STANDINGS

ALL = [("", _("All"))]
LEVELS = [(level.value, level.label) for level in (Level.PROVINCE, Level.CITY, Level.COUNTY)]
FIRST_YEAR, LAST_YEAR = 1985, 2060


def day_input() -> forms.DateInput:
    """Browsers send and expect ISO days whatever the language."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class DayField(forms.DateField):
    """A day; the years of registers, so that a slip of the keyboard is found. `first_year` is that
    of the Metrology Law, unless what the day is about may be older."""

    default_error_messages = {
        "year": _("The year %(year)s cannot be right: check the day."),
        "invalid": _("“%(value)s” is not a day: write it like 2024-03-31."),
    }

    def __init__(self, *, first_year: int = FIRST_YEAR, **kwargs: Any) -> None:
        self.first_year = first_year
        super().__init__(widget=day_input(), **kwargs)

    def to_python(self, value: Any) -> date | None:
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            raise forms.ValidationError(
                self.error_messages["invalid"],
                code="invalid",
                params={"value": str(value)[:20]},
            ) from error

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value and not self.first_year <= value.year <= LAST_YEAR:
            raise forms.ValidationError(
                self.error_messages["year"], code="year", params={"year": value.year}
            )


class NarrowingForm(forms.Form):
    """What a list may be narrowed to: a unit with those below it, and what the list adds."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = UnitField(
            user=user, label=_("Unit, name or code"), required=False
        )

    def chosen(self) -> dict[str, Any]:
        """What was understood; a value that is not leaves the list as it is."""
        self.is_valid()
        return self.cleaned_data


class StandardFilterForm(NarrowingForm):
    q = forms.CharField(label=_("Number, name, code, holder"), max_length=60, required=False)
    field = forms.ChoiceField(
        label=_("Professional field"), choices=[*ALL, *FIELDS], required=False
    )
    holder_kind = forms.ChoiceField(
        label=_("Kind"), choices=[*ALL, *HolderKind.choices], required=False
    )
    standing = forms.ChoiceField(
        label=_("State"), choices=[*ALL, (COUNTS, _("Counts")), *STANDINGS], required=False
    )
    on = DayField(label=_("On the day"), required=False)
    level = forms.ChoiceField(label=_("Level of the unit"), choices=[*ALL, *LEVELS], required=False)
    rank = forms.ChoiceField(label=_("Rank"), choices=[*ALL, *Rank.choices], required=False)
    national_level = forms.ChoiceField(
        label=_("Level in the country"),
        choices=[*ALL, *(choice for choice in NationalLevel.choices if choice[0])],
        required=False,
    )
    kind = forms.ChoiceField(label=_("Serves instruments"), required=False)
    lapses = QuarterField(label=_("Lapses in quarter"), required=False)
    institute = forms.CharField(label=_("Institute's code"), max_length=40, required=False)
    order = forms.CharField(widget=forms.HiddenInput, required=False)
    more = ("organisation", "level", "rank", "national_level", "kind", "lapses", "institute")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        kinds = InstrumentKind.objects.all()
        self.fields["kind"].choices = [*ALL, *((kind.code, kind.name) for kind in kinds)]

    @property
    def further(self) -> list[forms.BoundField]:
        return [self[name] for name in self.more if name != "organisation"]

    @property
    def further_used(self) -> bool:
        return any(self.data.get(name) for name in self.more)

    def day(self) -> date:
        return self.chosen().get("on") or timezone.localdate()


class InstituteFilterForm(NarrowingForm):
    q = forms.CharField(label=_("Name, code or credit code"), max_length=60, required=False)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[*ALL, *InstituteKind.choices], required=False
    )
    level = forms.ChoiceField(label=_("Level of the unit"), choices=[*ALL, *LEVELS], required=False)
    closed = forms.BooleanField(label=_("Also closed ones"), required=False)
    order = forms.CharField(widget=forms.HiddenInput, required=False)


class ExpiryForm(NarrowingForm):
    holder_kind = forms.ChoiceField(
        label=_("Kind"), choices=[*ALL, *HolderKind.choices], required=False
    )
    quarter = QuarterField(label=_("Quarter"), required=False)
    window = forms.BooleanField(label=_("To be applied for now"), required=False)

    field_order = ("organisation", "holder_kind", "quarter", "window")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)

    def period(self) -> Period:
        return self.chosen().get("quarter") or Period.containing(timezone.localdate())
