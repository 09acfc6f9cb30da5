"""Historic figures from a CSV file: checked like reported ones, stored all or not at all."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from indicators.figures import Line, MeasureSpec, clean_line
from indicators.models import ImportBatch, Measure
from indicators.services.observations import Figure, write_figures
from metroplan.audit.record import record
from metroplan.common.periods import Period, newest_closed
from metroplan.common.problems import MetroplanError
from metroplan.common.text import normalise
from metroplan.organisations.models import OrganisationAncestry, User
from metroplan.submissions.readers.cells import column_letter
from metroplan.submissions.readers.delimited import decode
from metroplan.submissions.services.files import sha256, store_file
from metroplan.submissions.types import CleanRow, FileProblem, Issue, RawCell

KEYS = ("organisation", "measure", "period")
FIGURE = ("state", "value", "numerator", "denominator")
PARTS = FIGURE[1:]
HEADER = KEYS + FIGURE
DELIMITERS = ",\t;"
STATES = ("value", "zero", "not_applicable")
SHOWN = 60


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of a file. `lines` counts all below the heading, `blank` those that say nothing
    (not reported); `changed` figures differ from what stood before. With issues nothing is stored.
    """

    name: str
    dry_run: bool
    lines: int = 0
    blank: int = 0
    figures: int = 0
    changed: int = 0
    issues: tuple[Issue, ...] = ()
    batch: ImportBatch | None = None

    @property
    def refused(self) -> bool:
        return bool(self.issues)


def import_figures(
    *,
    name: str,
    content: bytes,
    document: str,
    actor: User | None,
    is_demo: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Write the figures of a file as current observations, vouched for by `document`.

    Every issue of every line comes back at once. Raises `import.no_document` without a document.
    """
    if not document.strip():
        raise MetroplanError(
            "import.no_document",
            _("Name the document that vouches for these figures."),
            status=422,
            fields={"document": ["required"]},
        )
    check = check_figures(content)
    report = ImportReport(
        name=name,
        dry_run=dry_run,
        lines=check.lines,
        blank=check.blank,
        figures=len(check.figures),
        issues=tuple(check.issues),
    )
    if report.refused:
        return report
    try:
        return _store(report, check.figures, content, document.strip(), actor, is_demo)
    except _DryRun as tried:
        return replace(report, changed=tried.changed)


class _DryRun(Exception):
    """Takes the transaction of a trial back."""

    def __init__(self, changed: int) -> None:
        super().__init__(changed)
        self.changed = changed


@transaction.atomic
def _store(
    report: ImportReport,
    figures: list[Figure],
    content: bytes,
    document: str,
    actor: User | None,
    is_demo: bool,
) -> ImportReport:
    if report.dry_run:
        raise _DryRun(write_figures(figures))
    batch = ImportBatch.objects.create(
        document=document,
        file=store_file(name=report.name, content=content, actor=actor),
        imported_by=actor,
        is_demo=is_demo,
    )
    changed = write_figures(replace(figure, batch_id=batch.pk) for figure in figures)
    _refresh_statistics()
    report = replace(report, changed=changed, batch=batch)
    record(
        "figures.imported",
        actor=actor,
        on=batch,
        document=document,
        file=report.name,
        sha256=sha256(content),
        is_demo=is_demo,
        **{key: getattr(report, key) for key in ("lines", "blank", "figures", "changed")},
    )
    return report


def _refresh_statistics() -> None:
    """So many rows at once mislead the planner until they are counted."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE indicators_observation")


@dataclass(slots=True)
class Known:
    """What the lines of a file may name. Units carry their first quarter and the one after their
    last; a unit that existed on no quarter's last day has none."""

    units: dict[str, tuple[int, int, int]]
    measures: dict[str, tuple[int, MeasureSpec]]
    newest: int
    periods: dict[str, int | None] = field(default_factory=dict)

    @classmethod
    def now(cls) -> "Known":
        lives = OrganisationAncestry.objects.filter(depth=0).values_list(
            "descendant__code", "descendant_id", "since", "until"
        )
        return cls(
            units={code: (pk, since, until) for code, pk, since, until in lives},
            measures={m.code: (m.pk, MeasureSpec.of(m)) for m in Measure.objects.all()},
            newest=newest_closed(timezone.localdate()).index,
        )

    def period(self, text: str) -> int | None:
        """The quarter's index, None for a text that is no quarter."""
        if text not in self.periods:
            try:
                self.periods[text] = Period.parse(text).index
            except ValueError:
                self.periods[text] = None
        return self.periods[text]


def check_figures(content: bytes) -> "FigureCheck":
    """Read and check a whole file; writes nothing."""
    check = FigureCheck(Known.now())
    try:
        check.read(decode(content))
    except FileProblem as problem:
        check.issues.append(problem.issue)
    except csv.Error:
        check.issues.append(Issue("file.not_a_workbook"))
    return check


@dataclass(slots=True)
class FigureCheck:
    """Goes through the lines once and keeps the figures and every issue."""

    known: Known
    figures: list[Figure] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    lines: int = 0
    blank: int = 0
    columns: dict[str, int] = field(default_factory=dict)
    seen: dict[tuple[int, int, int], int] = field(default_factory=dict)
    answers: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def read(self, text: str) -> None:
        first = text.partition("\n")[0]
        delimiter = max(DELIMITERS, key=first.count)
        rows = enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1)
        filled = ((number, row) for number, row in rows if any(map(str.strip, row)))
        self._read_header(*next(filled, (1, [])))
        if not self.issues:
            self._read_lines(filled)
            if not self.lines:
                self.issues.append(Issue("file.nothing_in_it"))

    def _read_header(self, number: int, row: list[str]) -> None:
        for index, title in enumerate(row):
            key = normalise(title).casefold()
            where = {"row": number, "column": column_letter(index)}
            if not key:
                continue
            if key not in HEADER:
                self.issues.append(
                    Issue("column.unknown", params={"header": title[:SHOWN]}, **where)
                )
            elif key in self.columns:
                params = {"header": title[:SHOWN], "first": column_letter(self.columns[key])}
                self.issues.append(Issue("column.doubled", params=params, **where))
            else:
                self.columns[key] = index
        missing = [key for key in (*KEYS, "value") if key not in self.columns]
        if missing:
            params = {"columns": ", ".join(missing)}
            self.issues.append(Issue("import.columns_missing", row=number, params=params))

    def _read_lines(self, rows: Iterator[tuple[int, list[str]]]) -> None:
        places = [self.columns.get(key, -1) for key in HEADER]
        for number, row in rows:
            self.lines += 1
            width = len(row)
            texts = tuple(row[at].strip() if 0 <= at < width else "" for at in places)
            self._read_line(number, texts)

    def _read_line(self, number: int, texts: tuple[str, ...]) -> None:
        organisation, code, period, *_figure = texts
        key = self._find(number, organisation, code, period)
        answer = self._answer((code, *texts[3:])) if code in self.known.measures else None
        if isinstance(answer, list):
            self.issues += [replace(issue, row=number) for issue in answer]
        elif key and answer is None:
            self.blank += 1
        elif key and self._is_first(number, key, texts):
            self.figures.append(_figure_of(key, answer, number))

    def _find(
        self, number: int, organisation: str, code: str, period: str
    ) -> tuple[int, int, int] | None:
        """(measure, unit, quarter), or None once every fault of the three is noted."""
        unit = self.known.units.get(organisation)
        measure = self.known.measures.get(code)
        quarter = self.known.period(period)
        if unit is None:
            self._fault("import.unknown_unit", number, "organisation", value=organisation)
        if measure is None:
            self._fault("import.unknown_measure", number, "measure", value=code)
        if quarter is None:
            self._fault("import.not_a_quarter", number, "period", value=period)
        elif quarter > self.known.newest:
            newest = str(Period(self.known.newest))
            self._fault("import.quarter_not_over", number, "period", value=period, newest=newest)
        elif unit and not unit[1] <= quarter < unit[2]:
            self._fault(
                "import.unit_not_alive", number, "organisation", value=organisation, period=period
            )
        elif unit and measure:
            return measure[0], unit[0], quarter
        return None

    def _is_first(self, number: int, key: tuple[int, int, int], texts: tuple[str, ...]) -> bool:
        first = self.seen.setdefault(key, number)
        if first != number:
            self._fault("import.doubled", number, "measure", value=" ".join(texts[:3]), first=first)
        return first == number

    def _fault(self, code: str, number: int, column: str, *, value: str, **params: Any) -> None:
        letter = column_letter(self.columns[column])
        shown = {"value": value[:SHOWN], **params}
        self.issues.append(Issue(code, row=number, column=letter, params=shown))

    def _answer(self, texts: tuple[str, ...]) -> CleanRow | list[Issue] | None:
        """What the validator says of a figure; the same texts of a measure are checked once."""
        if texts not in self.answers:
            self.answers[texts] = self._validate(*texts)
        return self.answers[texts]

    def _validate(self, code: str, state: str, *parts: str) -> CleanRow | list[Issue] | None:
        spec = self.known.measures[code][1]
        if state not in ("", *STATES):
            return [self._state_issue("import.unknown_state", code, state)]
        if state == "not_applicable" and not any(parts):
            parts = ("/", *parts[1:])
        cells = {part: RawCell(text, text) for part, text in zip(PARTS, parts, strict=True) if text}
        found = clean_line(spec, Line("", 0, cells, self.columns))
        if state and not isinstance(found, list) and (found is None or found.state != state):
            return [self._state_issue("import.state_disagrees", code, state)]
        return found

    def _state_issue(self, issue: str, code: str, state: str) -> Issue:
        letter = column_letter(self.columns["state"])
        return Issue(issue, column=letter, key=code, params={"value": state[:SHOWN]})


def _figure_of(key: tuple[int, int, int], answer: CleanRow, line: int) -> Figure:
    measure, unit, quarter = key
    return Figure(
        measure_id=measure,
        organisation_id=unit,
        period=quarter,
        state=answer.state,
        value=answer.value,
        numerator=answer.numerator,
        denominator=answer.denominator,
        line=line,
    )
