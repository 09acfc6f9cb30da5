"""Writing a measurement standard's file: what it is, what it can do, what it serves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metroplan.audit.models import AuditEvent
from metroplan.audit.record import event_for, record, record_all
from metroplan.common.text import normalise
from metroplan.organisations.models import Organisation, User
from metroplan.organisations.policy import require
from standards.fields import LABELS
from standards.models import Grade, Institute, MeasurementStandard, Rank, StateEvent
from standards.rules import codes, naming
from standards.rules.faults import Fault
from standards.services.in_force import rebuild_one, tell
from standards.services.lines import (
    Faults,
    Row,
    check_models,
    line_words,
    lines_of,
    read_lines,
    sentences,
    write_lines,
    write_new_lines,
)
from standards.services.locks import lock_standard
from standards.states import State

FIELDS = (
    "number", "name", "code", "field", "institute", "holder_kind", "custodian", "location", "note",
)  # fmt: skip
BEGINNING = ("state", "since", "document", "rank", "national_level", "graded_since")
"""What `data` of a new standard may hold beside FIELDS: its first state and grade."""

COUNTED = ("field", "institute", "holder_kind", "services")
"""What figures go by and what bears no day: a change counts from the first day in force on."""

PREFIX = "MS"


@transaction.atomic
def save_standard(
    *,
    actor: User | None,
    standard: MeasurementStandard | None = None,
    data: dict[str, Any],
    capabilities: Sequence[Row],
    services: Sequence[Row],
    equipment: Sequence[Row],
    upper_links: Sequence[Row],
    expected_version: int | None = None,
    is_demo: bool = False,
) -> MeasurementStandard:
    """Add a standard, or bring one to what is given; lines are given whole.

    Lines with the `id` of a stored one keep it, others are added, missing ones deleted.
    `services[i]["kinds"]` is a list of InstrumentKind, `upper_links[i]["upper"]` a standard or
    None. A blank number gets the next of the unit. A new standard takes BEGINNING too: it may
    begin in any state, and with `rank` it is established on `graded_since`, else `since`.
    Raises ValidationError by field and `services-0-range_text`, `register.changed` (409) for an
    outdated version, PermissionDenied for an institute that is not the actor's to keep.
    """
    read, faults = read_lines(
        {
            "capabilities": capabilities,
            "services": services,
            "equipment": equipment,
            "upper_links": upper_links,
        }
    )
    if standard is None:
        found = draft(actor=actor, data=data, read=read, faults=faults, is_demo=is_demo)
        write_drafts([found], actor=actor)
        return found.standard
    return _change(lock_standard(standard, actor, expected_version), actor, data, read, faults)


@dataclass(frozen=True, slots=True)
class Draft:
    """A standard that is not stored yet, with its first state and grade and its lines."""

    standard: MeasurementStandard
    event: StateEvent
    grade: Grade | None
    read: dict[str, list[Row]]


def draft(
    *,
    actor: User | None,
    data: dict[str, Any],
    read: dict[str, list[Row]],
    faults: Faults,
    is_demo: bool = False,
    number_known_free: bool = False,
) -> Draft:
    """What `save_standard` would add; raises as it does and writes nothing.

    Who has looked up the numbers of many at once says so: `number_known_free`.
    """
    standard = MeasurementStandard(is_demo=is_demo)
    _fill(standard, data)
    event = StateEvent(
        standard=standard,
        state=data.get("state") or State.PLANNED,
        since=data.get("since") or timezone.localdate(),
        document=data.get("document") or "",
        recorded_by=actor,
    )
    _may_keep(actor, standard)
    more = _unfit(event, ("standard", "recorded_by"))
    _check(standard, read, faults, more=more, number_known_free=number_known_free)
    return Draft(standard, event, _first_grade(standard, event, data), read)


def _first_grade(
    standard: MeasurementStandard, event: StateEvent, data: dict[str, Any]
) -> Grade | None:
    if not data.get("rank"):
        return None
    return Grade(
        standard=standard,
        since=data.get("graded_since") or event.since,
        change=Grade.Change.NEW,
        rank=Rank(data["rank"]),
        national_level=data.get("national_level") or "",
    )


def write_drafts(drafts: Sequence[Draft], *, actor: User | None) -> None:
    """Store new standards, in as many queries for many as for one but for their days in force:
    of many, have those worked out `together`."""
    MeasurementStandard.objects.bulk_create([item.standard for item in drafts])
    StateEvent.objects.bulk_create([item.event for item in drafts])
    Grade.objects.bulk_create([item.grade for item in drafts if item.grade])
    write_new_lines([(item.standard, item.read) for item in drafts])
    record_all(_created(item, actor) for item in drafts)
    for item in drafts:
        rebuild_one(item.standard, _added(item.standard))
        if item.grade:
            tell(item.standard, item.grade.since, _added(item.standard))


def _created(item: Draft, actor: User | None) -> AuditEvent:
    begun = {"state": item.event.state, "since": item.event.since}
    after = own_facts(item.standard) | line_words(item.read) | begun
    return event_for("standard.created", actor=actor, on=item.standard, after=after)


def _change(
    standard: MeasurementStandard,
    actor: User | None,
    data: dict[str, Any],
    read: dict[str, list[Row]],
    faults: Faults,
) -> MeasurementStandard:
    before = own_facts(standard) | line_words(lines_of(standard))
    unit = standard.institute.organisation_id
    _fill(standard, data)
    _may_keep(actor, standard)
    _check(standard, read, faults)
    write_lines(standard, read)
    after = own_facts(standard) | line_words(read)
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return standard
    standard.version += 1
    standard.save()
    record(
        "standard.changed",
        actor=actor,
        on=standard,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    _tell(standard, changed, unit)
    return standard


def _tell(standard: MeasurementStandard, changed: list[str], unit_before: int) -> None:
    """Figures count by what it is now, from the first day on which it ever counted."""
    first = first_day(standard)
    reason = _("Standard {number} was changed: {fields}").format(
        number=standard.number, fields=", ".join(field_words(changed))
    )
    rebuilt = rebuild_one(standard, reason) if "holder_kind" in changed else None
    if first and any(name in COUNTED for name in changed):
        since = min(first, rebuilt or first)
        tell(standard, since, reason, units={unit_before})


def first_day(standard: MeasurementStandard) -> date | None:
    """The first on which it counted, or was graded."""
    days = [standard.in_force.values_list("first", flat=True).order_by("first").first()]
    days.append(standard.grades.values_list("since", flat=True).order_by("since").first())
    return min(filter(None, days), default=None)


def field_words(names: Sequence[str]) -> list[str]:
    words = {
        "capabilities": _("capabilities"),
        "services": _("services"),
        "equipment": _("equipment"),
        "upper_links": _("upper standards"),
    }
    own = MeasurementStandard._meta
    return [str(words.get(name) or own.get_field(name).verbose_name) for name in names]


def _fill(standard: MeasurementStandard, data: dict[str, Any]) -> None:
    for name in FIELDS:
        if name in data:
            value = data[name]
            setattr(standard, name, normalise(value) if isinstance(value, str) else value)


def _may_keep(actor: User | None, standard: MeasurementStandard) -> None:
    if actor is not None and standard.institute_id:
        require(actor, "register.keep", standard.institute)


def _check(
    standard: MeasurementStandard,
    read: dict[str, list[Row]],
    faults: Faults,
    more: dict[str, list[str]] | None = None,
    *,
    number_known_free: bool = False,
) -> None:
    """Everything at once, by field."""
    errors = dict(more or {})
    own = (
        own_faults(standard)
        if number_known_free
        else own_faults(standard) | number_faults(standard)
    )
    faults = {**faults, **own, **_link_faults(standard, read["upper_links"])}
    for key, found in sentences(faults).items():
        errors.setdefault(key, []).extend(found)
    if not standard.number and standard.institute_id:
        standard.number = next_number(standard.institute)
    known = ("replaced_by", "institute") if standard.institute_id else ()
    tables = _unfit(standard, known) | check_models(read)
    for key, found in tables.items():
        if key not in errors:
            errors[key] = found
    if errors:
        raise ValidationError(errors)


def own_faults(standard: MeasurementStandard) -> Faults:
    """Of its name, code and field."""
    found: Faults = {"name": naming.problems(standard.name, settings.STANDARD_NAME_ENDINGS)}
    if standard.field not in LABELS:
        found["field"] = [Fault("field.unknown", {"value": standard.field})]
    else:
        found["code"] = codes.problems(standard.code, standard.field)
    return {name: faults for name, faults in found.items() if faults}


def number_faults(standard: MeasurementStandard) -> Faults:
    """Whether another has its number."""
    others = MeasurementStandard.objects.filter(number=standard.number).exclude(pk=standard.pk)
    if standard.number and others.exists():
        return {"number": [Fault("number.taken", {"value": standard.number})]}
    return {}


def _unfit(thing: Any, exclude: Sequence[str]) -> dict[str, list[str]]:
    """The fields themselves; what the tables' constraints say is checked by the rules before."""
    try:
        thing.clean_fields(exclude=exclude)
    except ValidationError as error:
        return dict(error.message_dict)
    return {}


def _link_faults(standard: MeasurementStandard, links: Sequence[Row]) -> Faults:
    found: Faults = {}
    below = standards_below(standard.pk) if standard.pk else set()
    for place, row in enumerate(links):
        upper = row.get("upper")
        if upper is None:
            if not row.get("name"):
                found[f"upper_links-{place}-name"] = [Fault("link.nothing")]
        elif standard.pk and upper.pk == standard.pk:
            found[f"upper_links-{place}-upper"] = [Fault("link.itself")]
        elif upper.pk in below:
            found[f"upper_links-{place}-upper"] = [Fault("link.circle", {"value": upper.number})]
    return found


BELOW = """
    WITH RECURSIVE below(id) AS (
        SELECT standard_id FROM standards_upperlink WHERE upper_id = %(start)s
        UNION
        SELECT link.standard_id FROM standards_upperlink link JOIN below ON link.upper_id = below.id
    )
    SELECT id FROM below
"""


def standards_below(pk: int) -> set[int]:
    """Those that take their values from it, directly or through others."""
    with connection.cursor() as cursor:
        cursor.execute(BELOW, {"start": pk})
        return {row[0] for row in cursor.fetchall()}


def next_number(institute: Institute) -> str:
    """The next of the unit, such as MS-430600-0007; numbers are never used again."""
    unit = Organisation.objects.select_for_update().get(pk=institute.organisation_id)
    start = f"{PREFIX}-{unit.code}-"
    taken = MeasurementStandard.objects.filter(number__startswith=start)
    counted = (number.removeprefix(start) for number in taken.values_list("number", flat=True))
    newest = max((int(text) for text in counted if text.isdecimal()), default=0)
    return f"{start}{newest + 1:04d}"


def own_facts(standard: MeasurementStandard) -> dict[str, Any]:
    """What the log says of a standard but for its lines."""
    own = {name: getattr(standard, name) for name in FIELDS}
    return own | {"institute": standard.institute.code}


def _added(standard: MeasurementStandard) -> str:
    return _("Standard {number} was added to the register").format(number=standard.number)
