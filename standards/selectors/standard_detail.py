"""Everything about one standard, as of a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import User
from standards.models import (
    Attachment,
    Capability,
    Certificate,
    ControlRecord,
    Equipment,
    Examination,
    ExaminationDocument,
    Grade,
    InForceSpan,
    MeasurementStandard,
    Service,
    StateEvent,
    UpperLink,
)
from standards.rules.dossier import missing
from standards.selectors.standards import StandardRow, on_day, standard_row, standards_for
from standards.states import ALLOWED, State

VALID, NOT_YET, ENDED, REVOKED, UNKNOWN = "valid", "not_yet", "ended", "revoked", "unknown"
VALIDITIES: dict[str, str | Promise] = {
    VALID: _("Valid"),
    NOT_YET: _("Not yet valid"),
    ENDED: _("Expired"),
    REVOKED: _("Revoked"),
    UNKNOWN: _("No end given"),
}


@dataclass(frozen=True, slots=True)
class Dated:
    """A row with a validity: `thing` is the row, `standing` a key of VALIDITIES."""

    thing: Certificate | Equipment | UpperLink
    standing: str

    @property
    def label(self) -> str | Promise:
        return VALIDITIES[self.standing]


@dataclass(frozen=True, slots=True)
class StatePeriod:
    """A state from its day to the day before the next; the last one has no end.

    An event that was overruled on its own day never held: `held` is false.
    """

    event: StateEvent
    until: date | None
    held: bool
    later: bool


@dataclass(frozen=True, slots=True)
class Dossier:
    """An examination; while it is not decided, with what its documents do not prove yet."""

    examination: Examination
    missing: tuple[str | Promise, ...]
    undecided: bool


@dataclass(frozen=True, slots=True)
class StandardDetail:
    standard: MeasurementStandard
    row: StandardRow
    day: date
    capabilities: list[Capability]
    services: list[Service]
    equipment: list[Dated]
    upper_links: list[Dated]
    certificates: list[Dated]
    states: list[StatePeriod]
    grades: list[Grade]
    spans: list[InForceSpan]
    examinations: list[Dossier]
    controls: list[ControlRecord]
    attachments: list[Attachment]
    replaces: list[MeasurementStandard]

    @property
    def next_states(self) -> list[tuple[str, str | Promise]]:
        """Where it may go from here: value and label; anywhere if it has no state yet."""
        current = self.states[-1].event.state if self.states else None
        return next_states(current)


def next_states(current: str | None) -> list[tuple[str, str | Promise]]:
    allowed = State if current is None else ALLOWED[current]
    return [(state.value, state.label) for state in State if state in allowed]


def standard_detail(user: User, pk: int, *, day: date) -> StandardDetail | None:
    """None where there is none that the user may see."""
    found = on_day(standards_for(user), day).filter(pk=pk)
    standard = found.select_related("institute__organisation", "replaced_by").first()
    return None if standard is None else described(standard, day)


def described(standard: MeasurementStandard, day: date) -> StandardDetail:
    """For a standard that comes from `on_day` for the same day."""
    return StandardDetail(
        standard=standard,
        row=standard_row(standard),
        day=day,
        capabilities=list(standard.capabilities.all()),
        services=list(standard.services.prefetch_related("kinds")),
        equipment=dated(standard.equipment.all(), day),
        upper_links=dated(
            standard.upper_links.select_related("upper__institute__organisation"), day
        ),
        certificates=dated(standard.certificates.select_related("file"), day),
        states=state_periods(standard.states.select_related("recorded_by"), day),
        grades=list(standard.grades.all()),
        spans=list(standard.in_force.all()),
        examinations=[dossier(item) for item in standard.examinations.prefetch_related(DOCUMENTS)],
        controls=list(standard.controls.all()),
        attachments=list(standard.attachments.filter(removed_at=None).select_related("file")),
        replaces=list(standard.replaces.all()),
    )


DOCUMENTS = Prefetch("documents", ExaminationDocument.objects.select_related("file"))


def dossier(examination: Examination) -> Dossier:
    kinds = dict(ExaminationDocument.Kind.choices)
    undecided = examination.result in (Examination.Result.OPEN, Examination.Result.RECTIFY)
    present = {document.kind for document in examination.documents.all()}
    lacking = missing(examination.kind, present) if undecided else ()
    return Dossier(examination, tuple(kinds[kind] for kind in lacking), undecided)


def dated(things: Iterable[Certificate | Equipment | UpperLink], day: date) -> list[Dated]:
    return [Dated(thing, validity(thing, day)) for thing in things]


def validity(thing: Certificate | Equipment | UpperLink, day: date) -> str:
    """Both end days are included; a certificate is not valid from the day of its revocation."""
    revoked = getattr(thing, "revoked_on", None)
    if revoked is not None and revoked <= day:
        return REVOKED
    begins = getattr(thing, "valid_from", None)
    if begins is not None and begins > day:
        return NOT_YET
    if thing.valid_until is None:
        return UNKNOWN
    return VALID if thing.valid_until >= day else ENDED


def state_periods(events: Iterable[StateEvent], day: date) -> list[StatePeriod]:
    """In their order; of several for one day the one recorded last holds."""
    known = sorted(events, key=lambda event: (event.since, event.pk))
    ends = [event.since for event in known[1:]] + [None]
    return [
        StatePeriod(event, until, held=until != event.since, later=event.since > day)
        for event, until in zip(known, ends, strict=True)
    ]
