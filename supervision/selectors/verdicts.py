"""The verdicts on a stored lot by given editions; what they rest on, as the rules take it."""

from collections.abc import Sequence
from dataclasses import dataclass

from supervision.models import Lot
from supervision.rules.labels import Label, judge_label
from supervision.rules.net_content import Faults, Reading, Sample, faults_of, judge
from supervision.selectors.content_tables import Editions


@dataclass(frozen=True, slots=True)
class Verdicts:
    """With faults nothing is judged; None is not judged for want of readings or of the label."""

    faults: Faults
    label: bool | None = None
    quantity: bool | None = None


def verdicts_of(lot: Lot, readings: Sequence[Reading], held: Editions) -> Verdicts:
    sample = sample_of(lot, readings)
    if faults := faults_of(sample, held.tables):
        return Verdicts(faults)
    quantity = judge(sample, held.tables).passed if readings else None
    return Verdicts({}, label_passed(lot, held), quantity)


def label_passed(lot: Lot, held: Editions) -> bool | None:
    kind, nominal, unit = lot.quantity_kind, lot.nominal, lot.unit
    verdict = judge_label(label_of(lot), held.labels, kind=kind, nominal=nominal, unit=unit)
    return verdict.passed if verdict else None


def sample_of(lot: Lot, readings: Sequence[Reading]) -> Sample:
    return Sample(
        kind=lot.quantity_kind,
        nominal=lot.nominal,
        unit=lot.unit,
        lot_size=lot.lot_size,
        sample_size=lot.sample_size,
        readings=tuple(readings),
        tare=lot.tare,
    )


def label_of(lot: Lot) -> Label:
    return Label(lot.label_complete, lot.label_unit, lot.label_height)


def readings_of(lot: Lot) -> list[Reading]:
    rows = sorted(lot.readings.all(), key=lambda row: row.position)
    return [Reading(row.gross, row.net) for row in rows]
