"""Fields that name something of the register: typed, or chosen from suggestions."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.forms import UnitField
from metroplan.organisations.models import User
from standards.models import Institute, MeasurementStandard


def day_today() -> date:
    return timezone.localdate()


def chosen_unit(user: User) -> UnitField:
    return UnitField(
        user=user,
        label=_("Unit"),
        help_text=_("Type the code, or part of the name and choose from the list."),
    )


def register_number() -> forms.CharField:
    return forms.CharField(
        label=_("Register number"),
        max_length=40,
        required=False,
        help_text=_("Leave it blank for the next number of the unit."),
    )


class InstituteField(forms.CharField):
    """An institute by its code, with or without the name behind it, among those of the area."""

    default_error_messages = {
        "unknown_institute": _(
            "There is no institute with the code “%(code)s” in your area; choose from the list."
        ),
    }

    def __init__(self, *, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(max_length=220, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.code} {value.name}" if isinstance(value, Institute) else value

    def clean(self, value: Any) -> Institute | None:
        code = super().clean(value).split(" ")[0]
        if not code:
            return None
        found = Institute.objects.visible_to(self.user).select_related("organisation")
        institute = found.filter(code=code).first()
        if institute is None:
            raise forms.ValidationError(
                self.error_messages["unknown_institute"],
                code="unknown_institute",
                params={"code": code},
            )
        return institute


class StandardField(forms.CharField):
    """A standard by its number, with or without the name behind it. `known` are those that may
    stay though they are outside the user's area: they were chosen by someone above."""

    default_error_messages = {
        "unknown_standard": _(
            "There is no standard with the number “%(number)s” in your area; choose from the list."
        ),
    }

    def __init__(self, *, user: User, known: Any = (), **kwargs: Any) -> None:
        self.user, self.known = user, {item.number: item for item in known}
        super().__init__(max_length=220, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.number} {value.name}" if isinstance(value, MeasurementStandard) else value

    def clean(self, value: Any) -> MeasurementStandard | None:
        number = super().clean(value).split(" ")[0]
        if not number:
            return None
        found = MeasurementStandard.objects.visible_to(self.user).filter(number=number).first()
        standard = found or self.known.get(number)
        if standard is None:
            raise forms.ValidationError(
                self.error_messages["unknown_standard"],
                code="unknown_standard",
                params={"number": number},
            )
        return standard
