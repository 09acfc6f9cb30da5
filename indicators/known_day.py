"""The day from which pages and answers look back: `?known_on=2016-05-01`."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metroplan.common.problems import MetroplanError

PARAMETER = "known_on"
EARLIEST = date(1985, 1, 1)


def known_day(text: str) -> date | None:
    """The day that is asked for; None is now. Raises for what is no day, or lies ahead."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day < EARLIEST:
        raise MetroplanError(
            "request.not_a_day",
            _("“{value}” is not a day: write it like 2016-05-01."),
            status=400,
            value=text[:20],
        )
    if day > timezone.localdate():
        raise MetroplanError(
            "request.day_ahead",
            _("{value} lies ahead: nobody can know yet what will be known then."),
            status=400,
            value=text,
        )
    return day
