"""The tables of the pages as CSV. Each states its unit, quarter, coverage and time of computing."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.measures import Part
from indicators.models import Observation
from indicators.selectors.contributions import Contribution
from indicators.selectors.indicator import IndicatorPage
from indicators.selectors.progress import Overview
from indicators.selectors.scale import PERCENT, Scale
from indicators.selectors.standing import Standing
from indicators.selectors.todays_map import TodaysFigure
from metroplan.common.files import csv_text
from metroplan.common.rounding import display
from metroplan.organisations.models import Organisation

Row = Sequence[Any]


def contributions_csv(page: IndicatorPage, known_on: date | None = None) -> str:
    return csv_text(
        [
            *_page_head(page, known_on),
            [],
            [
                _("Unit code"),
                _("Unit"),
                _("Figure"),
                _("Unit of measure"),
                _("Numerator"),
                _("Denominator"),
                _("Reported"),
                _("Expected"),
                _("Carried forward"),
                _("Share of the total"),
                _("Target"),
                _("Status"),
            ],
            *_contributions(page),
        ]
    )


def todays_csv(
    page: IndicatorPage, lines: Sequence[TodaysFigure], known_on: date | None = None
) -> str:
    """The units of today instead of those of the quarter; what cannot be compared is empty."""
    return csv_text(
        [
            *_page_head(page, known_on),
            [_("On today's map"), timezone.localdate()],
            [],
            [
                _("Unit code"),
                _("Unit"),
                _("Figure"),
                _("Unit of measure"),
                _("Numerator"),
                _("Denominator"),
                _("Reported"),
                _("Expected"),
                _("From former units"),
                _("Remark"),
            ],
            *(_todays(line, page.standing.scale) for line in lines),
        ]
    )


def _todays(line: TodaysFigure, scale: Scale) -> Row:
    estimated = _("Estimated by the shares of a split") if line.estimated else ""
    return [
        line.unit.code,
        line.unit.name,
        line.value,
        scale.unit,
        line.numerator,
        line.denominator,
        line.reported,
        line.expected,
        "; ".join(f"{unit.code} {unit.name}" for unit in line.sources),
        line.reason_text or estimated,
    ]


def _contributions(page: IndicatorPage) -> Iterable[Row]:
    scale = page.standing.scale
    for row in page.contributions:
        code = row.unit.code if row.unit else page.organisation.code
        name = row.unit.name if row.unit else _("Reported by the unit itself")
        yield [code, name, *_figures(row, scale), row.label]
    total = page.standing
    yield [
        page.organisation.code,
        _("Total"),
        total.actual,
        scale.unit,
        page.numerator,
        page.denominator,
        total.reported,
        total.units_expected,
        total.carried,
        None,
        total.target,
        total.label,
    ]


def _figures(row: Contribution, scale: Scale) -> Row:
    share = None if row.share is None else f"{display(row.share * 100, 1)}{PERCENT}"
    return [
        row.value,
        scale.unit,
        row.numerator,
        row.denominator,
        row.reported,
        row.expected,
        row.carried,
        share,
        row.target,
    ]


def entries_csv(observation: Observation, parts: Iterable[Part]) -> str:
    """What a counted figure was counted from, as the register knows it today."""
    unit, count = observation.organisation, observation.register_count
    return csv_text(
        [
            *_head(unit, str(observation.period), count.counted_at),
            [_("Measure code"), observation.measure.code],
            [_("Measure"), observation.measure.name],
            [_("Figure"), observation.value],
            [_("Numerator"), observation.numerator],
            [_("Denominator"), observation.denominator],
            [],
            [_("Counts as"), _("Entry"), _("Held by"), _("Remark"), _("Page")],
            *(
                [part.name, entry.name, entry.unit, entry.note, entry.url]
                for part in parts
                for entry in part.entries
            ),
        ]
    )


def overview_csv(page: Overview) -> str:
    """One line for each indicator; lines for the units below follow with their figures."""
    return csv_text(
        [
            *_head(page.organisation, str(page.period), page.computed_at),
            [],
            [
                _("Plan"),
                _("Indicator code"),
                _("Indicator"),
                _("Unit code"),
                _("Unit"),
                _("Figure"),
                _("Unit of measure"),
                _("Target"),
                _("Milestone"),
                _("Status"),
                _("Lag in quarters"),
                _("Reported"),
                _("Expected"),
                _("Provisional"),
            ],
            *(_standing(row, page.organisation) for row in page.standings),
            *_cells(page),
        ]
    )


def _standing(row: Standing, organisation: Organisation) -> Row:
    return [
        row.indicator.plan,
        row.indicator.code,
        row.indicator.name,
        organisation.code,
        organisation.name,
        row.actual,
        row.scale.unit,
        row.target,
        row.milestone_year,
        row.label,
        None if row.lag_quarters is None else display(row.lag_quarters, 1),
        row.reported,
        row.units_expected,
        _yes_no(row.provisional),
    ]


def _cells(page: Overview) -> Iterable[Row]:
    for line in page.heat.rows:
        for cell in line.cells:
            ref, unit = cell.indicator, cell.unit
            yield [
                ref.plan,
                ref.code,
                ref.name,
                unit.code,
                unit.name,
                cell.value,
                ref.scale.unit,
                None,
                None,
                cell.label,
                None,
                cell.reported,
                cell.expected,
                _yes_no(cell.provisional),
            ]


def _page_head(page: IndicatorPage, known_on: date | None) -> list[Row]:
    standing = page.standing
    return [
        [_("Indicator"), page.indicator.name],
        [_("Plan"), page.indicator.plan.title],
        *_head(page.organisation, str(page.period), standing.computed_at),
        *([[_("As known on"), known_on]] if known_on else []),
        [_("Coverage"), f"{standing.reported} / {standing.units_expected}"],
    ]


def _head(organisation: Organisation, period: str, computed_at: datetime | None) -> list[Row]:
    computed = timezone.localtime(computed_at).strftime("%Y-%m-%d %H:%M") if computed_at else ""
    return [
        [_("Unit"), organisation.code, organisation.name],
        [_("Quarter"), period],
        [_("Computed at"), computed],
    ]


def _yes_no(value: bool) -> str:
    return _("Yes") if value else _("No")
