"""What can be wrong with a plan file, each with its line, its place and one sentence."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from metroplan.common.problems import MetroplanError

Path = tuple[str | int, ...]

SENTENCES = {
    "not_text": _("The file is not UTF-8 text: save it as UTF-8 and load it again."),
    "too_large": _("The file has more than {limit} characters: split off what is not a plan."),
    "too_deep": _("The lines are nested too deeply: compare them with docs/plan-file.md."),
    "alias": _("Anchors and aliases (& and *) are not allowed: write the text out."),
    "syntax": _("This is not YAML ({detail}): correct the punctuation or indentation here."),
    "scalar": _("“{value}” cannot be read as a number or date: correct it or put it in quotes."),
    "repeated_key": _("“{key}” stands twice in one section: keep one of them."),
    "missing": _("“{key}” is missing: add it."),
    "unexpected": _("“{key}” is not known here: correct its spelling or remove it."),
    "type": _("“{value}” is of the wrong kind: write {expected}."),
    "enum": _("“{value}” is not one of the allowed words: use {allowed}."),
    "pattern": _("“{value}” has the wrong form: write it like {example}."),
    "empty": _("Nothing is written here: fill it in."),
    "too_long": _("The text has more than {limit} characters: shorten it."),
    "out_of_range": _("{value} is out of range: write a number from {low} to {high}."),
    "decimals": _("{value} has more than 6 decimals or 18 digits: round it."),
    "repeated_item": _("“{value}” stands twice in the list: keep one of them."),
    "repeated_code": _("“{value}” is already used on line {first}: choose another one."),
    "unknown_category": _("Category “{value}” is not listed under categories: add or correct it."),
    "unknown_unit": _("Unit “{value}” is not listed under units: add or correct it."),
    "unknown_indicator": _("Indicator “{value}” is not listed under indicators: correct it."),
    "unknown_year": _("Year {value} is not listed under milestones: add it there or correct it."),
    "unknown_measure": _(
        "Measure “{value}” is neither in this file nor in measures.yaml: define or correct it."
    ),
    "unknown_organisation": _(
        "Unit code “{value}” is not known: correct it, or load the reference data first."
    ),
    "unknown_parent": _("Plan “{value}” is not loaded: load it first, or correct the code."),
    "parent_circle": _("Plan “{value}” cannot carry out itself: correct the parent."),
    "measure_missing": _("The indicator names no measure: add one, or write comparator: done."),
    "measure_unused": _("No indicator uses measure “{value}”: use it or remove it."),
    "measure_twice": _(
        "Measure “{value}” is used by another plan with other content: make both the same, or "
        "choose another code."
    ),
    "measure_has_figures": _(
        "Measure “{value}” already has figures, so its kind and accumulation stay: use a new code."
    ),
    "done_needs_yes_no": _("A deliverable that is done or not needs a yes/no measure: change it."),
    "yes_no_needs_done": _("A yes/no measure that is not shared needs comparator: done."),
    "done_without_numbers": _("A deliverable that is done or not carries no number: remove it."),
    "low_missing": _("The target has no number: add low."),
    "high_missing": _("A range needs its upper end: add high."),
    "high_unexpected": _("Only a range has an upper end: remove high, or use comparator: range."),
    "range_upside_down": _("The upper end lies below the lower end: exchange them."),
    "not_percent": _("A percentage lies between 0 and 100, not at {value}: correct it."),
    "growth_needs_baseline": _("A growth target needs the year it grows from: add a baseline."),
    "baseline_too_late": _("The baseline must lie before the first target: correct its year."),
    "window_needs_flow": _("Only a flow can be added up over a window: remove window."),
    "ends_before_start": _("The plan ends before it begins: correct starts or ends."),
    "ends_off_milestone": _(
        "The plan must end with its last dated milestone, in {expected}: correct ends."
    ),
    "roll_up_misfit": _("Roll-up “{value}” does not fit kind “{kind}”: use {allowed}."),
    "ratio_needs_parts": _("A ratio needs names of its numerator and denominator: add them."),
    "parts_unexpected": _("Only a ratio has a numerator and a denominator: remove them."),
    "mean_needs_level": _("A mean must name the level it is taken over: add mean_level."),
    "level_unexpected": _("Only a mean names a level: remove mean_level."),
    "own_needs_owner": _("An own figure is reported by the owner: write reported_by: [owner]."),
    "mean_level_reports": _("A mean over level {value} needs reports of that level: add it."),
    "level_not_below": _(
        "Units of level {value} do not stand below the issuing unit: write owner or a lower level."
    ),
    "lead_supports": _("“{value}” leads the task and cannot support it too: remove it there."),
    "once_needs_year": _("A duty that falls due once needs its year: add it."),
    "year_unexpected": _("Only a duty that falls due once has a year: write year: null."),
    "organisation_fixed": _(
        "The plan is loaded for unit {value}: the issuing unit of a loaded plan does not change."
    ),
    "indicator_has_figures": _(
        "Indicator “{value}” is missing in the file, but figures or targets of other units "
        "depend on it: put it back."
    ),
    "target_has_figures": _(
        "The target of “{value}” for {year} is missing in the file, but figures were reported "
        "for it: put it back."
    ),
}


@dataclass(frozen=True, order=True)
class Problem:
    line: int
    path: Path = field(compare=False)
    code: str = ""
    params: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def sentence(self) -> str:
        """In the language that is active now."""
        return str(SENTENCES[self.code]).format(**self.params)

    @property
    def place(self) -> str:
        """As in `indicators[3].targets[0].low`, counted from 0 like the code does."""
        text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return text.removeprefix(".")


class PlanFileError(MetroplanError):
    """A file that is refused, with every problem found, in the order of its lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__(
            "plan_file.refused",
            _("The file has {count} problems and was not loaded: correct them all."),
            status=422,
            count=len(self.problems),
        )

    def lines(self, name: str) -> list[str]:
        """`file:line: place: sentence`, one for each problem."""
        return [
            ": ".join(filter(None, (f"{name}:{one.line}", one.place, one.sentence)))
            for one in self.problems
        ]
