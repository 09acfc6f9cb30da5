"""Loads the demonstration registers once, and has three measures counted from them."""

from collections.abc import Iterable
from datetime import date
from itertools import chain, count

from django.db import models, transaction
from django.utils.translation import gettext as _

from indicators.demo.accounts import refuse_without_demo
from indicators.models import Measure
from indicators.services.measure_sources import set_source
from indicators.services.registers import drain_registers
from metroplan.audit.record import record
from metroplan.common.periods import Period, newest_closed
from metroplan.organisations.models import Organisation
from standards.demo.building import Builder, Rows, replacements
from standards.demo.holders import REGIONS, Holder, Region, holders
from standards.demo.institutes import assessors_of, authorizations_of, institutes_of, staff_of
from standards.demo.ledger import entries_of
from standards.demo.lives import lives
from standards.demo.tracing import Made, add_above, links_of
from standards.models import (
    Assessor,
    Authorization,
    Capability,
    Certificate,
    ControlRecord,
    Equipment,
    Examination,
    Grade,
    Institute,
    InstituteKind,
    InstrumentKind,
    LedgerEntry,
    LedgerState,
    MeasurementStandard,
    Service,
    StaffCount,
    StateEvent,
    UpperLink,
)
from standards.services.in_force import rebuild

BATCH = 1000
COUNTED = ("public_standards", "highest_public_standards", "standards_coverage_rate")
COUNTED_QUARTERS = 3
DOCUMENT = "演示数据 Demonstration"


@transaction.atomic
def load_registers(today: date) -> str:
    """A sentence about what was loaded; empty where demonstration registers are there already."""
    refuse_without_demo()
    if MeasurementStandard.objects.filter(is_demo=True).exists():
        return ""
    newest = newest_closed(today)
    standards = sum(_load_region(region, newest, today) for region in REGIONS)
    if not standards:
        return ""
    entries = LedgerEntry.objects.filter(is_demo=True).count()
    _count_from_registers(newest)
    text = _("Registers: {standards} standards and {entries} entries of the ledger.")
    return text.format(standards=standards, entries=entries)


def _load_region(region: Region, newest: Period, today: date) -> int:
    owner = Organisation.objects.filter(code=region.owner).first()
    if owner is None:
        return 0
    rows, made, links = _build(region, newest, today)
    write(rows.standards, MeasurementStandard)
    MeasurementStandard.objects.bulk_update(list(replacements(made)), ["replaced_by"])
    write(
        chain(
            *(rows.capabilities, rows.equipment, rows.states, rows.certificates),
            *(rows.grades, rows.examinations, rows.controls, links),
        ),
        *(Capability, Equipment, StateEvent, Certificate),
        *(Grade, Examination, ControlRecord, UpperLink),
    )
    _services(rows)
    rebuild([standard.pk for standard in rows.standards])
    _ledger(owner, today)
    record("register.demo_loaded", actor=None, on=owner, standards=len(made), is_demo=True)
    return len(made)


def _build(region: Region, newest: Period, today: date) -> tuple[Rows, Made, list[UpperLink]]:
    """Everything of a region; only its institutes are written already."""
    rows, made, links, above = Rows(), [], [], {}
    numbers: dict[str, count] = {}
    for holder in holders(region, newest):
        builder = Builder(
            region=region,
            holder=holder,
            institutes=_institutes(region, holder, today),
            today=today,
            rows=rows,
            numbers=numbers.setdefault(holder.unit.code, count(1)),
        )
        found = lives(holder.words, holder.course, holder.first, holder.later, age=holder.age)
        own = builder.build(found)
        links += links_of(region, holder, own, above, today)
        add_above(above, holder, own)
        made += own
    return rows, made, links


def _institutes(region: Region, holder: Holder, today: date) -> list[Institute]:
    made = Institute.objects.bulk_create(institutes_of(holder))
    rows = (
        chain(authorizations_of(region, one), staff_of(one, today), assessors_of(region, one))
        for one in made
    )
    write(chain.from_iterable(rows), Authorization, StaffCount, Assessor)
    return made


def write(rows: Iterable[models.Model], *kinds: type[models.Model]) -> None:
    """In the order of the kinds: what others point to comes first."""
    rows = list(rows)
    for kind in kinds:
        own = [row for row in rows if type(row) is kind]
        if own:
            kind.objects.bulk_create(own, batch_size=BATCH)


def _services(rows: Rows) -> None:
    Service.objects.bulk_create([service for service, _kinds in rows.services], batch_size=BATCH)
    kinds = dict(InstrumentKind.objects.values_list("code", "pk"))
    through = Service.kinds.through
    through.objects.bulk_create(
        (
            through(service_id=service.pk, instrumentkind_id=kinds[code])
            for service, codes in rows.services
            for code in codes
            if code in kinds
        ),
        batch_size=BATCH,
    )


def _ledger(owner: Organisation, today: date) -> None:
    held = Institute.objects.filter(organisation=owner, kind=InstituteKind.STATUTORY).first()
    pairs = list(entries_of(owner, held, today))
    LedgerEntry.objects.bulk_create(entry for entry, _states in pairs)
    LedgerState.objects.bulk_create(state for _entry, states in pairs for state in states)


def _count_from_registers(newest: Period) -> None:
    """From a recent quarter on; what was reported before stays."""
    for measure in Measure.objects.filter(code__in=COUNTED, source=Measure.REPORTED):
        set_source(
            measure=measure,
            key=measure.code,
            since=newest - (COUNTED_QUARTERS - 1),
            document=DOCUMENT,
            reason=_("The register is complete from this quarter on."),
            actor=None,
        )
    drain_registers()
