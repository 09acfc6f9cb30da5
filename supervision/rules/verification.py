"""Verifications of an instrument: how long one is valid, what stands on a day, what is refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from standards.rules.faults import Fault
from standards.rules.months import EARLIEST, LATEST, months_after

SUBJECT = frozenset({"trade", "safety", "medical", "environment"})
"""The purposes for which verification is compulsory (Metrology Law, article 9)."""


class Standing(StrEnum):
    """How an instrument stands on a day; only the first three have a verification that holds."""

    VALID = "valid"
    DUE = "due"
    OVERDUE = "overdue"
    FAILED = "failed"
    NEVER = "never"
    EXEMPT = "exempt"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Check:
    """A verification; `valid_until` is its last day where it passed, None where it failed."""

    verified_on: date
    passed: bool
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """When an instrument is in use, up to the day before `end`, and whether for a purpose for which
    verification is compulsory."""

    first: date
    end: date | None
    subject: bool

    def on(self, day: date) -> bool:
        return self.first <= day and (self.end is None or day < self.end)


def newest(checks: Iterable[Check], day: date) -> Check | None:
    """The last one up to the day; there is one for a day at most."""
    done = (check for check in checks if check.verified_on <= day)
    return max(done, key=lambda check: check.verified_on, default=None)


def holds(check: Check | None, day: date) -> bool:
    """Whether an instrument whose newest verification is this one is validly verified."""
    return check is not None and check.passed and check.valid_until >= day


def last_day(verified_on: date, months: int) -> date:
    """The last day on which a verification is valid: the one before the same day so many months
    later, or that month's last where it has no such day.

    A year from 1 March 2023 ends on 29 February 2024, one from 29 February 2024 on 28 February
    2025. The calendar ends with the year 9999.
    """
    if verified_on.year + months // 12 >= date.max.year:
        return date.max
    same = months_after(verified_on, months)
    return same - timedelta(days=1) if same.day == verified_on.day else same


def standing(use: Use, check: Check | None, *, day: date, soon: int) -> Standing:
    """`check` is the newest one; due is what ends within `soon` days from the day."""
    if not use.on(day):
        return Standing.OUT
    if not use.subject:
        return Standing.EXEMPT
    if check is None:
        return Standing.NEVER
    if not check.passed:
        return Standing.FAILED
    if check.valid_until < day:
        return Standing.OVERDUE
    near = check.valid_until <= day + timedelta(days=soon)
    return Standing.DUE if near else Standing.VALID


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a verification, as it was entered; None is left blank."""

    verified_on: date | None
    passed: bool | None
    valid_until: date | None


def proposed(told: Told, months: int | None) -> Told:
    """A pass without its last day gets the one that the interval gives."""
    if not (told.verified_on and told.passed and told.valid_until is None and months):
        return told
    return Told(told.verified_on, True, last_day(told.verified_on, months))


def faults(told: Told, *, made_on: date | None, today: date) -> dict[str, Fault]:
    """By field; `told` comes from `proposed`."""
    found: dict[str, Fault] = {}
    if told.verified_on is None:
        found["verified_on"] = Fault("verification.no_day")
    elif told.verified_on < EARLIEST:
        found["verified_on"] = Fault("verification.year", {"value": _day(told.verified_on)})
    elif told.verified_on > today:
        found["verified_on"] = Fault("verification.future", {"value": _day(told.verified_on)})
    elif made_on and told.verified_on < made_on:
        days = {"value": _day(told.verified_on), "made": _day(made_on)}
        found["verified_on"] = Fault("verification.before_made", days)
    if told.passed is None:
        found["passed"] = Fault("verification.no_result")
    if not found and told.valid_until and told.valid_until > LATEST:
        found["valid_until"] = Fault("verification.year", {"value": _day(told.valid_until)})
    return found | _end_faults(told)


def _end_faults(told: Told) -> dict[str, Fault]:
    if told.passed is False and told.valid_until:
        return {"valid_until": Fault("verification.failed_until")}
    if told.passed and told.verified_on and told.valid_until is None:
        return {"valid_until": Fault("verification.no_end")}
    if told.valid_until and told.verified_on and told.valid_until < told.verified_on:
        days = {"value": _day(told.valid_until), "day": _day(told.verified_on)}
        return {"valid_until": Fault("verification.ends_before", days)}
    return {}


def _day(day: date) -> str:
    return day.isoformat()
