"""Large files of figures: one line per measure, unit and quarter."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from indicators.bulk_preview import show_preview
from indicators.figures import Line, MeasureSpec, clean_line
from indicators.models import Measure
from indicators.plain_figures import PlainReader, plain_reader
from indicators.plausibility.in_sets import unusual
from indicators.services import bulk_figures as sets
from metroplan.common.periods import Period, newest_closed
from metroplan.organisations.models import OrganisationAncestry, User
from metroplan.submissions.bulk.registry import Chunk, Column, Preview, Row, copy_line
from metroplan.submissions.models import BulkImport
from metroplan.submissions.readers.cells import column_letter
from metroplan.submissions.types import Issue, RawCell

KEYS = ("organisation", "measure", "period")
FIGURE = ("state", "value", "numerator", "denominator")
PARTS = FIGURE[1:]
HEADER = KEYS + FIGURE
STATES = ("value", "zero", "not_applicable")
MEANINGS = {
    "organisation": gettext_lazy("Code of the unit"),
    "measure": gettext_lazy("Code of the measure"),
    "period": gettext_lazy("Quarter or year, such as 2024Q4 or 2024"),
    "state": gettext_lazy("What the figure says; blank for a figure"),
    "value": gettext_lazy("The figure of a count"),
    "numerator": gettext_lazy("Numerator of a rate"),
    "denominator": gettext_lazy("Denominator of a rate"),
}
SHOWN = 60
# Answers to texts that are not plain digits; enough for words, and no more memory than this.
REMEMBERED = 5_000
# No quarter at all: before every unit's first.
NEVER = -1

Key = tuple[int, int, int]
Answer = str | list[Issue] | None


class UnitFacts(NamedTuple):
    """Quarters `since` up to, not including, `until`; `within` the area of who sent the file."""

    pk: int
    since: int
    until: int
    within: bool


@dataclass(slots=True)
class Known:
    """What the lines of a file may name; a unit that existed on no quarter's last day is not.

    `reach` holds the units within the sender's area, their lives cut at the newest quarter.
    """

    units: dict[str, UnitFacts]
    reach: dict[str, UnitFacts]
    measures: dict[str, tuple[int, MeasureSpec]]
    newest: int
    periods: dict[str, int] = field(default_factory=dict)

    @classmethod
    def to(cls, actor: User | None) -> "Known":
        """All there is; an actor's files speak of the actor's unit and those below it alone."""
        area = actor.organisation.path if actor else ""
        newest = newest_closed(timezone.localdate()).index
        lives = OrganisationAncestry.objects.filter(depth=0).values_list(
            "descendant__code", "descendant__path", "descendant_id", "since", "until"
        )
        units = {
            code: UnitFacts(pk, since, until, path.startswith(area))
            for code, path, pk, since, until in lives
        }
        return cls(
            units=units,
            reach={
                code: unit if unit.until <= newest else unit._replace(until=newest + 1)
                for code, unit in units.items()
                if unit.within
            },
            measures={m.code: (m.pk, MeasureSpec.of(m)) for m in Measure.objects.all()},
            newest=newest,
        )

    def period(self, text: str) -> int | None:
        """The quarter's index, None for a text that is no quarter."""
        if text not in self.periods:
            try:
                self.periods[text] = Period.parse(text).index
            except ValueError:
                return None
        return self.periods[text]


@dataclass(slots=True)
class FigureReader:
    """Cleans lines; asks the database nothing."""

    known: Known
    answers: dict[tuple[str, ...], Answer] = field(default_factory=dict)
    plain: dict[str, tuple[int, PlainReader]] = field(init=False)

    def __post_init__(self) -> None:
        self.plain = {
            code: (pk, plain_reader(spec.kind, spec.decimals))
            for code, (pk, spec) in self.known.measures.items()
        }

    def clean_chunk(self, rows: Iterable[Row], columns: dict[str, int]) -> Chunk:
        """Most lines are plain and take the short way; it is walked a million times."""
        chunk = Chunk()
        width = max(columns.values()) + 1
        # A column that the file has not is the blank put behind the last of those it has.
        chosen = itemgetter(*(columns.get(key, width) for key in HEADER))
        whole = width if len(columns) == len(HEADER) else NEVER
        units, measures, periods = self.known.reach, self.plain, self.known.periods
        add = chunk.lines.append
        for number, row, odd in rows:
            texts = chosen(row if len(row) == whole else [*row[:width], *[""] * (width + 1)])
            code, name, when, state, value, part, base = texts
            unit, measure, quarter = units.get(code), measures.get(name), periods.get(when, NEVER)
            if unit and measure and not odd and unit[1] <= quarter < unit[2]:
                pk, read = measure
                figure = read(state, value, part, base)
                if figure:
                    add(f"{number}\t{pk}\t{unit[0]}\t{quarter}\t{figure}")
                    continue
            self._read(chunk, number, tuple(map(str.strip, texts)), odd, columns)
        return chunk

    def _read(
        self,
        chunk: Chunk,
        number: int,
        texts: tuple[str, ...],
        odd: dict[int, RawCell],
        columns: dict[str, int],
    ) -> None:
        key = self._find(chunk, number, texts, columns)
        answer = self._answer(texts[1:2] + texts[3:], odd, columns)
        if isinstance(answer, list):
            chunk.issues += [replace(issue, row=number) for issue in answer]
        elif key and answer is None:
            chunk.blank += 1
        elif key:
            measure, unit, quarter = key
            chunk.lines.append(f"{number}\t{measure}\t{unit}\t{quarter}\t{answer}")

    def _find(
        self, chunk: Chunk, number: int, texts: tuple[str, ...], columns: dict[str, int]
    ) -> Key | None:
        """(measure, unit, quarter), or None once every fault of the three is noted."""
        organisation, code, period, *_figure = texts
        unit = self.known.units.get(organisation)
        measure = self.known.measures.get(code)
        quarter = self.known.period(period)

        def fault(issue: str, column: str, value: str, **params: Any) -> None:
            params = {"value": value[:SHOWN], **params}
            letter = column_letter(columns[column])
            chunk.issues.append(Issue(issue, row=number, column=letter, params=params))

        if unit is None:
            fault("import.unknown_unit", "organisation", organisation)
        elif not unit.within:
            fault("import.not_your_unit", "organisation", organisation)
        if measure is None:
            fault("import.unknown_measure", "measure", code)
        if quarter is None:
            fault("import.not_a_quarter", "period", period)
        elif quarter > self.known.newest:
            newest = str(Period(self.known.newest))
            fault("import.quarter_not_over", "period", period, newest=newest)
        elif unit and not unit.since <= quarter < unit.until:
            fault("import.unit_not_alive", "organisation", organisation, period=period)
        elif unit and unit.within and measure:
            return measure[0], unit.pk, quarter
        return None

    def _answer(
        self, texts: tuple[str, ...], odd: dict[int, RawCell], columns: dict[str, int]
    ) -> Answer:
        """What the validator says of a figure; the same texts of a measure are checked once."""
        if texts[0] not in self.known.measures:
            return None
        if odd:
            return self._validate(texts, odd, columns)
        if texts not in self.answers:
            if len(self.answers) >= REMEMBERED:
                self.answers.clear()
            self.answers[texts] = self._validate(texts, {}, columns)
        return self.answers[texts]

    def _validate(
        self, texts: tuple[str, ...], odd: dict[int, RawCell], columns: dict[str, int]
    ) -> Answer:
        code, state, *parts = texts
        spec = self.known.measures[code][1]
        if state not in ("", *STATES):
            return [_state_issue("import.unknown_state", code, state, columns)]
        if state == "not_applicable" and not (any(parts) or odd):
            parts = ["/", *parts[1:]]
        cells = {part: RawCell(text, text) for part, text in zip(PARTS, parts, strict=True) if text}
        cells |= {part: odd[columns[part]] for part in PARTS if columns.get(part) in odd}
        found = clean_line(spec, Line("", 0, cells, columns))
        if isinstance(found, list):
            return found
        if state and (found is None or found.state != state):
            return [_state_issue("import.state_disagrees", code, state, columns)]
        if found is None:
            return None
        return copy_line((found.state, found.value, found.numerator, found.denominator))


def _state_issue(issue: str, code: str, state: str, columns: dict[str, int]) -> Issue:
    letter = column_letter(columns["state"])
    return Issue(issue, column=letter, key=code, params={"value": state[:SHOWN]})


class BulkFigures:
    """The kind of large file behind observations."""

    key = "figures"
    upload_right = "figures.import"
    apply_right = "bulk.approve"
    columns = tuple(
        Column(
            key,
            required=key in (*KEYS, "value"),
            meaning=MEANINGS[key],
            choices=[(state, state) for state in STATES] if key == "state" else (),
        )
        for key in HEADER
    )
    table = sets.TABLE

    @property
    def title(self) -> str:
        return _("Figures of units and quarters")

    @property
    def advice(self) -> str:
        return _(
            "A line without a figure says nothing and changes nothing. Codes are those of the "
            "lists of units and measures."
        )

    def begin(self, actor: User | None) -> FigureReader:
        return FigureReader(Known.to(actor))

    def check(self, table: str, columns: dict[str, int]) -> Iterator[Issue]:
        """Lines that stand twice, that a register counts, that no form asks for, or that may be
        right and look wrong."""
        yield from sets.doubled(table, column_letter(columns["measure"]))
        yield from sets.counted(table, column_letter(columns["measure"]))
        yield from sets.not_asked(table, column_letter(columns["measure"]))
        yield from unusual(table, {key: column_letter(at) for key, at in columns.items()})

    def prepare(self, table: str) -> dict[str, Any]:
        return sets.prepare(table)

    def show(self, preview: dict[str, Any]) -> Preview:
        return show_preview(preview)

    def apply(self, table: str, job: BulkImport, preview: dict[str, Any]) -> int:
        return sets.apply(table, job, preview)
