"""Fields that name something of the registers of supervision: typed, or chosen from suggestions."""

from typing import Any

from django import forms
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import User
from standards.models import InstrumentKind
from supervision.models import Entity


class EntityField(forms.CharField):
    """An entity by its register number or credit code, with or without the name behind it, among
    those of the area."""

    default_error_messages = {
        "unknown_entity": _(
            "There is no entity with the number “%(number)s” in your area; choose from the list."
        ),
    }

    def __init__(self, *, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(max_length=220, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.number} {value.name}" if isinstance(value, Entity) else value

    def clean(self, value: Any) -> Entity | None:
        text = super().clean(value)
        if not text:
            return None
        number = text.split(" ")[0]
        found = Entity.objects.visible_to(self.user).select_related("organisation")
        # A number may have blanks in it, and a name stands behind it.
        named = found.filter(number__in=beginnings(text)).order_by(Length("number").desc())
        entity = named.first() or found.filter(uscc=number.upper()).first()
        if entity is None:
            raise forms.ValidationError(
                self.error_messages["unknown_entity"],
                code="unknown_entity",
                params={"number": number},
            )
        return entity


def beginnings(text: str) -> list[str]:
    """Its first word, its first two words and so on, to the whole."""
    words = text.split(" ")
    return [" ".join(words[:end]) for end in range(1, len(words) + 1)]


class KindChoice(forms.ModelChoiceField):
    """A kind of instruments by its code."""

    def __init__(self, **kwargs: Any) -> None:
        kinds = InstrumentKind.objects.order_by("code")
        super().__init__(queryset=kinds, to_field_name="code", **kwargs)

    def label_from_instance(self, kind: InstrumentKind) -> str:
        return kind.name
