"""What `manage.py verify` asks of lots and runs: is what is stored what follows from the rest."""

from collections.abc import Iterator

from indicators.services.verify import Difference
from supervision.models import IntegrityUnit, Lot
from supervision.rules.net_content import faults_of, judge
from supervision.selectors.content_tables import Editions, editions
from supervision.selectors.verdicts import label_passed, readings_of, sample_of
from supervision.services.integrity import DAYS, days_of

PIECES = 500


def wrong_lots() -> Iterator[Difference]:
    """Lots whose stored verdicts are not those of their readings and editions."""
    held: dict[tuple[int, int], Editions] = {}
    lots = Lot.objects.filter(plan__isnull=False, table__isnull=False).order_by("number")
    lots = lots.select_related("plan", "table").prefetch_related("readings")
    for lot in lots.iterator(chunk_size=PIECES):
        key = (lot.plan_id, lot.table_id)
        if key not in held:
            held[key] = editions(lot.plan, lot.table)
        due = _verdicts(lot, held[key])
        if (lot.label_passed, lot.quantity_passed) != due:
            stored = f"{lot.label_passed}, {lot.quantity_passed}"
            yield Difference("verdicts", lot.number, stored, f"{due[0]}, {due[1]}")


def _verdicts(lot: Lot, held: Editions) -> tuple[bool | None, bool | None]:
    readings = readings_of(lot)
    sample = sample_of(lot, readings)
    sound = bool(readings) and not faults_of(sample, held.tables)
    return label_passed(lot, held), judge(sample, held.tables).passed if sound else None


def wrong_runs() -> Iterator[Difference]:
    """Runs whose stored days are not those that follow from their events."""
    units = IntegrityUnit.objects.select_related("criteria").prefetch_related("events")
    for unit in units.order_by("number").iterator(chunk_size=PIECES):
        due = days_of(unit)
        wrong = [name for name in DAYS if getattr(unit, name) != getattr(due, name)]
        if wrong:
            stored = ", ".join(f"{name} {getattr(unit, name)}" for name in wrong)
            said = ", ".join(f"{name} {getattr(due, name)}" for name in wrong)
            yield Difference("days of a run", unit.number, stored, said)
