"""The services: store a plan file, or say what storing it would change."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from indicators.models import Measure
from indicators.plan_file.document import HeaderSpec, MeasureSpec, PlanDocument
from indicators.plan_file.forms import write_forms
from indicators.plan_file.problems import PlanFileError
from indicators.plan_file.references import find_references, measure_values, reference_problems
from indicators.plan_file.writing import (
    MEASURE_FIELDS,
    PLAN_FIELDS,
    Writer,
    changed_codes,
    plan_row,
)
from indicators.services.marking import mark_asked
from metroplan.audit.record import record
from metroplan.common.sync import Change, sync
from metroplan.organisations.models import Organisation
from metroplan.plans.models import Plan

LOCK = 7302
"""Advisory lock: plan files share measures, so they are stored one after another."""


@transaction.atomic
def load(document: PlanDocument, *, actor: Any) -> list[Change]:
    """Store the document whole and return what changed; nothing is logged when nothing did.

    Raises PlanFileError, with nothing stored, when it does not fit what the database holds.
    Figures that a change touches are marked for recomputing.
    """
    plan, changes = _write(document)
    if changes:
        mark_asked(measures=_touched(plan, changes))
        record("plan.loaded", actor=actor, on=plan, **_summary(document, changes))
    return changes


def plan_diff(document: PlanDocument) -> list[Change]:
    """What `load` would change, by doing it and taking it back. Raises like `load`."""
    with transaction.atomic():
        _plan, changes = _write(document)
        transaction.set_rollback(True)
    return changes


def _write(document: PlanDocument) -> tuple[Plan, list[Change]]:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
    found = find_references(document)
    if problems := reference_problems(document, found):
        raise PlanFileError(problems)
    writer = Writer(document, found, today=timezone.localdate())
    plan = writer.write_rows()
    writer.changes += write_forms(document, plan, writer.measures)
    writer.delete_dropped()
    return plan, writer.changes


def _summary(document: PlanDocument, changes: Sequence[Change]) -> dict[str, Any]:
    """Added rows by name only: their values are in the file that the hash names."""
    named = [(f"{change.thing} {change.key}", change) for change in changes]
    return {
        "sha256": document.sha256,
        "counts": dict(Counter(f"{change.thing} {change.kind}" for change in changes)),
        "added": [name for name, change in named if change.kind == "added"],
        "removed": [name for name, change in named if change.kind == "removed"],
        "before": {name: change.before for name, change in named if change.kind == "changed"},
        "after": {name: change.after for name, change in named if change.kind == "changed"},
    }


def _touched(plan: Plan, changes: Sequence[Change]) -> list[Measure]:
    """Measures whose meaning, use or askers changed; all of the plan's when its header did."""
    indicators = plan.indicators.all()
    if not any(change.thing in ("plan", "form", "form line") for change in changes):
        codes = changed_codes(changes, "indicator") | changed_codes(changes, "target")
        indicators = indicators.filter(code__in=codes)
    touched = Q(series__indicators__in=indicators) | Q(code__in=changed_codes(changes, "measure"))
    return list(Measure.objects.filter(touched).distinct())


@transaction.atomic
def load_measures(specs: Sequence[MeasureSpec], *, actor: Any) -> list[Change]:
    """Store the shared measures; one row in the log for each that changed."""
    rows = [Measure(code=spec.code, **measure_values(spec)) for spec in specs]
    stored = Measure.objects.filter(code__in=[spec.code for spec in specs])
    outcome = sync(stored, rows, key=["code"], fields=MEASURE_FIELDS, thing="measure")
    for change in outcome.changes:
        measure = outcome.rows[(change.key,)]
        record(
            f"measure.{change.kind}",
            actor=actor,
            on=measure,
            before=change.before,
            after=change.after,
        )
    return outcome.changes


@transaction.atomic
def load_parent_plans(specs: Sequence[HeaderSpec], *, actor: Any) -> list[Change]:
    """Store the headers in their order, so that each finds its parent."""
    changes: list[Change] = []
    for spec in specs:
        changes += _load_header(spec, actor=actor)
    return changes


def _load_header(spec: HeaderSpec, *, actor: Any) -> list[Change]:
    organisation = spec.organisation and Organisation.objects.get(code=spec.organisation)
    parent = spec.parent and Plan.objects.get(code=spec.parent)
    stored = Plan.objects.filter(code=spec.code).select_related("organisation", "parent")
    row = plan_row(spec, organisation or None, parent or None)
    outcome = sync(stored, [row], key=["code"], fields=PLAN_FIELDS, thing="plan")
    for change in outcome.changes:
        plan = outcome.rows[(change.key,)]
        record("plan.loaded", actor=actor, on=plan, before=change.before, after=change.after)
    return outcome.changes
