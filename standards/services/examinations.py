"""Examination and re-examination: applied for, accepted, decided; dossier and yearly records."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from metroplan.audit.record import record
from metroplan.organisations.models import User
from metroplan.submissions.models import StoredFile
from standards.models import (
    ControlRecord,
    Examination,
    ExaminationDocument,
    MeasurementStandard,
)
from standards.rules.faults import Fault
from standards.rules.in_force import state_on
from standards.services.life import add_certificate, events_of, move_standard
from standards.services.locks import lock_standard
from standards.states import State
from standards.wording.standards import refusal

Kind, Result = Examination.Kind, Examination.Result
UNDECIDED = ("", Result.RECTIFY)

APPLIED = {Kind.FIRST: State.APPLIED, Kind.AGAIN: State.REEXAMINATION}
DECIDED = {
    Result.PASSED: State.IN_FORCE,
    Result.RECTIFY: State.RECTIFYING,
    Result.FAILED: State.FAILED,
}


@transaction.atomic
def apply_for(
    *,
    actor: User | None,
    standard: MeasurementStandard,
    kind: str,
    applied_on: date,
    authority: str = "",
    note: str = "",
) -> Examination:
    """Open a dossier; the standard is applied for, or under re-examination, from that day on.

    Raises ValidationError at `kind` or `applied_on`.
    """
    standard = lock_standard(standard, actor)
    if standing := standard.examinations.filter(result__in=UNDECIDED).first():
        day = standing.applied_on.isoformat()
        raise refusal({"kind": [Fault("examination.open", {"day": day})]})
    examination = Examination(
        standard=standard,
        kind=kind,
        authority=authority.strip(),
        applied_on=applied_on,
        note=note.strip(),
    )
    examination.full_clean()
    examination.save()
    facts = {"kind": kind, "applied_on": applied_on, "authority": examination.authority}
    record("examination.applied", actor=actor, on=standard, after=facts)
    fields = {"to": "kind", "since": "applied_on"}
    _move(actor, examination, APPLIED[kind], applied_on, fields)
    return examination


@transaction.atomic
def decide(
    *,
    actor: User | None,
    examination: Examination,
    result: str,
    decided_on: date,
    accepted_on: date | None = None,
    examined_on: date | None = None,
    note: str = "",
    certificates: Sequence[dict[str, Any]] = (),
) -> Examination:
    """Record the result; the standard's state follows it.

    After "to be rectified" it is decided again. `certificates` are those issued with a pass, as
    `life.add_certificate` takes them, at most one of each kind; the examining authority issues
    them unless they say otherwise. Raises ValidationError at `result`, one of the days, or with
    the kind of the certificate at `examination_number`.
    """
    standard = lock_standard(examination.standard, actor)
    examination = _open(examination)
    before = examination.result
    days = {"accepted_on": accepted_on, "examined_on": examined_on, "decided_on": decided_on}
    _set_days(examination, days)
    examination.result = result
    examination.note = note.strip() or examination.note
    examination.full_clean(exclude=["standard"])
    examination.save()
    record(
        "examination.decided",
        actor=actor,
        on=standard,
        before={"result": before},
        after={"result": result, **days},
    )
    fields = {"to": "result", "since": "decided_on"}
    begun = examination.accepted_on or examination.examined_on or decided_on
    if state_on(events_of(standard), begun) == State.APPLIED:
        _move(actor, examination, State.UNDER_EXAMINATION, begun, fields)
    _move(actor, examination, DECIDED[result], decided_on, fields)
    if result == Result.PASSED:
        for given in certificates:
            _certify(actor, standard, {"authority": examination.authority} | given)
    return examination


def _set_days(examination: Examination, days: dict[str, date | None]) -> None:
    for name, day in days.items():
        if day and day < examination.applied_on:
            params = {"value": day.isoformat(), "day": examination.applied_on.isoformat()}
            raise refusal({name: [Fault("examination.before", params)]})
        if day:
            setattr(examination, name, day)


def _certify(actor: User | None, standard: MeasurementStandard, given: dict[str, Any]) -> None:
    try:
        add_certificate(actor=actor, standard=standard, **given)
    except ValidationError as error:
        found = error.message_dict.items()
        raise ValidationError({f"{given['kind']}_{k}": v for k, v in found}) from error


def _move(
    actor: User | None, examination: Examination, to: str, since: date, fields: dict[str, str]
) -> None:
    """As `move_standard`, its faults at the fields of the examination."""
    standard = examination.standard
    if state_on(events_of(standard), since) == to:
        return
    reason = f"{examination.get_kind_display()}: {State(to).label}. {examination.note}".strip()
    try:
        move_standard(actor=actor, standard=standard, to=to, since=since, reason=reason)
    except ValidationError as error:
        found = error.message_dict.items()
        raise ValidationError({fields.get(name, name): said for name, said in found}) from error


def _open(examination: Examination) -> Examination:
    examination = Examination.objects.select_for_update().get(pk=examination.pk)
    if examination.result not in UNDECIDED:
        day = examination.decided_on.isoformat()
        raise refusal({"result": [Fault("examination.decided", {"day": day})]})
    return examination


@transaction.atomic
def attach(
    *, actor: User, examination: Examination, kind: str, file: StoredFile
) -> ExaminationDocument:
    """Add a document to the dossier; see `services.files.keep` for the file."""
    standard = lock_standard(examination.standard, actor)
    document = ExaminationDocument(examination=examination, kind=kind, file=file)
    document.full_clean()
    document.save()
    shown = {"kind": kind, "file": file.name, "sha256": file.sha256}
    record("examination.document_added", actor=actor, on=standard, **shown)
    return document


@transaction.atomic
def record_control(
    *,
    actor: User,
    standard: MeasurementStandard,
    kind: str,
    measured_on: date,
    result_text: str,
    limit_text: str = "",
    conforms: bool,
) -> ControlRecord:
    """A yearly record of stability or repeatability. Raises ValidationError by field."""
    standard = lock_standard(standard, actor)
    control = ControlRecord(
        standard=standard,
        kind=kind,
        measured_on=measured_on,
        result_text=result_text.strip(),
        limit_text=limit_text.strip(),
        conforms=conforms,
    )
    control.full_clean()
    control.save()
    shown = {"kind": kind, "measured_on": measured_on, "result": control.result_text}
    record("standard.control_recorded", actor=actor, on=standard, after=shown)
    return control
