"""What holds at a moment: the newest revision that was known by then and had come into effect."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone

from indicators.models import BaselineRevision, Indicator, RuleVersion
from indicators.rules import THRESHOLDS, Thresholds

FIELDS = tuple(Thresholds.__slots__)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The year a path begins at and the owner's figure there; both None where none is given."""

    year: int | None
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What figures are judged by: baselines by indicator id, and the thresholds."""

    baselines: dict[int, Baseline]
    thresholds: Thresholds


def day_of(known_at: datetime | None) -> date:
    """Its day in the time of the bureau; None is now."""
    return timezone.localdate() if known_at is None else timezone.localdate(known_at)


def in_force(revisions: QuerySet, known_at: datetime | None = None) -> QuerySet:
    """Of targets, baselines or rule versions those known at the moment and in effect on its day."""
    revisions = revisions.filter(effective_from__lte=day_of(known_at))
    return revisions if known_at is None else revisions.filter(recorded_at__lte=known_at)


def thresholds_in_force(known_at: datetime | None = None) -> Thresholds:
    """Those of the rules' own text where no version is stored yet."""
    versions = in_force(RuleVersion.objects.all(), known_at).order_by("-version")
    newest = versions.values(*FIELDS).first()
    return Thresholds(**newest) if newest else THRESHOLDS


def newest_baselines(known_at: datetime | None = None) -> QuerySet:
    """(indicator id, year, value) of every baseline that was revised."""
    revised = in_force(BaselineRevision.objects.all(), known_at)
    newest = revised.order_by("indicator_id", "-revision").distinct("indicator_id")
    return newest.values_list("indicator_id", "year", "value")


def baselines_in_force(indicators: Iterable[Indicator]) -> dict[int, Baseline]:
    """Indicator id → its baseline; that of the plan's text where it was never revised."""
    found = {item.pk: Baseline(item.baseline_year, item.baseline_value) for item in indicators}
    for indicator_id, year, value in newest_baselines().filter(indicator__in=found):
        found[indicator_id] = Baseline(year, value)
    return found


def terms_in_force(indicators: Iterable[Indicator]) -> Terms:
    return Terms(baselines_in_force(indicators), thresholds_in_force())
