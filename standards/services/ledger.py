"""Writing the ledger of other counted things: entries, their dated states, their evidence."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Organisation, User
from metroplan.organisations.policy import require
from metroplan.organisations.services import numbers
from metroplan.submissions.services.evidence import refuse_unfit
from metroplan.submissions.services.files import store_file
from standards.models import LedgerEntry, LedgerEvidence, LedgerState
from standards.rules import ledger as rules
from standards.services.touching import ledger_touched

FIELDS = (
    "number", "kind", "level", "role", "title", "organisation", "institute", "document_no", "note",
)  # fmt: skip
STATE_FIELDS = ("state", "since", "document")
COUNTED = ("kind", "level", "role", "organisation", "institute")
PREFIX = "LD"
UNPROCESSABLE = 422


@transaction.atomic
def save_entry(
    *,
    actor: User,
    entry: LedgerEntry | None = None,
    data: dict[str, Any],
    expected_version: int | None = None,
) -> LedgerEntry:
    """Add an entry with its first state, or change what stands in one.

    `data` holds FIELDS, and for a new entry STATE_FIELDS beside them. A blank number gets the next
    of the unit. Raises ValidationError by field, `ledger.stale` for a version that is not the
    newest.
    """
    require(actor, "register.keep", data["organisation"])
    if entry is None:
        return _add(actor, data)
    return _change(actor, entry, data, expected_version)


def _add(actor: User, data: dict[str, Any]) -> LedgerEntry:
    entry = LedgerEntry(**{name: data[name] for name in FIELDS})
    entry.number = entry.number or next_number(entry.organisation)
    check(entry)
    entry.save()
    _write_state(entry, actor, reason="", **{name: data[name] for name in STATE_FIELDS})
    record("ledger.added", actor=actor, on=entry, after=said(entry) | _said_state(data))
    if entry.counts_from:
        _tell(entry, entry.organisation_id)
    return entry


def _change(
    actor: User, entry: LedgerEntry, data: dict[str, Any], expected_version: int | None
) -> LedgerEntry:
    entry = locked(entry, actor, expected_version)
    before = said(entry)
    counted = entry.counts_from and any(getattr(entry, name) != data[name] for name in COUNTED)
    former = entry.organisation_id
    for name in FIELDS:
        setattr(entry, name, data[name])
    check(entry)
    after = said(entry)
    changed = [name for name in before if before[name] != after[name]]
    if not changed:
        return entry
    entry.version += 1
    entry.save()
    record(
        "ledger.changed",
        actor=actor,
        on=entry,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    if counted:
        # Where it stood before it counts no more, from the day on which it began to.
        _tell(entry, former)
    return entry


@transaction.atomic
def set_state(
    *,
    actor: User,
    entry: LedgerEntry,
    state: str,
    since: date,
    document: str = "",
    reason: str = "",
    expected_version: int | None = None,
) -> LedgerEntry:
    """From `since` on the entry is in this state. A day that is not after the newest state's
    changes the past and needs a reason. Raises ValidationError by field."""
    entry = locked(entry, actor, expected_version)
    newest = entry.states.order_by("-since", "-id").first()
    if newest and since <= newest.since and not reason.strip():
        raise ValidationError({"reason": [_late(newest)]})
    before = rules.counting(_events(entry))
    _write_state(entry, actor, state=state, since=since, document=document, reason=reason.strip())
    entry.version += 1
    entry.save(update_fields=["version"])
    record(
        "ledger.state_set",
        actor=actor,
        on=entry,
        before={"entry_state": newest.state, "since": newest.since} if newest else None,
        after={"entry_state": state, "since": since, "document": document},
        **({"reason": reason.strip()} if reason.strip() else {}),
    )
    after = rules.Counting(entry.counts_from, entry.counts_to)
    if changed := rules.first_difference(before, after):
        ledger_touched(entries=[entry.pk], since=changed, reason=reason.strip() or _reason(entry))
    return entry


@transaction.atomic
def add_evidence(
    *, actor: User, entry: LedgerEntry, filename: str, content: bytes
) -> LedgerEvidence:
    """Keep a file with the entry; refuses other kinds, empty ones and too many."""
    entry = locked(entry, actor, None)
    refuse_unfit(filename, content)
    if entry.evidence.filter(removed_at=None).count() >= settings.EVIDENCE_MAX_FILES:
        raise MetroplanError(
            "ledger.too_many_files",
            gettext_lazy("An entry takes {limit} files: remove one before you add another."),
            status=UNPROCESSABLE,
            limit=settings.EVIDENCE_MAX_FILES,
        )
    file = store_file(name=filename, content=content, actor=actor)
    kept = LedgerEvidence.objects.create(entry=entry, file=file, added_by=actor)
    record("ledger.evidence_added", actor=actor, on=entry, file=file.name, sha256=file.sha256)
    return kept


@transaction.atomic
def remove_evidence(*, actor: User, evidence: LedgerEvidence) -> None:
    """No longer shown with the entry; the file and who added it stay on record."""
    require(actor, "register.keep", evidence.entry)
    found = LedgerEvidence.objects.filter(pk=evidence.pk, removed_at=None)
    if found.update(removed_at=timezone.now()):
        record("ledger.evidence_removed", actor=actor, on=evidence.entry, file=evidence.file.name)


def locked(entry: LedgerEntry, actor: User, expected_version: int | None) -> LedgerEntry:
    """The entry as it stands now, kept from others; refused where it is not as it was seen."""
    found = LedgerEntry.objects.select_for_update(of=("self",))
    entry = found.select_related("organisation", "institute").get(pk=entry.pk)
    require(actor, "register.keep", entry)
    if expected_version is not None and entry.version != expected_version:
        raise MetroplanError(
            "ledger.stale",
            gettext_lazy(
                "Somebody else has changed “{number}” meanwhile: compare what you entered with "
                "what stands there now, then save again."
            ),
            number=entry.number,
        )
    return entry


def check(entry: LedgerEntry) -> None:
    """Raises ValidationError by field."""
    entry.full_clean()
    if entry.institute and not entry.institute.organisation.path.startswith(
        entry.organisation.path
    ):
        text = _("“{institute}” belongs to another unit: choose one of {unit} or of a unit below.")
        names = {"institute": entry.institute.name, "unit": entry.organisation.name}
        raise ValidationError({"institute": [text.format(**names)]})


def next_number(unit: Organisation) -> str:
    """The next free number of the unit, such as LD-430600-0007; numbers are never used again."""
    return numbers.next_number(LedgerEntry, unit, PREFIX)


def refuse_broken(events: Iterable[rules.Event]) -> None:
    """Raises ValidationError at `state` where one state may not follow another."""
    if broken := rules.broken_at(events):
        names = [str(LedgerState.State(event.state).label) for event in broken]
        text = _("“{after}” from {day} cannot follow “{before}”: choose another state or day.")
        day = broken[1].since.isoformat()
        raise ValidationError({"state": [text.format(before=names[0], after=names[1], day=day)]})


def _write_state(
    entry: LedgerEntry, actor: User, *, state: str, since: date, document: str, reason: str
) -> None:
    row = LedgerState(
        entry=entry,
        state=state,
        since=since,
        document=document,
        reason=reason,
        recorded_by=actor,
    )
    row.full_clean()
    newest = max((event.number for event in _events(entry)), default=0) + 1
    events = [*_events(entry), rules.Event(state, since, newest)]
    refuse_broken(events)
    row.save()
    span = rules.counting(events)
    entry.counts_from, entry.counts_to = span.first, span.end
    entry.save(update_fields=["counts_from", "counts_to"])


def _events(entry: LedgerEntry) -> list[rules.Event]:
    rows = entry.states.values_list("state", "since", "id")
    return [rules.Event(*row) for row in rows]


def said(entry: LedgerEntry) -> dict[str, Any]:
    """What the log says of an entry."""
    values = {name: getattr(entry, name) for name in FIELDS}
    return values | {
        "organisation": entry.organisation.code,
        "institute": entry.institute.code if entry.institute else "",
    }


def _said_state(data: dict[str, Any]) -> dict[str, Any]:
    return {"entry_state": data["state"], "since": data["since"]}


def _late(newest: LedgerState) -> str:
    text = _(
        "This day is not after {day}, from which the newest state holds: say why the past is to "
        "change."
    )
    return text.format(day=newest.since.isoformat())


def _tell(entry: LedgerEntry, former: int) -> None:
    """Figures that count the entry are counted anew from its first day on, those of the unit that
    it stood under before too."""
    ledger_touched(
        entries=[entry.pk], since=entry.counts_from, reason=_reason(entry), units=[former]
    )


def _reason(entry: LedgerEntry) -> str:
    return _("Ledger entry {number} was recorded or changed").format(number=entry.number)
