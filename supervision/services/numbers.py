"""Register numbers, given when none is typed."""

from django.db.models import Model

from metroplan.organisations.models import Organisation
from metroplan.organisations.services import numbers


def next_number(model: type[Model], prefix: str, unit: Organisation) -> str:
    """The next of the unit, such as JC-430600-0007; see `organisations.services.numbers`."""
    return numbers.next_number(model, unit, prefix)
