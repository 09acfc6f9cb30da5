"""Writing institutes: what they are, what they are authorised for, whom they employ."""

from datetime import date
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from metroplan.audit.record import record
from metroplan.common.checking import check, fill
from metroplan.common.uscc import uscc_problem
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from standards.models import Assessor, Authorization, Institute, StaffCount
from standards.rules.faults import Fault
from standards.services.locks import bump, lock_institute
from standards.services.touching import institutes_touched, staff_touched
from standards.wording.standards import said

FIELDS = (
    "code", "name", "kind", "organisation", "uscc", "address", "established_on", "closed_on",
)  # fmt: skip
COUNTED = ("kind", "organisation", "established_on", "closed_on")
AUTHORIZATION = (
    "form", "number", "scope", "issued_by", "valid_from", "valid_until", "revoked_on",
)  # fmt: skip
ASSESSOR = (
    "certificate_no", "name", "subject", "grade", "field", "valid_from", "valid_until",
)  # fmt: skip
Part = TypeVar("Part", bound=models.Model)
EARLIEST = date(2000, 1, 1)
"""What bears no day counted so for as long as anybody asks."""

# The field at which it is told that a constraint of the table is broken.
CONSTRAINT_FIELDS = {
    "institute_one_per_uscc": "uscc",
    "institute_closes_after_it_opens": "closed_on",
    "authorization_number_once": "number",
    "authorization_ends_after_start": "valid_until",
    "assessor_certificate_once": "certificate_no",
    "assessor_ends_after_start": "valid_until",
    "staff_count_once_per_day": "qualification",
}


@transaction.atomic
def save_institute(
    *,
    actor: User | None,
    institute: Institute | None = None,
    data: dict[str, Any],
    expected_version: int | None = None,
) -> Institute:
    """`data` holds FIELDS; what is left out stays. Raises ValidationError by field."""
    fresh = institute is None
    institute = Institute() if fresh else lock_institute(institute, actor, expected_version)
    before = {} if fresh else facts(institute, FIELDS)
    unit = institute.organisation_id
    fill(institute, data, FIELDS)
    institute.uscc = institute.uscc.upper()
    check(institute, _own_faults(institute), CONSTRAINT_FIELDS)
    if actor is not None:
        require(actor, "register.keep", institute)
    after = facts(institute, FIELDS)
    changed = [name for name in FIELDS if fresh or before[name] != after[name]]
    if not changed:
        return institute
    institute.version += not fresh
    institute.save()
    record(
        "institute.created" if fresh else "institute.changed",
        actor=actor,
        on=institute,
        before={name: before[name] for name in changed} if before else None,
        after={name: after[name] for name in changed},
    )
    if any(name in COUNTED for name in changed):
        _tell(institute, before, unit)
    return institute


def _tell(institute: Institute, before: dict[str, Any], unit: int | None) -> None:
    """A day that moved counts from the earlier of the two; anything else from the beginning."""
    days = [institute.established_on, before.get("established_on")]
    if not before:
        since = institute.established_on or EARLIEST
    elif facts(institute, FIELDS)["kind"] != before["kind"] or unit != institute.organisation_id:
        since = min(filter(None, days), default=EARLIEST)
    else:
        moved = [institute.closed_on, before["closed_on"]]
        moved += days if institute.established_on != before["established_on"] else []
        since = min(filter(None, moved), default=EARLIEST)
    institutes_touched(
        institutes=[institute.pk],
        since=since,
        reason=_("Institute {name} was recorded or changed").format(name=institute.name),
        units={unit} - {None},
    )


def _own_faults(institute: Institute) -> dict[str, list[str]]:
    errors = {}
    if institute.uscc and (problem := uscc_problem(institute.uscc)):
        errors["uscc"] = [problem]
    other = Institute.objects.filter(code=institute.code).exclude(pk=institute.pk).first()
    if other:
        params = {"value": institute.code, "name": other.name}
        errors["code"] = [said(Fault("institute.code_taken", params))]
    return errors


@transaction.atomic
def save_authorization(
    *,
    actor: User | None,
    institute: Institute,
    authorization: Authorization | None = None,
    data: dict[str, Any],
) -> Authorization:
    """`data` holds AUTHORIZATION. Raises ValidationError by field."""
    return _save_part(
        actor, institute, authorization or Authorization(), data, AUTHORIZATION, "authorization"
    )


@transaction.atomic
def save_assessor(
    *,
    actor: User | None,
    institute: Institute,
    assessor: Assessor | None = None,
    data: dict[str, Any],
) -> Assessor:
    """`data` holds ASSESSOR. Raises ValidationError by field."""
    before = assessor.valid_from if assessor else None
    kept = _save_part(actor, institute, assessor or Assessor(), data, ASSESSOR, "assessor")
    since = min(filter(None, (before, kept.valid_from)))
    text = _("Assessor {number} was recorded or changed").format(number=kept.certificate_no)
    staff_touched(institutes=[institute.pk], since=since, reason=text)
    return kept


@transaction.atomic
def save_staff_count(
    *,
    actor: User | None,
    institute: Institute,
    as_of: date,
    qualification: str,
    count: int,
) -> StaffCount:
    """How many there were on the day; a number recorded before for that day is replaced."""
    found = StaffCount.objects.filter(
        institute=institute, as_of=as_of, qualification=qualification
    ).first()
    data = {"as_of": as_of, "qualification": qualification, "count": count}
    kept = _save_part(actor, institute, found or StaffCount(), data, tuple(data), "staff")
    text = _("Staff of {name} on {day} was recorded")
    reason = text.format(name=institute.name, day=as_of.isoformat())
    staff_touched(institutes=[institute.pk], since=as_of, reason=reason)
    return kept


def _save_part(
    actor: User | None,
    institute: Institute,
    part: Part,
    data: dict[str, Any],
    names: tuple[str, ...],
    noun: str,
) -> Part:
    """An authorisation, assessor or number of staff; logged with its institute."""
    institute = lock_institute(institute, actor)
    fresh = part.pk is None
    before = None if fresh else facts(type(part).objects.get(pk=part.pk), names)
    part.institute = institute
    fill(part, data, names)
    check(part, _day_faults(part), CONSTRAINT_FIELDS)
    part.save()
    after = facts(part, names)
    if after != before:
        bump(institute)
        record(f"institute.{noun}_kept", actor=actor, on=institute, before=before, after=after)
    return part


def _day_faults(part: Any) -> dict[str, list[str]]:
    first, last = getattr(part, "valid_from", None), getattr(part, "valid_until", None)
    if not (first and last and last < first):
        return {}
    days = {"first": first.isoformat(), "last": last.isoformat()}
    return {"valid_until": [said(Fault("dates.reversed", days))]}


@transaction.atomic
def remove_staff_count(*, actor: User | None, staff: StaffCount) -> None:
    """A number that should not have been recorded; the log keeps it."""
    institute = lock_institute(staff.institute, actor)
    before = facts(staff, ("as_of", "qualification", "count"))
    staff.delete()
    bump(institute)
    record("institute.staff_removed", actor=actor, on=institute, before=before)
    text = _("Staff of {name} on {day} was removed")
    reason = text.format(name=institute.name, day=before["as_of"].isoformat())
    staff_touched(institutes=[institute.pk], since=before["as_of"], reason=reason)


def facts(thing: Any, names: tuple[str, ...]) -> dict[str, Any]:
    values = {name: getattr(thing, name) for name in names}
    if "organisation" in values:
        values["organisation"] = thing.organisation.code if thing.organisation_id else ""
    return values
