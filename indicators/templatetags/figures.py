"""`{% load figures %}`: figures in the scale of their measure."""

from collections.abc import Sequence
from decimal import Decimal

from django import template

from indicators.selectors.contributions import Contribution
from indicators.selectors.scale import Scale
from metroplan.common.text import plain_number

register = template.Library()


@register.filter
def written(value: Decimal | None, scale: Scale) -> str:
    """The figure with the measure's decimals, without its unit."""
    return scale.figure(value)


@register.filter
def written_with_unit(value: Decimal | None, scale: Scale) -> str:
    return scale.text(value)


@register.filter
def plain_figure(value: Decimal | None) -> str:
    """As it is typed: all its decimals, no thousands separators."""
    return "" if value is None else plain_number(value)


@register.filter
def magnitude(value: Decimal | None) -> Decimal | None:
    """The size of a lag; the words beside it say whether it is one or a lead."""
    return None if value is None else abs(value)


@register.filter
def ratio(numerator: Decimal | None, denominator: Decimal | None) -> Decimal | None:
    """The percentage of two terms as they were reported."""
    if numerator is None or not denominator:
        return None
    return 100 * numerator / denominator


@register.filter
def silent_units(rows: Sequence[Contribution]) -> int:
    """How many units a table of contributions leaves out."""
    return sum(row.silent for row in rows)
