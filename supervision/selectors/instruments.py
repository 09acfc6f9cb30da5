"""The ledger of instruments as its pages, its exports and the API read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from metroplan.organisations.models import User
from metroplan.organisations.querysets import unit_order, within
from supervision.models import Entity, Instrument, Verification
from supervision.rules.verification import SUBJECT, Check, Standing, Use, standing

LABELS: dict[str, Promise] = {
    Standing.VALID: _("Verification valid"),
    Standing.DUE: _("Due soon"),
    Standing.OVERDUE: pgettext_lazy("verification", "Overdue"),
    Standing.FAILED: pgettext_lazy("verification", "Failed"),
    Standing.NEVER: _("Never verified"),
    Standing.EXEMPT: _("Not subject"),
    Standing.OUT: _("Not in use"),
}
COLOURS = {
    Standing.VALID: "approved",
    Standing.DUE: "due_soon",
    Standing.OVERDUE: "refused",
    Standing.FAILED: "missed",
    Standing.NEVER: "returned",
    Standing.EXEMPT: "not_due",
    Standing.OUT: "stale",
}
"""The look of a standing: that of a status of the portal."""

ORDERS = {
    "number": ["number"],
    "name": ["name", "number"],
    "entity": ["entity__name", "number"],
    "unit": [unit_order("entity__organisation__code"), "number"],
    "serial": ["serial_no", "number"],
    "verified": ["verified_on", "number"],
    "until": ["valid_until", "number"],
}
PLAIN = {
    "kind": "kind__code",
    "group": "kind__groups__code",
    "purpose": "purpose",
    "entity": "entity__number",
    "entity_kind": "entity__kind",
}
OPEN = (Standing.OVERDUE, Standing.FAILED, Standing.NEVER, Standing.DUE)
"""What asks for a verification, the most pressing first."""


@dataclass(frozen=True, slots=True)
class Badge:
    colour: str
    label: Promise


@dataclass(frozen=True, slots=True)
class InstrumentRow:
    """An instrument as it stands today; `days` to its last day, below zero once that is past."""

    instrument: Instrument
    standing: Standing
    badge: Badge
    days: int | None

    @property
    def overdue(self) -> int:
        """Days since its last day."""
        return max(-(self.days or 0), 0)


@dataclass(frozen=True, slots=True)
class InstrumentDetail:
    row: InstrumentRow
    verifications: list[Verification]

    @property
    def instrument(self) -> Instrument:
        return self.row.instrument


@dataclass(frozen=True, slots=True)
class DueTile:
    """How many instruments of the area stand so."""

    standing: Standing
    badge: Badge
    count: int


def instruments_for(user: User) -> QuerySet[Instrument]:
    """Those of the user's unit and below, with entity, unit and kind."""
    found = Instrument.objects.visible_to(user)
    return found.select_related("entity__organisation", "kind")


def in_use_on(day: date, *, also_later: bool = False) -> Q:
    """The condition that an instrument is in use on the day, or from a later one on."""
    stays = Q(out_of_use_on__isnull=True) | Q(out_of_use_on__gt=day)
    return stays if also_later else Q(in_use_from__lte=day) & stays


def of_standing(wanted: str, day: date, soon: int) -> Q:
    """The condition that an instrument stands so on the day, by its newest verification."""
    used, subject = in_use_on(day), Q(purpose__in=SUBJECT)
    if wanted == Standing.OUT:
        return ~used
    if wanted == Standing.EXEMPT:
        return used & ~subject
    end = day + timedelta(days=soon)
    said = {
        Standing.NEVER: Q(verified_on__isnull=True),
        Standing.FAILED: Q(passed=False),
        Standing.OVERDUE: Q(passed=True, valid_until__lt=day),
        Standing.DUE: Q(passed=True, valid_until__range=(day, end)),
        Standing.VALID: Q(passed=True, valid_until__gt=end),
    }
    return used & subject & said[wanted]


def narrowed(
    found: QuerySet[Instrument], chosen: dict[str, Any], *, day: date
) -> QuerySet[Instrument]:
    """`chosen` is the cleaned data of InstrumentFilterForm; `found` is of `instruments_for`."""
    exact = {lookup: chosen[name] for name, lookup in PLAIN.items() if chosen.get(name)}
    found = found.filter(**exact)
    if unit := chosen.get("organisation"):
        found = found.filter(within("entity__organisation", unit.path))
    if wanted := chosen.get("standing"):
        found = found.filter(of_standing(wanted, day, settings.VERIFICATION_DUE_DAYS))
    if chosen.get("due_from"):
        found = found.filter(valid_until__gte=chosen["due_from"])
    if chosen.get("due_to"):
        found = found.filter(valid_until__lte=chosen["due_to"])
    if text := chosen.get("q"):
        found = found.filter(matching(text.strip()))
    return found


def matching(text: str) -> Q:
    """Part of the number, the serial number, the name, the maker, the place or the entity's name.

    Letters count as written or as capitals: comparing without case is ten times slower over all
    instruments of a province.
    """
    entities = Entity.objects.filter(Q(name__icontains=text) | Q(uscc=text.upper()))
    found = Q(entity__in=entities)
    for word in {text, text.upper()}:
        for name in ("number", "serial_no", "name", "maker", "place"):
            found |= Q(**{f"{name}__contains": word})
    return found


def ordered(found: QuerySet[Instrument], order: str) -> QuerySet[Instrument]:
    """As `put_in_order`, except that only what may be empty is told where to stand: else numbers
    downwards could not be read from their index."""
    down, key = order.startswith("-"), order.lstrip("-")
    first, *rest = ORDERS.get(key, ORDERS["number"])
    expression = F(first) if isinstance(first, str) else first
    if first in ("verified_on", "valid_until"):
        empty = {"nulls_last": True}
        turned = expression.desc(**empty) if down else expression.asc(**empty)
    else:
        turned = expression.desc() if down else expression.asc()
    return found.order_by(turned, *rest)


def due_tiles(found: QuerySet[Instrument], day: date) -> list[DueTile]:
    """How many of them ask for a verification, by standing, in one query."""
    soon = settings.VERIFICATION_DUE_DAYS
    counts = found.order_by().aggregate(
        **{name: Count("pk", filter=of_standing(name, day, soon)) for name in OPEN}
    )
    return [DueTile(name, badge(name), counts[name]) for name in OPEN]


def ids_of(found: QuerySet[Instrument]) -> QuerySet[Instrument]:
    """To page through: sorting keys alone is several times faster than sorting whole rows."""
    return found.select_related(None).values_list("pk", flat=True)


def rows_of(ids: Iterable[int], day: date) -> list[InstrumentRow]:
    """Those of one page of `ids_of`, in its order."""
    keys = list(ids)
    found = Instrument.objects.select_related("entity__organisation", "kind").in_bulk(keys)
    return instrument_rows((found[pk] for pk in keys), day)


def instrument_rows(found: Iterable[Instrument], day: date) -> list[InstrumentRow]:
    return [instrument_row(instrument, day) for instrument in found]


def instrument_row(instrument: Instrument, day: date) -> InstrumentRow:
    stands = standing_of(instrument, day)
    until = instrument.valid_until
    days = (until - day).days if until and stands is not Standing.OUT else None
    return InstrumentRow(instrument, stands, badge(stands), days)


def standing_of(instrument: Instrument, day: date) -> Standing:
    """By what its newest verification says; for today, not for days past."""
    use = Use(
        instrument.in_use_from, instrument.out_of_use_on, subject=instrument.purpose in SUBJECT
    )
    check = None
    if instrument.verified_on:
        check = Check(instrument.verified_on, instrument.passed, instrument.valid_until)
    return standing(use, check, day=day, soon=settings.VERIFICATION_DUE_DAYS)


def badge(stands: Standing) -> Badge:
    return Badge(COLOURS[stands], LABELS[stands])


def instrument_detail(instrument: Instrument, day: date) -> InstrumentDetail:
    rows = instrument.verifications.select_related("institute", "recorded_by")
    return InstrumentDetail(instrument_row(instrument, day), list(rows.order_by("-verified_on")))
