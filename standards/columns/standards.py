"""The columns of the register in files: exports write them, imports read them.

A standard takes as many lines as it has capabilities, services or pieces of equipment, whichever
are most; its own columns say the same on each of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from standards.fields import FIELDS
from standards.models import (
    Certificate,
    HolderKind,
    NationalLevel,
    PerformanceKind,
    Rank,
    Way,
)
from standards.states import State

OWN: dict[str, Promise] = {
    "number": _("Register number"),
    "name": _("Name"),
    "code": _("Code"),
    "field": _("Professional field"),
    "institute": _("Institute code"),
    "institute_name": _("Institute name"),
    "uscc": _("Unified social credit code"),
    "organisation": _("Unit code"),
    "unit_name": _("Unit"),
    "holder_kind": _("Kind"),
    "custodian": _("Custodian"),
    "location": _("Location"),
    "note": _("Note"),
    "rank": _("Rank"),
    "national_level": _("Level in the country"),
    "graded_since": _("Graded so from"),
    "state": _("State"),
    "since": _("In this state from"),
    "state_document": _("Document of the state"),
    "exam_number": _("Examination certificate"),
    "exam_authority": _("Examination certificate issued by"),
    "exam_issued_on": _("Examination certificate issued on"),
    "exam_valid_from": _("Examination certificate valid from"),
    "exam_valid_until": _("Examination certificate valid until"),
    "public_number": _("Public standard certificate"),
    "public_authority": _("Public standard certificate issued by"),
    "public_issued_on": _("Public standard certificate issued on"),
    "public_valid_from": _("Public standard certificate valid from"),
    "public_valid_until": _("Public standard certificate valid until"),
    "counts_until": _("Counts until"),
}
CAPABILITY: dict[str, Promise] = {
    "quantity": _("Quantity"),
    "range_text": _("Measuring range"),
    "low": _("Range from"),
    "high": _("Range to"),
    "unit": _("Unit (UCUM)"),
    "performance_kind": _("Kind of performance"),
    "performance_text": _("Performance"),
    "value": _("Performance, value"),
    "value_unit": _("Performance, unit (UCUM)"),
    "coverage_factor": pgettext_lazy("uncertainty", "Coverage factor k"),
}
SERVICE: dict[str, Promise] = {
    "way": _("Verification or calibration"),
    "instrument": _("Instrument"),
    "range_text": _("Service range"),
    "low": _("Service range from"),
    "high": _("Service range to"),
    "unit": _("Service unit (UCUM)"),
    "performance_text": _("Class or error of the instrument"),
    "document_no": _("JJG or JJF number"),
    "document_title": _("Title of the document"),
    "kinds": _("Instrument kinds"),
}
EQUIPMENT: dict[str, Promise] = {
    "name": _("Equipment"),
    "is_main": _("Main standard"),
    "model": _("Equipment model"),
    "serial_no": _("Equipment serial number"),
    "range_text": _("Equipment range"),
    "performance_text": _("Equipment class or error"),
    "maker": _("Equipment maker"),
    "certificate_no": _("Equipment certificate number"),
    "traced_to": _("Equipment traced to"),
    "calibrated_on": _("Equipment calibrated on"),
    "valid_until": _("Equipment valid until"),
    "dcc_reference": _("Equipment DCC identifier"),
}
GROUPS = {"capability": CAPABILITY, "service": SERVICE, "equipment": EQUIPMENT}
HEADINGS: dict[str, Promise] = OWN | {
    f"{group}_{name}": heading for group, names in GROUPS.items() for name, heading in names.items()
}
DERIVED = {
    *("institute_name", "uscc", "organisation", "unit_name", "counts_until"),
    *("capability_low", "capability_high", "service_low", "service_high"),
    *("capability_value", "capability_value_unit", "capability_coverage_factor"),
}
"""Written for the reader, passed over when a file is read: they follow from the rest."""

REQUIRED = {"number", "name", "institute", "holder_kind", "state", "since"}
YES_NO = [("yes", _("Yes")), ("no", _("No"))]
CHOICES: dict[str, Sequence[tuple[str, Any]]] = {
    "field": FIELDS,
    "holder_kind": HolderKind.choices,
    "rank": Rank.choices,
    "national_level": NationalLevel.choices,
    "state": State.choices,
    "capability_performance_kind": PerformanceKind.choices,
    "service_way": Way.choices,
    "equipment_is_main": YES_NO,
}


def headings() -> list[str]:
    return [str(heading) for heading in HEADINGS.values()]


def file_rows(records: Iterable[dict[str, Any]]) -> Iterator[list[Any]]:
    """The headings, then the lines of each record of `exports.records`, with words for codes."""
    yield headings()
    words = {name: {key: str(label) for key, label in CHOICES[name]} for name in CHOICES}
    for record in records:
        for line in lines(record):
            for name, known in words.items():
                if line.get(name):
                    line[name] = known.get(line[name], line[name])
            yield [line.get(name) for name in HEADINGS]


def lines(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One record as lines of columns, kinds and states as codes."""
    own = own_columns(record)
    groups = [record["capabilities"], record["services"], record["equipment"]]
    for parts in list(zip_longest(*groups)) or [(None, None, None)]:
        line = dict(own)
        for (group, names), part in zip(GROUPS.items(), parts, strict=True):
            line |= {f"{group}_{name}": cell(part.get(name)) for name in names if part}
        yield line


def own_columns(record: dict[str, Any]) -> dict[str, Any]:
    line = {name: record.get(name) for name in OWN}
    line |= {
        "institute": record["institute"]["code"],
        "institute_name": record["institute"]["name"],
        "uscc": record["institute"]["uscc"],
        "organisation": record["organisation"]["code"],
        "unit_name": record["organisation"]["name"],
    }
    for prefix, kind in (("exam", Certificate.Kind.EXAMINATION), ("public", "public")):
        latest = next((c for c in record["certificates"] if c["kind"] == kind), {})
        for name in ("number", "authority", "issued_on", "valid_from", "valid_until"):
            line[f"{prefix}_{name}"] = latest.get(name)
    return line


def cell(value: Any) -> Any:
    """A list of kinds is their codes."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "; ".join(value) if isinstance(value, list) else value
