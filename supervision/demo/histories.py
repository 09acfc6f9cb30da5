"""The verifications of a demonstration instrument: most in time, some late, a few failed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from indicators.demo.chance import chance
from supervision.models import Verification
from supervision.rules.verification import Check, last_day

STAGES = Verification.Stage
# Of a hundred: never verified, verified only once in use, late, left out for a while, failed.
NEVER, AFTER, LATE, SKIPPED, FAILED = 0.015, 0.03, 0.08, 0.02, 0.025
LATEST_DAYS, SKIPPED_DAYS, EARLIEST_DAYS, REPAIR_DAYS = 90, 240, 25, 30


@dataclass(frozen=True, slots=True)
class Done:
    stage: str
    check: Check


def history(words: str, first: date, end: date, months: int) -> Iterator[Done]:
    """From about the day on which it came into use to the day before `end`, in order."""
    draw = chance(words, "fate")
    if draw < NEVER:
        return
    days = int(20 * chance(words, "initial"))
    day = first + timedelta(days=days + 1) if draw < AFTER else first - timedelta(days=days)
    stage = STAGES.INITIAL
    while day < end:
        fate = chance(words, day.toordinal())
        if fate < FAILED and stage != STAGES.INITIAL:
            yield Done(stage, Check(day, False))
            day += timedelta(days=1 + int(REPAIR_DAYS * chance(words, "repair", day.toordinal())))
            stage = STAGES.AFTER_REPAIR
            continue
        until = last_day(day, months)
        yield Done(stage, Check(day, True, until))
        day, stage = _next(until, fate), STAGES.PERIODIC


def _next(until: date, fate: float) -> date:
    """When it is verified next; `fate` is spread evenly above FAILED, an initial one lies below it
    now and then."""
    left = max(fate - FAILED, 0) / (1 - FAILED)
    if left < SKIPPED:
        return until + timedelta(days=1 + int(SKIPPED_DAYS * left / SKIPPED))
    if left < SKIPPED + LATE:
        return until + timedelta(days=1 + int(LATEST_DAYS * (left - SKIPPED) / LATE))
    return until - timedelta(days=int(EARLIEST_DAYS * left))
