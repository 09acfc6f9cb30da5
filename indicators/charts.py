"""The trajectory chart, as data for ECharts: numbers are texts, the page's script draws them."""

from typing import Any

from django.utils.translation import gettext as _

from indicators.selectors.indicator import IndicatorPage
from metroplan.common.periods import Period

Series = list[str | None]


def trajectory_chart(page: IndicatorPage) -> dict[str, Any] | None:
    """Quarters along the bottom, and beside them path, figures, targets and ceilings.

    None where there is neither a figure nor a target. `texts` holds each figure as it is written.
    """
    figures = {p.period: p for p in page.points if p.actual is not None}
    anchors = {p.period: p.value for p in page.path}
    targets = {Period.year_end(row.year): row for row in page.targets if row.low is not None}
    bands = page.outlook.bands() if page.outlook else {}
    known = [*figures, *anchors, *targets, *bands]
    if not known:
        return None
    quarters = [Period(k) for k in range(min(known).index, max(*known, page.period).index + 1)]
    if anchors and max(anchors) < quarters[-1]:
        anchors[quarters[-1]] = anchors[max(anchors)]
    scale = page.standing.scale
    return {
        "quarters": [str(quarter) for quarter in quarters],
        "path": _series(quarters, anchors),
        "figures": _series(quarters, {at: point.actual for at, point in figures.items()}),
        "texts": [scale.text(figures[q].actual) if q in figures else None for q in quarters],
        "coverage": [
            f"{figures[q].reported}/{figures[q].units_expected}" if q in figures else None
            for q in quarters
        ],
        "statuses": [figures[q].label if q in figures else None for q in quarters],
        "provisional": [q in figures and figures[q].provisional for q in quarters],
        "targets": _series(quarters, {at: row.low for at, row in targets.items()}),
        "target_texts": [targets[q].text if q in targets else None for q in quarters],
        "ceilings": _series(quarters, {at: row.high for at, row in targets.items()}),
        "forecast": _series(quarters, {at: band.value for at, band in bands.items()}),
        "forecast_low": _series(quarters, {at: band.low for at, band in bands.items()}),
        "forecast_high": _series(quarters, {at: band.high for at, band in bands.items()}),
        "unit": scale.unit,
        "decimals": scale.decimals,
        "words": {
            "path": _("The plan's path"),
            "figure": _("Actual"),
            "target": _("Target"),
            "ceiling": _("Upper end"),
            "forecast": _("Forecast"),
            "coverage": _("Coverage"),
            "provisional": _("Provisional"),
        },
    }


def _series(quarters: list[Period], values: dict[Period, Any]) -> Series:
    return [str(values[q]) if values.get(q) is not None else None for q in quarters]
