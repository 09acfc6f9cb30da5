"""Loads the demonstration of supervision once, as large as is asked for."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from indicators.demo.accounts import refuse_without_demo
from indicators.models import Measure
from indicators.services.counting_due import mark_due
from indicators.services.measure_sources import set_source
from indicators.services.registers import drain_registers
from metroplan.audit.record import record
from metroplan.common.periods import newest_closed
from metroplan.organisations.models import Organisation
from standards.counting import keys_of
from standards.demo.holders import REGIONS, Region
from supervision.counting.sources import Source
from supervision.demo.campaigns import campaigns_of
from supervision.demo.findings import findings_of
from supervision.demo.inspections import inspections_of
from supervision.demo.integrity import integrity_of
from supervision.demo.ledgers import load_ledgers
from supervision.demo.lots import lots_of
from supervision.demo.scene import scene_of
from supervision.models import Entity, Inspection, Instrument

COUNTED = ("fuel_dispenser_verification_rate", "household_meter_initial_verification_rate")
COUNTED_QUARTERS = 3
DOCUMENT = "演示数据 Demonstration"


@transaction.atomic
def load_supervision(today: date, percent: int) -> str:
    """A sentence about what was loaded; empty where a demonstration is there already, whatever its
    size. At 100 percent it is 60,000 instruments."""
    refuse_without_demo()
    if Entity.objects.filter(is_demo=True).exists():
        return ""
    scale = percent / 100
    load_ledgers(today=today, scale=scale)
    owners = dict(Organisation.objects.in_bulk(field_name="code"))
    for region in REGIONS:
        if region.owner in owners:
            _load_region(region, owners[region.owner], today, scale)
    if not Entity.objects.filter(is_demo=True).exists():
        return ""
    _count(today)
    text = _(
        "Supervision: {entities} entities, {instruments} instruments and {inspections} inspections."
    )
    return text.format(
        entities=Entity.objects.filter(is_demo=True).count(),
        instruments=Instrument.objects.filter(is_demo=True).count(),
        inspections=Inspection.objects.filter(is_demo=True).count(),
    )


def _load_region(region: Region, owner: Organisation, today: date, scale: float) -> None:
    scene = scene_of(region, owner, today, scale)
    if not scene.entities:
        return
    planned = campaigns_of(scene)
    visits = inspections_of(scene, planned)
    findings_of(scene, visits)
    lots_of(scene, visits)
    integrity_of(scene)
    record("register.demo_loaded", actor=None, on=owner, inspections=len(visits), is_demo=True)


def _count(today: date) -> None:
    """Two rates of plans are counted from a recent quarter on; what was reported before stays."""
    newest = newest_closed(today)
    for measure in Measure.objects.filter(code__in=COUNTED, source=Measure.REPORTED):
        set_source(
            measure=measure,
            key=measure.code,
            since=newest - (COUNTED_QUARTERS - 1),
            document=DOCUMENT,
            reason=_("The register is complete from this quarter on."),
            actor=None,
        )
    keys = {key for source in Source for key in keys_of(source)}
    mark_due(keys=keys, units=None, since=newest - (COUNTED_QUARTERS - 1))
    drain_registers()
