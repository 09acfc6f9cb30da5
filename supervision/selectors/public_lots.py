"""What anybody may read of sampled lots: those whose result is published.

Readings, tare, the inspection and whoever made it stay on the bureau's own pages.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from supervision.models import Lot
from supervision.selectors.lots import VERDICTS
from supervision.selectors.places import in_place


@dataclass(frozen=True, slots=True)
class PublicLot:
    """`sampled_at` is the entity the lot was found at. `label` and `quantity` are None where that
    was not judged. `confirmed_by` names the edition that holds though its table is not loaded: the
    lot was judged by an older one."""

    number: str
    product: str
    batch_no: str
    maker: str
    sampled_at: str
    nominal: Decimal
    measure: str
    sampled_on: date
    unit: str
    label: bool | None
    quantity: bool | None
    judged_by: str
    confirmed_by: str


def published_lots(day: date) -> QuerySet[Lot]:
    """Published by the day and judged; a lot that was changed since and is not judged any more is
    left out."""
    judged = Q(label_passed__isnull=False) | Q(quantity_passed__isnull=False)
    found = Lot.objects.filter(judged, published_on__lte=day)
    return found.select_related("organisation", "entity", "plan").order_by("-sampled_on", "-id")


def narrowed(found: QuerySet[Lot], chosen: dict[str, Any]) -> QuerySet[Lot]:
    """`chosen` is the cleaned data of PublicLotForm."""
    if text := chosen.get("q"):
        words = Q(product__icontains=text) | Q(maker__icontains=text)
        words |= Q(batch_no__icontains=text) | Q(number__iexact=text)
        found = found.filter(words | Q(entity__name__icontains=text))
    if place := chosen.get("place"):
        found = found.filter(in_place(place))
    for name in ("label", "quantity"):
        if chosen.get(name) in VERDICTS:
            found = found.filter(**{f"{name}_passed": VERDICTS[chosen[name]]})
    return found


def public_rows(lots: Iterable[Lot]) -> list[PublicLot]:
    return [_public(lot) for lot in lots]


def _public(lot: Lot) -> PublicLot:
    first = lot.plan.superseded_from if lot.plan else None
    superseded = first is not None and first <= lot.sampled_on
    return PublicLot(
        number=lot.number,
        product=lot.product,
        batch_no=lot.batch_no,
        maker=lot.maker,
        sampled_at=lot.entity.name,
        nominal=lot.nominal,
        measure=lot.unit,
        sampled_on=lot.sampled_on,
        unit=lot.organisation.name,
        label=lot.label_passed,
        quantity=lot.quantity_passed,
        judged_by=lot.plan.edition if lot.plan else "",
        confirmed_by=lot.plan.superseded_by if lot.plan and superseded else "",
    )
