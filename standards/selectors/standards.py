"""Lists of measurement standards: one query for pages, API and exports, as of any day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metroplan.common.periods import Period
from metroplan.organisations.models import User
from metroplan.organisations.querysets import unit_order, within
from standards.fields import LABELS
from standards.models import (
    Certificate,
    Grade,
    InForceSpan,
    MeasurementStandard,
    NationalLevel,
    Rank,
    Service,
    StateEvent,
)
from standards.states import COUNTING, State

EXPIRED = "expired"
EXPIRED_LABEL = _("Expired")
STANDINGS = [*State.choices, (EXPIRED, EXPIRED_LABEL)]
"""What a standard is on a day: its state, or expired where only the state would let it count."""

ORDERS = {
    "number": ["number"],
    "name": ["name", "number"],
    "holder": ["institute__name", "number"],
    "unit": [unit_order("institute__organisation__code"), "number"],
    "field": ["field", "number"],
    "state": ["state", "number"],
    "until": ["until", "number"],
    "updated": ["updated_at", "number"],
}


@dataclass(frozen=True, slots=True)
class StandardRow:
    """A standard as it stood on a day. `until` is the last day on which it counts, if it does."""

    standard: MeasurementStandard
    field: str | Promise
    standing: str
    label: str | Promise
    rank: str | Promise
    national_level: str | Promise
    counts: bool
    until: date | None


def standards_for(user: User) -> QuerySet[MeasurementStandard]:
    """Those of the user's unit and below, with holder and unit."""
    found = MeasurementStandard.objects.visible_to(user)
    return found.select_related("institute__organisation")


def on_day(found: QuerySet[MeasurementStandard], day: date) -> QuerySet[MeasurementStandard]:
    """With `state`, `state_since`, `state_document`, `rank`, `national_level`, `graded_since` and
    `until` as they were on the day."""
    own = OuterRef("pk")
    states = StateEvent.objects.filter(standard=own, since__lte=day).order_by("-since", "-id")
    grades = Grade.objects.filter(standard=own, since__lte=day).order_by("-since")
    spans = InForceSpan.objects.filter(standard=own, first__lte=day, last__gte=day)
    return found.annotate(
        state=Subquery(states.values("state")[:1]),
        state_since=Subquery(states.values("since")[:1]),
        state_document=Subquery(states.values("document")[:1]),
        rank=Subquery(grades.values("rank")[:1]),
        national_level=Subquery(grades.values("national_level")[:1]),
        graded_since=Subquery(grades.values("since")[:1]),
        until=Subquery(spans.values("last")[:1]),
    )


def narrowed(
    found: QuerySet[MeasurementStandard], chosen: dict[str, Any], *, day: date
) -> QuerySet[MeasurementStandard]:
    """`found` comes from `on_day` for the same day, `chosen` from StandardFilterForm."""
    for name, lookup in PLAIN.items():
        if value := chosen.get(name):
            found = found.filter(**{lookup: value})
    if unit := chosen.get("organisation"):
        found = found.filter(within("institute__organisation", unit.path))
    if standing := chosen.get("standing"):
        found = found.filter(of_standing(standing, day))
    if kind := chosen.get("kind"):
        served = Service.objects.filter(standard=OuterRef("pk"), kinds__code=kind)
        found = found.filter(Exists(served))
    if quarter := chosen.get("lapses"):
        found = found.filter(lapsing_in(quarter))
    if text := chosen.get("q"):
        found = found.filter(matching(text))
    return found


PLAIN = {
    "institute": "institute__code",
    "level": "institute__organisation__level",
    "field": "field",
    "holder_kind": "holder_kind",
    "rank": "rank",
    "national_level": "national_level",
}


def of_standing(standing: str, day: date) -> Q:
    """Two of them have no state of their own: counting at all, and expired."""
    valid = InForceSpan.objects.filter(standard=OuterRef("pk"), first__lte=day, last__gte=day)
    if standing == COUNTS:
        return Q(Exists(valid))
    if standing == EXPIRED:
        return Q(state__in=COUNTING) & ~Q(Exists(valid))
    return Q(state=standing) & Q(Exists(valid)) if standing in COUNTING else Q(state=standing)


COUNTS = "counts"


def lapsing_in(quarter: Period) -> Q:
    """Those whose days in force end in the quarter."""
    ends = InForceSpan.objects.filter(
        standard=OuterRef("pk"), last__range=(quarter.first_day, quarter.last_day)
    )
    return Q(Exists(ends))


def matching(text: str) -> Q:
    """Number, name, code, holder or the number of a certificate."""
    certified = Certificate.objects.filter(standard=OuterRef("pk"), number__icontains=text)
    return (
        Q(number__icontains=text)
        | Q(name__icontains=text)
        | Q(code__startswith=text)
        | Q(institute__name__icontains=text)
        | Q(Exists(certified))
    )


def ordered(found: QuerySet[MeasurementStandard], order: str) -> QuerySet[MeasurementStandard]:
    """By a key of ORDERS, downwards with a hyphen before it; an unknown one is the number."""
    down, key = order.startswith("-"), order.lstrip("-")
    first, *rest = ORDERS.get(key, ORDERS["number"])
    expression = F(first) if isinstance(first, str) else first
    turned = expression.desc(nulls_last=True) if down else expression.asc(nulls_last=True)
    return found.order_by(turned, *rest)


def standard_rows(standards: Iterable[MeasurementStandard]) -> list[StandardRow]:
    """For standards that come from `on_day`."""
    return [standard_row(standard) for standard in standards]


def standard_row(standard: Any) -> StandardRow:
    standing = standing_of(standard.state, standard.until)
    return StandardRow(
        standard=standard,
        field=LABELS.get(standard.field, standard.field),
        standing=standing,
        label=standing_label(standing),
        rank=Rank(standard.rank).label if standard.rank else "",
        national_level=NationalLevel(standard.national_level).label
        if standard.national_level
        else "",
        counts=standard.until is not None,
        until=standard.until,
    )


def standing_of(state: str | None, until: date | None) -> str:
    if state is None:
        return ""
    return EXPIRED if state in COUNTING and until is None else state


def standing_label(standing: str) -> str | Promise:
    if not standing:
        return _("Not begun")
    return EXPIRED_LABEL if standing == EXPIRED else State(standing).label


def suggested(user: User, text: str) -> QuerySet[MeasurementStandard]:
    """Standards by number or part of the name, for the list under a field."""
    named = Q(number__icontains=text) | Q(name__icontains=text)
    return standards_for(user).filter(named).order_by("number")[:20]
