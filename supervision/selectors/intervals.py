"""After how many months instruments are due again."""

from datetime import date

from django.db.models import QuerySet

from supervision.models import Instrument, IntervalRule


def interval_of(instrument: Instrument, day: date) -> int | None:
    """The instrument's own interval, else that of its kind in force on the day; None if none is."""
    if instrument.interval_months:
        return instrument.interval_months
    found = IntervalRule.objects.filter(kind=instrument.kind_id, effective_from__lte=day)
    return found.order_by("-effective_from").values_list("months", flat=True).first()


def interval_rules() -> QuerySet[IntervalRule]:
    """By kind, the newest first."""
    return IntervalRule.objects.select_related("kind").order_by("kind__code", "-effective_from")


class Intervals:
    """All of them at once, for files of many lines."""

    def __init__(self) -> None:
        self._by_kind: dict[int, list[tuple[date, int]]] = {}
        rows = IntervalRule.objects.order_by("kind", "-effective_from")
        for kind, since, months in rows.values_list("kind", "effective_from", "months"):
            self._by_kind.setdefault(kind, []).append((since, months))

    def on(self, kind: int, day: date) -> int | None:
        rules = self._by_kind.get(kind, ())
        return next((months for since, months in rules if since <= day), None)
