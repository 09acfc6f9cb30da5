"""The reporting matrix as a table for spreadsheets."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from metroplan.common.files import csv_text
from metroplan.common.rounding import display
from metroplan.submissions.selectors.matrix import Cell, Group, Matrix
from metroplan.submissions.selectors.rates import Rate

Row = Sequence[Any]


def matrix_csv(page: Matrix) -> str:
    """One line for each unit, one column for each quarter; the rates of cities and all below."""
    return csv_text(
        [
            [_("Form"), page.form.code, page.form.name],
            [_("Unit"), page.root.code, page.root.name],
            [],
            [_("Unit code"), _("Unit"), _("Part of"), *map(str, page.quarters)],
            *(line for group in page.groups for line in _units(group)),
            [],
            *_rates(page),
        ]
    )


def _units(group: Group) -> Iterable[Row]:
    for row in group.rows:
        part_of = "" if group.alone else group.unit.name
        yield [row.unit.code, row.unit.name, part_of, *map(_said, row.cells)]


def _said(cell: Cell | None) -> str:
    if cell is None:
        return ""
    words = [str(cell.label), str(cell.timing_label)]
    return " · ".join(word for word in words if word)


def _rates(page: Matrix) -> Iterable[Row]:
    lines = [(page.root, page.totals)]
    lines += [(group.unit, group.rates) for group in page.groups if not group.alone]
    for unit, rates in lines:
        yield [unit.code, unit.name, _("Units due"), *(rate and rate.due for rate in rates)]
        for name, field in (
            (_("Reporting rate"), "reporting_rate"),
            (_("On-time rate"), "on_time_rate"),
        ):
            yield [unit.code, unit.name, name, *(_percent(rate, field) for rate in rates)]


def _percent(rate: Rate | None, field: str) -> str:
    return "" if rate is None else f"{display(getattr(rate, field) * 100, 1)}%"
