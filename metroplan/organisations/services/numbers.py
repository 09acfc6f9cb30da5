"""Register numbers: the next of a unit, never one that was used before."""

import re

from django.db import models
from django.db.models import IntegerField, Max
from django.db.models.functions import Cast, Substr

from metroplan.organisations.models import Organisation


def next_number(model: type[models.Model], unit: Organisation, prefix: str) -> str:
    """The next free `number` of the model in the unit, such as LD-430600-0007.

    Call it inside the writing transaction: the unit is kept from others until that ends.
    """
    return next_numbers(model, unit, prefix, count=1)[0]


def next_numbers(
    model: type[models.Model], unit: Organisation, prefix: str, *, count: int
) -> list[str]:
    """So many of them, as `next_number` gives them."""
    Organisation.objects.select_for_update().get(pk=unit.pk)
    start = f"{prefix}-{unit.code}-"
    own = model._default_manager.filter(number__startswith=start)
    counted = own.filter(number__regex=rf"^{re.escape(start)}[0-9]{{1,9}}$")
    digits = Cast(Substr("number", len(start) + 1), IntegerField())
    newest = counted.aggregate(newest=Max(digits))["newest"] or 0
    return [f"{start}{newest + at:04d}" for at in range(1, count + 1)]
