"""Each status states itself in one sentence that names the numbers it used."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

from indicators.rules.terms import Comparator, Mode, Status
from indicators.rules.trajectory import HUNDRED, year_end
from indicators.rules.wording import WORDS, Words
from metroplan.common.periods import Period
from metroplan.common.rounding import figure_text, round_half_even

Language = Literal["zh", "en"]
FINEST = 12
SCHEDULED = {
    Status.AHEAD,
    Status.ON_TRACK,
    Status.SLIGHTLY_BEHIND,
    Status.BEHIND,
    Status.SERIOUSLY_BEHIND,
}


class Standing(Protocol):
    """The numbers of a sentence: an Assessment, or a stored progress row."""

    period: Period
    status: str
    actual: Decimal | None
    expected: Decimal | None
    target: Decimal | None
    milestone_year: int | None
    baseline: Decimal | None
    attainment: Decimal | None
    schedule_ratio: Decimal | None
    lag_quarters: Decimal | None
    provisional: bool
    met_by_rounding: bool
    reported: int
    units_expected: int
    carried: int


@dataclass(frozen=True, slots=True)
class Subject:
    """What the sentence is about. `share` means the figure is a percentage of units done;
    `high`, `approximate` and `newest` are those of the target and the figure in question."""

    indicator_zh: str
    indicator_en: str
    organisation_zh: str
    organisation_en: str
    unit_zh: str
    unit_en: str
    decimals: int
    comparator: str
    mode: str = Mode.REACH
    share: bool = False
    high: Decimal | None = None
    approximate: bool = False
    carry_forward: int = 4
    newest: Period | None = None

    def named(self, field: str, language: Language) -> str:
        return getattr(self, f"{field}_{language}")


def explain(standing: Standing, subject: Subject, language: Language) -> str:
    """One sentence, with notes on rounding, ceiling, carried figures and coverage after it."""
    writer = _Writer(standing, subject, language)
    return writer.words.note_join.join([writer.statement(), *writer.notes()]) + writer.words.stop


def distinct(value: Decimal, decimals: int, avoid: Decimal) -> str:
    """`value` with as many places, at least `decimals`, as it needs not to read as `avoid`."""
    if value == avoid:
        return figure_text(value, decimals)
    for places in range(decimals, FINEST):
        if round_half_even(value, places) != avoid:
            return figure_text(value, places)
    return figure_text(value, FINEST)


def counted(number: int) -> str:
    return figure_text(Decimal(number), 0)


@dataclass(frozen=True, slots=True)
class _Writer:
    standing: Standing
    subject: Subject
    language: Language

    @property
    def words(self) -> Words:
        return WORDS[self.language]

    @property
    def unit(self) -> str:
        if self.subject.share:
            return "%"
        return self.subject.named("unit", self.language)

    def statement(self) -> str:
        return self.words.sentences[self.variant()].format_map(self.parts())

    def variant(self) -> str:
        """Which sentence says it: the status itself, or the shape the status shares."""
        now, status = self.standing, Status(self.standing.status)
        if now.target is None and status == Status.NO_DATA:
            return "no_data_at_all" if now.actual is None else "no_target"
        if status in (Status.DUE_SOON, Status.NOT_DUE):
            return "due"
        if self.subject.comparator == Comparator.DONE:
            if status == Status.ACHIEVED:
                return "all_done" if self.subject.share else "done"
            if status == Status.MISSED:
                return "not_done"
        if status not in SCHEDULED:
            return status
        if self.subject.mode == Mode.MAINTAIN or now.target == now.baseline:
            return "kept"
        return "level" if now.schedule_ratio is None else "path"

    def parts(self) -> dict[str, str]:
        now, subject, words = self.standing, self.subject, self.words
        return {
            "head": words.notes["head"].format(
                period=now.period.in_words(self.language),
                organisation=subject.named("organisation", self.language),
                indicator=subject.named("indicator", self.language),
            ),
            "actual": self.actual(),
            "expected": self.quantity(now.expected),
            "baseline": self.quantity(now.baseline),
            "goal": self.goal(),
            "year": str(now.milestone_year),
            "ratio": self.percent(now.schedule_ratio),
            "attainment": self.percent(now.attainment),
            "lag": self.lag(),
            "verdict": words.notes.get(f"verdict_{now.status}", ""),
            "carry": str(subject.carry_forward),
            "newest": self.newest(),
            **self.distances(),
            **self.deliverable(),
        }

    def quantity(self, value: Decimal | None) -> str:
        return self.words.quantity(figure_text(value, self.subject.decimals), self.unit)

    def percent(self, part: Decimal | None) -> str:
        return "" if part is None else f"{figure_text(part * HUNDRED, 1)}%"

    def actual(self) -> str:
        """With more places where the usual ones would hide that the target is not met."""
        now, decimals = self.standing, self.subject.decimals
        if now.actual is None or not now.met_by_rounding:
            return self.quantity(now.actual)
        rounded = round_half_even(now.actual, decimals)
        return self.words.quantity(distinct(now.actual, decimals, rounded), self.unit)

    def goal(self) -> str:
        now, subject, words = self.standing, self.subject, self.words
        if now.target is None:
            return ""
        if subject.comparator == Comparator.DONE:
            return words.goals["all_done" if subject.share else Comparator.DONE]
        wording = words.approximate if subject.approximate else words.goals[subject.comparator]
        return wording.format(
            low=self.quantity(now.target),
            low_number=figure_text(now.target, subject.decimals),
            high=self.quantity(subject.high),
        )

    def lag(self) -> str:
        lag = self.standing.lag_quarters
        if lag is None:
            return ""
        if not round_half_even(lag, 1):
            return self.words.abreast
        quarters = figure_text(abs(lag), 1)
        return (self.words.behind if lag > 0 else self.words.ahead).format(quarters=quarters)

    def newest(self) -> str:
        notes, newest = self.words.notes, self.subject.newest
        if newest is None:
            return notes["newest_unknown"]
        return notes["newest"].format(quarter=newest.in_words(self.language))

    def distances(self) -> dict[str, str]:
        """From the target, in itself and as a part of it, and from the baseline."""
        now, words = self.standing, self.words
        share = None
        if now.target and now.actual is not None:
            share = abs((now.target - now.actual) / now.target)
        return {
            "gap": self.difference(now.target, now.actual),
            "gap_share": ""
            if share is None
            else words.notes["gap_share"].format(share=f"{distinct(share * 100, 1, Decimal(0))}%"),
            "loss": self.difference(now.baseline, now.actual),
            "worse": words.above if self.subject.comparator == Comparator.AT_MOST else words.below,
        }

    def difference(self, one: Decimal | None, other: Decimal | None) -> str:
        if one is None or other is None:
            return ""
        number = distinct(abs(one - other), self.subject.decimals, Decimal(0))
        return self.words.difference(number, self.unit)

    def deliverable(self) -> dict[str, str]:
        """What is said of a yes/no target; `share_…` where it is a percentage of units."""
        now, notes = self.standing, self.words.notes
        kind = "share_" if self.subject.share else ""
        left = 0 if now.milestone_year is None else year_end(now.milestone_year) - now.period.index
        return {
            "undone": notes[f"{kind}undone"].format(actual=self.actual()),
            "task": notes[f"{kind}task"],
            "left": notes["left" if left > 0 else "left_none"].format(quarters=left),
        }

    def notes(self) -> Iterator[str]:
        now, subject, notes = self.standing, self.subject, self.words.notes
        if now.met_by_rounding:
            yield notes["rounding"].format(rounded=self.quantity(now.actual))
        if subject.high is not None and now.actual is not None and now.actual > subject.high:
            yield notes["ceiling"].format(high=self.quantity(subject.high))
        if now.carried:
            yield notes["carried"].format(carried=counted(now.carried))
        if now.provisional:
            yield notes["provisional"].format(
                reported=counted(now.reported), units=counted(now.units_expected)
            )
