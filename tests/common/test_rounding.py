from decimal import Decimal

import pytest

from metroplan.common.rounding import display, round_half_even

# GB/T 8170-2008, 3.2: below five down, above five up, exactly five to the even neighbour.
TABLE = [
    ("12.1498", 1, "12.1"),
    ("12.1498", 0, "12"),
    ("10.502", 0, "11"),
    ("1.050", 1, "1.0"),
    ("0.35", 1, "0.4"),
    ("2.5", 0, "2"),
    ("3.5", 0, "4"),
    ("0.0325", 3, "0.032"),
    ("0.03251", 3, "0.033"),
    ("-2.5", 0, "-2"),
    ("-3.5", 0, "-4"),
    ("-0.0365", 3, "-0.036"),
    ("15.4546", 0, "15"),
    ("94.96", 1, "95.0"),
    ("94.95", 1, "95.0"),
    ("94.85", 1, "94.8"),
    ("94.949999999999", 1, "94.9"),
    ("7", 2, "7.00"),
    ("1E+3", 0, "1000"),
    ("123456789012345678901234567890.125", 2, "123456789012345678901234567890.12"),
]


@pytest.mark.parametrize(("value", "decimals", "shown"), TABLE)
def test_a_half_goes_to_the_even_neighbour(value, decimals, shown):
    assert display(Decimal(value), decimals) == shown


def test_rounding_is_done_once_from_the_full_value():
    twice = round_half_even(round_half_even(Decimal("15.4999"), 1), 0)
    assert (round_half_even(Decimal("15.4999"), 0), twice) == (15, 16)


def test_a_rounded_zero_has_no_sign():
    assert display(Decimal("-0.04"), 1) == "0.0"


def test_what_is_not_known_is_a_dash():
    assert display(None, 2) == "—"
