"""The kinds of large files. Higher apps register theirs in `AppConfig.ready`.

How a file passes through its kind:

1.  `begin(actor)` is asked once per run (also after a worker died) for the kind's `Reader`: what
    the lines may name, loaded into dictionaries. Nothing is asked of the database per line.
2.  `Reader.clean_chunk(rows, columns)` gets some thousand rows and answers with `Chunk`: one line
    of COPY text per clean row (see `copy_line`; the columns are `Kind.table`, the row's number
    first), every issue of every row, and how many rows said nothing. It is pure in the sense that
    the same rows give the same answer: after a crash a chunk may be read again.
3.  When all rows are staged, `check(table)` looks at them in sets (SQL) and yields what no single
    line shows, such as lines that stand twice. Errors refuse the file.
4.  `prepare(table)` compares the staged rows with what is stored. It may replace the table by one
    with more columns and returns the preview as JSON; it may be called again later.
    `show(preview)` puts that into the reader's language.
5.  `apply(table, job)` writes, inside the caller's transaction, exactly what the preview said and
    returns how much changed. It raises `Outdated` when what is stored has moved on since: then
    nothing is written and the preview is made anew. Lines stay traceable by file and row number.

A register needs no table of its own and no task; its rights are two actions of the policy.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.functional import Promise

from metroplan.organisations.models import User
from metroplan.submissions.models import BulkImport
from metroplan.submissions.types import Issue, RawCell

Row = tuple[int, Sequence[str], dict[int, RawCell]]
"""Number as Excel shows it, texts by column, and the cells that are more than their text."""


class Outdated(Exception):
    """What is stored is no longer what the preview was made against."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its key is also its heading; others it is known by are `aliases`.

    `meaning` says what it holds, in the reader's language; where there are aliases it is one of
    them. A `derived` column is written by exports and passed over. `choices` are (code, word).
    """

    key: str
    required: bool = False
    aliases: tuple[str, ...] = ()
    meaning: str | Promise = ""
    derived: bool = False
    choices: Sequence[tuple[Any, Any]] = ()

    @property
    def heading(self) -> str:
        """In the template."""
        return str(self.meaning) if self.aliases else self.key

    @property
    def words(self) -> list[str]:
        return [str(word) for code, word in self.choices if code != ""]


@dataclass(slots=True)
class Chunk:
    """What came of some rows: COPY lines without their line ends, issues, rows left blank."""

    lines: list[str] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    blank: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """One line of the preview's tables: how many figures of this measure, unit or kind."""

    name: str
    code: str
    added: int
    changed: int
    same: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One line that would be added or changed, `old` empty where there is nothing yet."""

    row: int
    what: str
    where: str
    when: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What applying would do. `tables` are (heading, lines, how many lines are left out)."""

    added: int
    changed: int
    same: int
    tables: tuple[tuple[str, tuple[Tally, ...], int], ...] = ()
    differences: tuple[Difference, ...] = ()
    effects: tuple[str, ...] = ()

    @property
    def dated(self) -> bool:
        """Whether the lines are figures of quarters, not entries of a register."""
        return any(line.when for line in self.differences)

    @property
    def differences_left(self) -> int:
        """How many changes are counted and not among `differences`."""
        return self.added + self.changed - len(self.differences)


class Reader(Protocol):
    def clean_chunk(self, rows: Iterable[Row], columns: dict[str, int]) -> Chunk:
        """`columns` maps the keys of the columns that the file has to their 0-based places."""


class BulkKind(Protocol):
    key: str
    upload_right: str
    apply_right: str
    columns: tuple[Column, ...]
    table: dict[str, str]

    @property
    def title(self) -> str:
        """What the files hold, in the reader's language."""

    @property
    def advice(self) -> str:
        """What to know before filling one in."""

    def begin(self, actor: User | None) -> Reader:
        """What the lines of a file may name that the actor sends; None is the system itself."""

    def check(self, table: str, columns: dict[str, int]) -> Iterator[Issue]:
        """Issues of the staged rows as a set."""

    def prepare(self, table: str) -> dict[str, Any]:
        """The preview, as JSON; `added`, `changed` and `same` are always in it."""

    def show(self, preview: dict[str, Any]) -> Preview:
        """The same for a person."""

    def apply(self, table: str, job: BulkImport, preview: dict[str, Any]) -> int:
        """Write it; see above."""


class BulkRegistry:
    def __init__(self) -> None:
        self._kinds: dict[str, BulkKind] = {}

    def register(self, kind: BulkKind) -> None:
        """Raises ValueError when the key is taken."""
        if kind.key in self._kinds:
            raise ValueError(f"bulk kind {kind.key!r} is registered twice")
        self._kinds[kind.key] = kind

    def get(self, key: str) -> BulkKind:
        """Raises KeyError for a key that nobody registered."""
        return self._kinds[key]

    def kinds(self) -> list[BulkKind]:
        """As they were registered: figures first."""
        return [*self._kinds.values()]


bulk_registry = BulkRegistry()

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_line(values: Iterable[Any]) -> str:
    """One row as PostgreSQL's COPY reads it; None is null."""
    return "\t".join("\\N" if v is None else str(v).translate(ESCAPES) for v in values)
