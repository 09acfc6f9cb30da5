"""What was reported beside what a register counts, unit by unit, with the reasons they differ."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from indicators.measures import counted_measures, register_of
from indicators.models import Indicator, Measure, Observation, SourceExplanation
from indicators.rules import Figure
from indicators.rules.figures import percent
from indicators.selectors.scale import Scale, scale_of
from indicators.selectors.standing import IndicatorRef
from metroplan.common.periods import Period
from metroplan.common.rounding import exact_text
from metroplan.common.text import plain_number
from metroplan.organisations.models import Organisation, OrganisationAncestry, User
from metroplan.organisations.policy import can
from metroplan.submissions.models import FigureState

NOT_APPLICABLE = FigureState.NOT_APPLICABLE


@dataclass(frozen=True, slots=True)
class Comparison:
    """One unit at one quarter. `reported` and `registered` are the figures as text, empty where
    there is none; `difference` is the one less the other, in percentage points for a ratio, None
    where there is nothing to subtract."""

    measure: Measure
    organisation: Organisation
    period: Period
    observation: Observation | None
    reported: str
    registered: str
    difference: Decimal | None
    explanation: SourceExplanation | None
    may_explain: bool
    scale: Scale

    @property
    def differs(self) -> bool:
        """Where one of them is missing there is nothing to explain yet."""
        return bool(self.reported and self.registered) and self.reported != self.registered

    @property
    def open(self) -> bool:
        return self.differs and self.explanation is None

    @property
    def difference_text(self) -> str:
        if self.difference is None:
            return ""
        sign = "+" if self.difference > 0 else ""
        return sign + self.scale.text(self.difference)

    @property
    def reported_text(self) -> str:
        return self._written(self.reported)

    @property
    def registered_text(self) -> str:
        return self._written(self.registered)

    def _written(self, kept: str) -> str:
        if not kept:
            return "—"
        if kept == NOT_APPLICABLE:
            return str(NOT_APPLICABLE.label)
        if "/" not in kept:
            return self.scale.text(Decimal(kept))
        numerator, denominator = (Decimal(part) for part in kept.split("/"))
        terms = f"{exact_text(numerator)}/{exact_text(denominator)}"
        return f"{self.scale.text(percent(numerator, denominator))} ({terms})"


@dataclass(frozen=True, slots=True)
class Sources:
    """The comparisons of a unit and all below it: those to explain first, then those explained;
    of the others only how many agree."""

    differing: tuple[Comparison, ...]
    agreeing: int
    incomplete: int

    @property
    def open(self) -> int:
        return sum(row.open for row in self.differing)


def sources(
    measure: Measure, organisation: Organisation, period: Period, user: User
) -> Sources | None:
    """None where no register counts the measure, or nothing else does in the quarter."""
    if register_of(measure) is None or measure.is_counted(period):
        return None
    rows = comparisons(measure, below(organisation, period), period, user)
    differing = [row for row in rows if row.differs]
    return Sources(
        differing=tuple(sorted(differing, key=lambda row: not row.open)),
        agreeing=sum(row.reported == row.registered != "" for row in rows),
        incomplete=sum(not (row.reported and row.registered) for row in rows),
    )


def comparison(observation: Observation, user: User) -> Comparison | None:
    """Of an approved figure; None where no register counts the measure beside the report, or it is
    superseded."""
    measure = observation.measure
    if observation.superseded_at is not None or register_of(measure) is None:
        return None
    if measure.is_counted(observation.period):
        return None
    units = [observation.organisation]
    return comparisons(measure, units, observation.period, user)[0]


def open_differences(
    organisation: Organisation, period: Period, user: User
) -> list[tuple[Comparison, IndicatorRef | None]]:
    """All that waits for an explanation at or below the unit, with an indicator that leads there.

    The number of queries grows with the registers, not with units or figures.
    """
    counted = [one for one in counted_measures() if not one.is_counted(period)]
    if not counted:
        return []
    units = below(organisation, period)
    reported = Observation.objects.filter(
        measure__in=counted, organisation__in=units, period=period, superseded_at__isnull=True
    )
    answered = {*reported.values_list("measure", flat=True)}
    measures = [one for one in counted if one.pk in answered]
    leads = _leads(measures, user)
    return [
        (row, leads.get(measure.pk))
        for measure in measures
        for row in comparisons(measure, units, period, user)
        if row.open
    ]


def _leads(measures: Iterable[Measure], user: User) -> dict[int, IndicatorRef]:
    indicators = (
        Indicator.objects.visible_to(user)
        .filter(series__measure__in=measures)
        .select_related("series__measure", "plan", "owner")
        .order_by("-plan__code", "-position")
    )
    return {item.series.measure_id: IndicatorRef.of(item) for item in indicators}


def below(organisation: Organisation, period: Period) -> list[Organisation]:
    """The unit and all below it, by the links of the quarter's last day."""
    rows = OrganisationAncestry.objects.filter(
        ancestor=organisation, since__lte=period.index, until__gt=period.index
    )
    ordered = rows.select_related("descendant").order_by("depth", "descendant__code")
    return [row.descendant for row in ordered]


def comparisons(
    measure: Measure, units: Collection[Organisation], period: Period, user: User
) -> list[Comparison]:
    """In the order of the units, those of which there is a figure from either side.

    Empty where no register counts the measure.
    """
    compute = register_of(measure)
    if compute is None:
        return []
    by_id = {unit.pk: unit for unit in units}
    current = Observation.objects.filter(
        measure=measure, organisation__in=by_id, period=period, superseded_at__isnull=True
    )
    reported = {row.organisation_id: row for row in current}
    registered = compute(list(by_id), period)
    said = _said(measure, by_id, period)
    rows = []
    for pk, unit in by_id.items():
        if pk in reported or pk in registered:
            pair = as_text(reported.get(pk)), as_text(registered.get(pk))
            rows.append(
                Comparison(
                    measure=measure,
                    organisation=unit,
                    period=period,
                    observation=reported.get(pk),
                    reported=pair[0],
                    registered=pair[1],
                    difference=_difference(reported.get(pk), registered.get(pk)),
                    explanation=said.get((pk, *pair)),
                    may_explain=can(user, "difference.explain", unit),
                    scale=scale_of(measure),
                )
            )
    return rows


def _said(
    measure: Measure, units: Collection[int], period: Period
) -> dict[tuple[int, str, str], SourceExplanation]:
    """By unit and the two figures it was written for; the newest counts."""
    rows = SourceExplanation.objects.filter(
        measure=measure, period=period, organisation__in=units
    ).select_related("explained_by")
    return {(row.organisation_id, row.reported, row.registered): row for row in rows.order_by("id")}


def as_text(figure: Observation | Figure | None) -> str:
    """`12`, `9/10`, `not_applicable`, or nothing: equal figures are equal texts."""
    if figure is None:
        return ""
    if figure.state == NOT_APPLICABLE:
        return NOT_APPLICABLE.value
    if figure.denominator is not None:
        return f"{plain_number(figure.numerator)}/{plain_number(figure.denominator)}"
    return plain_number(figure.value)


def _value(figure: Observation | Figure | None) -> Decimal | None:
    if figure is None or figure.state == NOT_APPLICABLE:
        return None
    if figure.denominator is not None:
        return percent(figure.numerator, figure.denominator)
    return figure.value


def _difference(one: Observation | None, other: Figure | None) -> Decimal | None:
    reported, registered = _value(one), _value(other)
    return None if None in (reported, registered) else reported - registered
