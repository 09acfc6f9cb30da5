"""What an inspection consists of: answers to the checklist, instruments that were checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from supervision.models import Inspection, InspectionItem, Instrument, InstrumentCheck
from supervision.rules.checks import within_mpe


class Answered(Protocol):
    item: int
    result: str
    note: str


@dataclass(frozen=True, slots=True)
class CheckLine:
    """An instrument met: one of the ledger, or described where it is not in it."""

    instrument: Instrument | None
    description: str
    found: str
    error: Decimal | None = None
    mpe: Decimal | None = None
    unit: str = ""
    note: str = ""


def write_answers(inspection: Inspection, answers: Sequence[Answered]) -> None:
    items = {item.pk: item for item in inspection.items.all()}
    for answer in answers:
        if item := items.get(answer.item):
            item.result, item.note = answer.result, answer.note
            item.full_clean(exclude=["inspection", "source"])
    InspectionItem.objects.bulk_update(items.values(), ["result", "note"])


def write_checks(inspection: Inspection, lines: Sequence[CheckLine]) -> None:
    """Raises ValidationError by `checks-0-error`, all of them at once."""
    errors: dict[str, list[str]] = {}
    rows = []
    seen: set[int] = set()
    for place, line in enumerate(lines):
        for name, text in _faults(inspection, line, seen):
            errors.setdefault(f"checks-{place}-{name}", []).append(text)
        if not errors:
            rows.append(_row(inspection, line))
    if errors:
        raise ValidationError(errors)
    inspection.checks.all().delete()
    InstrumentCheck.objects.bulk_create(rows)


def _row(inspection: Inspection, line: CheckLine) -> InstrumentCheck:
    return InstrumentCheck(
        inspection=inspection,
        instrument=line.instrument,
        description=line.description,
        found=line.found,
        error=line.error,
        mpe=line.mpe,
        unit=line.unit,
        passed=within_mpe(line.error, line.mpe),
        note=line.note,
    )


def _faults(inspection: Inspection, line: CheckLine, seen: set[int]) -> list[tuple[str, str]]:
    faults = []
    if line.instrument is None and not line.description:
        text = _("Name the instrument: its register number, or a description.")
        faults.append(("instrument", text))
    elif line.instrument and line.instrument.entity_id != inspection.entity_id:
        text = _("{number} does not belong to this entity: choose one of its instruments.")
        faults.append(("instrument", text.format(number=line.instrument.number)))
    elif line.instrument and line.instrument.pk in seen:
        text = _("{number} is on the form already: one line is enough.")
        faults.append(("instrument", text.format(number=line.instrument.number)))
    if line.instrument:
        seen.add(line.instrument.pk)
    if (line.error is None) != (line.mpe is None):
        missing = "error" if line.error is None else "mpe"
        text = _("The error and the maximum permissible error go together: give both or neither.")
        faults.append((missing, text))
    elif line.mpe is not None and line.mpe < 0:
        faults.append(("mpe", _("State the maximum permissible error without its sign.")))
    elif line.error is not None and not line.unit:
        faults.append(("unit", _("Give the unit of the error.")))
    return faults
