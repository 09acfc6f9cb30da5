"""Where units stand with an indicator at a quarter, in the numbers and words of a what-if."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from indicators.engine.goals import Unit, current_targets, targets_of
from indicators.models import Indicator, Progress, RollUp
from indicators.selectors.explaining import explanation
from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation

NUMBERS = (
    "actual",
    "expected",
    "target",
    "milestone_year",
    "attainment",
    "schedule_ratio",
    "lag_quarters",
    "provisional",
    "met_by_rounding",
    "reported",
    "units_expected",
    "carried",
)


@dataclass(frozen=True, slots=True)
class Stand:
    """Named as the stored progress row. An empty status: nothing is asked of the unit."""

    status: str = ""
    label: str = ""
    actual: Decimal | None = None
    expected: Decimal | None = None
    target: Decimal | None = None
    milestone_year: int | None = None
    attainment: Decimal | None = None
    schedule_ratio: Decimal | None = None
    lag_quarters: Decimal | None = None
    provisional: bool = False
    met_by_rounding: bool = False
    reported: int = 0
    units_expected: int = 0
    carried: int = 0
    explanation: str = ""


def stands(indicator: Indicator, units: Sequence[Organisation], period: Period) -> dict[int, Stand]:
    """Unit id → where it stands, by the tables as they are seen now."""
    targets = current_targets([indicator])
    rolled = RollUp.objects.filter(
        series=indicator.series_id, organisation__in=units, period=period
    )
    figures = {row.organisation_id: row for row in rolled}
    rows = Progress.objects.filter(indicator=indicator, organisation__in=units, period=period)
    judged = {row.organisation_id: row for row in rows}
    found = {}
    for unit in units:
        row, figure = judged.get(unit.pk), figures.get(unit.pk)
        if row is None:
            found[unit.pk] = Stand(actual=figure.value if figure else None)
            continue
        asked = targets_of(indicator, Unit.from_path(unit.pk, unit.path), targets)
        found[unit.pk] = Stand(
            status=row.status,
            label=row.get_status_display(),
            explanation=explanation(row, indicator, unit, asked, figure.newest if figure else None),
            **{name: getattr(row, name) for name in NUMBERS},
        )
    return found
