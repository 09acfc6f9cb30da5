"""When an overdue finding rises to the next higher unit."""

from datetime import date


def level_due(due_on: date, today: date, *, every: int) -> int:
    """How often it should have been passed on by today: once on the first day after the deadline,
    and once more each `every` days for as long as it stays overdue."""
    late = (today - due_on).days
    return 0 if late < 1 else 1 + (late - 1) // every
