"""Writing lots of prepackages: what was sampled and measured, the verdict, its publication."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from metroplan.audit.record import differing, record
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from metroplan.organisations.services.numbers import next_number
from standards.rules.faults import Fault
from supervision.models import Lot, LotReading
from supervision.rules.net_content import Reading
from supervision.selectors.content_tables import Editions, editions_on
from supervision.selectors.verdicts import Verdicts, readings_of, verdicts_of
from supervision.services.locks import KEEP, RECORD, bump, locked, right_to_change
from supervision.services.lot_checks import refuse_misfit
from supervision.services.touching import touched_lots
from supervision.wording.content import refusal

FIELDS = (
    "number", "inspection", "campaign", "organisation", "entity", "commodity", "product", "maker",
    "batch_no", "sampled_on", "quantity_kind", "nominal", "unit", "lot_size", "sample_size",
    "tare", "label_unit", "label_height", "label_complete",
)  # fmt: skip
COUNTED = ("organisation_id", "sampled_on", "label_passed", "quantity_passed")
PREFIX = "NC"


@transaction.atomic
def save_lot(
    *,
    actor: User,
    lot: Lot | None = None,
    data: dict[str, Any],
    readings: Sequence[Reading],
    expected_version: int | None = None,
) -> Lot:
    """Enter a lot with its readings, or change it, and judge what can be judged.

    `data` holds FIELDS; a blank number gets the next of the unit. Without readings the quantity is
    not judged, without all that a label is checked for the label is not. Raises ValidationError
    by field, `register.changed` for a version that is not the newest.
    """
    require(actor, RECORD, data["organisation"])
    stored = _locked(lot, actor, expected_version) if lot else None
    before = facts(stored) if stored else None
    counted = _counted(stored)
    changed = stored or Lot()
    for name in FIELDS:
        setattr(changed, name, data[name])
    changed.number = changed.number or next_number(Lot, changed.organisation, PREFIX)
    changed.full_clean(exclude=("plan", "table"), validate_constraints=False)
    refuse_misfit(changed)
    judged(changed, readings)
    changed.validate_constraints()
    changed.version += 1 if stored else 0
    changed.save()
    _keep_readings(changed, readings)
    after = facts(changed)
    record(
        "lot.changed" if stored else "lot.added",
        actor=actor,
        on=changed,
        **differing(before, after),
    )
    _tell(changed, counted)
    return changed


@transaction.atomic
def judge_again(*, actor: User, lot: Lot, expected_version: int | None = None) -> Lot:
    """By the tables that hold now for its day; raises ValidationError where they do not fit."""
    lot = _locked(lot, actor, expected_version)
    before, counted = facts(lot), _counted(lot)
    judged(lot, readings_of(lot))
    bump(lot)
    record("lot.judged", actor=actor, on=lot, **differing(before, facts(lot)))
    _tell(lot, counted)
    return lot


@transaction.atomic
def publish_lot(
    *, actor: User, lot: Lot, on: date | None, expected_version: int | None = None
) -> Lot:
    """Show the result to the public from a day on, or no longer (None)."""
    lot = locked(lot, actor=actor, right=KEEP, expected_version=expected_version)
    if on and lot.quantity_passed is None and lot.label_passed is None:
        raise refusal({"published_on": [Fault("lot.not_judged", {})]})
    before = lot.published_on
    lot.published_on = on
    bump(lot)
    values = {"before": {"published_on": before}, "after": {"published_on": on}}
    record("lot.published", actor=actor, on=lot, **values)
    return lot


def _locked(lot: Lot, actor: User, expected_version: int | None) -> Lot:
    found = locked(lot, actor=actor, right=RECORD, expected_version=expected_version)
    require(actor, right_to_change(found), found)
    return found


def judged(lot: Lot, readings: Sequence[Reading]) -> None:
    """Set the verdicts and the editions they were reached by. Raises ValidationError by field."""
    held = editions_on(lot.sampled_on)
    if held is None:
        raise refusal({"sampled_on": [Fault("lot.no_tables", {"day": lot.sampled_on})]})
    due = verdicts_of(lot, readings, held)
    if due.faults:
        raise refusal(due.faults)
    settle(lot, due, held)


def settle(lot: Lot, due: Verdicts, held: Editions) -> None:
    lot.plan, lot.table = held.plan, held.table
    lot.label_passed, lot.quantity_passed = due.label, due.quantity


def _keep_readings(lot: Lot, readings: Sequence[Reading]) -> None:
    if readings == readings_of(lot):
        return
    lot.readings.all().delete()
    LotReading.objects.bulk_create(
        LotReading(lot=lot, position=place, gross=reading.gross, net=reading.net)
        for place, reading in enumerate(readings, start=1)
    )


def facts(lot: Lot) -> dict[str, Any]:
    """What the log says of a lot."""
    values = {name: getattr(lot, name) for name in (*FIELDS, "label_passed", "quantity_passed")}
    keys = {name: getattr(values[name], "number", "") for name in ("inspection", "campaign")}
    return (
        values
        | keys
        | {
            "organisation": lot.organisation.code,
            "entity": lot.entity.number,
            "plan": str(lot.plan or ""),
            "table": str(lot.table or ""),
        }
    )


def _counted(lot: Lot | None) -> tuple[Any, ...] | None:
    return tuple(getattr(lot, name) for name in COUNTED) if lot else None


def _tell(lot: Lot, former: tuple[Any, ...] | None) -> None:
    """Figures that count the lot are counted anew where it counts otherwise than before."""
    if former == _counted(lot):
        return
    unit, day = former[:2] if former else (lot.organisation_id, lot.sampled_on)
    reason = _("Lot {number} was recorded or changed").format(number=lot.number)
    touched_lots([lot.pk], since=min(day, lot.sampled_on), reason=reason, units=[unit])
