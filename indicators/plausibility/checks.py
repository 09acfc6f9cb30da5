"""One figure against what is known: the checks and what each finds. Pure.

A figure that looks wrong is told once: of the checks in `SHAPES` the first that finds something
speaks, the others of it would say the same in other words. All of `BESIDE` speak.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

from indicators.plausibility.robust import NORMAL, spread_around, usual_size
from indicators.plausibility.terms import Background, Finding, Rules, Traits
from indicators.rules import Figure
from indicators.rules.terms import Accumulation, FigureState, Kind
from metroplan.common.periods import Period
from metroplan.common.rounding import exact_text

MOST_POINTS = 12
YEARS_BACK = 8
YEAR = 4
SLIPS = (10, 100, 10_000)
OWN_SIZE_POINTS = 4
ZERO, ONE, TWO, HUNDRED = Decimal(0), Decimal(1), Decimal(2), Decimal(100)

Past = list[tuple[int, Decimal]]
"""Quarters and numbers, oldest first."""


@dataclass(frozen=True, slots=True)
class Case:
    """One figure of quarter `k` that applies, as the checks look at it.

    `past` are the newest numbers before, without quarters in which the measure did not apply or
    had nothing to divide by.
    """

    figure: Figure
    k: int
    traits: Traits
    background: Background
    number: Decimal
    past: Past

    @classmethod
    def of(cls, figure: Figure, k: int, traits: Traits, background: Background) -> "Case":
        past = [
            (at, number)
            for at, earlier in sorted(background.history.items())
            if earlier.state != FigureState.NOT_APPLICABLE
            and (number := traits.number(earlier)) is not None
        ]
        return cls(figure, k, traits, background, traits.number(figure), past[-MOST_POINTS:])

    @property
    def ratio(self) -> bool:
        return self.traits.kind == Kind.RATIO

    @property
    def stock(self) -> bool:
        return self.traits.accumulation == Accumulation.STOCK

    @property
    def main_part(self) -> str:
        return "numerator" if self.ratio else "value"

    def parts(self) -> tuple[str, ...]:
        """The counted parts; of a ratio the denominator first, which is the larger."""
        return ("denominator", "numerator") if self.ratio else ("value",)

    def past_of(self, part: str) -> Past:
        """The same quarters, one part of each figure."""
        if not self.ratio:
            return self.past
        history = self.background.history
        return [(at, getattr(history[at], part)) for at, _ in self.past]


Run = Callable[[Case, Mapping[str, Any]], Finding | None]


def judge(
    figure: Figure, k: int, traits: Traits, rules: Rules, background: Background
) -> list[Finding]:
    """Everything that looks wrong with a unit's figure of quarter k."""
    if figure.state == FigureState.NOT_APPLICABLE:
        return []
    case = Case.of(figure, k, traits, background)
    found = [run(case, rules[check]) for check, run in BESIDE if check in rules]
    shapes = (run(case, rules[check]) for check, run in SHAPES if check in rules)
    found.append(next(filter(None, shapes), None))
    return [finding for finding in found if finding]


def out_of_range(case: Case, settings: Mapping[str, Any]) -> Finding | None:
    low, high, number = settings["low"], settings["high"], case.number
    if (low is None or number >= low) and (high is None or number <= high):
        return None
    shown = case.traits.shown
    bounds = [("≥", low), ("≤", high)]
    usual = ", ".join(f"{sign} {shown(end)}" for sign, end in bounds if end is not None)
    params = {"value": shown(number), "usual": usual}
    return Finding("figure.out_of_range", case.main_part, params)


def unit_slip(case: Case, settings: Mapping[str, Any]) -> Finding | None:
    """About 10, 100 or 10,000 times, or that part of, what the unit usually reports."""
    for part in case.parts():
        number = getattr(case.figure, part)
        before = [value for _, value in case.past_of(part) if value > 0]
        if len(before) < settings["points"] or number <= 0:
            continue
        usual = usual_size(before)
        if max(number, usual) < settings["least"] or _was_so_before(number, before):
            continue
        if factor := _factor(number, usual, settings["tolerance"]):
            shown = {"value": exact_text(number), "usual": exact_text(usual), "factor": factor}
            return Finding("figure.unit_slip", part, shown)
    return None


def _was_so_before(number: Decimal, before: Sequence[Decimal]) -> bool:
    """Within the double of a figure there was: then it has grown, and has not slipped."""
    return any(number <= TWO * value and value <= TWO * number for value in before)


def _factor(number: Decimal, usual: Decimal, tolerance: Decimal) -> str:
    for slip in SLIPS:
        if usual * slip <= number * (1 + tolerance) and number <= usual * slip * (1 + tolerance):
            return str(slip)
        if number * slip <= usual * (1 + tolerance) and usual <= number * slip * (1 + tolerance):
            return f"1/{slip}"
    return ""


def year_to_date(case: Case, settings: Mapping[str, Any]) -> Finding | None:
    """A flow that is the year so far, or a count in all that is one quarter's."""
    if case.stock:
        return None if case.ratio else _quarter_alone(case, settings)
    return _year_so_far(case, settings)


def _year_so_far(case: Case, settings: Mapping[str, Any]) -> Finding | None:
    part = case.parts()[0]
    past = dict(case.past_of(part)[-YEARS_BACK:])
    this_year = range(case.k - case.k % 4, case.k)
    number = getattr(case.figure, part)
    complete = this_year and all(at in past for at in this_year)
    if not complete or len(past) < settings["points"] or number < settings["least"]:
        return None
    so_far, usual = sum(past[at] for at in this_year), usual_size([*past.values()])
    if not _is_sum(number, so_far, usual, settings["tolerance"], len(this_year)):
        return None
    if number <= max(past.values()) * (1 + settings["tolerance"]):
        return None
    shown = {"value": exact_text(number), "sum": exact_text(so_far), "usual": exact_text(usual)}
    shown |= {"since": str(Period(this_year[0])), "until": str(Period(case.k - 1))}
    return Finding("figure.year_to_date", part, shown)


def _is_sum(
    number: Decimal, so_far: Decimal, usual: Decimal, tolerance: Decimal, quarters: int
) -> bool:
    """The quarters so far and about one more; or exactly those, if they are several."""
    if so_far <= 0:
        return False
    with_one_more = so_far + usual / 2 <= number <= (so_far + usual) * (1 + tolerance)
    return with_one_more or (quarters > 1 and number == so_far)


def _quarter_alone(case: Case, settings: Mapping[str, Any]) -> Finding | None:
    past, number = case.past, case.number
    gains = [gain for gain in _gains(past) if gain > 0]
    if len(past) < settings["points"] or len(gains) < settings["points"] - 1:
        return None
    usual, (at, last) = usual_size(gains), past[-1]
    if last < settings["least"] or number >= last / 2:
        return None
    if not usual / 2 <= number <= usual * 2:
        return None
    shown = {"value": exact_text(number), "last": exact_text(last), "period": str(Period(at))}
    shown["usual"] = case.traits.roughly(usual)
    return Finding("figure.quarter_alone", "value", shown)


def below_last(case: Case, settings: Mapping[str, Any]) -> Finding | None:
    """What is counted in all, or was done, does not become less."""
    past = case.past
    if not case.stock or case.ratio or not past:
        return None
    at, last = past[-1]
    if case.number >= last * (1 - settings["tolerance"]):
        return None
    if case.traits.kind == Kind.YES_NO:
        return Finding("figure.undone", "value", {"period": str(Period(at))})
    shown = {"value": exact_text(case.number), "last": exact_text(last), "period": str(Period(at))}
    return Finding("figure.below_last", "value", shown)


def outlier_history(case: Case, settings: Mapping[str, Any]) -> Finding | None:
    """Far from where the unit's own figures lead, measured by how they scatter."""
    past = case.past
    if case.stock and not case.ratio:
        found = _led_to(case, past, settings)
    else:
        found = _scattered(case, [number for _, number in past], settings)
    if found is None:
        return None
    centre, scale = found
    if abs(case.number - centre) <= settings["distance"] * scale:
        return None
    shown = _span(case, centre, settings["distance"] * scale) | {"quarters": len(past)}
    return Finding("figure.outlier_history", case.main_part, shown)


def _scattered(
    case: Case, numbers: Sequence[Decimal], settings: Mapping[str, Any]
) -> tuple[Decimal, Decimal] | None:
    """The middle of a unit's figures and how they scatter around it."""
    if len(numbers) < settings["points"]:
        return None
    centre = median(numbers)
    scatter = NORMAL * spread_around(numbers, centre)
    return centre, max(scatter, settings["floor"] * centre, _noise(case, centre))


def _led_to(case: Case, past: Past, settings: Mapping[str, Any]) -> tuple[Decimal, Decimal] | None:
    """Where a count in all comes to if it goes on growing as it did."""
    gains = _gains(past)
    if len(gains) < settings["points"]:
        return None
    at, last = past[-1]
    gap, usual = case.k - at, median(gains)
    scatter = NORMAL * spread_around(gains, usual) * gap
    scale = max(scatter, settings["floor"] * last, _noise(case, abs(usual) * gap))
    return last + usual * gap, scale


def _gains(past: Past) -> list[Decimal]:
    """What was added in a quarter, spread evenly over quarters without a figure."""
    return [
        (later - earlier) / (after - at)
        for (at, earlier), (after, later) in itertools.pairwise(past)
    ]


def _noise(case: Case, centre: Decimal) -> Decimal:
    """How far chance alone moves a count of things, or a rate among few things."""
    if case.ratio:
        share = min(max(centre, ONE), HUNDRED - ONE)
        return (share * (HUNDRED - share) / case.figure.denominator).sqrt()
    return max(centre, ONE).sqrt() if case.traits.decimals == 0 else ZERO


def _span(case: Case, centre: Decimal, half: Decimal) -> dict[str, str]:
    low, high = max(centre - half, ZERO), centre + half
    if case.ratio:
        high = min(high, HUNDRED)
    roughly = case.traits.roughly
    return {"value": case.traits.shown(case.number), "low": roughly(low), "high": roughly(high)}


def outlier_peers(case: Case, settings: Mapping[str, Any]) -> Finding | None:
    """Far from the other units of the level; counts are compared by each unit's own size.

    A rate that was approved as far off within the year is no news.
    """
    peers, size = case.background.peers, _own_size(case)
    if peers is None or peers.count < settings["units"] or not size:
        return None
    centre = peers.median * size
    scatter = NORMAL * peers.spread * size
    scale = max(scatter, settings["floor"] * abs(centre), _noise(case, centre))
    half = settings["distance"] * scale
    if abs(case.number - centre) <= half or _known_to_differ(case, centre, half):
        return None
    return Finding(
        "figure.outlier_peers",
        case.main_part,
        _span(case, centre, half) | {"units": peers.count},
    )


def _known_to_differ(case: Case, centre: Decimal, half: Decimal) -> bool:
    below = case.number < centre
    return case.ratio and any(
        at >= case.k - YEAR and (number < centre - half if below else number > centre + half)
        for at, number in case.past
    )


def _own_size(case: Case) -> Decimal | None:
    """Percentages need no size."""
    if case.ratio:
        return ONE
    numbers = [number for _, number in case.past]
    return usual_size(numbers) if len(numbers) >= OWN_SIZE_POINTS else None


def parts_differ(case: Case, settings: Mapping[str, Any]) -> Finding | None:
    """Nothing where a part was not reported; a part that does not apply adds nothing."""
    parts = [case.background.parts.get(code) for code in settings["parts"]]
    if None in parts:
        return None
    for part in case.parts():
        total = sum((getattr(figure, part) or ZERO for figure in parts), ZERO)
        if getattr(case.figure, part) != total:
            shown = {"value": exact_text(getattr(case.figure, part)), "sum": exact_text(total)}
            shown["parts"] = ", ".join(settings["parts"])
            return Finding("figure.parts_differ", part, shown)
    return None


def register_differs(case: Case, settings: Mapping[str, Any]) -> Finding | None:
    registered = case.background.registered
    if registered is None or registered.state == FigureState.NOT_APPLICABLE:
        return None
    for part in case.parts():
        reported, counted = getattr(case.figure, part), getattr(registered, part)
        if counted is not None and abs(reported - counted) > settings["tolerance"] * counted:
            shown = {"value": exact_text(reported), "registered": exact_text(counted)}
            return Finding("figure.register_differs", part, shown)
    return None


BESIDE: tuple[tuple[str, Run], ...] = (
    ("range", out_of_range),
    ("parts", parts_differ),
    ("register", register_differs),
)
SHAPES: tuple[tuple[str, Run], ...] = (
    ("unit_slip", unit_slip),
    ("year_to_date", year_to_date),
    ("below_last", below_last),
    ("outlier_history", outlier_history),
    ("outlier_peers", outlier_peers),
)
