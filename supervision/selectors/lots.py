"""Lots as their pages and exports read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from metroplan.organisations.models import User
from metroplan.organisations.querysets import unit_order
from standards.rules.faults import Fault
from supervision.models import Lot
from supervision.rules.labels import Label, LabelVerdict, judge_label
from supervision.rules.net_content import (
    Faults,
    Piece,
    Reading,
    Sample,
    Step,
    Verdict,
    faults_of,
    judge,
    opening_steps,
)
from supervision.rules.shares import Share
from supervision.selectors.content_tables import Editions, editions, editions_on
from supervision.selectors.ordering import put_in_order
from supervision.selectors.verdicts import label_of, readings_of, sample_of
from supervision.wording.content import refused, said

ORDERS = {
    "number": ["number"],
    "sampled_on": ["sampled_on", "number"],
    "entity": ["entity__name", "number"],
    "product": ["product", "number"],
    "unit": [unit_order("organisation__code"), "number"],
    "label": ["label_passed", "number"],
    "quantity": ["quantity_passed", "number"],
}
VERDICTS = {"passed": True, "failed": False, "open": None}


@dataclass(frozen=True, slots=True)
class Line:
    """A step, and what it says; `passed` is None where nothing is decided by it."""

    step: Step
    sentence: str

    @property
    def passed(self) -> bool | None:
        return self.step.passed


@dataclass(frozen=True, slots=True)
class Judgement:
    """What comes of a sample: refusals, or the steps of both verdicts as far as they go.

    `superseded` names the edition that holds on the day though its table is not loaded.
    """

    refusals: list[str]
    quantity: Verdict | None
    label: LabelVerdict | None
    quantity_lines: list[Line]
    label_lines: list[Line]
    pieces: Sequence[Piece]
    held: Editions | None
    superseded: str


@dataclass(frozen=True, slots=True)
class PieceLine:
    """One piece as it was read and as it is judged; `piece` is None while nothing is."""

    reading: Reading
    piece: Piece


@dataclass(frozen=True, slots=True)
class Rates:
    """Two rates, never one: of the labels and of the quantities."""

    label: Share
    quantity: Share


@dataclass(frozen=True, slots=True)
class LotDetail:
    """`newer` says that other tables hold for its day now than those it was judged by."""

    lot: Lot
    judgement: Judgement
    pieces: list[PieceLine]
    newer: bool


def lots_for(user: User) -> QuerySet[Lot]:
    shown = Lot.objects.visible_to(user)
    return shown.select_related("organisation", "entity", "campaign", "plan", "table")


def narrowed(found: QuerySet[Lot], chosen: dict[str, Any]) -> QuerySet[Lot]:
    """`chosen` is the cleaned data of LotFilterForm, or of the API's filter."""
    for name, lookup in (
        ("commodity", "commodity"),
        ("quantity_kind", "quantity_kind"),
        ("campaign", "campaign__number"),
        ("entity", "entity__number"),
        ("since", "sampled_on__gte"),
        ("until", "sampled_on__lte"),
    ):
        if chosen.get(name):
            found = found.filter(**{lookup: chosen[name]})
    for name in ("label", "quantity"):
        if chosen.get(name) in VERDICTS:
            found = found.filter(**{f"{name}_passed": VERDICTS[chosen[name]]})
    if unit := chosen.get("organisation"):
        found = found.filter(organisation__path__startswith=unit.path)
    if text := chosen.get("q"):
        words = Q(number__icontains=text) | Q(product__icontains=text) | Q(maker__icontains=text)
        found = found.filter(words | Q(entity__name__icontains=text))
    return found


def ordered(found: QuerySet[Lot], order: str) -> QuerySet[Lot]:
    """The newest first by default."""
    if order.lstrip("-") not in ORDERS:
        return found.order_by("-sampled_on", "-id")
    return put_in_order(found, order, ORDERS)


def rates(found: QuerySet[Lot]) -> Rates:
    """Of the lots found, each rate over those of which that was judged."""
    counts = found.order_by().aggregate(
        label=Count("pk", Q(label_passed=True)),
        labels=Count("pk", Q(label_passed__isnull=False)),
        quantity=Count("pk", Q(quantity_passed=True)),
        quantities=Count("pk", Q(quantity_passed__isnull=False)),
    )
    return Rates(
        Share(counts["label"], counts["labels"]), Share(counts["quantity"], counts["quantities"])
    )


def judgement(sample: Sample, label: Label, held: Editions | None, day: date) -> Judgement:
    """What the rules say of a sample by these editions; nothing is written."""
    if held is None:
        fault = Fault("lot.no_tables", {"day": day})
        return Judgement([refused(fault)], None, None, [], [], (), None, "")
    faults = faults_of(sample, held.tables)
    verdict = judge(sample, held.tables) if sample.readings and not faults else None
    on_label = None
    if "unit" not in faults:
        on_label = judge_label(
            label, held.labels, kind=sample.kind, nominal=sample.nominal, unit=sample.unit
        )
    return Judgement(
        refusals=_refusals(faults),
        quantity=verdict,
        label=on_label,
        quantity_lines=_lines(verdict.steps if verdict else _opening(sample, held, faults)),
        label_lines=_lines(on_label.steps if on_label else ()),
        pieces=verdict.pieces if verdict else (),
        held=held,
        superseded=held.plan.superseded_by if held.superseded_on(day) else "",
    )


def _opening(sample: Sample, held: Editions, faults: Faults) -> tuple[Step, ...]:
    known = not faults.keys() & {"nominal", "unit", "lot_size"}
    return opening_steps(sample, held.tables) if known else ()


def _refusals(faults: Faults) -> list[str]:
    return [refused(fault) for of in faults.values() for fault in of]


def _lines(steps: Sequence[Step]) -> list[Line]:
    return [Line(step, said(step)) for step in steps]


def lot_detail(lot: Lot) -> LotDetail:
    """With the verdict as it was reached, by the editions that are noted with the lot."""
    readings = readings_of(lot)
    sample = sample_of(lot, readings)
    now = editions_on(lot.sampled_on)
    held = editions(lot.plan, lot.table) if lot.plan and lot.table else now
    found = judgement(sample, label_of(lot), held, lot.sampled_on)
    lines = [PieceLine(*pair) for pair in zip(readings, found.pieces, strict=False)]
    newer = bool(now and held and (now.plan, now.table) != (held.plan, held.table))
    return LotDetail(lot, found, lines, newer)
