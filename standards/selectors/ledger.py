"""The ledger as its pages, its exports and the API read it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.functional import Promise

from metroplan.organisations.models import User
from metroplan.organisations.querysets import unit_order
from standards.models import LedgerEntry, LedgerEvidence, LedgerState

ORDERS = {
    "number": ["number"],
    "title": ["title", "number"],
    "kind": ["kind", "number"],
    "level": ["level", "number"],
    "unit": [unit_order("organisation__code"), "number"],
    "state": ["state", "number"],
    "counts_from": ["counts_from", "number"],
}


COLOURS = {
    LedgerState.State.PLANNED: "not_due",
    LedgerState.State.UNDER_WAY: "open",
    LedgerState.State.DONE: "approved",
    LedgerState.State.ENDED: "stale",
    LedgerState.State.WITHDRAWN: "refused",
}
"""The look of a state: that of a status of the portal."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """An entry in the list; `badge` is None before its first state."""

    entry: LedgerEntry
    badge: "Badge | None"


@dataclass(frozen=True, slots=True)
class Badge:
    colour: str
    label: Promise | str


@dataclass(frozen=True, slots=True)
class StateLine:
    """`held` is False for a state that another of the same day replaced."""

    row: LedgerState
    badge: Badge
    held: bool


@dataclass(frozen=True, slots=True)
class LedgerDetail:
    """One entry with its states, newest first, and what is kept with it."""

    entry: LedgerEntry
    badge: Badge | None
    states: list[StateLine]
    evidence: list[LedgerEvidence]
    counts: bool


def ledger_entries(user: User, day: date) -> QuerySet[LedgerEntry]:
    """Those of the user's area, with `state`, `since` and `state_document` as of the day."""
    return with_state(LedgerEntry.objects.visible_to(user), day)


def with_state(found: QuerySet[LedgerEntry], day: date) -> QuerySet[LedgerEntry]:
    newest = LedgerState.objects.filter(entry=OuterRef("pk"), since__lte=day)
    newest = newest.order_by("-since", "-id")
    shown = found.select_related("organisation", "institute")
    return shown.annotate(
        state=Subquery(newest.values("state")[:1]),
        since=Subquery(newest.values("since")[:1]),
        state_document=Subquery(newest.values("document")[:1]),
    )


def counting_on(day: date) -> Q:
    """The condition that an entry counts on the day."""
    ends = Q(counts_to__isnull=True) | Q(counts_to__gt=day)
    return Q(counts_from__lte=day) & ends


def narrowed(found: QuerySet[LedgerEntry], chosen: dict[str, Any]) -> QuerySet[LedgerEntry]:
    """`chosen` is the cleaned data of LedgerFilterForm; `found` is of `ledger_entries`."""
    exact = {name: chosen[name] for name in ("kind", "level", "role", "state") if chosen.get(name)}
    found = found.filter(**exact)
    if unit := chosen.get("organisation"):
        found = found.filter(organisation__path__startswith=unit.path)
    if chosen.get("counting"):
        found = found.filter(counting_on(chosen["counting"]))
    if text := chosen.get("q"):
        words = Q(title__icontains=text) | Q(document_no__icontains=text)
        found = found.filter(words | Q(number__icontains=text) | Q(institute__name__icontains=text))
    return found


def ordered(found: QuerySet[LedgerEntry], order: str) -> QuerySet[LedgerEntry]:
    """By a key of ORDERS, downwards with a hyphen before it; an unknown one is the number."""
    down, key = order.startswith("-"), order.lstrip("-")
    first, *rest = ORDERS.get(key, ORDERS["number"])
    expression = F(first) if isinstance(first, str) else first
    turned = expression.desc(nulls_last=True) if down else expression.asc(nulls_last=True)
    return found.order_by(turned, *rest)


def ledger_rows(entries: Iterable[LedgerEntry]) -> list[LedgerRow]:
    return [LedgerRow(entry, badge(entry.state)) for entry in entries]


def badge(state: str | None) -> Badge | None:
    return Badge(COLOURS[state], LedgerState.State(state).label) if state else None


def ledger_detail(entry: LedgerEntry, day: date) -> LedgerDetail:
    states = list(entry.states.select_related("recorded_by").order_by("-since", "-id"))
    evidence = entry.evidence.filter(removed_at=None).select_related("file", "added_by")
    seen: set[date] = set()
    return LedgerDetail(
        entry=entry,
        badge=badge(entry.state),
        states=[StateLine(row, badge(row.state), _first(row.since, seen)) for row in states],
        evidence=list(evidence),
        counts=bool(
            entry.counts_from
            and entry.counts_from <= day
            and (entry.counts_to is None or entry.counts_to > day)
        ),
    )


def _first(day: date, seen: set[date]) -> bool:
    if day in seen:
        return False
    seen.add(day)
    return True


def in_pieces(found: QuerySet[LedgerEntry]) -> Iterator[LedgerEntry]:
    """For exports: however many there are, few are held at a time."""
    return found.iterator(chunk_size=2000)
