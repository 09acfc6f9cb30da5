"""Intervals of verification: data with the day from which they hold, kept by staff at the top."""

import csv
from datetime import date
from pathlib import Path

from django.db import transaction

from metroplan.audit.record import record
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from standards.models import InstrumentKind
from supervision.models import IntervalRule

SOURCE = "verification_intervals.csv"


@transaction.atomic
def save_interval(
    *, actor: User, kind: InstrumentKind, months: int, effective_from: date, document: str
) -> IntervalRule:
    """The interval of a kind from a day on; that of this very day is replaced. What is verified
    already keeps the last day that it was given. Raises ValidationError by field."""
    require(actor, "catalogue.keep")
    rule = IntervalRule.objects.filter(kind=kind, effective_from=effective_from).first()
    before = _facts(rule) if rule else None
    rule = rule or IntervalRule(kind=kind, effective_from=effective_from)
    rule.months, rule.document = months, document.strip()
    rule.full_clean()
    rule.save()
    record("interval.set", actor=actor, on=rule, before=before, after=_facts(rule))
    return rule


@transaction.atomic
def load_intervals(directory: Path) -> int:
    """Those that are known, for kinds that have none on record; staff correct them."""
    had = set(IntervalRule.objects.values_list("kind__code", flat=True))
    kinds = {kind.code: kind for kind in InstrumentKind.objects.all()}
    with (directory / SOURCE).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] not in had]
    made = IntervalRule.objects.bulk_create(
        IntervalRule(
            kind=kinds[row["kind"]],
            months=int(row["months"]),
            effective_from=date.fromisoformat(row["effective_from"]),
            document=row["document"],
        )
        for row in rows
        if row["kind"] in kinds
    )
    return len(made)


def _facts(rule: IntervalRule) -> dict[str, object]:
    names = ("months", "effective_from", "document")
    return {"kind": rule.kind.code} | {name: getattr(rule, name) for name in names}
