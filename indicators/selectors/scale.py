"""How the figures and targets of a measure are written."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from indicators.models import Basis, Comparator, Indicator, Kind, Measure, RollUpRule
from metroplan.common.naming import localised
from metroplan.common.rounding import NOT_KNOWN, figure_text

PERCENT = "%"


@dataclass(frozen=True, slots=True)
class Scale:
    """Unit and decimals of a figure; `done` where it says whether a thing is done."""

    unit: str
    decimals: int
    done: bool

    def figure(self, value: Decimal | None) -> str:
        """The figure without its unit: `1,234.5`, `Done`, or a dash."""
        if value is None:
            return NOT_KNOWN
        if self.done:
            return _("Done") if value >= 1 else _("Not done")
        return figure_text(value, self.decimals)

    def text(self, value: Decimal | None) -> str:
        """The figure with its unit."""
        figure = self.figure(value)
        if value is None or not self.unit:
            return figure
        return f"{figure}{self.unit}" if self.unit == PERCENT else f"{figure} {self.unit}"


def scale_of(measure: Measure) -> Scale:
    if measure.kind == Kind.YES_NO:
        share = measure.roll_up == RollUpRule.SHARE
        return Scale(PERCENT if share else "", 1 if share else 0, done=not share)
    return Scale(localised(measure, "unit"), measure.decimals, done=False)


def target_text(
    indicator: Indicator, low: Decimal | None, high: Decimal | None, *, approximate: bool
) -> str:
    """The target as the document puts it: `at least 80 %`, `about 60`, `1 to 2`, `done`."""
    if indicator.comparator == Comparator.DONE:
        return _("Done")
    growth = indicator.basis == Basis.GROWTH_PERCENT
    scale = Scale(PERCENT, 0, done=False) if growth else scale_of(indicator.measure)
    words = _compared(indicator.comparator, _exact(scale, low), _exact(scale, high), approximate)
    if not growth:
        return words
    return _("{target} growth over {year}").format(target=words, year=indicator.baseline_year)


def _exact(scale: Scale, value: Decimal | None) -> str:
    """A target as it was set: with all its decimals, and no more than it has."""
    if value is None:
        return NOT_KNOWN
    decimals = max(0, -value.normalize().as_tuple().exponent)
    return Scale(scale.unit, decimals, done=False).text(value)


def _compared(comparator: str, low: str, high: str, approximate: bool) -> str:
    if comparator == Comparator.RANGE:
        return _("{low} to {high}").format(low=low, high=high)
    if approximate:
        return _("about {low}").format(low=low)
    if comparator == Comparator.AT_MOST:
        return _("at most {low}").format(low=low)
    if comparator == Comparator.EQUAL:
        return low
    return _("at least {low}").format(low=low)
