"""Judging again, in one act, every lot of an area for whose day newer editions hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from metroplan.audit.models import AuditEvent
from metroplan.audit.record import differing, event_for, record, record_all
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from supervision.models import Lot
from supervision.selectors.content_tables import EditionsByDay
from supervision.selectors.judging import AT_ONCE, PIECES, due_verdicts, superseded_lots
from supervision.services.lots import facts, settle
from supervision.services.touching import touched_lots

SET = ("plan", "table", "label_passed", "quantity_passed", "version")
Counted = tuple[bool | None, bool | None]


@dataclass(slots=True)
class Judged:
    """`unfit` samples stayed as they were; `more` says that lots are left for another act."""

    lots: int = 0
    changed: int = 0
    unfit: int = 0
    more: bool = False


def judge_superseded(*, actor: User) -> Judged:
    """Up to AT_ONCE lots of the actor's area; a second act finds nothing left to do.

    Not one transaction: each piece is one, so that the log is not kept from others for long, and
    what was done before an interruption stays done.
    """
    require(actor, "supervision.keep", actor.organisation)
    done, held, last = Judged(), EditionsByDay(), 0
    while size := min(PIECES, AT_ONCE - done.lots):
        found = superseded_lots(actor).filter(pk__gt=last).values_list("pk", flat=True)
        ids = list(found[:size])
        if not ids:
            break
        last = ids[-1]
        _judge_piece(actor, ids, held, done)
    done.more = superseded_lots(actor).filter(pk__gt=last).exists()
    if done.lots:
        after = {"lots_judged": done.lots, "verdicts_changed": done.changed}
        after["samples_unfit"] = done.unfit
        with transaction.atomic():
            record("lots.judged", actor=actor, on=actor.organisation, after=after)
    return done


@transaction.atomic
def _judge_piece(actor: User, ids: Sequence[int], held: EditionsByDay, done: Judged) -> None:
    found = Lot.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    found = found.select_related("organisation", "entity", "inspection", "campaign")
    lots = found.select_related("plan", "table").prefetch_related("readings")
    judged: list[Lot] = []
    changed: list[Lot] = []
    events: list[AuditEvent] = []
    for lot, due in due_verdicts(lots, held):
        if due.faults:
            done.unfit += 1
            continue
        before, counted = facts(lot), _counted(lot)
        settle(lot, due, held.on(lot.sampled_on))
        if not (said := differing(before, facts(lot)))["after"]:
            continue
        lot.version += 1
        events.append(event_for("lot.judged", actor=actor, on=lot, **said))
        judged.append(lot)
        if _counted(lot) != counted:
            changed.append(lot)
    Lot.objects.bulk_update(judged, SET)
    record_all(events)
    _tell(changed)
    done.lots += len(judged)
    done.changed += len(changed)


def _counted(lot: Lot) -> Counted:
    return lot.label_passed, lot.quantity_passed


def _tell(changed: Sequence[Lot]) -> None:
    if changed:
        since = min(lot.sampled_on for lot in changed)
        reason = _("Lots were judged again by the tables that hold for their day")
        touched_lots([lot.pk for lot in changed], since=since, reason=reason)
