"""What lapses when: by month and quarter, and when to apply for re-examination."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from metroplan.common.periods import Period
from metroplan.organisations.models import User
from metroplan.organisations.querysets import within
from standards.models import ExaminationRule, InForceSpan, StateEvent
from standards.rules.months import months_after, months_before
from standards.selectors.standards import StandardRow, on_day, standard_row, standards_for
from standards.states import State


@dataclass(frozen=True, slots=True)
class Month:
    """How many standards have their last day in this month."""

    first_day: date
    lapsing: int


@dataclass(frozen=True, slots=True)
class Quarter:
    period: Period
    months: tuple[Month, ...]
    chosen: bool

    @property
    def lapsing(self) -> int:
        return sum(month.lapsing for month in self.months)


@dataclass(frozen=True, slots=True)
class Lapse:
    """A standard with its last day in force, and the day by which re-examination is to be applied
    for; `applied` once it is under way, `late` when that day has passed without it."""

    row: StandardRow
    last: date
    apply_by: date | None
    applied: bool
    late: bool


def spans_for(user: User, chosen: dict[str, Any]) -> QuerySet[InForceSpan]:
    """Days in force of the standards of the area that `chosen` (ExpiryForm) asks for."""
    found = InForceSpan.objects.filter(
        within("standard__institute__organisation", user.organisation.path)
    )
    if unit := chosen.get("organisation"):
        found = found.filter(within("standard__institute__organisation", unit.path))
    if kind := chosen.get("holder_kind"):
        found = found.filter(standard__holder_kind=kind)
    return found


def calendar(spans: QuerySet[InForceSpan], *, year: int, chosen: Period) -> list[Quarter]:
    """The quarters of two years from `year` on."""
    begin = Period.of(year, 1)
    periods = [begin + offset for offset in range(8)]
    ends = spans.filter(last__range=(begin.first_day, periods[-1].last_day))
    counts: dict[tuple[int, int], int] = {}
    for last in ends.values_list("last", flat=True):
        counts[last.year, last.month] = counts.get((last.year, last.month), 0) + 1
    return [
        Quarter(
            period=period,
            months=tuple(
                Month(date(period.year, month, 1), counts.get((period.year, month), 0))
                for month in range(period.first_day.month, period.first_day.month + 3)
            ),
            chosen=period == chosen,
        )
        for period in periods
    ]


def ending_in(spans: QuerySet[InForceSpan], period: Period) -> QuerySet[InForceSpan]:
    return spans.filter(last__range=(period.first_day, period.last_day)).order_by(
        "last", "standard__number"
    )


def to_apply_for(spans: QuerySet[InForceSpan], *, today: date) -> QuerySet[InForceSpan]:
    """Those whose window is open while nobody has applied for re-examination."""
    rule = ExaminationRule.objects.filter(effective_from__lte=today).first()
    if rule is None:
        return spans.none()
    until = months_after(today, rule.window_months)
    events = StateEvent.objects.filter(standard=OuterRef("standard"), since__lte=today)
    present = Subquery(events.order_by("-since", "-id").values("state")[:1])
    found = spans.filter(first__lte=today, last__range=(today, until)).annotate(present=present)
    return found.filter(present=State.IN_FORCE).order_by("last", "standard__number")


def lapses(spans: list[InForceSpan], user: User, *, today: date) -> list[Lapse]:
    """For the spans of one page; what the standards are is told as of today."""
    found = on_day(standards_for(user), today).in_bulk({span.standard_id for span in spans})
    rules = list(ExaminationRule.objects.order_by("-effective_from"))
    return [_lapse(span, found[span.standard_id], rules, today) for span in spans]


def _lapse(span: InForceSpan, standard: Any, rules: list[ExaminationRule], today: date) -> Lapse:
    apply_by = apply_day(span.last, rules)
    applied = standard.state == State.REEXAMINATION
    gone = standard.state not in (State.IN_FORCE, State.REEXAMINATION)
    late = not applied and not gone and apply_by is not None and apply_by < today <= span.last
    return Lapse(standard_row(standard), span.last, apply_by, applied, late)


def apply_day(last: date, rules: list[ExaminationRule]) -> date | None:
    """By the rule in force when the certificate ends; `rules` are newest first."""
    rule = next((rule for rule in rules if rule.effective_from <= last), None)
    return None if rule is None else months_before(last, rule.window_months)
