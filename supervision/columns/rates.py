"""The columns of rates of verification in files: both numbers beside every rate."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from metroplan.common.register_files import RegisterColumns
from supervision.rules.shares import Share
from supervision.selectors.rates import OtherRate, RateRow, Rates

REGISTER, SURVEY = "register", "survey"
METHODS = [
    (REGISTER, pgettext_lazy("rates", "Register")),
    (SURVEY, pgettext_lazy("rates", "Survey")),
]
"""Everything on record, or what inspections came upon."""

NONE = "—"

RATES = RegisterColumns(
    headings={
        "day": gettext_lazy("Day"),
        "organisation": gettext_lazy("Unit code"),
        "unit": gettext_lazy("Unit"),
        "rate": gettext_lazy("Rate"),
        "group": gettext_lazy("Group"),
        "group_name": gettext_lazy("Name of the group"),
        "method": pgettext_lazy("rates", "Method"),
        "numerator": gettext_lazy("Numerator"),
        "denominator": gettext_lazy("Denominator"),
        "percent": gettext_lazy("Rate, %"),
        "overdue": pgettext_lazy("verification", "Overdue"),
        "failed": pgettext_lazy("verification", "Failed"),
        "never": gettext_lazy("Never verified"),
    },
    plain=dict,
    choices={"method": METHODS},
)


def rate_lines(rates: Rates) -> Iterator[dict[str, Any]]:
    """The lines of the page: the unit by group, the units below it, the other rates."""
    unit = {"organisation": rates.unit.code, "unit": rates.unit.name}
    for row in rates.groups:
        yield _line(rates, row, unit, row.code, row.name or _("All instruments"))
    group = (rates.group.code, rates.group.name) if rates.group else ("", _("All instruments"))
    for row in rates.units:
        name = _("{unit}, directly").format(unit=row.name) if row.own else row.name
        yield _line(rates, row, {"organisation": row.code, "unit": name}, *group)
    for other in rates.others:
        yield _other(rates, other, unit)


def _line(
    rates: Rates, row: RateRow, unit: dict[str, str], group: str, group_name: str
) -> dict[str, Any]:
    tally = row.tally
    said = {"day": rates.day, **unit, "rate": _("Verification coverage"), "group": group}
    said |= {"group_name": group_name, "method": REGISTER} | _numbers(tally.share)
    return said | {"overdue": tally.overdue, "failed": tally.failed, "never": tally.never}


def _other(rates: Rates, other: OtherRate, unit: dict[str, str]) -> dict[str, Any]:
    said = {"day": rates.day, **unit, "rate": str(other.name), "group": ""}
    said |= {"group_name": _("All instruments"), "method": SURVEY if other.survey else REGISTER}
    return said | _numbers(other.share) | dict.fromkeys(("overdue", "failed", "never"), "")


def _numbers(share: Share) -> dict[str, Any]:
    percent = NONE if share.percent is None else round(share.percent, 2)
    return {"numerator": share.passed, "denominator": share.judged, "percent": percent}
