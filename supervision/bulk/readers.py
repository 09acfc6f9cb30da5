"""The lines of large files of entities, instruments and verifications, cleaned one by one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from metroplan.common.register_files import RegisterColumns
from metroplan.common.text import whole_number
from metroplan.common.uscc import uscc_problem
from metroplan.organisations.models import Organisation, User
from metroplan.submissions.bulk.registry import Chunk, Row
from standards.bulk.columns import (
    Line,
    check_texts,
    choice_words,
    clean_lines,
    read_day_at,
    read_word,
)
from standards.models import Institute, InstrumentKind
from standards.rules.faults import Fault
from supervision.columns.ledgers import ENTITY, INSTRUMENT, VERIFICATION
from supervision.models import Entity, Instrument
from supervision.rules.verification import Told, faults, proposed
from supervision.selectors.intervals import Intervals

LENGTHS = {
    "number": 40, "name": 160, "uscc": 18, "industry": 80, "address": 200, "model": 80,
    "range_text": 120, "accuracy": 60, "serial_no": 80, "maker": 120, "place": 160,
    "certificate_no": 80, "institute_name": 160,
}  # fmt: skip
SHORTER = {"name": 120}
"""Of an instrument."""

EXACT = frozenset({"model", "range_text", "accuracy"})
LONGEST = 600


@dataclass(frozen=True, slots=True)
class Place:
    """Something that lines name, with its unit; `within` the sender's area or not."""

    pk: int
    unit: int
    within: bool
    facts: tuple[Any, ...] = ()


Places = dict[str, Place]


def _area(actor: User | None) -> str:
    """An actor's files speak of the actor's unit and those below it alone."""
    return actor.organisation.path if actor else ""


def _units(area: str) -> Places:
    found = Organisation.objects.values_list("code", "pk", "path")
    return {code: Place(pk, pk, path.startswith(area)) for code, pk, path in found}


def _entities(area: str) -> Places:
    """By register number and by credit code; the day it closes is told with each."""
    rows = Entity.objects.values_list(
        "number", "uscc", "pk", "organisation", "organisation__path", "name", "closed_on"
    )
    found: Places = {}
    for number, uscc, pk, unit, path, *facts in rows:
        place = Place(pk, unit, path.startswith(area), tuple(facts))
        found |= {key: place for key in (number, uscc) if key}
    return found


def _instruments(area: str) -> Places:
    """With the day each was made, its kind and its own interval."""
    lookup = "entity__organisation"
    rows = Instrument.objects.values_list(
        "number", "pk", lookup, f"{lookup}__path", "made_on", "kind", "interval_months"
    )
    return {
        number: Place(pk, unit, path.startswith(area), tuple(facts))
        for number, pk, unit, path, *facts in rows.iterator(chunk_size=5000)
    }


@dataclass
class LedgerReader:
    """Cleans lines; asks the database nothing. Kinds say how one is read in `values`."""

    columns: RegisterColumns
    area: str
    lengths: Mapping[str, int] = field(default_factory=lambda: LENGTHS)
    words: dict[str, dict[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        coded = {
            name: [(str(code), label) for code, label in pairs]
            for name, pairs in self.columns.choices.items()
        }
        self.words = choice_words(coded)

    def clean_chunk(self, rows: Iterable[Row], columns: dict[str, int]) -> Chunk:
        return clean_lines(rows, columns, self.columns.read, self._read, EXACT)

    def _read(self, line: Line) -> list[Any]:
        check_texts(line, self.columns.headings, self.columns.required, self.lengths)
        return self.values(line)

    def values(self, line: Line) -> list[Any]:
        raise NotImplementedError

    def word(self, line: Line, name: str) -> str:
        return read_word(line, name, self.words[name], self.columns.choices[name])

    def flag(self, line: Line, name: str) -> bool | None:
        """None for what is blank or no word for it."""
        return {"True": True, "False": False}.get(self.word(line, name))

    def place(self, line: Line, name: str, known: Places, unknown: str, outside: str) -> Place:
        """What the cell names by its first word; a blank one is noted elsewhere."""
        code = line.texts[name].split(" ")[0]
        found = known.get(code) or known.get(code.upper())
        if code and found is None:
            line.fault(unknown, name)
        elif found and not found.within:
            line.fault(outside, name)
        return found or Place(0, 0, within=True)


class EntityReader(LedgerReader):
    def __init__(self, actor: User | None) -> None:
        super().__init__(ENTITY, _area(actor))
        self.units, self.known = _units(self.area), _entities(self.area)

    def values(self, line: Line) -> list[Any]:
        texts = line.texts
        texts["uscc"] = texts["uscc"].upper()
        self._check_key(line)
        unit = self.place(
            line, "organisation", self.units, "import.unknown_unit", "import.not_your_unit"
        )
        opened, closed = read_day_at(line, "opened_on"), read_day_at(line, "closed_on")
        if opened and closed and closed <= opened:
            days = {"last": closed.isoformat(), "first": opened.isoformat()}
            line.fault("dates.reversed", "closed_on", **days)
        return [
            texts["number"], texts["name"], texts["uscc"], self.word(line, "kind"),
            texts["industry"], unit.pk, texts["address"],
            bool(self.flag(line, "key_energy_user")), opened, closed,
        ]  # fmt: skip

    def _check_key(self, line: Line) -> None:
        number, uscc = line.texts["number"], line.texts["uscc"]
        if not number and not uscc:
            line.fault("entity.no_key", "number")
        if uscc and (problem := uscc_problem(uscc)):
            line.fault("entity.uscc", "uscc", problem=problem)
        found = self.known.get(number or uscc)
        if found and not found.within:
            line.fault("entity.elsewhere", "number" if number else "uscc")


class InstrumentReader(LedgerReader):
    def __init__(self, actor: User | None) -> None:
        super().__init__(INSTRUMENT, _area(actor), lengths=LENGTHS | SHORTER)
        self.entities, self.known = _entities(self.area), _instruments(self.area)
        kinds = InstrumentKind.objects.values_list("code", "pk", "name_zh")
        self.kinds = {code: (pk, name) for code, pk, name in kinds}

    def values(self, line: Line) -> list[Any]:
        texts = line.texts
        entity = self.place(line, "entity", self.entities, "entity.unknown", "entity.elsewhere")
        known = self.known.get(texts["number"])
        if known and not known.within:
            line.fault("instrument.elsewhere", "number")
        kind, name = self._kind(line)
        made, used, end = self._days(line, entity)
        return [
            entity.unit, texts["number"], entity.pk, kind, texts["name"] or name, texts["model"],
            texts["range_text"], texts["accuracy"], texts["serial_no"], texts["maker"],
            made, texts["place"], self.word(line, "purpose"), self._months(line), used, end,
        ]  # fmt: skip

    def _kind(self, line: Line) -> tuple[int | None, str]:
        code = line.texts["kind"]
        if code and code not in self.kinds:
            line.fault("kind.unknown", "kind")
        return self.kinds.get(code, (None, ""))

    def _days(self, line: Line, entity: Place) -> list[date | None]:
        """Made, in use from, out of use."""
        made, used, end = (
            read_day_at(line, name) for name in ("made_on", "in_use_from", "out_of_use_on")
        )
        name, closed = entity.facts or ("", None)
        if made and used and made > used:
            line.fault("instrument.made_late", "made_on", day=used.isoformat())
        if used and end and end <= used:
            line.fault("instrument.out_early", "out_of_use_on", day=used.isoformat())
        if used and closed and used >= closed:
            days = {"entity": name, "day": closed.isoformat()}
            line.fault("instrument.before_closing", "in_use_from", **days)
        return [made, used, end]

    def _months(self, line: Line) -> int | None:
        text = line.texts["interval_months"]
        if not text:
            return None
        months = whole_number(text) or 0
        if not 1 <= months <= LONGEST:
            line.fault("interval.not_whole", "interval_months")
            return None
        return months


class VerificationReader(LedgerReader):
    def __init__(self, actor: User | None) -> None:
        super().__init__(VERIFICATION, _area(actor))
        self.known, self.intervals = _instruments(self.area), Intervals()
        held = Institute.objects.values_list("code", "pk", "name")
        self.institutes = {code: (pk, name) for code, pk, name in held}
        self.today = timezone.localdate()

    def values(self, line: Line) -> list[Any]:
        texts = line.texts
        thing = self.place(
            line, "instrument", self.known, "instrument.unknown", "instrument.elsewhere"
        )
        institute, name = self._institute(line)
        told = self._told(line, thing)
        return [
            thing.unit, thing.pk, texts["instrument"], told.verified_on, self.word(line, "stage"),
            told.passed, told.valid_until, texts["certificate_no"], institute,
            texts["institute_name"] or name, bool(self.flag(line, "free_of_charge")),
        ]  # fmt: skip

    def _told(self, line: Line, thing: Place) -> Told:
        told = Told(
            read_day_at(line, "verified_on"),
            self.flag(line, "passed"),
            read_day_at(line, "valid_until"),
        )
        made, kind, months = thing.facts or (None, None, None)
        if told.verified_on and kind:
            told = proposed(told, months or self.intervals.on(kind, told.verified_on))
        if not line.issues:
            for name, fault in faults(told, made_on=made, today=self.today).items():
                self._note(line, name, fault)
        return told

    def _note(self, line: Line, name: str, fault: Fault) -> None:
        params = {key: value for key, value in fault.params.items() if key != "value"}
        line.fault(fault.code, name, **params)

    def _institute(self, line: Line) -> tuple[int | None, str]:
        code = line.texts["institute"].split(" ")[0]
        if code and code not in self.institutes:
            line.fault("institute.unknown", "institute")
        return self.institutes.get(code, (None, ""))
