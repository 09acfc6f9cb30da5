"""Writing verifications; an instrument's own row repeats what its newest one says."""

from collections.abc import Collection, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.services.verify import Difference
from metroplan.audit.record import record
from metroplan.common.checking import check, fill
from metroplan.organisations.models import User
from supervision.models import Instrument, Verification
from supervision.rules.verification import Told, faults, proposed
from supervision.selectors.intervals import interval_of
from supervision.services.instruments import lock_instrument, tell
from supervision.services.locks import bump
from supervision.wording.ledgers import refuse, sentences

FIELDS = (
    "verified_on", "stage", "passed", "valid_until", "certificate_no", "institute",
    "institute_name", "free_of_charge",
)  # fmt: skip
PLACES = {
    "verification_once_per_day": "verified_on",
    "verification_validity_fits_result": "valid_until",
}

# What the newest verification of each instrument says, null where there is none.
NEWEST = """
SELECT i.id, v.verified_on, v.passed, v.valid_until
  FROM supervision_instrument i
  LEFT JOIN LATERAL (
       SELECT verified_on, passed, valid_until FROM supervision_verification
        WHERE instrument_id = i.id ORDER BY verified_on DESC LIMIT 1) v ON true
"""
DIFFERS = """
 (i.verified_on, i.passed, i.valid_until)
 IS DISTINCT FROM (newest.verified_on, newest.passed, newest.valid_until)
"""


@transaction.atomic
def record_verification(
    *,
    actor: User | None,
    instrument: Instrument,
    data: dict[str, Any],
    expected_version: int | None = None,
) -> Verification:
    """`data` holds FIELDS; a pass without its last day gets that of the interval.

    Raises ValidationError by field.
    """
    instrument = lock_instrument(instrument, actor, expected_version)
    told = _told(instrument, data)
    refuse(faults(told, made_on=instrument.made_on, today=timezone.localdate()))
    row = Verification(instrument=instrument, recorded_by=actor)
    fill(row, data | {"valid_until": told.valid_until}, FIELDS)
    if row.institute and not row.institute_name:
        row.institute_name = row.institute.name
    check(row, sentences({}), PLACES)
    row.save()
    repeat([instrument.pk])
    _bumped(instrument)
    record("instrument.verified", actor=actor, on=instrument, after=facts(row))
    tell(instrument, row.verified_on)
    return row


def _told(instrument: Instrument, data: dict[str, Any]) -> Told:
    """As entered, with the last day that follows."""
    told = Told(data.get("verified_on"), data.get("passed"), data.get("valid_until"))
    day = told.verified_on
    return proposed(told, interval_of(instrument, day) if day else None)


@transaction.atomic
def remove_verification(*, actor: User, verification: Verification, reason: str) -> None:
    """One that should not have been recorded; the log keeps it. Needs a reason."""
    instrument = lock_instrument(verification.instrument, actor)
    if not reason.strip():
        raise ValidationError({"reason": [_("Say why it is removed.")]})
    before, since = facts(verification), verification.verified_on
    verification.delete()
    repeat([instrument.pk])
    _bumped(instrument)
    record(
        "instrument.verification_removed",
        actor=actor,
        on=instrument,
        before=before,
        reason=reason.strip(),
    )
    tell(instrument, since, reason=reason)


def _bumped(instrument: Instrument) -> None:
    instrument.refresh_from_db(fields=["verified_on", "passed", "valid_until"])
    bump(instrument)


def repeat(ids: Collection[int]) -> None:
    """Write what the newest verification of each says into the instruments themselves."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE supervision_instrument i SET verified_on = newest.verified_on,"
            " passed = newest.passed, valid_until = newest.valid_until"
            f" FROM ({NEWEST} WHERE i.id = ANY(%s)) newest WHERE newest.id = i.id AND {DIFFERS}",
            [list(ids)],
        )


def wrong_repeats() -> Iterator[Difference]:
    """Instruments that do not say what their newest verification does, for `manage.py verify`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.number, i.verified_on, i.passed, i.valid_until,"
            " newest.verified_on, newest.passed, newest.valid_until"
            f" FROM supervision_instrument i JOIN ({NEWEST}) newest ON newest.id = i.id"
            f" WHERE {DIFFERS} ORDER BY i.number"
        )
        rows = cursor.fetchall()
    for number, *values in rows:
        yield Difference("newest verification", number, _words(values[:3]), _words(values[3:]))


def _words(values: list[Any]) -> str:
    verified_on, passed, until = values
    if verified_on is None:
        return "—"
    return f"{verified_on} " + (f"passed, valid until {until}" if passed else "failed")


def facts(row: Verification) -> dict[str, Any]:
    """What the log says of a verification."""
    values = {name: getattr(row, name) for name in FIELDS}
    return values | {"institute": row.institute.code if row.institute else ""}
