"""What the large files of the registers share: headings and words of every language, and a line
on its way."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import ModuleType
from typing import Any, ClassVar

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from metroplan.common.days import read_day
from metroplan.common.text import folded, normalise, unprotected
from metroplan.organisations.models import Organisation
from metroplan.submissions.bulk.registry import Chunk, Column, Row, Tally, copy_line
from metroplan.submissions.models import BulkImport
from metroplan.submissions.readers.cells import column_letter
from metroplan.submissions.types import Issue, RawCell
from standards.rules.months import EARLIEST

SHOWN = 60
READ_AGAIN = gettext_lazy(
    "A file that this register exports is read again as it is: change what is to change and send "
    "it back."
)
Choices = Sequence[tuple[str, Any]]


def columns_of(
    headings: Mapping[str, Promise],
    required: Collection[str],
    derived: Collection[str],
    choices: Mapping[str, Choices],
) -> tuple[Column, ...]:
    """For a kind's `columns`: headings in every language of the portal are known; what is the key
    of one column is no other's heading."""
    keys = headings.keys()
    return tuple(
        Column(
            name,
            required=name in required,
            aliases=tuple(sorted(in_all_languages(heading) - (keys - {name}))),
            meaning=heading,
            derived=name in derived,
            choices=choices.get(name, ()),
        )
        for name, heading in headings.items()
    )


def choice_words(choices: Mapping[str, Choices]) -> dict[str, dict[str, str]]:
    """Column → folded word → code; codes and the words of every language are known."""
    found: dict[str, dict[str, str]] = {}
    for name, pairs in choices.items():
        found[name] = {folded(code): code for code, _label in pairs if code}
        for code, label in pairs:
            found[name] |= {folded(word): code for word in in_all_languages(label)}
    return found


def in_all_languages(text: str | Promise) -> set[str]:
    """As a heading is compared: half-width, without case."""
    words = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words.add(normalise(str(text)).casefold())
    return words


@dataclass(slots=True)
class Line:
    """One row on its way: its texts by column and every fault found."""

    number: int
    texts: dict[str, str]
    cells: dict[str, RawCell]
    places: dict[str, int]
    issues: list[Issue] = field(default_factory=list)

    def fault(self, code: str, at: str, /, **params: Any) -> None:
        shown = {"value": self.texts.get(at, "")[:SHOWN]} | params
        self.issues.append(Issue(code, params=shown, **where(self.number, at, self.places)))


def where(row: int, column: str, places: Mapping[str, int]) -> dict[str, Any]:
    """The cell of an issue; a column that the file has not leaves the row."""
    place = places.get(column)
    return {"row": row, "column": column_letter(place) if place is not None else ""}


def read_line(
    number: int,
    texts: Sequence[str],
    odd: dict[int, RawCell],
    places: dict[str, int],
    names: Iterable[str],
    exact: Collection[str] = (),
) -> Line:
    """The columns `names`, blank where the file has them not; those of `exact` as written, since
    10⁻⁶ half-width is 10-6."""
    read = {name: places[name] for name in names if name in places}
    written = {name: unprotected(texts[at]) for name, at in read.items() if at < len(texts)}
    said = {k: text.strip() if k in exact else normalise(text) for k, text in written.items()}
    cells = {name: odd[at] for name, at in read.items() if at in odd}
    return Line(number, dict.fromkeys(names, "") | said, cells, places)


def clean_lines(
    rows: Iterable[Row],
    columns: dict[str, int],
    names: Sequence[str],
    read: Callable[[Line], list[Any]],
    exact: Collection[str] = (),
) -> Chunk:
    """For a kind's `clean_chunk`: `read` gives a line's values in the order of the staged table,
    worth nothing once a fault is noted."""
    chunk = Chunk()
    for number, texts, odd in rows:
        line = read_line(number, texts, odd, columns, names, exact)
        if not any(line.texts.values()):
            chunk.blank += 1
            continue
        values = read(line)
        chunk.issues += line.issues
        if not line.issues:
            chunk.lines.append(copy_line([number, *values]))
    return chunk


def check_texts(
    line: Line,
    headings: Mapping[str, Promise],
    required: Collection[str],
    lengths: Mapping[str, int],
) -> None:
    """Notes what is missing and what is too long to be kept."""
    for name, text in line.texts.items():
        if name in required and not text:
            line.fault("register.missing", name, column=str(headings[name]))
        elif len(text) > lengths.get(name, len(text)):
            line.fault("register.too_long", name, limit=lengths[name])


def read_word(line: Line, name: str, words: Mapping[str, str], choices: Choices) -> str:
    """The code of what stands in the column; `words` as `choice_words` found them for it."""
    text = folded(line.texts[name])
    if text and text not in words:
        shown = " / ".join(str(label) for code, label in choices if code)
        line.fault("register.choice", name, choices=shown)
    return words.get(text, "")


def read_day_at(line: Line, name: str) -> date | None:
    cell = line.cells.get(name)
    day = read_day(line.texts[name], cell.value if cell else None)
    if day is None and line.texts[name]:
        line.fault("day.invalid", name)
    elif day and day < EARLIEST:
        line.fault("day.year", name)
        return None
    return day


class RegisterFile:
    """What the kinds of large files of the registers share. `sets` works on the staged lines."""

    upload_right = "register.keep"
    apply_right = "bulk.approve"
    headings: ClassVar[Mapping[str, Promise]]
    required: ClassVar[Collection[str]]
    derived: ClassVar[Collection[str]]
    choices: ClassVar[Mapping[str, Choices]]
    table: ClassVar[Mapping[str, str]]
    sets: ClassVar[ModuleType]

    @property
    def advice(self) -> str:
        return str(READ_AGAIN)

    @property
    def columns(self) -> tuple[Column, ...]:
        return columns_of(self.headings, self.required, self.derived, self.choices)

    def prepare(self, table: str) -> dict[str, Any]:
        return self.sets.prepare(table)

    def apply(self, table: str, job: BulkImport, preview: dict[str, Any]) -> int:
        return self.sets.apply(table, job, preview)


def tallies(rows: Iterable[list[Any]], names: Mapping[str, Any]) -> tuple[Tally, ...]:
    """Of [code, added, changed, same], by the name of the code."""
    return tuple(Tally(str(names.get(code, code)), code, *counts) for code, *counts in rows)


def unit_tallies(rows: Iterable[list[Any]], units: Mapping[int, Organisation]) -> tuple[Tally, ...]:
    """Of [key of the unit, added, changed, same]; units that are gone are left out."""
    known = [(units[key], counts) for key, *counts in rows if key in units]
    return tuple(Tally(unit.name, unit.code, *counts) for unit, counts in known)
