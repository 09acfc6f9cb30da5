"""Everything one form's page shows: its files, its issues, its figures and what was decided."""

from dataclasses import dataclass, field
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metroplan.common.periods import Period
from metroplan.organisations.models import Organisation
from metroplan.submissions.models import (
    ReviewDecision,
    RowIssue,
    StagedRow,
    Submission,
    Upload,
)
from metroplan.submissions.registry import registry
from metroplan.submissions.reporting import review_chain
from metroplan.submissions.selectors.due import Due, due_of
from metroplan.submissions.states import EDITABLE, Status
from metroplan.submissions.types import DiffRow, SheetLine
from metroplan.submissions.wording import describe

QUARTERS_BEFORE = 4
ISSUES_SHOWN = 500

STEPS: tuple[tuple[str, Promise], ...] = (
    ("download", _("Download")),
    ("fill", _("Fill in")),
    ("upload", _("Upload")),
    ("preview", _("Preview")),
    ("submit", _("Submit")),
    ("review", _("Review")),
    ("approved", _("Approved")),
)


@dataclass(frozen=True, slots=True)
class Step:
    key: str
    label: Promise
    present: bool


@dataclass(frozen=True, slots=True)
class IssueLine:
    """`cell` is the reference Excel shows; a whole row or file has none."""

    issue: RowIssue
    cell: str
    measure: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PastFigure:
    """`text` is empty where nothing was approved."""

    period: Period
    text: str


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A line of the form: what is approved, what would be, where it stood, the quarters before.

    `change` is one of types.Change, or blank for a line that was reported neither then nor now;
    `since` is the same against the version that was returned, and `seen` what the line said there.
    """

    key: str
    name: str
    unit: str
    old: str
    new: str
    change: str
    seen: str
    since: str
    source: StagedRow | None
    cells: str
    past: list[PastFigure]

    @property
    def moved(self) -> bool:
        """Whether it says something else than in the version that was returned."""
        return self.since in ("added", "changed", "noted", "missing")


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One unit of the review chain; `state` is done, present or ahead."""

    unit: Organisation
    state: str


@dataclass(frozen=True, slots=True)
class SubmissionDetail:
    """`last` is the newest upload, `present` the one whose content is the present version.

    `seen` is the version that reviewers saw last before the present one; None where the present
    one is the first they see, or nothing was uploaded since.
    """

    submission: Submission
    due: Due
    steps: list[Step]
    chain: list[ChainLink]
    uploads: list[Upload]
    last: Upload | None
    present: Upload | None
    issues: list[IssueLine]
    lines: list[FigureLine]
    past_periods: list[Period]
    decisions: list[ReviewDecision]
    asked: int
    seen: int | None = None
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def editable(self) -> bool:
        return self.submission.status in EDITABLE

    @property
    def approved(self) -> bool:
        return self.submission.status == Status.APPROVED

    @property
    def answered(self) -> int:
        return sum(line.source is not None for line in self.lines)

    @property
    def issues_left(self) -> int:
        """How many issues of the newest upload are not shown."""
        return self.last.errors + self.last.warnings - len(self.issues) if self.last else 0

    @property
    def return_reason(self) -> ReviewDecision | None:
        """Why the form came back, while it waits for correction."""
        last = self.decisions[-1] if self.decisions else None
        return last if last and self.submission.status == Status.RETURNED else None

    @property
    def compared(self) -> bool:
        """Whether anything of this quarter is approved that the figures may differ from."""
        return not self.approved and any(line.old for line in self.lines)

    @property
    def moved(self) -> int:
        """How many lines say something else than in the version that was returned."""
        return sum(line.moved for line in self.lines)

    @property
    def may_hand_in(self) -> bool:
        return self.editable and self.submission.version > 0

    @property
    def ready(self) -> bool:
        """To hand in comes next: the newest file was accepted and was not returned."""
        decided = any(item.version == self.submission.version for item in self.decisions)
        return self.last == self.present and not decided


def submission_detail(submission: Submission, *, today: date) -> SubmissionDetail:
    uploads = list(submission.uploads.select_related("file", "uploaded_by__organisation"))
    present = next((item for item in uploads if _is_present(item, submission)), None)
    last = uploads[0] if uploads else None
    asked = registry.get(submission.form.kind).lines(submission.form)
    periods = [submission.period - back for back in range(QUARTERS_BEFORE, 0, -1)]
    decisions = list(submission.decisions.select_related("unit", "decided_by__organisation"))
    seen = version_seen(submission, decisions)
    lines = figure_lines(submission, asked, periods, seen)
    return SubmissionDetail(
        submission=submission,
        due=due_of(submission, today),
        steps=_steps(submission, last, decisions),
        chain=_chain(submission),
        uploads=uploads,
        last=last,
        present=present,
        issues=issue_lines(last, asked, limit=ISSUES_SHOWN) if last else [],
        lines=lines,
        past_periods=periods,
        decisions=decisions,
        asked=len(asked),
        seen=seen,
        counts=_counts(lines),
    )


def issue_lines(
    upload: Upload, asked: list[SheetLine], *, limit: int | None = None
) -> list[IssueLine]:
    names = {line.key: line.name for line in asked}
    return [
        IssueLine(
            issue=issue,
            cell=f"{issue.column}{issue.row}" if issue.column and issue.row else "",
            measure=names.get(issue.key, issue.key),
            sentence=describe(issue),
        )
        for issue in upload.issues.all()[:limit]
    ]


def version_seen(submission: Submission, decisions: list[ReviewDecision]) -> int | None:
    """The content changes only after a return, so what was returned last is what was seen last."""
    if submission.status == Status.APPROVED:
        return None
    returned = [
        item.version for item in decisions if item.decision == ReviewDecision.Decision.RETURNED
    ]
    return returned[-1] if returned and returned[-1] < submission.version else None


def figure_lines(
    submission: Submission, asked: list[SheetLine], periods: list[Period], seen: int | None
) -> list[FigureLine]:
    """Every line of the form in its present version; nothing while no file was accepted.

    `seen` is the earlier version it is compared with, beside what is approved.
    """
    if not submission.version:
        return []
    kind = registry.get(submission.form.kind)
    rows = {row.key: row for row in submission.rows.filter(version=submission.version)}
    diffs = {diff.key: diff for diff in kind.diff(submission)}
    since = {} if seen is None else {d.key: d for d in kind.diff(submission, since=seen)}
    history = kind.history(submission, quarters=len(periods))
    return [
        _figure_line(
            line,
            diff=diffs.get(line.key),
            since=since.get(line.key),
            source=rows.get(line.key),
            past=[PastFigure(at, history.get(line.key, {}).get(at, "")) for at in periods],
        )
        for line in asked
    ]


def _figure_line(
    line: SheetLine,
    *,
    diff: DiffRow | None,
    since: DiffRow | None,
    source: StagedRow | None,
    past: list[PastFigure],
) -> FigureLine:
    return FigureLine(
        key=line.key,
        name=line.name,
        unit=line.unit,
        old=diff.old_text if diff else "",
        new=diff.new_text if diff else "",
        change=diff.change if diff else "blank",
        seen=since.old_text if since else "",
        since=since.change if since else "blank",
        source=source,
        cells=", ".join(source.cells.values()) if source else "",
        past=past,
    )


def _is_present(upload: Upload, submission: Submission) -> bool:
    return upload.version is not None and upload.version == submission.version


def _counts(lines: list[FigureLine]) -> dict[str, int]:
    counts = dict.fromkeys(("added", "changed", "same", "missing", "blank"), 0)
    for line in lines:
        counts[line.change] += 1
    return counts


def _steps(
    submission: Submission, last: Upload | None, decisions: list[ReviewDecision]
) -> list[Step]:
    present = _present_step(submission, last, decisions)
    return [Step(key, label, key == present) for key, label in STEPS]


def _present_step(
    submission: Submission, last: Upload | None, decisions: list[ReviewDecision]
) -> str:
    if submission.status == Status.APPROVED:
        return "approved"
    if submission.status == Status.SUBMITTED:
        return "review"
    if last is None:
        return "download"
    if last.status == Upload.Status.REFUSED:
        return "upload"
    handed_in = any(item.version == submission.version for item in decisions)
    return "fill" if handed_in else "submit"


def _chain(submission: Submission) -> list[ChainLink]:
    """While the form is open nobody's turn has come; once it is approved everyone's has passed."""
    units = review_chain(submission)
    if submission.status == Status.APPROVED:
        return [ChainLink(unit, "done") for unit in units]
    ids = [unit.pk for unit in units]
    turn = submission.reviewer_unit_id
    position = ids.index(turn) if turn in ids else -1
    return [ChainLink(unit, _link_state(index, position)) for index, unit in enumerate(units)]


def _link_state(index: int, position: int) -> str:
    if index == position:
        return "present"
    return "done" if index < position else "ahead"
