"""The lines of a standard as they come in: read, checked, and brought to what is stored.

A line is a dict of the model's fields by name; the texts of ranges and performances are what
counts, the numbers beside them are worked out. Faults are found by key, such as
`capabilities-0-performance_text`.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from metroplan.common.text import plain_number, whole_number
from standards.models import (
    Capability,
    Equipment,
    MeasurementStandard,
    Service,
    UpperLink,
)
from standards.rules import performance, ranges, ucum
from standards.rules.faults import Fault, Refused
from standards.rules.ranges import Range, decimal
from standards.wording.standards import said

BATCH = 1000
Faults = dict[str, list[Fault]]
Row = dict[str, Any]

FIELDS: dict[type[models.Model], tuple[str, ...]] = {
    Capability: (
        "quantity", "range_text", "low", "high", "unit", "performance_kind", "performance_text",
        "value", "value_unit", "coverage_factor",
    ),
    Service: (
        "way", "instrument", "range_text", "low", "high", "unit", "performance_text",
        "document_no", "document_title",
    ),
    Equipment: (
        "is_main", "name", "model", "serial_no", "range_text", "performance_text", "maker",
        "certificate_no", "traced_to", "calibrated_on", "valid_until", "dcc_reference",
    ),
    UpperLink: (
        "upper", "is_primary", "holder", "name", "range_text", "performance_text", "way",
        "certificate_no", "valid_until",
    ),
}  # fmt: skip
MODELS: dict[str, type[models.Model]] = {
    "capabilities": Capability,
    "services": Service,
    "equipment": Equipment,
    "upper_links": UpperLink,
}


def read_lines(lines: dict[str, Sequence[Row]]) -> tuple[dict[str, list[Row]], Faults]:
    """The lines with their numbers, and what is wrong with them; nothing is asked or written."""
    faults: Faults = {}
    read: dict[str, list[Row]] = {}
    for prefix, rows in lines.items():
        read[prefix] = []
        for place, row in enumerate(rows):
            clean = {name: _text(value) for name, value in row.items()}
            key = f"{prefix}-{place}"
            if prefix in ("capabilities", "services"):
                clean |= _range(key, clean, faults)
            if prefix == "capabilities":
                clean |= _performance(key, clean, faults)
            if prefix == "equipment":
                _check_days(key, clean, faults)
            read[prefix].append(clean)
    _check_services(read, faults)
    return read, faults


def _text(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _range(key: str, row: Row, faults: Faults) -> Row:
    """Unit and ends. Numbers that are given count only where the text states none."""
    given = ucum.from_sign(row.get("unit") or "")
    try:
        found = ranges.parse(row.get("range_text") or "", given)
    except Refused as refused:
        field = "unit" if refused.fault.code in ("unit.unknown", "range.other_unit") else ""
        faults.setdefault(f"{key}-{field or 'range_text'}", []).append(refused.fault)
        return {"unit": given, "low": None, "high": None}
    typed = (row.get("low"), row.get("high"))
    if found is None:
        low, high = typed if given else (None, None)
        if low is not None and high is not None and low > high:
            faults[f"{key}-high"] = [Fault("range.reversed", {"value": f"{low}~{high}"})]
        return {"unit": given, "low": low, "high": high}
    return {"unit": found.unit, "low": decimal(found.low), "high": decimal(found.high)}


def _performance(key: str, row: Row, faults: Faults) -> Row:
    kind, text = row.get("performance_kind"), row.get("performance_text") or ""
    empty = {"value": None, "value_unit": "", "coverage_factor": None}
    if kind not in performance.KINDS or not text:
        return empty
    try:
        found = performance.parse(kind, text)
    except Refused as refused:
        faults.setdefault(f"{key}-performance_text", []).append(refused.fault)
        return empty
    return {
        "value": decimal(found.value),
        "value_unit": found.unit,
        "coverage_factor": decimal(found.k),
    }


def _check_days(key: str, row: Row, faults: Faults) -> None:
    first, last = row.get("calibrated_on"), row.get("valid_until")
    if first and last and last < first:
        days = {"first": first.isoformat(), "last": last.isoformat()}
        faults[f"{key}-valid_until"] = [Fault("dates.reversed", days)]


def _check_services(read: dict[str, list[Row]], faults: Faults) -> None:
    """What is served lies within what can be measured, as far as both are in numbers."""
    able = [found for row in read.get("capabilities", []) if (found := range_of(row))]
    for place, row in enumerate(read.get("services", [])):
        own = range_of(row)
        if own is None or ranges.contains(able, own) is not False:
            continue
        alike = [item for item in able if ucum.comparable(item.unit, own.unit)]
        shown = "; ".join(map(range_words, alike))
        fault = Fault("service.outside", {"value": row["range_text"], "expected": shown})
        faults.setdefault(f"services-{place}-range_text", []).append(fault)


def range_of(row: Row) -> Range | None:
    ends = (row.get("low"), row.get("high"))
    if not row.get("unit") or ends == (None, None):
        return None
    low, high = (None if end is None else Fraction(end) for end in ends)
    return Range(low, high, row["unit"])


def range_words(found: Range) -> str:
    low, high = (decimal(end) for end in (found.low, found.high))
    ends = "~".join("" if end is None else f"{end:f}" for end in (low, high))
    return f"({ends}) {found.unit}"


def check_models(read: dict[str, list[Row]]) -> dict[str, list[str]]:
    """What the tables refuse: missing fields, long texts, values that are no choice.

    Their constraints are checked by the rules before; asking the database costs a query for each.
    """
    errors: dict[str, list[str]] = {}
    for prefix, rows in read.items():
        model = MODELS[prefix]
        for place, row in enumerate(rows):
            try:
                model(**_values(model, row)).clean_fields(exclude=["standard", "upper"])
            except ValidationError as error:
                for field, messages in error.message_dict.items():
                    errors.setdefault(f"{prefix}-{place}-{field}", []).extend(messages)
    return errors


def write_lines(standard: MeasurementStandard, read: dict[str, list[Row]]) -> None:
    """Rows with an `id` of the standard are kept or changed, others added, missing ones deleted."""
    for prefix, rows in read.items():
        model = MODELS[prefix]
        stored = {row.pk: row for row in model.objects.filter(standard=standard)}
        known = [stored.get(_number(row.get("id"))) for row in rows]
        things = [
            _filled(thing or model(standard=standard), row, place)
            for place, (thing, row) in enumerate(zip(known, rows, strict=True))
        ]
        kept = {thing.pk for thing in things if thing.pk}
        if gone := stored.keys() - kept:
            model.objects.filter(pk__in=gone).delete()
        if kept:
            own = [*FIELDS[model]]
            own += ["position"] if hasattr(model, "position") else []
            model.objects.bulk_update([thing for thing in things if thing.pk], own)
        model.objects.bulk_create(thing for thing in things if not thing.pk)
        if prefix == "services":
            _write_kinds(things, rows)


def write_new_lines(written: Sequence[tuple[MeasurementStandard, dict[str, list[Row]]]]) -> None:
    """The lines of standards that have none yet, in as many queries for many as for one."""
    for prefix, model in MODELS.items():
        rows = [
            (own, place, row) for own, read in written for place, row in enumerate(read[prefix])
        ]
        things = [_filled(model(standard=own), row, place) for own, place, row in rows]
        model.objects.bulk_create(things, batch_size=BATCH)
        if prefix == "services":
            through = Service.kinds.through
            pairs = zip(things, rows, strict=True)
            links = [
                through(service_id=service.pk, instrumentkind_id=pk)
                for service, (_own, _place, row) in pairs
                for pk in sorted({kind.pk for kind in row.get("kinds") or []})
            ]
            through.objects.bulk_create(links, batch_size=BATCH)


def _filled(thing: Any, row: Row, place: int) -> Any:
    for name, value in _values(type(thing), row).items():
        setattr(thing, name, value)
    if hasattr(thing, "position"):
        thing.position = place
    return thing


def _write_kinds(services: list[Service], rows: list[Row]) -> None:
    through = Service.kinds.through
    wanted = {
        (service.pk, kind.pk)
        for service, row in zip(services, rows, strict=True)
        for kind in row.get("kinds") or []
    }
    links = through.objects.filter(service__in=[service.pk for service in services])
    stored = {(link.service_id, link.instrumentkind_id): link.pk for link in links}
    if gone := stored.keys() - wanted:
        through.objects.filter(pk__in=[stored[pair] for pair in gone]).delete()
    through.objects.bulk_create(
        through(service_id=service, instrumentkind_id=kind)
        for service, kind in sorted(wanted - stored.keys())
    )


def _values(model: type[models.Model], row: Row) -> Row:
    """The model's fields, those that are not given at their default."""
    given = {}
    for name in FIELDS[model]:
        value = row.get(name)
        if value is None:
            field = model._meta.get_field(name)
            value = None if field.null else field.get_default()
        given[name] = value
    return given


def _number(value: Any) -> int | None:
    return whole_number(str(value or ""))


def lines_of(standard: MeasurementStandard) -> dict[str, list[Row]]:
    """What is stored, in the shape in which it comes in."""
    return {
        "capabilities": [_row(item) for item in standard.capabilities.all()],
        "services": [
            _row(item) | {"kinds": list(item.kinds.all())} for item in standard.services.all()
        ],
        "equipment": [_row(item) for item in standard.equipment.all()],
        "upper_links": [_row(item) for item in standard.upper_links.all()],
    }


def _row(thing: models.Model) -> Row:
    return {"id": thing.pk} | {name: getattr(thing, name) for name in FIELDS[type(thing)]}


WORKED_OUT = {"low", "high", "value", "value_unit", "coverage_factor"}


def line_words(lines: dict[str, list[Row]]) -> dict[str, list[str]]:
    """Each line as one text, for the log and for comparing."""
    return {prefix: [_words(prefix, row) for row in rows] for prefix, rows in lines.items()}


def _words(prefix: str, row: Row) -> str:
    """Its texts in the order of the table; numbers only where no text says them."""
    parts = [_word(name, row.get(name)) for name in FIELDS[MODELS[prefix]] if _counts(name, row)]
    parts += sorted(kind.code for kind in row.get("kinds") or [])
    return " · ".join(part for part in parts if part)


def _counts(name: str, row: Row) -> bool:
    if name in ("low", "high"):
        return not _states_range(row.get("range_text") or "")
    return name not in WORKED_OUT


def _states_range(text: str) -> bool:
    try:
        return ranges.parse(text) is not None
    except Refused:
        return True


def _word(name: str, value: Any) -> str:
    if isinstance(value, MeasurementStandard):
        return value.number
    if isinstance(value, bool):
        return name if value else ""
    said = plain_number(value) if isinstance(value, Decimal) else str(value or "")
    return " ".join(said.split())


def sentences(faults: Faults) -> dict[str, list[str]]:
    return {key: [said(fault) for fault in found] for key, found in faults.items()}
