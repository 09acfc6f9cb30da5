"""Warnings about figures that can be staged and look wrong: of one sheet, or of a million lines."""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.utils import timezone

from indicators.plausibility.checks import judge
from indicators.plausibility.gathering import Known, Pair, figure_of, gather, traits_of
from indicators.plausibility.terms import Finding
from metroplan.submissions.models import Severity
from metroplan.submissions.types import CleanRow, Issue, SheetContext

BATCH = 5_000


def plausibility_issues(context: SheetContext, rows: list[CleanRow]) -> list[Issue]:
    """Of one unit's sheet, in the order of its rows."""
    return list(plausibility_issues_many((context, row) for row in rows))


def plausibility_issues_many(pairs: Iterable[Pair]) -> Iterator[Issue]:
    """Of the lines of many sheets, in their order, reading them in batches.

    Figures are held against approved ones; only a total is held against parts of the same batch,
    so keep a unit's lines together. Lines of unknown measures are passed over.
    """
    known, waiting = Known.on(timezone.localdate()), iter(pairs)
    while known.in_effect and (batch := list(islice(waiting, BATCH))):
        known.meet({row.key for _, row in batch})
        yield from _issues_of([pair for pair in batch if known.rules[pair[1].key]], known)


def _issues_of(batch: list[Pair], known: Known) -> Iterator[Issue]:
    for (context, row), background in zip(batch, gather(batch, known), strict=True):
        traits, rules = traits_of(known.measures[row.key]), known.rules[row.key]
        found = judge(figure_of(row), context.period.index, traits, rules, background)
        yield from (_issue(row, finding) for finding in found)


def _issue(row: CleanRow, finding: Finding) -> Issue:
    """At the cell of its part, or of the first part that the line has."""
    cell = row.cells.get(finding.part) or next(iter(row.cells.values()), "")
    return Issue(
        finding.code,
        severity=Severity.WARNING.value,
        sheet=row.sheet,
        row=row.row,
        column=cell.rstrip("0123456789"),
        key=row.key,
        params=finding.params | {"part": finding.part},
    )
