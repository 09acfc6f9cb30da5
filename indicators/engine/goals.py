"""What each unit is to reach, fetched for many indicators and units at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from indicators.engine.in_force import Terms, in_force
from indicators.models import Indicator, Kind, Measure, RollUpRule, Target
from indicators.rules import (
    Anchor,
    Goal,
    MilestoneTarget,
    build_trajectory,
    find_baseline,
    target_value,
    year_end,
)

Targets = dict[tuple[int, str], list[MilestoneTarget]]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit and the codes above it, nearest first."""

    pk: int
    code: str
    above: tuple[str, ...]

    @classmethod
    def from_path(cls, pk: int, path: str) -> "Unit":
        codes = path.strip("/").split("/")
        return cls(pk, codes[-1], tuple(reversed(codes[:-1])))


def current_targets(indicators: Iterable[Indicator]) -> Targets:
    """(indicator id, unit code) → its milestones in order, each in the revision in force."""
    by_id = {indicator.pk: indicator for indicator in indicators}
    rows = (
        in_force(Target.objects.filter(indicator__in=by_id))
        .order_by("indicator_id", "organisation_id", "milestone__year", "-revision")
        .distinct("indicator_id", "organisation_id", "milestone__year")
        .values_list(
            "indicator_id", "organisation__code", "milestone__year", "low", "high", "approximate"
        )
    )
    found: Targets = defaultdict(list)
    for indicator_id, code, year, low, high, approximate in rows:
        indicator = by_id[indicator_id]
        value = target_value(low, indicator.comparator, indicator.measure.roll_up)
        found[indicator_id, code].append(MilestoneTarget(year_end(year), value, high, approximate))
    return found


def targets_of(indicator: Indicator, unit: Unit, targets: Targets) -> list[MilestoneTarget]:
    """The unit's own targets; for a rate, those of the nearest unit above that has some.

    A count that was asked of a province says nothing about one county until it is broken down.
    """
    own = targets.get((indicator.pk, unit.code))
    if own or not inherits(indicator):
        return own or []
    for code in unit.above:
        if found := targets.get((indicator.pk, code)):
            return found
    return []


def inherits(indicator: Indicator) -> bool:
    measure = indicator.measure
    return measure.kind == Kind.RATIO and measure.roll_up == RollUpRule.RATIO


class Goals:
    """The goals of many units under the same terms, which include the indicators' baselines.

    Units of one indicator that are asked the same from the same baseline share a goal. Ask for
    one indicator after the other: only the goals of the last one are remembered.
    """

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._indicator: Indicator | None = None
        self._measure: Measure | None = None
        self._known: dict[tuple, Goal] = {}

    def of(
        self,
        indicator: Indicator,
        unit: Unit,
        targets: list[MilestoneTarget],
        history: Mapping[int, Decimal],
    ) -> Goal:
        """The path of one unit: the plan's printed baseline is the owner's, others have theirs."""
        if self._indicator is not indicator:
            self._indicator, self._measure, self._known = indicator, indicator.measure, {}
        baseline = self._baseline(unit, history)
        asked = (*targets, baseline)
        if asked not in self._known:
            self._known[asked] = self._goal(targets, baseline)
        return self._known[asked]

    def _goal(self, targets: list[MilestoneTarget], baseline: Anchor | None) -> Goal:
        indicator, measure = self._indicator, self._measure
        return Goal(
            trajectory=build_trajectory(targets, basis=indicator.basis, baseline=baseline),
            comparator=indicator.comparator,
            mode=indicator.mode,
            decimals=measure.decimals,
            carry_forward=measure.carry_forward,
            thresholds=self._terms.thresholds,
        )

    def _baseline(self, unit: Unit, history: Mapping[int, Decimal]) -> Anchor | None:
        indicator = self._indicator
        given = self._terms.baselines[indicator.pk]
        return find_baseline(
            kind=self._measure.kind,
            basis=indicator.basis,
            plan_start=indicator.plan.starts.index,
            history=history,
            year=given.year,
            value=given.value if unit.pk == indicator.owner_id else None,
        )
