"""What travels from an uploaded file to approved figures: the words of the pipeline."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, NamedTuple, Protocol

from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation, User
from metroplan.submissions.models import ReportingForm, Submission

Format = Literal["xlsx", "csv"]
Change = Literal["added", "changed", "noted", "same", "missing"]


class RawCell(NamedTuple):
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
class CellsIn:
    """One line as it was typed: texts by part (value, numerator, denominator), and its note."""

    key: str
    texts: dict[str, str]
    note: str = ""


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
    same parts as they were written. A figure that was typed or pushed stood in no cell: `""`.
    `source` is the upload a line was taken over from unchanged; None for one that comes now.
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
    source: int | None = None


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
    """One line that a form asks for. `parts` names its parts: value, numerator, denominator.

    `entry` lists the parts that are filled in, `choices` the words where one of a few is chosen.
    With `counted` nobody fills it in from the quarter `counted_since` on, or ever: see CountedLine.
    """

    key: str
    name: str
    unit: str
    decimals: int
    parts: dict[str, str]
    entry: tuple[str, ...] = ("value",)
    choices: tuple[str, ...] = ()
    counted: bool = False
    counted_since: Period | None = None

    def counted_in(self, period: Period) -> bool:
        return self.counted and (self.counted_since is None or period >= self.counted_since)


@dataclass(frozen=True, slots=True)
class CountedLine:
    """A line of a quarter that is counted from a register: its texts by part, and ready to show.

    `url` leads to where it comes from; empty before the first count.
    """

    texts: dict[str, str]
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class PastValue:
    """An approved figure of an earlier quarter; a ratio's number is in percent."""

    number: Decimal | None
    text: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A total and its status, ready to show; both empty where there is none."""

    figure: str
    status: str
    label: str
    reported: int
    expected: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What the staged lines would do to one indicator of one unit; `url` leads there."""

    indicator: str
    plan: str
    url: str
    organisation: Organisation
    before: Standing
    after: Standing


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column that a table of this kind may have.

    `heading` is what the template calls it, `title` the same in the reader's language, `words` are
    what other tables call it. With `blank`, a table without it is read as if it stood there empty.
    """

    key: str
    heading: str
    title: str
    words: tuple[str, ...] = ()
    blank: bool = False


@dataclass(frozen=True, slots=True)
class SheetContext:
    """Which form is filled in, for whom and for when."""

    form: ReportingForm
    organisation: Organisation
    period: Period


@dataclass(frozen=True, slots=True)
class JointContext:
    """A form that `filler` fills in for several units below it at once."""

    form: ReportingForm
    period: Period
    filler: Organisation
    units: list[Organisation]


class FileProblem(Exception):
    """The file as a whole cannot be read; `issue` says why."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(issue.code)
        self.issue = issue


class SheetKind(Protocol):
    """What an app brings to have its sheets reported: see registry.py."""

    key: str

    def template(self, context: SheetContext, *, fmt: Format, filled: bool = False) -> bytes:
        """The form of one unit and quarter, to be filled in and uploaded; empty, or `filled` with
        what its present version says."""

    def joint_template(self, context: JointContext) -> bytes:
        """The same for many units in one sheet, a line per unit and measure, as .xlsx."""

    def joint_issues(self, token: str | None, context: JointContext) -> list[Issue]:
        """What speaks against a workbook for many units, by its signed slip."""

    def clean(self, document: Document, context: SheetContext) -> CleanResult:
        """Every line that can be staged and every issue of every cell; writes nothing."""

    def clean_cells(self, lines: list[CellsIn], context: SheetContext) -> CleanResult:
        """The same for lines that were typed or pushed; `row` is a line's place among them.

        An issue of one cell names its part in `params`: value, numerator, denominator or note.
        """

    def understood(self, rows: list[CleanRow], form: ReportingForm) -> dict[str, str]:
        """By line, how its figure is read, ready to show."""

    def columns(self) -> list[SheetColumn]:
        """What the columns of somebody's own table may be."""

    def lines(self, form: ReportingForm) -> list[SheetLine]:
        """What the form asks for, in its order and in the reader's language."""

    def counted(self, submission: Submission) -> dict[str, CountedLine]:
        """By line, those that a register counts in the quarter; few queries."""

    def history(self, submission: Submission, *, quarters: int) -> dict[str, dict[Period, str]]:
        """By line and quarter, what was approved in the quarters before, ready to show."""

    def series(
        self, submission: Submission, *, quarters: int
    ) -> dict[str, dict[Period, PastValue]]:
        """The same with the numbers, to draw."""

    def warnings(self, rows: list[CleanRow], context: SheetContext) -> list[Issue]:
        """What looks wrong with lines that can be staged, at their cells; asks few queries."""

    def effects(self, submission: Submission, reader: User) -> list[Effect]:
        """What the staged lines would change for the unit and those above that the reader may see.

        Only what would become different; stores nothing.
        """

    def changed_lines(self, submissions: list[Submission]) -> dict[int, int]:
        """By submission, how many staged lines differ from the quarter before."""

    def diff(self, submission: Submission, *, since: int | None = None) -> list[DiffRow]:
        """The staged lines of the current version against what is approved.

        With `since` against that earlier version instead.
        """

    def lines_address(self, form: ReportingForm) -> str:
        """The page on which staff choose the form's lines; empty where nobody does."""

    def reasked(self, form: ReportingForm) -> None:
        """Act on a change of who is asked by the form, or for which quarters."""

    def change_sizes(self, submissions: list[Submission]) -> dict[int, Decimal]:
        """By submission, the largest change of a line since the quarter before.

        As a part (0 to 1) of what the reviewing unit's figure was then.
        """

    def apply(self, submission: Submission, actor: User) -> None:
        """Make the staged lines of the current version the approved ones; safe to repeat."""

    def withdraw(self, submission: Submission, actor: User) -> None:
        """Take back what `apply` made approved; `apply` brings it back."""
