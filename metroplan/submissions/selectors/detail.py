"""Everything one form's page shows: its files, its issues, its figures and what was decided."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from metroplan.common.periods import Period
from metroplan.submissions.models import (
    Correction,
    Evidence,
    ReviewDecision,
    RowIssue,
    StagedRow,
    Submission,
    Upload,
)
from metroplan.submissions.registry import registry
from metroplan.submissions.selectors.due import Due, due_of
from metroplan.submissions.selectors.explanations import Warned, warned_lines
from metroplan.submissions.selectors.grid import counted_among
from metroplan.submissions.selectors.mapping import only_headings
from metroplan.submissions.selectors.records import Records, records_of
from metroplan.submissions.selectors.timeline import Happening, returned_lines, timeline
from metroplan.submissions.selectors.way import ChainLink, Step, chain_of, steps_of, was_decided
from metroplan.submissions.states import EDITABLE, Status
from metroplan.submissions.types import CountedLine, DiffRow, SheetLine
from metroplan.submissions.wording import describe, source_words

QUARTERS_BEFORE = 4
GIVEN_BACK = {ReviewDecision.Decision.RETURNED, ReviewDecision.Decision.REOPENED}
ISSUES_SHOWN = 500


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
    `marked` is why the last return named the line; `closed` lines are not part of a correction.
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
    marked: str
    closed: bool
    evidence: list[Evidence]
    warned: list[Warned]
    counted: CountedLine | None = None

    @property
    def moved(self) -> bool:
        """Whether it says something else than in the version that was returned."""
        return self.since in ("added", "changed", "noted", "missing")


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the lines: why the last return named them, their files, their warnings."""

    marked: dict[str, str]
    evidence: dict[str, list[Evidence]]
    warned: list[Warned]


@dataclass(frozen=True, slots=True)
class SubmissionDetail:
    """`last` is the newest upload, `present` the one whose content is the present version.

    `seen` is the version that reviewers saw last before the present one; None where the present
    one is the first they see, or nothing was uploaded since. `asked` counts the lines that are
    filled in, without those that a register counts.
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
    records: Records
    timeline: list[Happening]
    names: dict[str, str]
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
    def granted(self) -> Correction | None:
        """The correction that is under way."""
        return None if self.submission.open_lines is None else self.records.granted

    @property
    def open_names(self) -> list[str]:
        """The lines that a correction has opened."""
        opened = self.submission.open_lines or []
        return [self.names.get(key, key) for key in opened]

    @property
    def answered(self) -> int:
        return sum(line.source is not None for line in self.lines)

    @property
    def issues_left(self) -> int:
        """How many issues of the newest upload are not shown."""
        return self.last.errors + self.last.warnings - len(self.issues) if self.last else 0

    @property
    def warned(self) -> list[Warned]:
        """The warnings of the present version."""
        return [item for line in self.lines for item in line.warned]

    @property
    def unexplained(self) -> int:
        return sum(not item.explained for item in self.warned)

    @property
    def told_elsewhere(self) -> bool:
        """Whether every issue of the newest upload stands among the warnings to explain."""
        told = {item.issue.pk for item in self.warned}
        return all(line.issue.pk in told for line in self.issues)

    @property
    def return_reason(self) -> ReviewDecision | None:
        """Why the form came back, while it waits for correction."""
        last = self.decisions[-1] if self.decisions else None
        back = last is not None and last.decision in GIVEN_BACK
        return last if back and self.editable else None

    @property
    def compared(self) -> bool:
        """Whether anything of this quarter is approved that the figures may differ from."""
        return not self.approved and any(line.old for line in self.lines)

    @property
    def moved(self) -> int:
        """How many lines say something else than in the version that was returned."""
        return sum(line.moved for line in self.lines)

    @property
    def unmatched(self) -> Upload | None:
        """The newest file, while it waits to be told which column is which."""
        codes = {line.issue.code for line in self.issues}
        return self.last if self.editable and only_headings(codes) else None

    @property
    def may_hand_in(self) -> bool:
        return self.editable and self.submission.version > 0

    @property
    def ready(self) -> bool:
        """To hand in comes next: the newest file was accepted and was not returned."""
        decided = was_decided(self.decisions, self.submission.version)
        return self.last == self.present and not decided


def submission_detail(submission: Submission, *, today: date) -> SubmissionDetail:
    records = records_of(submission)
    uploads, decisions = records.uploads, records.decisions
    present = next((item for item in uploads if _is_present(item, submission)), None)
    last = uploads[0] if uploads else None
    asked = registry.get(submission.form.kind).lines(submission.form)
    periods = [submission.period - back for back in range(QUARTERS_BEFORE, 0, -1)]
    names = {line.key: line.name for line in asked}
    seen = version_seen(submission, decisions)
    marked = returned_lines(submission, decisions)
    warned = warned_lines(submission) if present and present.warnings else []
    beside = Beside(marked, records.evidence_by_line(), warned)
    lines = figure_lines(submission, asked, periods, seen, beside)
    return SubmissionDetail(
        submission=submission,
        due=due_of(submission, today),
        steps=steps_of(submission, last, decisions),
        chain=chain_of(submission),
        uploads=uploads,
        last=last,
        present=present,
        issues=issue_lines(last, asked, limit=ISSUES_SHOWN) if last else [],
        lines=lines,
        past_periods=periods,
        decisions=decisions,
        records=records,
        timeline=timeline(submission, records, names),
        names=names,
        asked=sum(not line.counted_in(submission.period) for line in asked),
        seen=seen,
        counts=_counts(lines),
    )


def issue_lines(
    upload: Upload, asked: list[SheetLine], *, limit: int | None = None
) -> list[IssueLine]:
    names = {line.key: line.name for line in asked}
    return [issue_line(issue, names) for issue in upload.issues.all()[:limit]]


def issue_line(issue: RowIssue, names: dict[str, str]) -> IssueLine:
    """`names` are those of the form's lines, by key."""
    return IssueLine(
        issue=issue,
        cell=f"{issue.column}{issue.row}" if issue.column and issue.row else "",
        measure=names.get(issue.key, issue.key),
        sentence=describe(issue),
    )


def version_seen(submission: Submission, decisions: list[ReviewDecision]) -> int | None:
    """The content changes only after a return, so what was returned last is what was seen last.

    Returns before the approval that is in force are over.
    """
    if submission.status == Status.APPROVED:
        return None
    returned = [
        item.version
        for item in decisions
        if item.decision == ReviewDecision.Decision.RETURNED
        and item.version > (submission.approved_version or 0)
    ]
    return returned[-1] if returned and returned[-1] < submission.version else None


def figure_lines(
    submission: Submission,
    asked: list[SheetLine],
    periods: list[Period],
    seen: int | None,
    beside: Beside,
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
    counted = counted_among(asked, submission)
    opened = submission.open_lines
    return [
        _figure_line(
            line,
            diff=diffs.get(line.key),
            since=since.get(line.key),
            source=None if line.key in counted else rows.get(line.key),
            counted=counted.get(line.key),
            past=[PastFigure(at, history.get(line.key, {}).get(at, "")) for at in periods],
            marked=beside.marked.get(line.key, ""),
            closed=opened is not None and line.key not in opened,
            evidence=beside.evidence.get(line.key, []),
            warned=[item for item in beside.warned if item.key == line.key],
        )
        for line in asked
    ]


def _figure_line(
    line: SheetLine,
    *,
    diff: DiffRow | None,
    since: DiffRow | None,
    source: StagedRow | None,
    counted: CountedLine | None,
    **more: Any,
) -> FigureLine:
    change = diff.change if diff else "blank"
    return FigureLine(
        key=line.key,
        name=line.name,
        unit=line.unit,
        old=diff.old_text if diff else "",
        new=counted.text if counted else diff.new_text if diff else "",
        change="counted" if counted else change,
        seen=since.old_text if since else "",
        since=since.change if since else "blank",
        source=source,
        cells=source_words(source) if source else "",
        counted=counted,
        **more,
    )


def _is_present(upload: Upload, submission: Submission) -> bool:
    return upload.version is not None and upload.version == submission.version


def _counts(lines: list[FigureLine]) -> dict[str, int]:
    counts = dict.fromkeys(("added", "changed", "same", "missing", "blank", "counted"), 0)
    for line in lines:
        counts[line.change] += 1
    return counts
