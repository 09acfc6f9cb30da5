"""Dishonesty records: entered after a lawful decision, repaired, shown between lawful days."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from metroplan.audit.record import differing, record
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from standards.rules.faults import Fault
from supervision.models import DishonestyRecord, Entity
from supervision.services.locks import KEEP, bump, locked
from supervision.wording.content import refusal

FIELDS = ("entity", "organisation", "ground", "decision_no", "decided_on", "starts", "ends")


@transaction.atomic
def save_dishonesty(
    *,
    actor: User,
    listed: DishonestyRecord | None = None,
    data: dict[str, Any],
    expected_version: int | None = None,
) -> DishonestyRecord:
    """Enter a record or change it; `data` holds FIELDS. Raises ValidationError by field."""
    require(actor, KEEP, data["organisation"])
    # No title is conferred on the entity meanwhile.
    Entity.objects.select_for_update().get(pk=data["entity"].pk)
    stored = listed
    if listed:
        stored = locked(listed, actor=actor, right=KEEP, expected_version=expected_version)
    before = facts(stored) if stored else None
    row = stored or DishonestyRecord()
    for name in FIELDS:
        setattr(row, name, data[name])
    if not row.entity.organisation.path.startswith(row.organisation.path):
        raise refusal({"entity": [Fault("dishonesty.elsewhere", {})]})
    if row.decided_on > timezone.localdate():
        raise refusal({"decided_on": [Fault("dishonesty.future", {"day": row.decided_on})]})
    row.full_clean()
    if stored:
        bump(row)
    else:
        row.save()
    record(
        "dishonesty.changed" if stored else "dishonesty.added",
        actor=actor,
        on=row,
        **differing(before, facts(row)),
    )
    return row


@transaction.atomic
def repair(
    *,
    actor: User,
    listed: DishonestyRecord,
    repaired_on: date,
    document: str,
    expected_version: int | None = None,
) -> DishonestyRecord:
    """From `repaired_on` on the entity is listed no more (信用修复)."""
    row = locked(listed, actor=actor, right=KEEP, expected_version=expected_version)
    faults: dict[str, list[Fault]] = {}
    if repaired_on < row.starts:
        words = {"value": repaired_on, "day": row.starts}
        faults["repaired_on"] = [Fault("dishonesty.repaired_before", words)]
    elif repaired_on > row.ends:
        faults["repaired_on"] = [Fault("dishonesty.repair_late", {"day": row.ends})]
    if not document.strip():
        faults["repair_document"] = [Fault("dishonesty.repair_document", {})]
    if faults:
        raise refusal(faults)
    before = {"repaired_on": row.repaired_on}
    row.repaired_on, row.repair_document = repaired_on, document.strip()
    bump(row)
    after = {"repaired_on": repaired_on, "document": row.repair_document}
    record("dishonesty.repaired", actor=actor, on=row, before=before, after=after)
    return row


def facts(row: DishonestyRecord) -> dict[str, Any]:
    """What the log says of a record."""
    values = {name: getattr(row, name) for name in FIELDS}
    return values | {"entity": row.entity.number, "organisation": row.organisation.code}
