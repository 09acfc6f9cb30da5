"""The verdict on a sampled lot of prepackages after JJF 1070 (OIML R 87), step by step.

Nothing is compared after rounding: means and deviations are exact fractions, and what a step shows
is rounded for the reader alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from metroplan.common.rounding import round_half_even
from standards.rules.faults import Fault
from supervision.rules.quantities import (
    ABSOLUTE,
    COUNT,
    Tolerance,
    ToleranceLine,
    factor_of,
    line_for,
    tolerance_of,
)

WITHIN, FIRST, SECOND = "within", "t1", "t2"
MORE_DECIMALS = 3
PRECISE = Context(prec=40)
Faults = dict[str, list[Fault]]


@dataclass(frozen=True, slots=True)
class SamplingLine:
    """`sample_size` None: every piece; `factor` None: no test of the mean."""

    lot_min: int
    lot_max: int | None
    sample_size: int | None
    factor: Decimal | None
    max_t1: int
    max_t2: int

    def needs(self, lot_size: int) -> int:
        return lot_size if self.sample_size is None else self.sample_size


@dataclass(frozen=True, slots=True)
class Tables:
    """What a lot is judged by, with the names of the editions."""

    sampling: tuple[SamplingLine, ...]
    tolerance: tuple[ToleranceLine, ...]
    rounding: str
    plan: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One piece: `gross` less the tare where `net` was not measured itself."""

    gross: Decimal | None = None
    net: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """What was measured; nominal quantity, tare and readings are in `unit`."""

    kind: str
    nominal: Decimal
    unit: str
    lot_size: int
    sample_size: int
    readings: tuple[Reading, ...] = ()
    tare: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """`shortage` is below zero where there is more than the nominal quantity."""

    position: int
    net: Decimal
    shortage: Decimal
    grade: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a code, what its sentence needs, and what came out (None: nothing is decided)."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)
    passed: bool | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    passed: bool
    steps: tuple[Step, ...]
    pieces: tuple[Piece, ...]
    tolerance: Tolerance
    row: SamplingLine


def row_for(rows: Iterable[SamplingLine], lot_size: int) -> SamplingLine | None:
    for row in rows:
        if row.lot_min <= lot_size and (row.lot_max is None or lot_size <= row.lot_max):
            return row
    return None


def faults_of(sample: Sample, tables: Tables) -> Faults:
    """What the rules have against a sample, by field. Readings that are all missing are none: the
    lot is not judged yet."""
    found = [*_quantity_faults(sample, tables), *_size_faults(sample, tables)]
    found += _reading_faults(sample)
    by_field: Faults = {}
    for name, fault in found:
        by_field.setdefault(name, []).append(fault)
    return by_field


def _quantity_faults(sample: Sample, tables: Tables) -> Iterable[tuple[str, Fault]]:
    factor = factor_of(sample.kind, sample.unit)
    if factor is None:
        yield "unit", Fault("lot.other_unit", {"value": sample.unit})
    elif sample.nominal <= 0:
        yield "nominal", Fault("lot.nominal_not_positive", {})
    elif line_for(tables.tolerance, sample.kind, sample.nominal * factor) is None:
        params = {"value": sample.nominal, "unit": sample.unit}
        yield "nominal", Fault("lot.nominal_outside", params)
    elif sample.kind == COUNT and sample.nominal % 1:
        yield "nominal", Fault("lot.not_whole", {"value": sample.nominal})


def _size_faults(sample: Sample, tables: Tables) -> Iterable[tuple[str, Fault]]:
    row = row_for(tables.sampling, sample.lot_size)
    if row is None:
        yield "lot_size", Fault("lot.size_outside", {"value": sample.lot_size})
    elif sample.sample_size != (needed := row.needs(sample.lot_size)):
        params = {"value": sample.sample_size, "lot_size": sample.lot_size, "needed": needed}
        yield "sample_size", Fault("lot.other_sample_size", params)


def _reading_faults(sample: Sample) -> Iterable[tuple[str, Fault]]:
    given = sample.readings
    if given and len(given) != sample.sample_size:
        params = {"value": len(given), "needed": sample.sample_size}
        yield "readings", Fault("lot.other_number_of_readings", params)
    weighed = any(reading.net is None for reading in given)
    if weighed and sample.tare is None:
        yield "tare", Fault("lot.tare_missing", {})
        return
    for position, net in enumerate(_nets(sample), start=1):
        if net < 0:
            yield "readings", Fault("lot.below_zero", {"position": position, "value": net})
        elif sample.kind == COUNT and net % 1:
            yield "readings", Fault("lot.reading_not_whole", {"position": position, "value": net})


def opening_steps(sample: Sample, tables: Tables) -> tuple[Step, Step]:
    """What is known before anything is measured: how many pieces to take, and T."""
    row, allowed = _held(sample, tables)
    return _plan_step(sample, row, tables), _tolerance_step(sample, allowed)


def judge(sample: Sample, tables: Tables) -> Verdict:
    """For a sample with its readings and without faults."""
    row, allowed = _held(sample, tables)
    pieces = _pieces(sample, allowed.value)
    tests = [*_count_steps(sample, pieces, row, allowed), *_mean_steps(sample, pieces, row)]
    passed = all(step.passed is not False for step in tests)
    steps = (
        *opening_steps(sample, tables),
        *_net_steps(sample, pieces),
        *tests,
        Step("quantity.passed" if passed else "quantity.failed", {}, passed),
    )
    return Verdict(passed, steps, pieces, allowed, row)


def _held(sample: Sample, tables: Tables) -> tuple[SamplingLine, Tolerance]:
    """The line of the plan and T; raises ValueError where the tables have none."""
    row = row_for(tables.sampling, sample.lot_size)
    allowed = tolerance_of(
        tables.tolerance,
        kind=sample.kind,
        nominal=sample.nominal,
        unit=sample.unit,
        rounding=tables.rounding,
    )
    if row is None or allowed is None:
        raise ValueError(f"no line for {sample.lot_size} times {sample.nominal} {sample.unit}")
    return row, allowed


def _nets(sample: Sample) -> list[Decimal]:
    tare = sample.tare or Decimal(0)
    return [
        reading.net if reading.net is not None else (reading.gross or Decimal(0)) - tare
        for reading in sample.readings
    ]


def _pieces(sample: Sample, allowed: Decimal) -> tuple[Piece, ...]:
    return tuple(
        Piece(position, net, sample.nominal - net, grade_of(sample.nominal - net, allowed))
        for position, net in enumerate(_nets(sample), start=1)
    )


def grade_of(shortage: Decimal, allowed: Decimal) -> str:
    """A shortage of exactly T conforms, one of exactly 2T is of the first class still."""
    if shortage <= allowed:
        return WITHIN
    return FIRST if shortage <= 2 * allowed else SECOND


def _plan_step(sample: Sample, row: SamplingLine, tables: Tables) -> Step:
    code = "plan.every_piece" if row.sample_size is None else "plan.sample"
    params = {
        "plan": tables.plan,
        "lot_size": sample.lot_size,
        "sample_size": row.needs(sample.lot_size),
        "max_t1": row.max_t1,
        "max_t2": row.max_t2,
    }
    return Step(code, params)


def _tolerance_step(sample: Sample, allowed: Tolerance) -> Step:
    params = {
        "nominal": sample.nominal,
        "unit": sample.unit,
        "t": allowed.value,
        "exact": allowed.exact,
        "share": allowed.line.value,
        "step": allowed.step,
    }
    if allowed.line.rule == ABSOLUTE:
        return Step("tolerance.fixed" if allowed.value else "tolerance.none", params)
    if allowed.step is None:
        return Step("tolerance.percent", params)
    return Step(f"tolerance.percent_{allowed.rounding}", params)


def _net_steps(sample: Sample, pieces: Sequence[Piece]) -> Iterable[Step]:
    weighed = sum(reading.net is None for reading in sample.readings)
    if weighed:
        params = {"tare": sample.tare, "unit": sample.unit, "count": weighed}
        yield Step("net.less_tare", params)
    worst = max(pieces, key=lambda piece: piece.shortage)
    short = sum(piece.shortage > 0 for piece in pieces)
    if not short:
        yield Step("short.none", {"count": len(pieces)})
        return
    params = {"count": len(pieces), "short": short, "worst": worst.shortage, "unit": sample.unit}
    yield Step("short.some", params | {"position": worst.position})


def _count_steps(
    sample: Sample, pieces: Sequence[Piece], row: SamplingLine, allowed: Tolerance
) -> Iterable[Step]:
    params = {"t": allowed.value, "twice": 2 * allowed.value, "unit": sample.unit}
    for grade, most in ((FIRST, row.max_t1), (SECOND, row.max_t2)):
        found = sum(piece.grade == grade for piece in pieces)
        counted = params | {"found": found, "allowed": most}
        yield Step(f"{grade}.counted", counted, found <= most)


def _mean_steps(sample: Sample, pieces: Sequence[Piece], row: SamplingLine) -> Iterable[Step]:
    if row.factor is None:
        yield Step("mean.not_tested", {"lot_size": sample.lot_size})
        return
    mean, variance = mean_and_variance([piece.net for piece in pieces])
    below = Fraction(sample.nominal) - mean
    passed = below <= 0 or below**2 <= Fraction(row.factor) ** 2 * variance
    places = _places([sample.nominal, *(piece.net for piece in pieces)]) + MORE_DECIMALS
    deviation = _decimal(variance).sqrt(PRECISE)
    limit = PRECISE.subtract(sample.nominal, PRECISE.multiply(row.factor, deviation))
    params = {
        "mean": round_half_even(_decimal(mean), places),
        "deviation": round_half_even(deviation, places),
        "factor": row.factor,
        "nominal": sample.nominal,
        "limit": round_half_even(limit, places),
        "unit": sample.unit,
    }
    yield Step("mean.computed", params)
    yield Step("mean.reached" if passed else "mean.below", params, passed)


def mean_and_variance(values: Sequence[Decimal]) -> tuple[Fraction, Fraction]:
    """The mean, and the square of the sample standard deviation (divided by n - 1), exactly."""
    exact = [Fraction(value) for value in values]
    mean = sum(exact) / len(exact)
    return mean, sum((value - mean) ** 2 for value in exact) / (len(exact) - 1)


def _decimal(value: Fraction) -> Decimal:
    return PRECISE.divide(Decimal(value.numerator), Decimal(value.denominator))


def _places(values: Iterable[Decimal]) -> int:
    """How many decimals the most precise of them was written with."""
    return max(max(0, -int(value.normalize().as_tuple().exponent)) for value in values)
