"""Days of a run towards the title that were entered wrongly, put right."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metroplan.audit.record import differing, record
from metroplan.organisations.models import User
from standards.rules.faults import Fault
from supervision.models import IntegrityEvent, IntegrityUnit
from supervision.rules import integrity as rules
from supervision.services.integrity import (
    DAYS,
    Faults,
    criteria_on,
    derived,
    dishonest_on,
    settle_days,
    title_met,
)
from supervision.services.locks import KEEP, locked
from supervision.wording.content import refusal


@transaction.atomic
def correct_event(
    *,
    actor: User,
    unit: IntegrityUnit,
    event: IntegrityEvent,
    since: date,
    reason: str,
    expected_version: int | None = None,
) -> IntegrityUnit:
    """The state of `event` holds from `since` on, not from the day that was entered.

    States and their order stay as they are. The days that follow are worked out anew; a title that
    has lapsed lapses on its new day, or holds once more where that has not come. Raises
    ValidationError by field.
    """
    unit = locked(unit, actor=actor, right=KEEP, expected_version=expected_version)
    events = sorted(unit.events.all(), key=lambda row: (row.since, row.pk))
    moved = next(row for row in events if row.pk == event.pk)
    before, reason = _facts(unit, moved), reason.strip()
    if faults := _faults(events, moved, since, reason):
        raise refusal(faults)
    moved.since = since
    if moved.state == rules.APPLIED:
        _take_criteria(unit, since)
    lapsed = next((row for row in events if row.state == rules.LAPSED), None)
    days = derived(unit, [row for row in events if row is not lapsed])
    if faults := _run_faults(unit, moved, days):
        raise refusal(faults)
    moved.save(update_fields=["since"])
    if lapsed:
        _lapse_anew(unit, lapsed, days)
    text = _("A day of run {number} of an integrity unit was corrected: {reason}")
    settle_days(unit, reason=text.format(number=unit.number, reason=reason))
    said = differing(before, _facts(unit, moved))
    said["after"]["corrected_state"] = moved.state
    record("integrity.corrected", actor=actor, on=unit, reason=reason, **said)
    return unit


def _faults(
    events: Sequence[IntegrityEvent], moved: IntegrityEvent, since: date, reason: str
) -> Faults:
    """What is wrong with the new day by itself and between the days beside it."""
    found: list[Fault] = []
    place = events.index(moved)
    earlier, later = events[:place], events[place + 1 :]
    if moved.state == rules.LAPSED:
        found.append(Fault("integrity.lapse_follows", {}))
    if since == moved.since:
        found.append(Fault("integrity.same_day", {"day": since}))
    if earlier and since < earlier[-1].since:
        found.append(Fault("integrity.before_previous", {"day": earlier[-1].since}))
    if later and later[0].state != rules.LAPSED and since > later[0].since:
        found.append(Fault("integrity.after_next", {"day": later[0].since}))
    if since > timezone.localdate():
        found.append(Fault("integrity.future", {"day": since}))
    faults: Faults = {"since": found} if found else {}
    return faults if reason else faults | {"reason": [Fault("integrity.correction_reason", {})]}


def _take_criteria(unit: IntegrityUnit, since: date) -> None:
    """Those of the day of the application, unless the run is evaluated by others already."""
    criteria = criteria_on(since)
    if criteria is None:
        raise refusal({"since": [Fault("integrity.no_criteria", {"day": since})]})
    if criteria != unit.criteria and unit.scores.exists():
        raise refusal({"since": [Fault("integrity.other_criteria", {"day": since})]})
    unit.criteria = criteria


def _run_faults(unit: IntegrityUnit, moved: IntegrityEvent, days: rules.Days) -> Faults:
    """What the rules have against the whole run with the new day in it."""
    found: list[Fault] = []
    if moved.state in rules.NOT_WHILE_DISHONEST and (
        listed := dishonest_on(unit.entity_id, moved.since)
    ):
        words = {"first": listed.starts, "last": listed.ends, "decision": listed.decision_no}
        found.append(Fault("integrity.dishonest", words))
    if days.conferred_on and days.publicised_until and days.conferred_on <= days.publicised_until:
        found.append(Fault("integrity.publicity", {"day": days.publicised_until}))
    if days.ended_on and days.valid_until and days.ended_on > days.valid_until:
        words = {"last": days.valid_until, "day": days.ended_on}
        found.append(Fault("integrity.ends_after_title", words))
    found += title_met(unit, days)
    return {"since": found} if found else {}


def _lapse_anew(unit: IntegrityUnit, lapsed: IntegrityEvent, days: rules.Days) -> None:
    """The portal itself entered the lapse: it follows the title."""
    if days.valid_until and days.valid_until < timezone.localdate():
        lapsed.since = days.valid_until + rules.DAY
        lapsed.save(update_fields=["since"])
    else:
        lapsed.delete()
        unit.state = rules.CONFERRED


def _facts(unit: IntegrityUnit, event: IntegrityEvent) -> dict[str, Any]:
    """What the log says: the day of the event, and all that follows from it."""
    days = {name: getattr(unit, name) for name in DAYS}
    said = {"corrected_state": event.state, "since": event.since, "run_state": unit.state}
    return said | days | {"criteria": str(unit.criteria or "")}
