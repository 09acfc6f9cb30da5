"""What if a target, a threshold or a figure were another? The statuses that would follow.

Nothing is stored: the answer is worked out by the engine in temporary tables (engine/what_if.py).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from indicators.engine.in_force import thresholds_in_force
from indicators.engine.what_if import Supposition, supposing
from indicators.models import Indicator, Kind, Observation, RollUp, RollUpRule, RuleVersion, Target
from indicators.rules import Thresholds
from indicators.rules.figures import percent
from indicators.selectors.units import line_down_to
from indicators.selectors.what_if import Stand, stands
from indicators.services.revision_checks import check_target, check_thresholds, find_milestone
from indicators.services.revision_values import TargetValues
from metroplan.common.periods import Period, newest_closed
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Organisation, OrganisationAncestry, User
from metroplan.submissions.models import FigureState

UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class SupposedFigure:
    """Of a unit that reports, what it would report for the quarter; of any other, its total."""

    organisation: str
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Supposed:
    """`targets` are those of the unit that is asked about, by year; `thresholds` by name."""

    targets: dict[int, TargetValues]
    thresholds: dict[str, Any]
    figures: Sequence[SupposedFigure]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a unit stands, and where it would stand."""

    organisation: Organisation
    before: Stand
    after: Stand

    @property
    def changed(self) -> bool:
        return self.before != self.after


def simulate(
    *, indicator: Indicator, organisation: str, period: Period, supposed: Supposed, user: User
) -> list[Outcome]:
    """For the unit, and after it those above it as far as the user may see and the owner reaches.

    The indicator comes with series, measure, plan and owner; units go by code. Raises
    MetroplanError, whose fields name what is wrong.
    """
    _check_period(period)
    if not (supposed.targets or supposed.thresholds or supposed.figures):
        raise _refusal(
            "nothing", "figures", _("Suppose something: another target, threshold or figure.")
        )
    line = _line(indicator, organisation, period, user)
    supposition = _supposition(indicator, line[-1], period, supposed, user)
    before = stands(indicator, line, period)
    with supposing(supposition, indicator=indicator, unit=line[-1].pk, period=period):
        after = stands(indicator, line, period)
    return [Outcome(unit, before[unit.pk], after[unit.pk]) for unit in reversed(line)]


def _refusal(
    code: str, field: str, text: Any, *, status: int = UNPROCESSABLE, **params: Any
) -> MetroplanError:
    error = MetroplanError(f"simulate.{code}", text, status=status, **params)
    error.fields = {field: [error.message]}
    return error


def _check_period(period: Period) -> None:
    if period > newest_closed(timezone.localdate()):
        raise _refusal(
            "quarter_not_over",
            "period",
            _("{quarter} is not over yet: choose a quarter that has ended."),
            quarter=period,
        )


def _line(indicator: Indicator, code: str, period: Period, user: User) -> list[Organisation]:
    """The unit last, before it those above it, from the indicator's owner on."""
    line = line_down_to(code, period, user)
    if not line:
        raise _refusal(
            "unit_unknown",
            "organisation",
            _("There is no unit {given} among yours in {quarter}; use the code of one."),
            status=404,
            given=code[:20],
            quarter=period,
        )
    below = [unit for unit in line if unit.path.startswith(indicator.owner.path)]
    if not line[-1].path.startswith(indicator.owner.path):
        raise _refusal(
            "unit_outside_plan",
            "organisation",
            _("{unit} is no unit of {owner}, whose plan this is; choose a unit at or below it."),
            unit=line[-1].name,
            owner=indicator.owner.name,
        )
    return below


def _supposition(
    indicator: Indicator, unit: Organisation, period: Period, supposed: Supposed, user: User
) -> Supposition:
    observations, totals = [], []
    for number, figure in enumerate(_once(supposed.figures)):
        with _about(f"figures.{number}"):
            row = _figure(indicator, unit, period, figure, user)
        (totals if isinstance(row, RollUp) else observations).append(row)
    _check_apart([row.organisation_id for row in totals], observations, totals, period)
    return Supposition(
        observations=tuple(observations),
        totals=tuple(totals),
        targets=tuple(_targets(indicator, unit, supposed.targets)),
        rules=_rules(supposed.thresholds),
    )


@contextmanager
def _about(field: str) -> Iterator[None]:
    """Whatever is refused within is said of this field."""
    try:
        yield
    except MetroplanError as error:
        error.fields = {field: [error.message]}
        raise


def _once(figures: Sequence[SupposedFigure]) -> Sequence[SupposedFigure]:
    seen: set[str] = set()
    for number, figure in enumerate(figures):
        if figure.organisation in seen:
            raise _refusal(
                "unit_twice",
                f"figures.{number}",
                _("There are two figures of the unit {given}; keep one."),
                given=figure.organisation,
            )
        seen.add(figure.organisation)
    return figures


def _figure(
    indicator: Indicator, above: Organisation, period: Period, figure: SupposedFigure, user: User
) -> Observation | RollUp:
    line = line_down_to(figure.organisation, period, user)
    if above not in line:
        raise _refusal(
            "figure_elsewhere",
            "organisation",
            _("{given} is no unit at or below {unit} in {quarter}; leave its figure out."),
            given=figure.organisation[:20],
            unit=above.name,
            quarter=period,
        )
    _check_parts(indicator, figure)
    if _reports(indicator, line[-1], period):
        return _observation(indicator, line[-1], period, figure)
    return _total(indicator, line[-1], period, figure)


def _check_parts(indicator: Indicator, figure: SupposedFigure) -> None:
    """As a reported line would be checked: the parts its kind has, none below zero."""
    terms, kind = (figure.numerator, figure.denominator), indicator.measure.kind
    if kind == Kind.RATIO:
        fits = figure.value is None and None not in terms and 0 <= terms[0] <= terms[1]
        text = _("Give numerator and denominator, the first no larger than the second.")
    elif kind == Kind.YES_NO:
        fits = terms == (None, None) and figure.value in (0, 1)
        text = _("Give the value 1 for yes or 0 for no.")
    else:
        fits = terms == (None, None) and figure.value is not None and figure.value >= 0
        text = _("Give the value, which must not be below zero.")
    if not fits:
        raise _refusal("figure_wrong", "value", text)


def _reports(indicator: Indicator, unit: Organisation, period: Period) -> bool:
    """Units that have others below them report only if they did so before, or report for all."""
    measure = indicator.measure
    if measure.roll_up == RollUpRule.OWN:
        return True
    below = OrganisationAncestry.objects.filter(
        ancestor=unit, depth=1, since__lte=period.index, until__gt=period.index
    )
    own = Observation.objects.filter(
        measure=measure, organisation=unit, period__lte=period, superseded_at__isnull=True
    )
    return not below.exists() or own.exists()


def _observation(
    indicator: Indicator, unit: Organisation, period: Period, figure: SupposedFigure
) -> Observation:
    counted = figure.value if figure.value is not None else figure.denominator
    return Observation(
        measure=indicator.measure,
        organisation=unit,
        period=period,
        state=FigureState.VALUE if counted else FigureState.ZERO,
        value=figure.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        recorded_at=timezone.now(),
    )


def _total(
    indicator: Indicator, unit: Organisation, period: Period, figure: SupposedFigure
) -> RollUp:
    """As if all units below had it reported together."""
    if indicator.measure.roll_up not in (RollUpRule.SUM, RollUpRule.RATIO):
        raise _refusal(
            "total_of_units",
            "organisation",
            _("The figure of {unit} counts the units below it; suppose figures of those units."),
            unit=unit.name,
        )
    stored = RollUp.objects.filter(
        series=indicator.series_id, organisation=unit, period=period
    ).first()
    expected = stored.expected if stored else 1
    ratio = indicator.measure.kind == Kind.RATIO
    return RollUp(
        series=indicator.series,
        organisation=unit,
        period=period,
        value=percent(figure.numerator, figure.denominator) if ratio else figure.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        reported=expected,
        expected=expected,
        carried=0,
        newest=period,
        rule_version=0,
    )


def _check_apart(
    totals: list[int], observations: list[Observation], rows: list[RollUp], period: Period
) -> None:
    """A total and a part of it cannot both be supposed: which of them should hold?"""
    units = [row.organisation_id for row in (*observations, *rows)]
    both = OrganisationAncestry.objects.filter(
        ancestor__in=totals,
        descendant__in=units,
        depth__gt=0,
        since__lte=period.index,
        until__gt=period.index,
    ).select_related("ancestor", "descendant")
    if step := both.first():
        raise _refusal(
            "total_and_part",
            "figures",
            _("Suppose either the figure of {unit} or that of {part} below it, not both."),
            unit=step.ancestor.name,
            part=step.descendant.name,
        )


def _targets(
    indicator: Indicator, unit: Organisation, supposed: dict[int, TargetValues]
) -> Iterator[Target]:
    """Each as the next revision, in effect since yesterday."""
    numbers = Target.objects.filter(indicator=indicator, organisation=unit)
    newest = numbers.aggregate(newest=Max("revision"))["newest"] or 0
    for year, values in supposed.items():
        with _about(f"targets.{year}"):
            milestone = find_milestone(indicator, year)
            check_target(indicator, unit, milestone, values)
        yield Target(
            indicator=indicator,
            organisation=unit,
            milestone=milestone,
            low=values.low,
            high=values.high,
            approximate=values.approximate,
            revision=newest + 1,
            effective_from=timezone.localdate() - timedelta(days=1),
        )


def _rules(supposed: dict[str, Any]) -> RuleVersion | None:
    if not supposed:
        return None
    now = thresholds_in_force()
    kept = {name: getattr(now, name) for name in Thresholds.__slots__ if name != "version"}
    thresholds = Thresholds(**kept | supposed, version=now.version + 1)
    with _about("thresholds"):
        check_thresholds(thresholds)
    fields = {name: getattr(thresholds, name) for name in Thresholds.__slots__}
    return RuleVersion(pk=-1, **fields, effective_from=timezone.localdate() - timedelta(days=1))
