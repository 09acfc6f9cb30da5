"""Staged lines of a large file of standards: gathered, compared with the register, written."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from metroplan.organisations.models import User
from metroplan.submissions.bulk.registry import Outdated
from metroplan.submissions.models import BulkImport
from standards.models import Certificate, Institute, MeasurementStandard
from standards.services.bulk_groups import (
    CERTIFICATE,
    FIELDS,
    KINDS,
    PREFIXES,
    Group,
    World,
    added_grade,
    batches,
    certificate,
    field_of,
    institute_of,
    moves,
    other_holders,
)
from standards.services.in_force import together
from standards.services.life import (
    add_certificate,
    add_first_certificates,
    add_grade,
    move_standard,
)
from standards.services.lines import Row, line_words, lines_of, read_lines
from standards.services.standards import Draft, draft, save_standard, write_drafts

SHOWN_LINES = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of one standard: fields and lines by name that differ, old and new, and which
    dated rows are added."""

    group: Group
    old: dict[str, Any]
    new: dict[str, Any]
    certificates: tuple[str, ...] = ()
    grades: bool = False
    moves: bool = False

    @property
    def change(self) -> str:
        if self.group.standard is None:
            return "added"
        dated = self.certificates or self.grades or self.moves
        return "changed" if self.new or dated else "same"


def prepare(table: str) -> dict[str, Any]:
    """The preview; `stamp` tells whether what it was compared with has changed since."""
    totals = {"added": 0, "changed": 0, "same": 0}
    fields: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(totals, 0))
    units: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(totals, 0))
    lines: list[list[Any]] = []
    stamp = hashlib.sha256()
    for batch, world in batches(table):
        for group in batch:
            plan = planned(group, world)
            institute = institute_of(group, world)
            totals[plan.change] += 1
            fields[field_of(group)][plan.change] += 1
            units[institute.organisation_id][plan.change] += 1
            stamp.update(_seen(group))
            if plan.change != "same" and len(lines) < SHOWN_LINES:
                lines.append(_difference(plan, institute))
    return totals | {
        "fields": [[key, *by.values()] for key, by in sorted(fields.items())],
        "units": [[key, *by.values()] for key, by in sorted(units.items())],
        "lines": lines,
        "stamp": stamp.hexdigest(),
    }


def apply(table: str, job: BulkImport, preview: dict[str, Any]) -> int:
    """Write the standards; the document that vouches for the file is the reason of each state."""
    stamp, changed = hashlib.sha256(), 0
    with together(job.document):
        for batch, world in batches(table, lock=True):
            for group in batch:
                stamp.update(_seen(group))
            plans = [plan for group in batch if (plan := planned(group, world)).change != "same"]
            changed += len(plans)
            try:
                with transaction.atomic():
                    _write_all(plans, world, job)
            except (ValidationError, IntegrityError) as error:
                # It was sound when it was looked at: the register has moved on since.
                raise Outdated from error
        if stamp.hexdigest() != preview["stamp"]:
            raise Outdated
    return changed


def _write_all(plans: list[Plan], world: World, job: BulkImport) -> None:
    _write_new([plan for plan in plans if plan.group.standard is None], world, job)
    for plan in plans:
        if plan.group.standard:
            _write(plan, world, job)


def _write_new(plans: list[Plan], world: World, job: BulkImport) -> None:
    """Standards that the register has not got, in as many queries for many as for one."""
    if other_holders([plan.group for plan in plans]):
        raise Outdated
    drafts = [_draft(plan, world, job.uploaded_by) for plan in plans]
    write_drafts(drafts, actor=job.uploaded_by)
    certificates = [
        Certificate(standard=item.standard, kind=KINDS[prefix], **_certificate_data(plan, prefix))
        for plan, item in zip(plans, drafts, strict=True)
        for prefix in plan.certificates
    ]
    add_first_certificates(certificates, actor=job.uploaded_by)


def _draft(plan: Plan, world: World, actor: User) -> Draft:
    group = plan.group
    begun = {name: group.own.get(name) or "" for name in ("state", "rank", "national_level")}
    begun |= {
        "since": group.own["since"],
        "document": group.own.get("state_document") or "",
        "graded_since": group.given("graded_since") or group.own["since"],
    }
    lines = dict.fromkeys((*PREFIXES, "upper_links"), ()) | _rows(group, world)
    read, faults = read_lines(lines)
    data = _data(group, world) | begun
    return draft(actor=actor, data=data, read=read, faults=faults, number_known_free=True)


def planned(group: Group, world: World) -> Plan:
    """What the file says otherwise than the register; a group without faults."""
    new = _own(group, world) | _part_words(group, world)
    if group.standard is None:
        given = tuple(prefix for prefix in KINDS if group.given(f"{prefix}_number"))
        return Plan(group, {}, new, certificates=given)
    standard = group.standard
    old = {name: getattr(standard, name) for name in FIELDS} | line_words(lines_of(standard))
    old["institute"] = standard.institute.code
    changed = [name for name, value in new.items() if value != old[name]]
    added = tuple(
        prefix
        for prefix, kind in KINDS.items()
        if (number := group.given(f"{prefix}_number"))
        and not certificate(group, kind, number, group.given(f"{prefix}_valid_from"))
    )
    return Plan(
        group,
        {name: old[name] for name in changed},
        {name: new[name] for name in changed},
        certificates=added,
        grades=added_grade(group) is not None,
        moves=moves(group),
    )


def _own(group: Group, world: World) -> dict[str, Any]:
    own = {name: group.own[name] or "" for name in FIELDS if name in group.own}
    if "institute" in own:
        own["institute"] = institute_of(group, world).code
    return own


def _part_words(group: Group, world: World) -> dict[str, list[str]]:
    return line_words(read_lines(_rows(group, world))[0])


def _rows(group: Group, world: World) -> dict[str, list[Row]]:
    """The lines that the file gives, with kinds of the register and the ids of those that stay."""
    rows = {}
    stored = lines_of(group.standard) if group.standard else {}
    for prefix in PREFIXES:
        if prefix not in group.parts:
            continue
        rows[prefix] = [dict(row) for _line, row in group.parts[prefix]]
        for row in rows[prefix]:
            if prefix == "services":
                row["kinds"] = [world.kinds[code] for code in row["kinds"] if code in world.kinds]
            if prefix == "equipment":
                row["dcc_reference"] = row.get("dcc_reference") or ""
        for row, old in zip(rows[prefix], stored.get(prefix, ()), strict=False):
            row["id"] = old["id"]
    return rows


def _write(plan: Plan, world: World, job: BulkImport) -> None:
    group, actor = plan.group, job.uploaded_by
    grade = added_grade(group)
    standard = _save(plan, world, actor)
    if plan.moves:
        move_standard(
            actor=actor,
            standard=standard,
            to=group.own["state"],
            since=group.own["since"],
            document=group.own.get("state_document") or "",
            reason=job.document,
        )
    for prefix in plan.certificates:
        given = _certificate_data(plan, prefix)
        add_certificate(actor=actor, standard=standard, kind=KINDS[prefix], **given)
    if grade:
        names = ("since", "change", "rank", "national_level")
        add_grade(actor=actor, standard=standard, **{name: getattr(grade, name) for name in names})


def _certificate_data(plan: Plan, prefix: str) -> dict[str, Any]:
    given = {name: plan.group.own.get(f"{prefix}_{name}") for name in CERTIFICATE}
    return given | {"authority": given["authority"] or ""}


def _save(plan: Plan, world: World, actor: User) -> MeasurementStandard:
    group, stored = plan.group, plan.group.standard
    if not plan.new:
        return stored
    lines = lines_of(stored) | _rows(group, world)
    return save_standard(actor=actor, standard=stored, data=_data(group, world), **lines)


def _data(group: Group, world: World) -> dict[str, Any]:
    """Its own fields, as far as the file has them."""
    data = {name: group.own[name] or "" for name in FIELDS if name in group.own}
    if "institute" in data:
        data["institute"] = institute_of(group, world)
    return data | {"number": group.number}


def _seen(group: Group) -> bytes:
    stored = group.standard
    key = f"{stored.pk}:{stored.version}" if stored else "-"
    return f"{group.number}={key};".encode()


def _difference(plan: Plan, institute: Institute) -> list[Any]:
    """[row, number, name, unit, old facts or None, new facts]; facts by column or kind of line."""
    group, new = plan.group, dict(plan.new)
    if plan.moves or group.standard is None:
        new |= {"state": group.own["state"], "since": str(group.own["since"])}
    for prefix in plan.certificates:
        new[f"{prefix}_number"] = group.own[f"{prefix}_number"]
        new[f"{prefix}_valid_until"] = str(group.own[f"{prefix}_valid_until"])
    if grade := added_grade(group):
        new |= {"rank": grade.rank, "graded_since": str(grade.since)}
    name = group.given("name") or group.standard.name
    old = plan.old if group.standard else None
    return [group.first, group.number, name, institute.organisation.name, old, new]


def part_word(name: str) -> str:
    words = {
        "capabilities": _("Ranges and performance"),
        "services": _("Services"),
        "equipment": _("Equipment"),
    }
    return words.get(name, name)
