"""The coverage rate as a figure of a quarter, and the items it is made of."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from indicators.measures import Entry, Part
from indicators.rules import Figure
from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation
from standards.models import MeasurementStandard
from standards.selectors.counts import known_units, page_of, shares
from standards.selectors.coverage import COVERED, GAP, ItemCoverage, coverage, coverage_of_units


def coverage_rates(units: Collection[int], period: Period) -> dict[int, Figure]:
    numbers = coverage_of_units(units, period.last_day)
    return shares(
        {unit: covered for unit, (covered, _total) in numbers.items()},
        {unit: total for unit, (_covered, total) in numbers.items()},
    )


def keeping_standards(units: Collection[int], period: Period) -> set[int]:
    """Those that have recorded a standard, themselves or below."""
    way = "institute__organisation"
    return known_units(MeasurementStandard, way, units, period, whole=True)


def coverage_entries(unit: int, period: Period, at_most: int | None) -> list[Part]:
    """Covered items with the standard that lasts longest, then the gaps."""
    found = coverage(organisation=Organisation.objects.get(pk=unit), day=period.last_day)
    parts = []
    for standing, name in ((COVERED, _("Covered")), (GAP, _("Not covered"))):
        lines = [line for line in found.items if line.standing == standing]
        if lines:
            shown = tuple(_entry(line) for line in lines[:at_most])
            parts.append(Part(name, len(lines), shown))
    return parts


def _entry(line: ItemCoverage) -> Entry:
    name = f"{line.item.code} {line.item.name}"
    if line.standing == GAP:
        return Entry(name, "")
    last = max(line.covered_by, key=lambda cover: cover.until)
    more = len(line.covered_by) - 1
    note = f"{last.name} +{more}" if more else last.name
    page = page_of("standard-detail", last.standard)
    return Entry(name, last.institute, page, note)
