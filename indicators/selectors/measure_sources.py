"""Where measures come from, and what could count them, as staff choose it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max

from indicators.measures import About, about, fitting
from indicators.models import Measure, RegisterCount


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A measure that a register counts or could count.

    `register` is the one that counts it, None where it is reported or the register is gone;
    `choices` are those that fit, by key.
    """

    measure: Measure
    register: About | None
    choices: dict[str, About]
    last: RegisterCount | None

    @property
    def counted(self) -> bool:
        return bool(self.measure.register_key)


def source_lines() -> list[SourceLine]:
    """First those that are counted, then those that could be, each in order of their codes.

    A register that goes by the measure's own code makes it one that could be counted.
    """
    measures = [
        measure
        for measure in Measure.objects.order_by("code")
        if measure.register_key or measure.code in fitting(measure)
    ]
    newest = _newest_counts(measures)
    lines = [_line(measure, newest.get(measure.pk)) for measure in measures]
    return sorted(lines, key=lambda line: not line.counted)


def source_line(measure: Measure) -> SourceLine:
    return _line(measure, _newest_counts([measure]).get(measure.pk))


def _line(measure: Measure, last: RegisterCount | None) -> SourceLine:
    return SourceLine(measure, about(measure.register_key), fitting(measure), last)


def _newest_counts(measures: Iterable[Measure]) -> dict[int, RegisterCount]:
    newest = RegisterCount.objects.filter(measure__in=measures).values("measure")
    found = RegisterCount.objects.filter(pk__in=newest.annotate(last=Max("pk")).values("last"))
    return {count.measure_id: count for count in found}
