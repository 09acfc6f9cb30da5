"""The preview of a large file of figures, in the reader's language."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from indicators.models import Measure
from indicators.selectors.reported import figure_text
from metroplan.common.naming import reader_language
from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation
from metroplan.submissions.bulk.registry import Difference, Preview, Tally

Named = dict[int, Any]


def show_preview(stored: dict[str, Any]) -> Preview:
    """From what `services.bulk_figures.prepare` kept; asks for the names it mentions."""
    if not stored:
        return Preview(0, 0, 0)
    measures = Measure.objects.in_bulk([row[0] for row in stored["measures"]])
    units = Organisation.objects.in_bulk([row[0] for row in stored["units"]])
    left = stored["unit_count"] - len(stored["units"])
    return Preview(
        added=stored["added"],
        changed=stored["changed"],
        same=stored["same"],
        tables=(
            (_("By measure"), _tallies(stored["measures"], measures), 0),
            (_("By unit"), _tallies(stored["units"], units), left),
        ),
        differences=tuple(_differences(stored["lines"], measures)),
        effects=tuple(_effects(stored)),
    )


def _tallies(rows: list[list[int]], named: Named) -> tuple[Tally, ...]:
    return tuple(
        Tally(named[key].name, named[key].code, added, changed, same)
        for key, added, changed, same in rows
        if key in named
    )


def _differences(lines: list[list[Any]], measures: Named) -> list[Difference]:
    by_code = {measure.code: measure for measure in measures.values()}
    codes = {unit for _line, _measure, unit, *_rest in lines}
    units = {unit.code: unit for unit in Organisation.objects.filter(code__in=codes)}
    return [
        Difference(
            row=line,
            what=by_code[measure].name,
            where=units[unit].name,
            when=Period(period).in_words(reader_language()),
            old=_text(by_code[measure], old),
            new=_text(by_code[measure], new),
        )
        for line, measure, unit, period, new, old in lines
    ]


def _text(measure: Measure, parts: list[str | None] | None) -> str:
    """As the pages write a figure; nothing where there is none."""
    if parts is None:
        return ""
    state, *numbers = parts
    value, numerator, denominator = (None if n is None else Decimal(n) for n in numbers)
    figure = SimpleNamespace(state=state, value=value, numerator=numerator, denominator=denominator)
    return figure_text(measure, figure)


def _span(first: str, last: str) -> str:
    if first == last:
        return _("The figures are of {quarter}.").format(quarter=first)
    return _("The figures are of the quarters {first} to {last}.").format(first=first, last=last)


def _effects(stored: dict[str, Any]) -> list[str]:
    language = reader_language()
    first, last = (Period(stored[end]).in_words(language) for end in ("first", "last"))
    indicators, above = stored["indicators"], stored["units_above"]
    return [
        _span(first, last),
        ngettext(
            "{count} indicator is computed anew from the first changed quarter on.",
            "{count} indicators are computed anew from the first changed quarter on.",
            indicators,
        ).format(count=indicators),
        ngettext(
            "The totals of {count} unit above those that report change with them.",
            "The totals of {count} units above those that report change with them.",
            above,
        ).format(count=above),
    ]
