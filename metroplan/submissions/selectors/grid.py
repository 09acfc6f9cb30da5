"""Everything the browser form shows: each line with its cells, its past and its evidence."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from metroplan.common.periods import Period
from metroplan.submissions.models import Draft, Evidence, Submission
from metroplan.submissions.registry import registry
from metroplan.submissions.selectors.due import Due, due_of
from metroplan.submissions.selectors.timeline import returned_lines
from metroplan.submissions.selectors.typed import PARTS, Texts, place_of, present_texts
from metroplan.submissions.types import CountedLine, Issue, PastValue, SheetLine
from metroplan.submissions.wording import describe

QUARTERS_BEFORE = 8
YEAR = 4
FIELDS = (*PARTS, "note")
WIDTH, HEIGHT, MARGIN = 96, 26, 3


@dataclass(frozen=True, slots=True)
class GridCell:
    """One field. `name` is what a plain form sends; `other` is what stands there elsewhere."""

    part: str
    name: str
    label: str
    text: str
    asked: bool
    faulty: bool = False
    warned: bool = False
    other: str | None = None


@dataclass(frozen=True, slots=True)
class GridIssue:
    severity: str
    part: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PastQuarter:
    """`text` is empty where nothing was approved."""

    period: Period
    text: str


@dataclass(frozen=True, slots=True)
class GridLine:
    """`spark` is the path of a small drawing of the quarters before; empty for fewer than two.

    A closed line was not opened by the correction that opened others; a counted one comes from a
    register.
    """

    number: int
    line: SheetLine
    cells: list[GridCell]
    past: list[PastQuarter]
    spark: str
    evidence: list[Evidence]
    issues: list[GridIssue]
    closed: bool
    reason: str
    counted: CountedLine | None = None

    @property
    def locked(self) -> bool:
        return self.closed or self.counted is not None

    @property
    def last_year(self) -> str:
        return self.past[-YEAR].text

    @property
    def ratio(self) -> str:
        """What is divided by what, where the line asks for both."""
        if len(self.line.entry) < 2:
            return ""
        return f"{self.line.parts['numerator']} / {self.line.parts['denominator']}"

    @property
    def differs(self) -> bool:
        return any(cell.other is not None for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Grid:
    """`draft` is what was typed before, `base` and `revision` its place; None for a fresh start."""

    submission: Submission
    due: Due
    lines: list[GridLine]
    periods: list[Period]
    draft: Draft | None
    base: int
    revision: int
    general: list[GridIssue] = field(default_factory=list)

    @property
    def last_year(self) -> Period:
        return self.submission.period - YEAR

    @property
    def older(self) -> bool:
        """Whether the draft was begun before the present version."""
        return self.draft is not None and self.draft.base < self.submission.version

    @property
    def errors(self) -> int:
        issues = [*self.general, *(issue for line in self.lines for issue in line.issues)]
        return sum(issue.severity == "error" for issue in issues)


def grid_of(
    submission: Submission,
    *,
    today: date,
    typed: dict[str, Texts] | None = None,
    others: dict[str, Texts] | None = None,
    issues: Iterable[Issue] = (),
) -> Grid:
    """`typed` is shown instead of the draft or version, `others` beside it where it differs."""
    kind = registry.get(submission.form.kind)
    draft = getattr(submission, "draft", None)
    draft = draft if draft and draft.lines else None
    present = present_texts(submission)
    if typed is None and draft and draft.base < submission.version:
        others = present
    texts = typed if typed is not None else draft.lines if draft else present
    base, revision = place_of(submission)
    series = kind.series(submission, quarters=QUARTERS_BEFORE)
    periods = [submission.period - back for back in range(QUARTERS_BEFORE, 0, -1)]
    said, evidence = _by_key(issues), evidence_of(submission)
    asked = kind.lines(submission.form)
    counted = counted_among(asked, submission)
    reasons = returned_lines(submission)
    lines = [
        _grid_line(
            number,
            line,
            texts=texts.get(line.key, {}),
            other=None if others is None else others.get(line.key, {}),
            past=[(at, series.get(line.key, {}).get(at)) for at in periods],
            evidence=evidence.get(line.key, []),
            issues=said.pop(line.key, []),
            closed=is_closed(submission, line.key),
            reason=reasons.get(line.key, ""),
            counted=counted.get(line.key),
        )
        for number, line in enumerate(asked, start=1)
    ]
    return Grid(
        submission=submission,
        due=due_of(submission, today),
        lines=lines,
        periods=periods,
        draft=draft,
        base=base,
        revision=revision,
        general=[issue for rest in said.values() for issue in rest],
    )


def counted_among(lines: list[SheetLine], submission: Submission) -> dict[str, CountedLine]:
    """By line, those that a register counts in the quarter of the form."""
    if not any(line.counted_in(submission.period) for line in lines):
        return {}
    return registry.get(submission.form.kind).counted(submission)


def is_closed(submission: Submission, key: str) -> bool:
    return submission.open_lines is not None and key not in submission.open_lines


def evidence_of(submission: Submission) -> dict[str, list[Evidence]]:
    """By line, the files that are kept with it now."""
    found: dict[str, list[Evidence]] = defaultdict(list)
    present = submission.evidence.filter(removed_at=None).order_by("id")
    for item in present.select_related("file", "added_by__organisation"):
        found[item.key].append(item)
    return found


def grid_issue(issue: Issue) -> GridIssue:
    return GridIssue(issue.severity, issue.params.get("part", ""), issue.code, describe(issue))


def _by_key(issues: Iterable[Issue]) -> dict[str, list[GridIssue]]:
    found: dict[str, list[GridIssue]] = defaultdict(list)
    for issue in issues:
        found[issue.key].append(grid_issue(issue))
    return found


def _grid_line(
    number: int,
    line: SheetLine,
    *,
    texts: Texts,
    other: Texts | None,
    past: list[tuple[Period, PastValue | None]],
    evidence: list[Evidence],
    issues: list[GridIssue],
    closed: bool,
    reason: str,
    counted: CountedLine | None,
) -> GridLine:
    if counted:
        cells = [_printed_cell(line, part, counted.texts) for part in FIELDS]
    else:
        cells = [_cell(line, part, texts, other, issues) for part in FIELDS]
    return GridLine(
        number=number,
        line=line,
        cells=cells,
        past=[PastQuarter(at, value.text if value else "") for at, value in past],
        spark=spark_path([value.number if value else None for _at, value in past]),
        evidence=evidence,
        issues=issues,
        closed=closed,
        reason=reason,
        counted=counted,
    )


def _printed_cell(line: SheetLine, part: str, texts: Texts) -> GridCell:
    """To be read, not to be filled in."""
    name, label = f"{part}.{line.key}", line.parts.get(part, "")
    return GridCell(part, name, label, texts.get(part, ""), asked=False)


def _cell(
    line: SheetLine, part: str, texts: Texts, other: Texts | None, issues: list[GridIssue]
) -> GridCell:
    text, asked = texts.get(part, ""), part in (*line.entry, "note")
    there = text if other is None or not asked else other.get(part, "")
    said = {issue.severity for issue in issues if issue.part in (part, "")}
    return GridCell(
        part=part,
        name=f"{part}.{line.key}",
        label=line.parts.get(part, ""),
        text=text,
        asked=asked,
        faulty="error" in said,
        warned="warning" in said,
        other=None if there == text else there,
    )


def spark_path(numbers: list[Decimal | None]) -> str:
    """An SVG path through the known numbers, in a box of WIDTH x HEIGHT; gaps are left open."""
    known = [number for number in numbers if number is not None]
    if len(known) < 2:
        return ""
    low, span = min(known), max(known) - min(known)
    step = Decimal(WIDTH - 2 * MARGIN) / (len(numbers) - 1)
    parts, pen = [], "M"
    for index, number in enumerate(numbers):
        if number is None:
            pen = "M"
            continue
        share = (number - low) / span if span else Decimal("0.5")
        y = HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN)
        parts.append(f"{pen}{MARGIN + step * index:.1f} {y:.1f}")
        pen = "L"
    return " ".join(parts)
