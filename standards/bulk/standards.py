"""Large files of the register: as the export writes them, several lines for one standard.

Each line names the standard by its number; what belongs to the standard as a whole may stand on
every line of it or only on one, and must agree where it stands.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from metroplan.common.text import folded
from metroplan.organisations.models import Organisation, User
from metroplan.submissions.bulk.registry import (
    Chunk,
    Difference,
    Preview,
    Row,
    copy_line,
)
from metroplan.submissions.types import Issue
from standards.bulk.columns import (
    Line,
    RegisterFile,
    choice_words,
    read_day_at,
    read_line,
    read_word,
    tallies,
    unit_tallies,
    where,
)
from standards.columns.standards import CHOICES, DERIVED, GROUPS, HEADINGS, OWN, REQUIRED
from standards.fields import LABELS, field_code
from standards.models import (
    Capability,
    Equipment,
    Institute,
    InstrumentKind,
    MeasurementStandard,
    Service,
)
from standards.rules import codes, naming
from standards.services import bulk_groups as groups
from standards.services import bulk_standards as sets
from standards.services.lines import read_lines

READ = [name for name in HEADINGS if name not in DERIVED]
OWN_READ = [name for name in OWN if name not in DERIVED]
DAYS = {
    *("graded_since", "since", "equipment_calibrated_on", "equipment_valid_until"),
    *(f"{kind}_{day}" for kind in ("exam", "public") for day in groups.CERTIFICATE_DAYS),
}
PART_MODELS = {"capability": Capability, "service": Service, "equipment": Equipment}
PREFIXES = {"capability": "capabilities", "service": "services", "equipment": "equipment"}
NEEDED = {
    "capability": ("range_text", "performance_kind", "performance_text"),
    "service": ("way", "instrument", "document_no"),
    "equipment": ("name",),
}
EXACT = {name for name in READ if name.endswith(("range_text", "performance_text", "_unit"))}
BETWEEN_KINDS = str.maketrans("；;，,、|", " " * 6)


@dataclass(frozen=True, slots=True)
class Known:
    """What the lines may name: institutes and kinds by code; `elsewhere` are the numbers of
    standards outside the sender's area."""

    institutes: frozenset[str]
    kinds: frozenset[str]
    elsewhere: frozenset[str]
    words: dict[str, dict[str, str]]

    @classmethod
    def to(cls, actor: User | None) -> "Known":
        area = actor.organisation.path if actor else ""
        held = Institute.objects.filter(organisation__path__startswith=area)
        others = MeasurementStandard.objects.exclude(institute__organisation__path__startswith=area)
        return cls(
            institutes=frozenset(held.values_list("code", flat=True)),
            kinds=frozenset(InstrumentKind.objects.values_list("code", flat=True)),
            elsewhere=frozenset(others.values_list("number", flat=True)),
            words=choice_words(CHOICES),
        )


@dataclass(slots=True)
class StandardReader:
    """Cleans lines; asks the database nothing."""

    known: Known

    def clean_chunk(self, rows: Iterable[Row], columns: dict[str, int]) -> Chunk:
        chunk = Chunk()
        for number, texts, odd in rows:
            line = read_line(number, texts, odd, columns, READ, EXACT)
            if not any(line.texts.values()) and not line.cells:
                chunk.blank += 1
                continue
            own, parts = self._own(line, columns), self._parts(line)
            chunk.issues += line.issues
            if not line.issues:
                values = (number, line.texts["number"], _json(own), _json(parts))
                chunk.lines.append(copy_line(values))
        return chunk

    def _own(self, line: Line, columns: dict[str, int]) -> dict[str, Any]:
        """Every column that the file has, as it is kept; blank ones empty."""
        if not line.texts["number"]:
            line.fault("register.missing", "number", column=str(HEADINGS["number"]))
        elif line.texts["number"] in self.known.elsewhere:
            line.fault("register.elsewhere", "number")
        own = {name: self._value(line, name) for name in OWN_READ if name in columns}
        if own.get("name"):
            _note(line, "name", naming.problems(own["name"], settings.STANDARD_NAME_ENDINGS))
        if own.get("code") and own.get("field"):
            _note(line, "code", codes.problems(own["code"], own["field"]))
        for kind in ("exam", "public"):
            _check_days(line, own, kind)
        return own

    def _value(self, line: Line, name: str) -> Any:
        text = line.texts[name]
        if name in DAYS:
            return read_day_at(line, name)
        if name == "field":
            return self._field(line)
        if name in CHOICES:
            return read_word(line, name, self.known.words[name], CHOICES[name])
        if name == "institute":
            return self._institute(line)
        limit = groups.LENGTHS.get(name)
        if limit and len(text) > limit:
            line.fault("register.too_long", name, limit=limit)
        return text

    def _field(self, line: Line) -> str:
        text = line.texts["field"]
        code = self.known.words["field"].get(folded(text)) or field_code(text)
        if text and code not in LABELS:
            line.fault("field.unknown", "field")
        return code or ""

    def _institute(self, line: Line) -> str:
        code = line.texts["institute"].split(" ")[0]
        if code and code not in self.known.institutes:
            line.fault("institute.unknown", "institute")
        return code

    def _parts(self, line: Line) -> dict[str, dict[str, Any]]:
        """The line of range, the service and the piece of equipment that stand in it."""
        parts = {}
        for group, names in GROUPS.items():
            columns = {name: f"{group}_{name}" for name in names if f"{group}_{name}" in READ}
            if any(line.texts[column] for column in columns.values()):
                parts[PREFIXES[group]] = self._part(line, group, columns)
        return parts

    def _part(self, line: Line, group: str, columns: dict[str, str]) -> dict[str, Any]:
        row = {name: self._value(line, column) for name, column in columns.items()}
        for name in NEEDED[group]:
            if not line.texts[columns[name]]:
                heading = str(HEADINGS[columns[name]])
                line.fault("register.missing", columns[name], column=heading)
        for name, value in row.items():
            limit = getattr(PART_MODELS[group]._meta.get_field(name), "max_length", None)
            if limit and isinstance(value, str) and len(value) > limit:
                line.fault("register.too_long", columns[name], limit=limit)
        if group == "equipment":
            row["is_main"] = row.get("is_main") != "no"
        if group == "service":
            row["kinds"] = self._kinds(line)
        self._check(line, group, columns, row)
        return row

    def _kinds(self, line: Line) -> list[str]:
        named = line.texts["service_kinds"].translate(BETWEEN_KINDS).split()
        for code in named:
            if code not in self.known.kinds:
                line.fault("kind.unknown", "service_kinds", value=code)
        return named

    def _check(self, line: Line, group: str, columns: dict[str, str], row: dict[str, Any]) -> None:
        """What the validator of the page says of the line by itself."""
        prefix = PREFIXES[group]
        _read, faults = read_lines({prefix: [row]})
        for key, found in faults.items():
            name = key.removeprefix(f"{prefix}-0-")
            _note(line, columns.get(name, columns.get("range_text", "number")), found)


def _note(line: Line, column: str, faults: Iterable[Any]) -> None:
    for fault in faults:
        line.fault(fault.code, column, **fault.params)


def _check_days(line: Line, own: dict[str, Any], kind: str) -> None:
    first, last = own.get(f"{kind}_valid_from"), own.get(f"{kind}_valid_until")
    if own.get(f"{kind}_number") and not (first and last):
        line.fault("certificate.first_day", f"{kind}_number")
    if first and last and last < first:
        days = {"first": first.isoformat(), "last": last.isoformat()}
        line.fault("dates.reversed", f"{kind}_valid_until", **days)


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


class BulkStandards(RegisterFile):
    """The kind of large file behind the register of standards."""

    key = "standards"
    headings, required, derived, choices = HEADINGS, REQUIRED, DERIVED, CHOICES
    table, sets = groups.TABLE, sets

    @property
    def title(self) -> str:
        return _("Measurement standards")

    def begin(self, actor: User | None) -> StandardReader:
        return StandardReader(Known.to(actor))

    def check(self, table: str, columns: dict[str, int]) -> Iterator[Issue]:
        """Lines of one standard that do not agree, and what does not fit what is on record."""
        for fault in groups.check(table):
            params = dict(fault.fault.params)
            if fault.fault.code == "register.missing":
                params["column"] = str(HEADINGS[fault.column])
            yield Issue(fault.fault.code, params=params, **where(fault.row, fault.column, columns))

    def show(self, preview: dict[str, Any]) -> Preview:
        return show_preview(preview)


def show_preview(stored: dict[str, Any]) -> Preview:
    """From what `services.bulk_standards.prepare` kept; asks for the names it mentions."""
    if not stored:
        return Preview(0, 0, 0)
    units = Organisation.objects.in_bulk([key for key, *_counts in stored["units"]])
    return Preview(
        added=stored["added"],
        changed=stored["changed"],
        same=stored["same"],
        tables=(
            (_("By professional field"), tallies(stored["fields"], LABELS), 0),
            (_("By unit"), unit_tallies(stored["units"], units), 0),
        ),
        differences=tuple(
            Difference(row, what, unit, number, _said(old), _said(new))
            for row, number, what, unit, old, new in stored["lines"]
        ),
    )


def _said(facts: dict[str, Any] | None) -> str:
    """Words instead of columns and codes; lines of a standard one after the other."""
    said = []
    for name, value in (facts or {}).items():
        shown = "; ".join(value) if isinstance(value, list) else value
        if shown not in ("", None):
            word = dict(CHOICES.get(name, ())).get(shown, shown)
            said.append(f"{HEADINGS.get(name) or sets.part_word(name)}: {word}")
    return "; ".join(said)
