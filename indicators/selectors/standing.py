"""Where one unit stands with one indicator at one quarter."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Max

from indicators.models import Indicator, Progress, ProgressStatus
from indicators.selectors.scale import Scale, scale_of
from indicators.selectors.units import UnitRef
from metroplan.common.naming import BilingualName
from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class IndicatorRef(BilingualName):
    """An indicator by its codes and names; `owner` is the code of the unit that owns it."""

    pk: int
    plan: str
    code: str
    name_zh: str
    name_en: str
    clause: str
    scale: Scale
    owner: str

    @classmethod
    def of(cls, indicator: Indicator) -> "IndicatorRef":
        return cls(
            indicator.pk,
            indicator.plan.code,
            indicator.code,
            indicator.name_zh,
            indicator.name_en,
            indicator.clause,
            scale_of(indicator.measure),
            indicator.owner.code,
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """Named as the stored progress row. `missing` are the reporting units that owe their figure,
    named only where the figure is provisional; `computed_at` is None where nothing was computed;
    `explanation` is written only for those that need attention."""

    indicator: IndicatorRef
    period: Period
    status: str
    label: str
    actual: Decimal | None = None
    expected: Decimal | None = None
    target: Decimal | None = None
    milestone_year: int | None = None
    baseline: Decimal | None = None
    attainment: Decimal | None = None
    schedule_ratio: Decimal | None = None
    lag_quarters: Decimal | None = None
    provisional: bool = False
    met_by_rounding: bool = False
    reported: int = 0
    units_expected: int = 0
    carried: int = 0
    rule_version: int | None = None
    computed_at: datetime | None = None
    missing: tuple[UnitRef, ...] = ()
    explanation: str = ""

    @property
    def scale(self) -> Scale:
        return self.indicator.scale

    @property
    def coverage(self) -> Decimal | None:
        """Share of the reporting units that have reported; None where none is expected."""
        return Decimal(self.reported) / self.units_expected if self.units_expected else None


TAKEN = (
    "actual",
    "expected",
    "target",
    "milestone_year",
    "baseline",
    "attainment",
    "schedule_ratio",
    "lag_quarters",
    "provisional",
    "met_by_rounding",
    "reported",
    "units_expected",
    "carried",
    "rule_version",
    "computed_at",
)


def standing_of(
    indicator: Indicator,
    period: Period,
    progress: Progress | None,
    missing: tuple[UnitRef, ...] = (),
) -> Standing:
    """Without a row nothing has been reported yet."""
    ref = IndicatorRef.of(indicator)
    if progress is None:
        status = ProgressStatus.NO_DATA
        return Standing(ref, period, status.value, str(status.label))
    return Standing(
        indicator=ref,
        period=period,
        status=progress.status,
        label=progress.get_status_display(),
        missing=missing,
        **{name: getattr(progress, name) for name in TAKEN},
    )


def fingerprint_of(computed_at: datetime | None) -> str:
    return computed_at.isoformat() if computed_at else "none"


def fingerprint(
    organisation: Organisation, period: Period, *, plan: str = "", indicator: str = ""
) -> str:
    """Changes whenever a standing of the unit at the quarter was computed anew.

    Of all indicators that are asked of it, of those of a plan, or of one of them, by code.
    """
    rows = Progress.objects.filter(
        organisation=organisation,
        period=period,
        indicator__owner__code__in=organisation.path.strip("/").split("/"),
    )
    if plan:
        rows = rows.filter(indicator__plan__code=plan)
    if indicator:
        rows = rows.filter(indicator__code=indicator)
    return fingerprint_of(rows.aggregate(newest=Max("computed_at"))["newest"])
