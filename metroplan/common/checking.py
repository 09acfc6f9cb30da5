"""What services do with what was entered, before they keep it."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from metroplan.common.text import normalise


def fill(
    thing: models.Model,
    data: Mapping[str, Any],
    names: Iterable[str],
    exact: Collection[str] = (),
) -> None:
    """Texts half-width and trimmed, those of `exact` as written, since 10⁻⁶ half-width is 10-6;
    what is left out of `data` stays."""
    for name in names:
        if name in data:
            value = data[name]
            if isinstance(value, str):
                value = value.strip() if name in exact else normalise(value)
            setattr(thing, name, value)


def check(thing: models.Model, errors: Mapping[str, list[str]], places: Mapping[str, str]) -> None:
    """Raises ValidationError by field: `errors` found already, what the fields say, and what the
    constraints of the table say, each at the field that `places` names for it."""
    found = dict(errors)
    try:
        thing.full_clean(validate_constraints=False)
    except ValidationError as error:
        found = error.message_dict | found
    for constraint in thing._meta.constraints:
        field = places[constraint.name]
        try:
            constraint.validate(type(thing), thing, exclude=found.keys())
        except ValidationError as error:
            found.setdefault(field, error.messages)
    if found:
        raise ValidationError(found)
