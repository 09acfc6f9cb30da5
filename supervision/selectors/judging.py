"""Lots that were judged by editions which hold no longer for their day, and what judging them
again would change. However many there are, few are held at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from metroplan.organisations.models import User
from supervision.models import Lot, SamplingPlan, ToleranceTable
from supervision.selectors.content_tables import EditionsByDay
from supervision.selectors.verdicts import Verdicts, readings_of, verdicts_of
from supervision.wording.content import refused

AT_ONCE = 5000
PIECES = 200
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Unfit:
    """A lot that cannot be judged by the newer editions, and why."""

    lot: Lot
    sentences: list[str]


@dataclass(slots=True)
class Preview:
    """What judging again would do: `same` and `changed` verdicts of `fitting` lots, a lot being
    changed where one of its two verdicts is; `published` of those are public. `unfit` samples stay
    as they are, the first of them are `shown`. `more` says that one act does not reach all."""

    found: int
    fitting: int = 0
    changed: int = 0
    label_lost: int = 0
    label_won: int = 0
    quantity_lost: int = 0
    quantity_won: int = 0
    published: int = 0
    unfit: int = 0
    more: bool = False
    shown: list[Unfit] = field(default_factory=list)

    @property
    def same(self) -> int:
        return self.fitting - self.changed


def superseded_lots(user: User) -> QuerySet[Lot]:
    """Judged lots of the user's area for whose day other editions hold by now, in a fixed order."""
    judged = Lot.objects.visible_to(user).filter(plan__isnull=False, table__isnull=False)
    found = judged.annotate(plan_now=_held(SamplingPlan), table_now=_held(ToleranceTable))
    other = ~Q(plan=F("plan_now")) | ~Q(table=F("table_now"))
    return found.filter(other).select_related("organisation").order_by("pk")


def _held(model: type[SamplingPlan] | type[ToleranceTable]) -> Subquery:
    begun = model.objects.filter(effective_from__lte=OuterRef("sampled_on"))
    return Subquery(begun.order_by("-effective_from").values("pk")[:1])


def preview(user: User) -> Preview:
    found = superseded_lots(user)
    seen, held = Preview(found=found.count()), EditionsByDay()
    lots = found.select_related("entity").prefetch_related("readings")
    for lot, due in due_verdicts(lots.iterator(chunk_size=PIECES), held):
        if due.faults:
            _note_unfit(seen, lot, due)
            continue
        if seen.fitting == AT_ONCE:
            seen.more = True
            break
        seen.fitting += 1
        _note(seen, lot, due)
    return seen


def due_verdicts(lots: Iterator[Lot], held: EditionsByDay) -> Iterator[tuple[Lot, Verdicts]]:
    """Each lot with its verdicts by the editions that hold for its day."""
    for lot in lots:
        editions = held.on(lot.sampled_on)
        if editions is not None:
            yield lot, verdicts_of(lot, readings_of(lot), editions)


def _note_unfit(seen: Preview, lot: Lot, due: Verdicts) -> None:
    seen.unfit += 1
    if len(seen.shown) < SHOWN:
        sentences = [refused(fault) for faults in due.faults.values() for fault in faults]
        seen.shown.append(Unfit(lot, sentences))


def _note(seen: Preview, lot: Lot, due: Verdicts) -> None:
    pairs = {
        "label": (lot.label_passed, due.label),
        "quantity": (lot.quantity_passed, due.quantity),
    }
    changed = {name: now for name, (before, now) in pairs.items() if before is not now}
    for name, now in changed.items():
        way = f"{name}_won" if now else f"{name}_lost"
        setattr(seen, way, getattr(seen, way) + 1)
    seen.changed += bool(changed)
    seen.published += bool(changed) and lot.published_on is not None
