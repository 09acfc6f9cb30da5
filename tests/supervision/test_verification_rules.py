"""How long a verification is valid, how an instrument stands on a day, what is refused."""

from datetime import date

import pytest

from supervision.rules.verification import (
    Check,
    Standing,
    Told,
    Use,
    faults,
    holds,
    last_day,
    newest,
    proposed,
    standing,
)

TODAY = date(2025, 6, 30)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("verified_on", "months", "last"),
    [
        ("2023-06-15", 12, "2024-06-14"),
        ("2023-03-01", 12, "2024-02-29"),
        ("2022-03-01", 12, "2023-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-28", 12, "2025-02-27"),
        ("2024-02-29", 48, "2028-02-28"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2024-08-31", 6, "2025-02-28"),
        ("2024-08-30", 6, "2025-02-28"),
        ("2024-08-28", 6, "2025-02-27"),
        ("2023-01-01", 12, "2023-12-31"),
        ("2023-10-31", 1, "2023-11-30"),
        ("2023-12-01", 72, "2029-11-30"),
    ],
)
def test_a_verification_is_valid_until_the_day_before_the_same_day(verified_on, months, last):
    assert last_day(day(verified_on), months) == day(last)


def test_a_later_verification_never_ends_earlier_than_one_before_it():
    days = [date.fromordinal(day("2023-01-01").toordinal() + at) for at in range(1200)]
    for months in (1, 6, 12, 24):
        ends = [last_day(on, months) for on in days]
        assert ends == sorted(ends)


def test_the_newest_up_to_a_day_decides_and_a_failure_ends_what_came_before():
    checks = [
        Check(day("2023-01-10"), True, day("2024-01-09")),
        Check(day("2023-07-01"), False),
        Check(day("2023-08-01"), True, day("2024-07-31")),
    ]
    held = {
        "2023-01-09": False,
        "2023-01-10": True,
        "2023-06-30": True,
        "2023-07-01": False,
        "2023-07-31": False,
        "2023-08-01": True,
        "2024-07-31": True,
        "2024-08-01": False,
    }
    assert {on: holds(newest(checks, day(on)), day(on)) for on in held} == held


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (None, Standing.NEVER),
        (Check(day("2025-01-01"), False), Standing.FAILED),
        (Check(day("2024-01-01"), True, day("2025-06-29")), Standing.OVERDUE),
        (Check(day("2024-01-01"), True, day("2025-06-30")), Standing.DUE),
        (Check(day("2024-01-01"), True, day("2025-07-30")), Standing.DUE),
        (Check(day("2024-01-01"), True, day("2025-07-31")), Standing.VALID),
    ],
)
def test_how_an_instrument_stands_on_a_boundary_day(check, expected):
    use = Use(date(2020, 1, 1), None, subject=True)
    assert standing(use, check, day=TODAY, soon=30) is expected


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (Use(day("2025-07-01"), None, subject=True), Standing.OUT),
        (Use(day("2025-06-30"), None, subject=True), Standing.NEVER),
        (Use(day("2020-01-01"), day("2025-06-30"), subject=True), Standing.OUT),
        (Use(day("2020-01-01"), day("2025-07-01"), subject=True), Standing.NEVER),
        (Use(day("2020-01-01"), None, subject=False), Standing.EXEMPT),
    ],
)
def test_what_is_not_in_use_or_not_subject_asks_for_nothing(use, expected):
    assert standing(use, None, day=TODAY, soon=30) is expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (Told(None, True, None), {"verified_on": "verification.no_day"}),
        (Told(day("2025-07-01"), False, None), {"verified_on": "verification.future"}),
        (Told(day("2019-12-31"), False, None), {"verified_on": "verification.before_made"}),
        (Told(day("2025-06-01"), None, None), {"passed": "verification.no_result"}),
        (Told(day("2025-06-01"), True, None), {"valid_until": "verification.no_end"}),
        (
            Told(day("2025-06-01"), True, day("2025-05-31")),
            {"valid_until": "verification.ends_before"},
        ),
        (
            Told(day("2025-06-01"), False, day("2026-05-31")),
            {"valid_until": "verification.failed_until"},
        ),
        (Told(day("2020-01-01"), True, day("2020-01-01")), {}),
        (Told(day("2025-06-30"), False, None), {}),
    ],
)
def test_what_is_refused_says_so_at_its_field(told, expected):
    found = faults(told, made_on=date(2020, 1, 1), today=TODAY)
    assert {field: fault.code for field, fault in found.items()} == expected


def test_only_a_pass_without_its_last_day_gets_one():
    on = day("2024-02-29")
    assert proposed(Told(on, True, None), 12).valid_until == day("2025-02-28")
    given = Told(on, True, day("2024-12-31"))
    assert proposed(given, 12) is given
    for told, months in ((Told(on, False, None), 12), (Told(on, True, None), None)):
        assert proposed(told, months).valid_until is None
