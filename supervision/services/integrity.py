"""Runs towards the title of a trustworthy-metrology unit: opened, evaluated, conferred, ended."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from metroplan.audit.record import record
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from metroplan.organisations.services.numbers import next_number
from standards.rules.faults import Fault
from supervision.models import (
    CriteriaSet,
    CriterionScore,
    DishonestyRecord,
    Entity,
    IntegrityEvent,
    IntegrityUnit,
)
from supervision.rules import integrity as rules
from supervision.selectors.dishonesty import listed_on
from supervision.services.locks import KEEP, bump, locked
from supervision.services.touching import touched_integrity
from supervision.states import INTEGRITY, IntegrityState, may_move
from supervision.wording.content import refusal

PREFIX = "CX"
DAYS = (
    "committed_on", "publicised_from", "publicised_until", "conferred_on", "valid_until",
    "ended_on",
)  # fmt: skip
Faults = dict[str, list[Fault]]


@transaction.atomic
def open_run(
    *,
    actor: User,
    entity: Entity,
    state: str,
    since: date,
    document: str = "",
    number: str = "",
) -> IntegrityUnit:
    """A run begins with a commitment or with an application. Raises ValidationError by field."""
    require(actor, KEEP, entity)
    Entity.objects.select_for_update().get(pk=entity.pk)
    open_states = INTEGRITY.keys() - rules.ENDS - {rules.CONFERRED}
    under_way = IntegrityUnit.objects.filter(entity=entity, state__in=open_states).first()
    if under_way:
        raise refusal({"entity": [Fault("integrity.open_run", {"number": under_way.number})]})
    unit = IntegrityUnit(entity=entity, organisation=entity.organisation, state=state)
    unit.number = number or next_number(IntegrityUnit, unit.organisation, PREFIX)
    if faults := _faults(unit, state, since, reason="", certificate=""):
        raise refusal(faults)
    if state == rules.APPLIED:
        unit.criteria = criteria_on(since)
    unit.full_clean()
    unit.save()
    _write(unit, actor, state, since, document=document, reason="")
    record("integrity.opened", actor=actor, on=unit, after=_said(unit, state, since, document))
    return unit


@transaction.atomic
def move_run(
    *,
    actor: User,
    unit: IntegrityUnit,
    state: str,
    since: date,
    document: str = "",
    reason: str = "",
    certificate_no: str = "",
    expected_version: int | None = None,
) -> IntegrityUnit:
    """From `since` on the run is in `state`. Raises ValidationError by field where the state may
    not follow, or something that it needs is missing."""
    unit = locked(unit, actor=actor, right=KEEP, expected_version=expected_version)
    # Nobody lists the entity as dishonest meanwhile.
    Entity.objects.select_for_update().get(pk=unit.entity_id)
    before = unit.state
    if not may_move(INTEGRITY, before, state):
        words = {"before": IntegrityState(before).label, "value": IntegrityState(state).label}
        raise refusal({"state": [Fault("integrity.not_allowed", words)]})
    reason, certificate_no = reason.strip(), certificate_no.strip()
    if faults := _faults(unit, state, since, reason=reason, certificate=certificate_no):
        raise refusal(faults)
    if state == rules.APPLIED:
        unit.criteria = criteria_on(since)
    if state == rules.CONFERRED:
        unit.certificate_no = certificate_no
    _write(unit, actor, state, since, document=document, reason=reason)
    record(
        "integrity.moved",
        actor=actor,
        on=unit,
        before={"run_state": before},
        after=_said(unit, state, since, document),
        **({"reason": reason} if reason else {}),
    )
    return unit


@transaction.atomic
def score(
    *,
    actor: User,
    unit: IntegrityUnit,
    points: Mapping[int, Decimal],
    notes: Mapping[int, str],
    expected_version: int | None = None,
) -> Decimal:
    """Enter the points by criterion; returns their sum. Raises ValidationError at `points-<id>`."""
    unit = locked(unit, actor=actor, right=KEEP, expected_version=expected_version)
    if unit.state != rules.REVIEWING or unit.criteria is None:
        raise refusal({"points": [Fault("score.other_state", {})]})
    items = {item.pk: item for item in unit.criteria.items.all()}
    given = {pk: value for pk, value in points.items() if pk in items}
    if faults := {
        f"points-{pk}": found for pk in given if (found := _beyond(given[pk], items[pk]))
    }:
        raise refusal(faults)
    before = {row.criterion_id: row.points for row in unit.scores.all()}
    unit.scores.all().delete()
    CriterionScore.objects.bulk_create(
        CriterionScore(unit=unit, criterion=items[pk], points=value, note=notes.get(pk, ""))
        for pk, value in given.items()
    )
    bump(unit)
    record(
        "integrity.scored",
        actor=actor,
        on=unit,
        before={"points": _by_text(before, items)},
        after={"points": _by_text(given, items)},
    )
    return sum(given.values(), Decimal(0))


@transaction.atomic
def lapse(*, today: date) -> int:
    """Titles whose last day is over lapse on the day after it; returns how many did. A second run
    finds nothing left to do."""
    due = IntegrityUnit.objects.select_for_update().filter(
        state=rules.CONFERRED, valid_until__lt=today
    )
    units = list(due.order_by("pk"))
    for unit in units:
        since = unit.valid_until + rules.DAY
        _write(unit, None, rules.LAPSED, since, document="", reason="")
        record("integrity.lapsed", actor=None, on=unit, after={"since": since})
    return len(units)


def criteria_on(day: date) -> CriteriaSet | None:
    """The set with the latest first day up to `day`."""
    found = CriteriaSet.objects.filter(effective_from__lte=day)
    return found.order_by("-effective_from").first()


def dishonest_on(entity_id: int, day: date) -> DishonestyRecord | None:
    """The record by which the entity is listed on the day, if there is one."""
    found = DishonestyRecord.objects.filter(entity=entity_id)
    return found.filter(listed_on(day)).order_by("starts").first()


def total_of(unit: IntegrityUnit) -> Decimal:
    return unit.scores.aggregate(total=Sum("points"))["total"] or Decimal(0)


def _faults(
    unit: IntegrityUnit, state: str, since: date, *, reason: str, certificate: str
) -> Faults:
    """What the rules have against the state from this day on, by field."""
    faults = _day_faults(unit, state, since)
    if state in rules.NEEDS_REASON and not reason:
        faults["reason"] = [Fault("integrity.reason", {})]
    if state in rules.NOT_WHILE_DISHONEST:
        listed = dishonest_on(unit.entity_id, since)
        if listed:
            words = {"first": listed.starts, "last": listed.ends, "decision": listed.decision_no}
            faults.setdefault("state", []).append(Fault("integrity.dishonest", words))
    if state == rules.APPLIED and criteria_on(since) is None:
        faults.setdefault("since", []).append(Fault("integrity.no_criteria", {"day": since}))
    if state == rules.PUBLICISED:
        faults.setdefault("state", []).extend(_score_faults(unit))
    if state == rules.CONFERRED and not certificate:
        faults["certificate_no"] = [Fault("integrity.certificate", {})]
    return {name: found for name, found in faults.items() if found}


def _day_faults(unit: IntegrityUnit, state: str, since: date) -> Faults:
    newest = unit.events.order_by("-since", "-id").first() if unit.pk else None
    found: list[Fault] = []
    if newest and since < newest.since:
        found.append(Fault("integrity.before", {"day": newest.since}))
    if since > timezone.localdate():
        found.append(Fault("integrity.future", {"day": since}))
    if state == rules.LAPSED:
        found.append(Fault("integrity.lapses_itself", {"day": unit.valid_until}))
    if state == rules.CONFERRED:
        if unit.publicised_until and since <= unit.publicised_until:
            found.append(Fault("integrity.publicity", {"day": unit.publicised_until}))
        terms = terms_of(unit)
        last = rules.validity_end(since, terms) if terms else since
        found += title_met(unit, rules.Days(conferred_on=since, valid_until=last))
    return {"since": found}


def _score_faults(unit: IntegrityUnit) -> list[Fault]:
    """The evaluation must be whole, and passed."""
    missing = unit.criteria.items.count() - unit.scores.count() if unit.criteria else 0
    if missing:
        return [Fault("integrity.not_scored", {"count": missing})]
    total = total_of(unit)
    if unit.criteria and total < unit.criteria.pass_mark:
        words = {"total": total, "needed": unit.criteria.pass_mark}
        return [Fault("integrity.not_passed", words)]
    return []


def _beyond(value: Decimal, item: Any) -> list[Fault]:
    if value < 0:
        return [Fault("score.below_zero", {"value": value})]
    if value > item.points:
        return [Fault("score.too_many", {"value": value, "limit": item.points})]
    return []


def _write(
    unit: IntegrityUnit,
    actor: User | None,
    state: str,
    since: date,
    *,
    document: str,
    reason: str,
) -> None:
    """Add the event and set the days anew."""
    event = IntegrityEvent(
        unit=unit, state=state, since=since, document=document, reason=reason, recorded_by=actor
    )
    event.full_clean()
    event.save()
    unit.state = state
    text = _("Run {number} of an integrity unit was recorded or changed")
    settle_days(unit, reason=text.format(number=unit.number))


def settle_days(unit: IntegrityUnit, *, reason: str) -> None:
    """Save the run with the days of its events, and tell the figures that count it."""
    before, after = stored_days(unit), days_of(unit)
    for name in DAYS:
        setattr(unit, name, getattr(after, name))
    bump(unit)
    if changed := rules.first_difference(before, after):
        touched_integrity([unit.pk], since=changed, reason=reason)


def stored_days(unit: IntegrityUnit) -> rules.Days:
    return rules.Days(**{name: getattr(unit, name) for name in DAYS})


def days_of(unit: IntegrityUnit) -> rules.Days:
    """The days that follow from the events on record."""
    return derived(unit, sorted(unit.events.all(), key=lambda event: (event.since, event.pk)))


def derived(unit: IntegrityUnit, events: Sequence[IntegrityEvent]) -> rules.Days:
    """The days that would follow from these events, which come in their order."""
    ruled = (rules.Event(event.state, event.since) for event in events)
    return rules.days_of(ruled, terms_of(unit))


def terms_of(unit: IntegrityUnit) -> rules.Terms | None:
    """None before the run has any criteria."""
    if unit.criteria is None:
        return None
    return rules.Terms(unit.criteria.publicity_days, unit.criteria.validity_months)


def title_met(unit: IntegrityUnit, days: rules.Days) -> list[Fault]:
    """An entity holds one title at a time: other titles of its with a day in common."""
    title = rules.title_of(days)
    if title is None:
        return []
    others = IntegrityUnit.objects.filter(entity=unit.entity_id, conferred_on__isnull=False)
    found = []
    for other in others.exclude(pk=unit.pk).order_by("conferred_on"):
        held = rules.title_of(stored_days(other))
        if held and held[0] <= title[1] and title[0] <= held[1]:
            words = {"first": held[0], "last": held[1], "number": other.number}
            found.append(Fault("integrity.title_met", words))
    return found


def _said(unit: IntegrityUnit, state: str, since: date, document: str) -> dict[str, Any]:
    said = {"entity": unit.entity.number, "run_state": state, "since": since}
    said |= {"document": document, "certificate_no": unit.certificate_no}
    return {name: value for name, value in said.items() if value}


def _by_text(points: Mapping[int, Decimal], items: Mapping[int, Any]) -> dict[str, Decimal]:
    return {items[pk].text: value for pk, value in points.items() if pk in items}
