"""One change to many standards at once: looked at first, then made whole or not at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.common.text import normalise
from metroplan.organisations.models import User
from metroplan.organisations.policy import can, require
from standards.models import Institute, MeasurementStandard, StateEvent
from standards.rules.in_force import state_on
from standards.services.in_force import rebuild
from standards.services.life import events_of, move_faults, state_rows
from standards.services.standards import first_day
from standards.services.touching import touched
from standards.states import State
from standards.wording.standards import said

MOST = 2000
FIELDS = ("custodian", "location", "institute", "note")
STATES = tuple(state for state in State if state != State.REPLACED)
"""Replacing names another standard for each, so it is done one by one."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to be set. `values` maps some of FIELDS to their new value, a text or an Institute;
    with `state` the standards are in it from `since` on."""

    values: Mapping[str, Any] = field(default_factory=dict)
    state: str = ""
    since: date | None = None
    document: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EditedField:
    label: str | Promise
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class EditRow:
    """What would become of one standard. With `faults` nothing of the whole edit is made."""

    standard: MeasurementStandard
    changes: tuple[EditedField, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EditPreview:
    rows: tuple[EditRow, ...]

    @property
    def changed(self) -> int:
        return sum(bool(row.changes) and not row.faults for row in self.rows)

    @property
    def same(self) -> int:
        return sum(not row.changes and not row.faults for row in self.rows)

    @property
    def refused(self) -> int:
        return sum(bool(row.faults) for row in self.rows)

    @property
    def versions(self) -> dict[int, int]:
        """By id, to be handed to `apply_edit`, so that what was looked at is what is changed."""
        return {row.standard.pk: row.standard.version for row in self.rows}


def preview_edit(
    *, actor: User, standards: QuerySet[MeasurementStandard], edit: Edit
) -> EditPreview:
    """What the edit would do to each; a fixed number of queries. Raises ValidationError by field
    for an edit that says nothing, and `register.too_many` for more than MOST."""
    _check(actor, edit)
    found = standards.select_related("institute__organisation")
    chosen = list(found.prefetch_related("states", "certificates")[: MOST + 1])
    if len(chosen) > MOST:
        raise MetroplanError(
            "register.too_many",
            gettext_lazy("At most {limit} standards are changed at once: narrow the list down."),
            status=422,
            limit=MOST,
        )
    return EditPreview(tuple(_row(actor, standard, edit) for standard in chosen))


def _check(actor: User, edit: Edit) -> None:
    errors: dict[str, list[str]] = {}
    if not edit.values and not edit.state:
        errors["state"] = [_("Choose at least one thing to change.")]
    if edit.state and edit.state not in STATES:
        errors["state"] = [_("This state is entered for each standard by itself.")]
    if edit.state and edit.since is None:
        errors["since"] = [_("Say from which day the state holds.")]
    for name, value in edit.values.items():
        limit = MeasurementStandard._meta.get_field(name).max_length
        if isinstance(value, str) and limit and len(value) > limit:
            errors[name] = [_("At most {limit} characters fit: shorten it.").format(limit=limit)]
    if errors:
        raise ValidationError(errors)
    if institute := edit.values.get("institute"):
        require(actor, "register.keep", institute)


def _row(actor: User, standard: MeasurementStandard, edit: Edit) -> EditRow:
    changes = [_field(standard, name, value) for name, value in edit.values.items()]
    faults: list[str] = []
    if not can(actor, "register.keep", standard.institute):
        faults.append(_("You may look at this standard but not change it."))
    if edit.state and edit.since:
        events = events_of(standard)
        before = state_on(events, edit.since)
        if before != edit.state:
            found = move_faults(standard, events, edit.state, edit.since, edit.reason)
            faults += [said(fault) for of in found.values() for fault in of]
            label = StateEvent._meta.get_field("state").verbose_name
            was = str(State(before).label) if before else ""
            changes.append(EditedField(label, was, str(State(edit.state).label)))
    return EditRow(standard, tuple(c for c in changes if c.before != c.after), tuple(faults))


def _field(standard: MeasurementStandard, name: str, value: Any) -> EditedField:
    label = MeasurementStandard._meta.get_field(name).verbose_name
    return EditedField(label, _shown(getattr(standard, name)), _shown(value))


def _shown(value: Any) -> str:
    return f"{value.code} {value.name}" if isinstance(value, Institute) else normalise(value)


@transaction.atomic
def apply_edit(
    *,
    actor: User,
    standards: QuerySet[MeasurementStandard],
    edit: Edit,
    versions: Mapping[int, int],
) -> int:
    """Make it, for exactly the standards that were looked at; returns how many changed.

    Raises `register.changed` (409) where one of them, or what the list holds, has moved on, and
    `register.edit_refused` (422) where one has a fault: then nothing is written.
    """
    own = MeasurementStandard.objects.filter(pk__in=versions)
    held = own.select_for_update(of=("self",)).order_by("pk")
    now = dict(held.values_list("pk", "version"))
    if now != {int(pk): version for pk, version in versions.items()}:
        raise _moved_on()
    shown = preview_edit(actor=actor, standards=standards.filter(pk__in=now), edit=edit)
    if len(shown.rows) != len(now):
        raise _moved_on()
    if shown.refused:
        raise MetroplanError(
            "register.edit_refused",
            gettext_lazy("{count} standards cannot be changed so: leave them out, then go on."),
            status=422,
            count=shown.refused,
        )
    return _write(actor, [row for row in shown.rows if row.changes], edit)


def _moved_on() -> MetroplanError:
    return MetroplanError(
        "register.changed",
        gettext_lazy(
            "Some of these standards have changed since you looked at the preview: nothing was "
            "changed; look at the preview again."
        ),
    )


def _write(actor: User, rows: list[EditRow], edit: Edit) -> int:
    units = {row.standard.institute.organisation_id for row in rows}
    events: list[StateEvent] = []
    for row in rows:
        standard = row.standard
        before = _facts(standard, edit)
        moves = edit.state and before["state"] != edit.state
        if moves:
            events += state_rows(
                *(standard, actor, events_of(standard)),
                *(edit.state, edit.since, edit.document, edit.reason),
            )
        for name, value in edit.values.items():
            setattr(standard, name, normalise(value) if isinstance(value, str) else value)
        standard.version += 1
        standard.save(update_fields=[*edit.values, "version", "updated_at"])
        _log(actor, standard, before, edit, moves=bool(moves))
    StateEvent.objects.bulk_create(events)
    _tell([row.standard for row in rows], edit, units)
    return len(rows)


def _facts(standard: MeasurementStandard, edit: Edit) -> dict[str, Any]:
    own = {name: getattr(standard, name) for name in edit.values}
    if "institute" in own:
        own["institute"] = standard.institute.code
    return own | {"state": state_on(events_of(standard), edit.since) if edit.since else None}


def _log(
    actor: User, standard: MeasurementStandard, before: dict[str, Any], edit: Edit, *, moves: bool
) -> None:
    after = {name: getattr(standard, name) for name in edit.values}
    if "institute" in after:
        after["institute"] = standard.institute.code
    changed = [name for name in after if after[name] != before[name]]
    was, now = ({name: facts[name] for name in changed} for facts in (before, after))
    if moves:
        was["state"], now["state"], now["since"] = before["state"], edit.state, edit.since
    papers = {"document": edit.document, "reason": edit.reason}
    given = {name: text for name, text in papers.items() if text}
    record("standard.changed", actor=actor, on=standard, before=was, after=now, **given)


def _tell(standards: Iterable[MeasurementStandard], edit: Edit, units: set[int]) -> None:
    """Figures are counted anew from the first day on which one of them counts otherwise."""
    moved = rebuild([standard.pk for standard in standards])
    days = list(moved.values())
    if "institute" in edit.values:
        days += filter(None, map(first_day, standards))
    if days:
        touched(
            standards=[standard.pk for standard in standards],
            since=min(days),
            reason=edit.reason.strip() or _("Several standards were changed at once"),
            units=units,
        )
