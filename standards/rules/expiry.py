"""When a certificate's end is near."""

from collections.abc import Iterable
from datetime import date

from standards.rules.months import months_before


def step_due(valid_until: date, steps: Iterable[int], today: date) -> int | None:
    """The last of the steps (months before the end) that has come; None before the first of them
    and once the certificate has lapsed."""
    if today > valid_until:
        return None
    passed = [months for months in steps if months_before(valid_until, months) <= today]
    return min(passed, default=None)
