"""A number that the file says otherwise than before becomes a revision; the old one stays.

The file is compared with what it said last, not with what was approved since: loading the same
file again takes no approved revision back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from django.db.models import Max
from django.utils import timezone

from indicators.models import BaselineRevision, Indicator, Target
from metroplan.organisations.models import Organisation
from metroplan.plans.models import Plan

REASON = "plan file"
Key = tuple[int, int]
Baseline = tuple[int | None, Decimal | None]


@dataclass
class StoredTargets:
    """By indicator and milestone id: what the file said last, and the newest number of all."""

    said: dict[Key, Target] = field(default_factory=dict)
    newest: dict[Key, int] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Plan, owner: Organisation) -> "StoredTargets":
        found = cls()
        rows = Target.objects.filter(indicator__plan=plan, organisation=owner)
        for row in rows.order_by("revision"):
            key = row.indicator_id, row.milestone_id
            found.newest[key] = row.revision
            if row.decision_id is None:
                found.said[key] = row
        return found


def first_day(plan: Plan) -> date:
    return plan.issued_on or plan.starts.first_day


def known_since(plan: Plan) -> datetime:
    """A plan's own text is known from the day it was issued, not from the day it was loaded."""
    return min(timezone.now(), timezone.make_aware(datetime.combine(first_day(plan), time())))


def printed_baselines(indicators: Iterable[Indicator]) -> dict[str, Baseline]:
    return {item.code: (item.baseline_year, item.baseline_value) for item in indicators}


def revise_baselines(
    plan: Plan, indicators: Mapping[str, Indicator], before: Mapping[str, Baseline], today: date
) -> None:
    """Keep the baselines that the file no longer says, with those it says now after them."""
    changed = {
        indicator.pk: (before[code], indicator)
        for code, indicator in indicators.items()
        if code in before and before[code] != (indicator.baseline_year, indicator.baseline_value)
    }
    numbers = BaselineRevision.objects.filter(indicator__in=changed).values("indicator")
    newest = dict(numbers.annotate(newest=Max("revision")).values_list("indicator", "newest"))
    rows = []
    for key, (old, indicator) in changed.items():
        number = newest.get(key, 0)
        if not number:
            number = 1
            rows.append(_row(indicator, 1, old, first_day(plan), known_since(plan), plan))
        now = indicator.baseline_year, indicator.baseline_value
        rows.append(_row(indicator, number + 1, now, today, timezone.now(), plan, REASON))
    BaselineRevision.objects.bulk_create(rows)


def _row(
    indicator: Indicator,
    number: int,
    baseline: Baseline,
    effective_from: date,
    recorded_at: datetime,
    plan: Plan,
    reason: str = "",
) -> BaselineRevision:
    return BaselineRevision(
        indicator=indicator,
        revision=number,
        year=baseline[0],
        value=baseline[1],
        effective_from=effective_from,
        recorded_at=recorded_at,
        document=plan.document_no,
        reason=reason,
    )
