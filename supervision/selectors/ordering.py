"""How the lists of supervision are put in order."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import F, QuerySet

Found = TypeVar("Found", bound=QuerySet)
Orders = Mapping[str, Sequence[Any]]


def put_in_order(found: Found, order: str, orders: Orders) -> Found:
    """By a key of `orders`, downwards with a hyphen before it; an unknown one is the first. What
    is empty comes last either way."""
    down, key = order.startswith("-"), order.lstrip("-")
    first, *rest = orders.get(key) or next(iter(orders.values()))
    expression = F(first) if isinstance(first, str) else first
    turned = expression.desc(nulls_last=True) if down else expression.asc(nulls_last=True)
    return found.order_by(turned, *rest)
