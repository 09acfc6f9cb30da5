"""The rules behind the warnings as staff read them: what holds now, what held, what will."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from indicators.models import Check, Kind, Measure, PlausibilityRule
from indicators.plausibility.settings import SETTINGS, fits
from metroplan.common.rounding import exact_text

WORDS: dict[str, Promise] = {
    "range": _("The figure lies within the range that is usual for the measure."),
    "below_last": _("What is counted in all, or was done, is not less than it was."),
    "unit_slip": _("The figure is not about 10, 100 or 10,000 times the usual one, or that part."),
    "year_to_date": _("A quarter's figure is not the year so far; a total is not one quarter's."),
    "outlier_history": _("The figure goes on from the unit's own figures, given how they scatter."),
    "outlier_peers": _("The figure is like those of other units of the level, given its size."),
    "parts": _("A total is the sum of the measures it is made of."),
    "register": _("What is reported is what the register counts."),
}
LABELS: dict[str, Promise] = {
    "low": _("Lowest usual figure"),
    "high": _("Highest usual figure"),
    "tolerance": _("Tolerance as a part"),
    "least": _("Looked at from"),
    "points": _("Figures needed"),
    "distance": _("Distance in scatters"),
    "floor": _("Least scatter as a part"),
    "units": _("Units needed"),
    "parts": _("Parts"),
}


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One version: `standing` says whether it is past, holds now, or comes."""

    rule: PlausibilityRule
    settings: list[tuple[Promise, str]]
    standing: str


@dataclass(frozen=True, slots=True)
class CheckRules:
    """The rules of one check that hold now or will: those of kinds first, then of measures.

    `kinds` are those that have no rule and could have one.
    """

    check: Check
    words: Promise
    lines: list[RuleLine]
    kinds: list[tuple[str, Promise]]


def rules_by_check(day: date) -> list[CheckRules]:
    """Every check, also one that has no rule."""
    rows = list(PlausibilityRule.objects.select_related("measure", "recorded_by__organisation"))
    return [_check_rules(check, rows, day) for check in Check]


def _check_rules(check: Check, rows: Iterable[PlausibilityRule], day: date) -> CheckRules:
    lines = [
        line
        for versions in _by_subject(row for row in rows if row.check_kind == check)
        for line in _standing(versions, day)
        if line.standing != "past"
    ]
    lines.sort(key=lambda line: line.rule.measure_id is not None)
    ruled = {line.rule.measure_kind for line in lines}
    kinds = [
        (kind.value, kind.label)
        for kind in Kind
        if fits(check, kind) and check != Check.PARTS and kind not in ruled
    ]
    return CheckRules(check, WORDS[check], lines, kinds)


def _by_subject(rows: Iterable[PlausibilityRule]) -> Iterator[list[PlausibilityRule]]:
    found: dict[tuple[str, int | None], list[PlausibilityRule]] = {}
    for row in rows:
        found.setdefault((row.measure_kind, row.measure_id), []).append(row)
    yield from found.values()


def history(check: str, measure_kind: str, measure: Measure | None, day: date) -> list[RuleLine]:
    """Every version of the rule for one subject, newest first."""
    rows = PlausibilityRule.objects.filter(
        check_kind=check, measure_kind=measure_kind, measure=measure
    ).select_related("measure", "recorded_by__organisation")
    return list(_standing(list(rows.order_by("-version")), day))


def _standing(versions: list[PlausibilityRule], day: date) -> Iterator[RuleLine]:
    """`versions` are of one subject, newest first."""
    holds = False
    for row in versions:
        standing = "comes" if row.effective_from > day else "past" if holds else "holds"
        holds = holds or standing == "holds"
        yield RuleLine(row, list(_settings(row)), standing)


def _settings(row: PlausibilityRule) -> Iterator[tuple[Promise, str]]:
    for setting in SETTINGS[row.check_kind]:
        if setting.name in row.params:
            yield LABELS[setting.name], _text(row.params[setting.name])


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else exact_text(Decimal(value))
