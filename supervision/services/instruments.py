"""Writing instruments of the ledger: what they are, and when they are in use."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from metroplan.audit.record import record
from metroplan.common.checking import check, fill
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from metroplan.organisations.services.numbers import next_number
from standards.rules.faults import Fault
from standards.services.locks import refuse_stale
from supervision.models import Instrument
from supervision.services.locks import KEEP, bump
from supervision.services.touching import counts_from, touched_instruments
from supervision.wording.ledgers import refuse, sentences

PREFIX = "IN"
FIELDS = (
    "number", "entity", "kind", "name", "model", "range_text", "accuracy", "serial_no", "maker",
    "made_on", "place", "purpose", "interval_months", "in_use_from",
)  # fmt: skip
EXACT = ("model", "range_text", "accuracy")
COUNTED = ("entity", "kind", "purpose", "in_use_from")
PLACES = {
    "instrument_once": "serial_no",
    "instrument_out_of_use_after_in_use": "in_use_from",
}


@transaction.atomic
def save_instrument(
    *,
    actor: User | None,
    instrument: Instrument | None = None,
    data: dict[str, Any],
    expected_version: int | None = None,
) -> Instrument:
    """`data` holds FIELDS; what is left out stays, a blank number gets the next of the entity's
    unit, a blank name that of the kind.

    Raises ValidationError by field, `register.changed` for a version that is not the newest.
    """
    if instrument is None:
        return _add(actor, data)
    instrument = lock_instrument(instrument, actor, expected_version)
    before, first = facts(instrument), instrument.in_use_from
    unit = instrument.entity.organisation_id
    _take_over(instrument, data, actor)
    after = facts(instrument)
    changed = [name for name in FIELDS if before[name] != after[name]]
    if not changed:
        return instrument
    bump(instrument)
    record(
        "instrument.changed",
        actor=actor,
        on=instrument,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    if any(name in COUNTED for name in changed):
        now = counts_from(Instrument.objects.filter(pk=instrument.pk)) or first
        tell(instrument, min(first, now), units=[unit])
    return instrument


def _add(actor: User | None, data: dict[str, Any]) -> Instrument:
    data = dict(data)
    unit = data["entity"].organisation
    data["number"] = data.get("number") or next_number(Instrument, unit, PREFIX)
    instrument = Instrument()
    _take_over(instrument, data, actor)
    instrument.save()
    record("instrument.added", actor=actor, on=instrument, after=facts(instrument))
    tell(instrument, instrument.in_use_from)
    return instrument


def _take_over(instrument: Instrument, data: dict[str, Any], actor: User | None) -> None:
    fill(instrument, data, FIELDS, EXACT)
    instrument.name = instrument.name or instrument.kind.name_zh
    check(instrument, sentences(own_faults(instrument)), PLACES)
    if actor is not None:
        require(actor, KEEP, instrument.entity)


def own_faults(instrument: Instrument) -> dict[str, Fault]:
    found = day_faults(instrument)
    others = Instrument.objects.exclude(pk=instrument.pk)
    if other := others.filter(number=instrument.number).first():
        params = {"value": instrument.number, "name": other.name}
        found["number"] = Fault("instrument.number_taken", params)
    same = {name: getattr(instrument, name) for name in ("serial_no", "maker", "entity")}
    if other := others.filter(**same).first():
        params = {"value": instrument.serial_no, "maker": other.maker, "number": other.number}
        found["serial_no"] = Fault("instrument.twice", params)
    return found


def day_faults(instrument: Instrument) -> dict[str, Fault]:
    found: dict[str, Fault] = {}
    made, used, closed = instrument.made_on, instrument.in_use_from, instrument.entity.closed_on
    if made and used and made > used:
        params = {"value": made.isoformat(), "day": used.isoformat()}
        found["made_on"] = Fault("instrument.made_late", params)
    elif made and instrument.pk and (day := first_verified(instrument)) and day < made:
        params = {"value": made.isoformat(), "day": day.isoformat()}
        found["made_on"] = Fault("instrument.verified_before", params)
    if closed and used and used >= closed:
        params = {"entity": instrument.entity.name, "day": closed.isoformat()}
        found["in_use_from"] = Fault("instrument.before_closing", params)
    return found


def first_verified(instrument: Instrument) -> date | None:
    return instrument.verifications.aggregate(first=Min("verified_on"))["first"]


@transaction.atomic
def take_out_of_use(
    *,
    actor: User,
    instrument: Instrument,
    on: date,
    reason: str,
    expected_version: int | None = None,
) -> Instrument:
    """From the day on it is not in use; one that is out already goes out on the day instead."""
    instrument = lock_instrument(instrument, actor, expected_version)
    former = instrument.out_of_use_on
    if on <= instrument.in_use_from:
        params = {"value": on.isoformat(), "day": instrument.in_use_from.isoformat()}
        refuse({"on": Fault("instrument.out_early", params)})
    instrument.out_of_use_on = on
    bump(instrument)
    record_end(instrument, actor, "instrument.taken_out", former, reason)
    tell(instrument, min(on, former or on), reason=reason)
    return instrument


@transaction.atomic
def bring_back(
    *, actor: User, instrument: Instrument, reason: str, expected_version: int | None = None
) -> Instrument:
    """It is in use after all, as if it had never gone out. Needs a reason."""
    instrument = lock_instrument(instrument, actor, expected_version)
    former = instrument.out_of_use_on
    if former is None:
        return instrument
    if not reason.strip():
        raise ValidationError({"reason": [_("Say why it is in use after all.")]})
    if instrument.entity.closed_on:
        params = {
            "entity": instrument.entity.name,
            "day": instrument.entity.closed_on.isoformat(),
        }
        refuse({"reason": Fault("instrument.before_closing", params)})
    instrument.out_of_use_on = None
    bump(instrument)
    record_end(instrument, actor, "instrument.brought_back", former, reason)
    tell(instrument, former, reason=reason)
    return instrument


def record_end(
    instrument: Instrument, actor: User, action: str, former: date | None, reason: str
) -> None:
    record(
        action,
        actor=actor,
        on=instrument,
        before={"out_of_use_on": former},
        after={"out_of_use_on": instrument.out_of_use_on},
        reason=reason,
    )


def lock_instrument(
    instrument: Instrument, actor: User | None, expected_version: int | None = None
) -> Instrument:
    """The row as it stands, kept from others until the transaction ends.

    Raises PermissionDenied, and `register.changed` (409) where it moved on since it was looked at.
    """
    found = Instrument.objects.select_for_update(of=("self",))
    row = found.select_related("entity__organisation", "kind").get(pk=instrument.pk)
    if actor is not None:
        require(actor, KEEP, row.entity)
    refuse_stale(str(row), row.version, expected_version)
    return row


def tell(
    instrument: Instrument, since: date, *, reason: str = "", units: list[int] | None = None
) -> None:
    """Figures that count it are counted anew from the day on."""
    text = _("Instrument {number} was recorded or changed").format(number=instrument.number)
    touched_instruments([instrument.pk], since, reason.strip() or text, units or [])


def facts(instrument: Instrument) -> dict[str, Any]:
    """What the log says of an instrument."""
    values = {name: getattr(instrument, name) for name in FIELDS}
    return values | {"entity": instrument.entity.number, "kind": instrument.kind.code}
