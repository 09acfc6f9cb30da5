"""What an event of the log says, value by value, for a reader who does not know the codes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from indicators.models import Kind, Measure
from metroplan.audit.models import AuditEvent
from metroplan.common.rounding import exact_text
from metroplan.dashboards.audit_words import CHANGES, FIELDS, THINGS, VALUES
from metroplan.organisations.models import Organisation
from metroplan.submissions.models import FigureState

MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d$")
DECIMAL = re.compile(r"^-?\d+\.\d+$")
UNIT_FIELDS = {"organisation", "reviewer", "successors", "links"}
ROW_FIELDS = {"added", "removed"}
AMOUNTS = {"low", "high", "value", "baseline_value"}


@dataclass(frozen=True)
class Change:
    """One value of an event. `before` is None where the event states a value and changes none."""

    field: str | Promise
    before: str | Promise | None
    after: str | Promise | None


@dataclass(frozen=True)
class Names:
    """The measures and units that some events mention, by code."""

    measures: dict[str, Measure] = field(default_factory=dict)
    units: dict[str, Organisation] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[AuditEvent]) -> Self:
        shown = list(events)
        named = {name for event in shown for name in _names(event.data)} - FIELDS.keys()
        codes = {code for event in shown for code in _unit_codes(event.data)}
        codes |= {last_code(event) for event in shown}
        measures = Measure.objects.filter(code__in=named)
        units = Organisation.objects.filter(code__in=codes)
        return cls({item.code: item for item in measures}, {unit.code: unit for unit in units})


def last_code(event: AuditEvent) -> str:
    return event.organisation_path.rstrip("/").rpartition("/")[2]


def changes(data: dict[str, Any], names: Names) -> list[Change]:
    before, after = data.get("before") or {}, data.get("after") or {}
    found = [
        Change(
            word(name, names),
            said(name, before.get(name), names),
            said(name, after.get(name), names),
        )
        for name in before | after
    ]
    others = {name: value for name, value in data.items() if name not in ("before", "after")}
    return found + [
        Change(word(name, names), None, said(name, value, names)) for name, value in others.items()
    ]


def word(name: str, names: Names) -> str | Promise:
    """A field's name; of a measure its name and code, of a row of a plan what it is and which."""
    if name in FIELDS:
        return FIELDS[name]
    if measure := names.measures.get(name):
        return f"{measure.name} {name}"
    return row_said(name)


def row_said(text: str) -> str:
    """`milestone 2025`, a row of a plan, or `milestone added`, what became of such rows."""
    thing = next((thing for thing in THINGS if text.startswith(f"{thing} ")), None)
    if thing is None:
        return text
    rest = text.removeprefix(f"{thing} ")
    return f"{THINGS[thing]} {CHANGES.get(rest, rest)}"


def said(name: str, value: Any, names: Names) -> str | Promise | None:
    """A stored value for a reader; None stays None, an empty text says that it is empty."""
    if value is None:
        return None
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value == "":
        return _("(empty)")
    if isinstance(value, int):
        return str(value) if name.endswith("year") else f"{value:,}"
    if isinstance(value, dict):
        return "; ".join(_pairs(name, value, names))
    if isinstance(value, list):
        return figure_said(value, names.measures.get(name)) or _listed(name, value, names)
    return VALUES.get(name, {}).get(value) or readable(name, str(value), names)


def figure_said(items: list[Any], measure: Measure | None) -> str | Promise:
    """An observation as the log keeps it: state, then value or numerator and denominator."""
    state, *numbers = items or [""]
    if measure and measure.kind == Kind.YES_NO and numbers and numbers[0] is not None:
        return _("yes") if Decimal(numbers[0]) else _("no")
    if state == FigureState.VALUE:
        return "/".join(exact_text(Decimal(number)) for number in numbers if number is not None)
    return FigureState(state).label if state in FigureState.values else ""


def readable(name: str, text: str, names: Names) -> str:
    """A number as on the pages, a unit by its name, a moment in the bureau's time to the minute."""
    if name in UNIT_FIELDS and (unit := names.units.get(text.split(" ")[0])):
        return f"{unit.name} {unit.code}"
    if name in ROW_FIELDS:
        return row_said(text)
    if DECIMAL.match(text) or (name in AMOUNTS and text.lstrip("-").isdecimal()):
        return exact_text(Decimal(text))
    if not MOMENT.match(text):
        return text
    return f"{timezone.localtime(datetime.fromisoformat(text)):%Y-%m-%d %H:%M}"


def _pairs(name: str, values: dict[str, Any], names: Names) -> Iterator[str]:
    """Keys are units in a field of units, else fields in their turn."""
    for key, item in values.items():
        of_units = name in UNIT_FIELDS
        left = readable(name, key, names) if of_units else word(key, names)
        yield f"{left}: {said(name if of_units else key, item, names)}"


def _listed(name: str, items: list[Any], names: Names) -> str:
    return ", ".join(str(said(name, item, names)) for item in items if item is not None)


def _names(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        yield from data
        for value in data.values():
            yield from _names(value)


def _unit_codes(data: dict[str, Any]) -> Iterator[str]:
    for part in (data, data.get("before") or {}, data.get("after") or {}):
        for name in UNIT_FIELDS & part.keys():
            yield from _texts(part[name])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value.split(" ")[0]
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
