"""What travels from an uploaded file to approved figures: the words of the pipeline."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation, User
from metroplan.submissions.models import ReportingForm, Submission

Format = Literal["xlsx", "csv"]
Change = Literal["added", "changed", "noted", "same", "missing"]


@dataclass(frozen=True, slots=True)
class RawCell:
    """One cell as it stands in the file.

    `text` is what was written, a number in full and not in exponent form; `value` what the reader
    made of it (str, int, float, bool, date, timedelta or None). `percent` says that the cell's
    number format shows a percentage, so that 0.125 reads 12.5 %. `formula_without_value` marks a
    formula that was never calculated or ended in an error.
    """

    text: str
    value: object = None
    percent: bool = False
    formula_without_value: bool = False


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row that holds something: its number as Excel shows it, its cells by 0-based column."""

    sheet: str
    number: int
    cells: dict[int, RawCell]


@dataclass(frozen=True, slots=True)
class Document:
    """A file that could be read. `manifest` is the signed token of our own template, if it has one.

    `kind` is what the content is, whatever the name says: xlsx, xls, ods or csv.
    """

    kind: str
    rows: list[RawRow]
    manifest: str | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """A problem with a file (row 0), a row (no column) or one cell; worded by its code."""

    code: str
    severity: str = "error"
    sheet: str = ""
    row: int = 0
    column: str = ""
    key: str = ""
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CleanRow:
    """One line that may be staged. `state` is one of submissions.models.FigureState.

    `cells` maps the figure's parts to the cells they stood in, `{"value": "D7"}`; `raw` holds the
    same parts as they were written.
    """

    key: str
    state: str
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    note: str = ""
    sheet: str = ""
    row: int = 0
    cells: dict[str, str] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CleanResult:
    rows: list[CleanRow] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    @property
    def errors(self) -> int:
        return sum(issue.severity == "error" for issue in self.issues)

    @property
    def warnings(self) -> int:
        return sum(issue.severity == "warning" for issue in self.issues)


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One line of the preview; `old_text` and `new_text` are it in the reader's language.

    `old` and `new` are the figures (a ratio in percent, a yes/no as 1 or 0), None where there is
    none. `change`: added, changed, same, or missing, which is there before and absent now; between
    two versions also noted, where the figure is the same and its note is another.
    """

    key: str
    name: str
    unit: str
    decimals: int
    old: Decimal | None
    new: Decimal | None
    change: Change
    old_text: str = ""
    new_text: str = ""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line that a form asks for. `parts` names its parts: value, numerator, denominator."""

    key: str
    name: str
    unit: str
    decimals: int
    parts: dict[str, str]


@dataclass(frozen=True, slots=True)
class SheetContext:
    """Which form is filled in, for whom and for when."""

    form: ReportingForm
    organisation: Organisation
    period: Period


class FileProblem(Exception):
    """The file as a whole cannot be read; `issue` says why."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(issue.code)
        self.issue = issue


class SheetKind(Protocol):
    """What an app brings to have its sheets reported: see registry.py."""

    key: str

    def template(self, context: SheetContext, *, fmt: Format) -> bytes:
        """The empty form of one unit and quarter, to be filled in and uploaded."""

    def clean(self, document: Document, context: SheetContext) -> CleanResult:
        """Every line that can be staged and every issue of every cell; writes nothing."""

    def lines(self, form: ReportingForm) -> list[SheetLine]:
        """What the form asks for, in its order and in the reader's language."""

    def history(self, submission: Submission, *, quarters: int) -> dict[str, dict[Period, str]]:
        """By line and quarter, what was approved in the quarters before, ready to show."""

    def changed_lines(self, submissions: list[Submission]) -> dict[int, int]:
        """By submission, how many staged lines differ from the quarter before."""

    def diff(self, submission: Submission, *, since: int | None = None) -> list[DiffRow]:
        """The staged lines of the current version against what is approved.

        With `since` against that earlier version instead.
        """

    def apply(self, submission: Submission, actor: User) -> None:
        """Make the staged lines of the current version the approved ones; safe to repeat."""
