"""What happens to a standard: states, certificates, grades. Each is a dated row that stays."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metroplan.audit.record import event_for, record, record_all
from metroplan.common.text import normalise
from metroplan.organisations.models import User
from metroplan.submissions.models import StoredFile
from standards.models import Certificate, Grade, HolderKind, MeasurementStandard, StateEvent
from standards.rules import in_force
from standards.rules.faults import Fault
from standards.rules.in_force import Event, Validity, state_on
from standards.services.in_force import rebuild_one, tell
from standards.services.locks import bump, lock_standard
from standards.states import State, may_move
from standards.wording.standards import refusal

FINAL = frozenset({State.REPLACED, State.REVOKED})


@transaction.atomic
def move_standard(
    *,
    actor: User | None,
    standard: MeasurementStandard,
    to: str,
    since: date,
    document: str = "",
    reason: str = "",
    replaced_by: MeasurementStandard | None = None,
    expected_version: int | None = None,
) -> MeasurementStandard:
    """From `since` on the standard is in the state `to`.

    A day in the past needs a reason; figures are counted anew from there. Replaced and revoked
    are final: what was recorded for later days is overruled. Raises ValidationError at `to`,
    `since`, `reason` or `replaced_by`.
    """
    standard = lock_standard(standard, actor, expected_version)
    events = events_of(standard)
    before = state_on(events, since)
    faults = move_faults(standard, events, to, since, reason)
    faults |= _replacement_faults(standard, to, replaced_by)
    if faults:
        raise refusal(faults)
    for event in state_rows(standard, actor, events, to, since, document, reason):
        event.clean_fields(exclude=["standard", "recorded_by"])
        event.save()
    if to == State.REPLACED:
        standard.replaced_by = replaced_by
        standard.save(update_fields=["replaced_by"])
    bump(standard)
    record(
        "standard.moved",
        actor=actor,
        on=standard,
        before={"state": before} if before else {},
        after={"state": to, "since": since},
        document=document,
        reason=reason,
        **({"replaced_by": replaced_by.number} if replaced_by else {}),
    )
    rebuild_one(standard, reason.strip() or _moved(standard, to))
    return standard


def events_of(standard: MeasurementStandard) -> list[Event]:
    return [Event(row.since, row.pk, row.state) for row in standard.states.all()]


def state_rows(
    standard: MeasurementStandard,
    actor: User | None,
    events: list[Event],
    to: str,
    since: date,
    document: str,
    reason: str,
) -> list[StateEvent]:
    """What is written for the new state: a final one is written for every later day as well."""
    later = {event.since for event in events if event.since > since} if to in FINAL else ()
    return [
        StateEvent(
            standard=standard,
            state=to,
            since=day,
            document=document.strip(),
            reason=reason.strip(),
            recorded_by=actor,
        )
        for day in [since, *sorted(later)]
    ]


def move_faults(
    standard: MeasurementStandard, events: list[Event], to: str, since: date, reason: str
) -> dict[str, list[Fault]]:
    """What speaks against the state `to` from `since` on, by field."""
    faults: dict[str, list[Fault]] = {}
    before = state_on(events, since)
    if before == to:
        faults["to"] = [Fault("state.same", _words(value=to, day=since))]
    elif before and not (may_move(before, to) or (reason.strip() and _mends(events, to, since))):
        faults["to"] = [Fault("state.not_allowed", _words(value=to, before=before, day=since))]
    later = min((event for event in events if event.since > since), default=None)
    if later and to not in FINAL and later.state != to and not may_move(to, later.state):
        params = _words(value=to, after=later.state, day=later.since)
        faults["since"] = [Fault("state.followed", params)]
    if since < timezone.localdate() and not reason.strip():
        faults["reason"] = [Fault("state.reason", {"value": since.isoformat()})]
    if before == State.SEALED and to == State.IN_FORCE and not certified_on(standard, since):
        faults["to"] = [Fault("state.certificate", {"value": since.isoformat()})]
    return faults


def _mends(events: list[Event], to: str, since: date) -> bool:
    """Whether the state overrules one recorded for the very day and follows what was before it."""
    if all(event.since != since for event in events):
        return False
    before = state_on(events, since - timedelta(days=1))
    return before is None or may_move(before, to)


def certified_on(standard: MeasurementStandard, day: date) -> bool:
    """Whether the certificates that it needs are valid on the day."""
    held = [
        Validity(row.kind, row.valid_from, row.valid_until, row.revoked_on)
        for row in standard.certificates.all()
    ]
    needed = [in_force.EXAMINATION]
    if standard.holder_kind == HolderKind.PUBLIC:
        needed.append(in_force.PUBLIC)
    return all(
        any(span.first <= day <= span.last for span in in_force.valid(held, kind))
        for kind in needed
    )


def _words(*, day: date, **states: str) -> dict[str, str]:
    return {name: str(State(state).label) for name, state in states.items()} | {
        "day": day.isoformat()
    }


def _replacement_faults(
    standard: MeasurementStandard, to: str, replaced_by: MeasurementStandard | None
) -> dict[str, list[Fault]]:
    if to == State.REPLACED and (replaced_by is None or replaced_by.pk == standard.pk):
        return {"replaced_by": [Fault("state.replacement")]}
    if to != State.REPLACED and replaced_by is not None:
        return {"replaced_by": [Fault("state.not_replaced")]}
    return {}


def _moved(standard: MeasurementStandard, to: str) -> str:
    text = _("Standard {number} is now “{state}”")
    return text.format(number=standard.number, state=State(to).label)


@transaction.atomic
def add_certificate(
    *,
    actor: User | None,
    standard: MeasurementStandard,
    kind: str,
    number: str,
    authority: str = "",
    issued_on: date | None = None,
    valid_from: date,
    valid_until: date,
    file: StoredFile | None = None,
    expected_version: int | None = None,
) -> Certificate:
    """Record a certificate, or the prolonging of one under its number.

    Raises ValidationError at `number`, `kind` or `valid_until`.
    """
    standard = lock_standard(standard, actor, expected_version)
    certificate = Certificate(
        standard=standard,
        kind=kind,
        number=normalise(number),
        authority=authority.strip(),
        issued_on=issued_on,
        valid_from=valid_from,
        valid_until=valid_until,
        file=file,
    )
    faults = certificate_faults(certificate) | certificate_number_faults(certificate)
    if faults:
        raise refusal(faults)
    certificate.clean_fields(exclude=["standard"])
    certificate.save()
    bump(standard)
    record("standard.certified", actor=actor, on=standard, after=certificate_facts(certificate))
    rebuild_one(standard, _certified(certificate))
    return certificate


def add_first_certificates(certificates: Sequence[Certificate], *, actor: User | None) -> None:
    """As `add_certificate` for standards that are new in this transaction, all at once.

    The caller has made sure that no other standard has their numbers.
    """
    for certificate in certificates:
        if faults := certificate_faults(certificate):
            raise refusal(faults)
        certificate.clean_fields(exclude=["standard"])
    Certificate.objects.bulk_create(certificates)
    record_all(
        event_for(
            "standard.certified", actor=actor, on=item.standard, after=certificate_facts(item)
        )
        for item in certificates
    )
    for certificate in certificates:
        rebuild_one(certificate.standard, _certified(certificate))


def _certified(certificate: Certificate) -> str:
    text = _("Certificate {value} of standard {number} was recorded")
    return text.format(value=certificate.number, number=certificate.standard.number)


def certificate_faults(certificate: Certificate) -> dict[str, list[Fault]]:
    """What speaks against it by itself, by field."""
    faults: dict[str, list[Fault]] = {}
    first, last = certificate.valid_from, certificate.valid_until
    if last < first:
        days = {"first": first.isoformat(), "last": last.isoformat()}
        faults["valid_until"] = [Fault("dates.reversed", days)]
    standard = certificate.standard
    if certificate.kind == Certificate.Kind.PUBLIC and standard.holder_kind != HolderKind.PUBLIC:
        faults["kind"] = [Fault("certificate.not_public")]
    return faults


def certificate_number_faults(certificate: Certificate) -> dict[str, list[Fault]]:
    """Whether its number is another standard's, or on record for the same first day."""
    same = Certificate.objects.filter(kind=certificate.kind, number=certificate.number)
    other = same.exclude(standard=certificate.standard).select_related("standard").first()
    if other:
        params = {"value": certificate.number, "standard": str(other.standard)}
        return {"number": [Fault("certificate.taken", params)]}
    if same.filter(valid_from=certificate.valid_from).exists():
        return {"number": [Fault("certificate.twice", {"value": certificate.number})]}
    return {}


def certificate_facts(certificate: Certificate) -> dict[str, object]:
    names = ("kind", "authority", "issued_on", "valid_from", "valid_until")
    own = {name: getattr(certificate, name) for name in names}
    return {"certificate_no": certificate.number} | own


@transaction.atomic
def revoke_certificate(
    *, actor: User | None, certificate: Certificate, on: date, reason: str
) -> Certificate:
    """It is not valid from the day `on`; an earlier day than one on record takes its place.

    Raises ValidationError at `on` or `reason`.
    """
    standard = lock_standard(certificate.standard, actor)
    certificate = Certificate.objects.get(pk=certificate.pk)
    certificate.standard = standard
    if not reason.strip():
        raise ValidationError({"reason": [_("Say why the certificate is revoked.")]})
    if faults := _revoking_faults(certificate, on):
        raise refusal({"on": [faults]})
    before = certificate.revoked_on
    certificate.revoked_on = on
    certificate.save(update_fields=["revoked_on"])
    bump(standard)
    record(
        "standard.certificate_revoked",
        actor=actor,
        on=standard,
        before={"revoked_on": before},
        after={"revoked_on": on},
        certificate_no=certificate.number,
        reason=reason.strip(),
    )
    rebuild_one(standard, reason.strip())
    return certificate


def _revoking_faults(certificate: Certificate, on: date) -> Fault | None:
    shown = {"value": certificate.number}
    if certificate.revoked_on and certificate.revoked_on <= on:
        day = certificate.revoked_on.isoformat()
        return Fault("certificate.revoked_already", shown | {"day": day})
    if on > certificate.valid_until:
        day = certificate.valid_until.isoformat()
        return Fault("certificate.revoked_late", shown | {"day": day})
    return None


@transaction.atomic
def add_grade(
    *,
    actor: User | None,
    standard: MeasurementStandard,
    since: date,
    change: str,
    rank: str,
    national_level: str = "",
    document: str = "",
    expected_version: int | None = None,
) -> Grade:
    """From `since` on the standard has this rank and level; the first is its establishment.

    Raises ValidationError at `since` or `change`.
    """
    standard = lock_standard(standard, actor, expected_version)
    grade = Grade(
        standard=standard,
        since=since,
        change=change,
        rank=rank,
        national_level=national_level,
        document=document.strip(),
    )
    if faults := grade_faults(grade):
        raise refusal(faults)
    grade.clean_fields(exclude=["standard"])
    grade.save()
    bump(standard)
    facts = {name: getattr(grade, name) for name in ("since", "change", "rank", "national_level")}
    record("standard.graded", actor=actor, on=standard, after=facts, document=grade.document)
    text = _("Grade of standard {number} from {day} was recorded")
    reason = text.format(number=standard.number, day=since.isoformat())
    tell(standard, since, reason)
    return grade


def grade_faults(grade: Grade) -> dict[str, list[Fault]]:
    stored = dict(grade.standard.grades.values_list("since", "change"))
    founded = next((day for day, change in stored.items() if change == Grade.Change.NEW), None)
    if grade.since in stored:
        return {"since": [Fault("grade.once", {"value": grade.since.isoformat()})]}
    if grade.change == Grade.Change.NEW:
        if founded:
            return {"change": [Fault("grade.new_once", {"value": founded.isoformat()})]}
        if stored and min(stored) < grade.since:
            return {"since": [Fault("grade.before_new", {"day": grade.since.isoformat()})]}
    elif not stored:
        return {"change": [Fault("grade.first_new")]}
    elif founded and grade.since < founded:
        return {"since": [Fault("grade.before_new", {"day": founded.isoformat()})]}
    return {}
