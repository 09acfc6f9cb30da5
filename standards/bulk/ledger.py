"""Large files of the ledger: one line for each entry, as the export writes them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from metroplan.organisations.models import Organisation, User
from metroplan.submissions.bulk.registry import (
    Chunk,
    Difference,
    Preview,
    Row,
)
from metroplan.submissions.readers.cells import column_letter
from metroplan.submissions.types import Issue
from standards.bulk.columns import (
    Line,
    RegisterFile,
    check_texts,
    choice_words,
    clean_lines,
    read_day_at,
    read_word,
    tallies,
    unit_tallies,
)
from standards.columns.ledger import CHOICES, DERIVED, HEADINGS, REQUIRED
from standards.models import Institute, LedgerEntry
from standards.services import bulk_ledger as sets

LENGTHS = {"number": 40, "title": 200, "document_no": 100, "note": 500, "state_document": 100}
READ = [name for name in HEADINGS if name not in DERIVED]


@dataclass(frozen=True, slots=True)
class Unit:
    pk: int
    path: str
    within: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What the lines may name. `institutes` are (key, path of the unit) by code, `elsewhere` the
    numbers that other areas have."""

    units: dict[str, Unit]
    institutes: dict[str, tuple[int, str]]
    elsewhere: frozenset[str]
    words: dict[str, dict[str, str]]

    @classmethod
    def to(cls, actor: User | None) -> "Known":
        """An actor's files speak of the actor's unit and those below it alone."""
        area = actor.organisation.path if actor else ""
        units = Organisation.objects.values_list("code", "pk", "path")
        held = Institute.objects.values_list("code", "pk", "organisation__path")
        numbers = LedgerEntry.objects.exclude(organisation__path__startswith=area)
        return cls(
            elsewhere=frozenset(numbers.values_list("number", flat=True)),
            units={code: Unit(pk, path, path.startswith(area)) for code, pk, path in units},
            institutes={code: (pk, path) for code, pk, path in held if path.startswith(area)},
            words=choice_words(CHOICES),
        )


@dataclass(slots=True)
class LedgerReader:
    """Cleans lines; asks the database nothing."""

    known: Known

    def clean_chunk(self, rows: Iterable[Row], columns: dict[str, int]) -> Chunk:
        return clean_lines(rows, columns, READ, self._read)

    def _read(self, line: Line) -> list[Any]:
        """In the order of the staged table; worth nothing once a fault is noted."""
        check_texts(line, HEADINGS, REQUIRED, LENGTHS)
        if line.texts["number"] in self.known.elsewhere:
            line.fault("ledger.elsewhere", "number")
        words = {
            name: read_word(line, name, self.known.words[name], choices)
            for name, choices in CHOICES.items()
        }
        unit = self._unit(line)
        since = read_day_at(line, "since")
        texts = line.texts
        return [
            texts["number"], words["kind"], words["level"], words["role"], texts["title"],
            unit and unit.pk, self._institute(line, unit), texts["document_no"], texts["note"],
            words["state"], since, texts["state_document"],
        ]  # fmt: skip

    def _unit(self, line: Line) -> Unit | None:
        code = line.texts["organisation"].split(" ")[0]
        unit = self.known.units.get(code)
        if code and unit is None:
            line.fault("import.unknown_unit", "organisation")
        elif unit and not unit.within:
            line.fault("import.not_your_unit", "organisation")
        return unit

    def _institute(self, line: Line, unit: Unit | None) -> int | None:
        code = line.texts["institute"]
        pk, path = self.known.institutes.get(code, (None, ""))
        if code and pk is None:
            line.fault("institute.unknown", "institute")
        elif pk and unit and not path.startswith(unit.path):
            line.fault("ledger.other_institute", "institute")
        return pk


class BulkLedger(RegisterFile):
    """The kind of large file behind the ledger."""

    key = "ledger"
    headings, required, derived, choices = HEADINGS, REQUIRED, DERIVED, CHOICES
    table, sets = sets.TABLE, sets

    @property
    def title(self) -> str:
        return _("Ledger of other counted items")

    def begin(self, actor: User | None) -> LedgerReader:
        return LedgerReader(Known.to(actor))

    def check(self, table: str, columns: dict[str, int]) -> Iterator[Issue]:
        """Numbers that stand twice or belong elsewhere, and states that cannot follow."""
        number, state = column_letter(columns["number"]), column_letter(columns["state"])
        for row, value, first in sets.doubled(table):
            params = {"value": value, "first": first}
            yield Issue("import.doubled", row=row, column=number, params=params)
        for row, value, day in sets.broken(table):
            params = {"value": value, "day": day.isoformat()}
            yield Issue("ledger.broken", row=row, column=state, params=params)

    def show(self, preview: dict[str, Any]) -> Preview:
        return show_preview(preview)


def show_preview(stored: dict[str, Any]) -> Preview:
    """From what `services.bulk_ledger.prepare` kept; asks for the names it mentions."""
    if not stored:
        return Preview(0, 0, 0)
    units = Organisation.objects.in_bulk([key for key, *_counts in stored["units"]])
    kinds = dict(LedgerEntry.Kind.choices)
    return Preview(
        added=stored["added"],
        changed=stored["changed"],
        same=stored["same"],
        tables=(
            (_("By kind"), tallies(stored["kinds"], kinds), 0),
            (_("By unit"), unit_tallies(stored["units"], units), 0),
        ),
        differences=tuple(
            Difference(
                row=row,
                what=title,
                where=units[unit].name if unit in units else "",
                when=since,
                old=_facts(old),
                new=_facts(new),
            )
            for row, title, unit, since, old, new in stored["lines"]
        ),
    )


def _facts(facts: dict[str, Any] | None) -> str:
    """Headings and words instead of columns and codes; units and institutes are said elsewhere."""
    if facts is None:
        return ""
    said = []
    for name, value in facts.items():
        if name in HEADINGS and value not in ("", None):
            word = dict(CHOICES[name]).get(value, value) if name in CHOICES else value
            said.append(f"{HEADINGS[name]}: {word}")
    return "; ".join(said)
