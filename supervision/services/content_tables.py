"""New editions of the tables of net content, each from a day on; what was is never overwritten."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from django.db import transaction

from metroplan.audit.record import record
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from supervision.models import LabelRule, SamplingPlan, SamplingRow, ToleranceRow, ToleranceTable
from supervision.rules.net_content import SamplingLine
from supervision.rules.sampling_plans import plan_faults
from supervision.wording.content import refusal


@transaction.atomic
def enter_plan(
    *,
    actor: User,
    edition: str,
    effective_from: date,
    note: str,
    rows: Sequence[SamplingLine],
) -> SamplingPlan:
    """A sampling plan for lots sampled from a day on. Raises ValidationError by field, `rows` for
    what is wrong with its lines."""
    require(actor, "catalogue.keep", actor.organisation)
    plan = SamplingPlan(edition=edition, effective_from=effective_from, note=note)
    plan.full_clean()
    if faults := plan_faults(rows):
        raise refusal({"rows": faults})
    plan.save()
    SamplingRow.objects.bulk_create(SamplingRow(plan=plan, **asdict(row)) for row in rows)
    lines = [asdict(row) for row in rows]
    after = {"edition": edition, "effective_from": effective_from, "note": note, "lines": lines}
    record("sampling_plan.entered", actor=actor, on=plan, after=after)
    return plan


@transaction.atomic
def enter_tolerance(
    *,
    actor: User,
    edition: str,
    effective_from: date,
    rounding: str,
    note: str,
    copied: ToleranceTable,
) -> ToleranceTable:
    """An edition with the lines of another, such as one that rounds in the other way. Raises
    ValidationError by field."""
    require(actor, "catalogue.keep", actor.organisation)
    table = ToleranceTable(
        edition=edition, effective_from=effective_from, rounding=rounding, note=note
    )
    table.full_clean()
    table.save()
    for model, rows in ((ToleranceRow, copied.rows.all()), (LabelRule, copied.label_rules.all())):
        model.objects.bulk_create(_copied(row, table) for row in rows)
    after = {"edition": edition, "effective_from": effective_from, "rounding": rounding}
    record("tolerance.entered", actor=actor, on=table, after=after | {"note": note})
    return table


def _copied(row: ToleranceRow | LabelRule, table: ToleranceTable) -> ToleranceRow | LabelRule:
    row.pk, row.table = None, table
    row._state.adding = True
    return row
