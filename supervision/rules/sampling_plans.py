"""What makes a sampling plan one: lines that follow each other from a lot of 1 on without end."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from standards.rules.faults import Fault
from supervision.rules.net_content import SamplingLine


def plan_faults(rows: Sequence[SamplingLine]) -> list[Fault]:
    """Lines come in their order; `place` counts from 1."""
    if not rows:
        return [Fault("plan.no_rows", {})]
    return [*_ends(rows), *_gaps(rows), *_contents(rows)]


def _ends(rows: Sequence[SamplingLine]) -> Iterator[Fault]:
    if rows[0].lot_min != 1:
        yield Fault("plan.first", {"found": rows[0].lot_min})
    if rows[-1].lot_max is not None:
        yield Fault("plan.last", {"found": rows[-1].lot_max})


def _gaps(rows: Sequence[SamplingLine]) -> Iterator[Fault]:
    for place, (row, after) in enumerate(pairwise(rows), start=1):
        if row.lot_max is None:
            yield Fault("plan.open_end", {"place": place})
        elif after.lot_min != row.lot_max + 1:
            params = {"place": place + 1, "found": after.lot_min, "expected": row.lot_max + 1}
            yield Fault("plan.gap", params)


def _contents(rows: Sequence[SamplingLine]) -> Iterator[Fault]:
    for place, row in enumerate(rows, start=1):
        if row.lot_max is not None and row.lot_max < row.lot_min:
            yield Fault("plan.reversed", {"place": place})
        if row.sample_size is None:
            if row.factor is not None:
                yield Fault("plan.factor_idle", {"place": place})
        elif row.factor is None:
            yield Fault("plan.factor_missing", {"place": place})
        elif row.sample_size > row.lot_min:
            params = {"place": place, "found": row.sample_size, "least": row.lot_min}
            yield Fault("plan.sample_too_large", params)
        if row.sample_size == 1:
            yield Fault("plan.sample_of_one", {"place": place})
