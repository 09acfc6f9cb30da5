"""The columns of entities, instruments and verifications in files."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from metroplan.common.register_files import RegisterColumns
from supervision.models import Entity, Instrument, Verification

YES_NO = [(True, _("Yes")), (False, _("No"))]
RESULTS = [(True, _("Passed")), (False, _("Failed"))]


def plain_entity(entity: Entity) -> dict[str, Any]:
    return {
        "number": entity.number,
        "name": entity.name,
        "uscc": entity.uscc,
        "kind": entity.kind,
        "industry": entity.industry,
        "organisation": entity.organisation.code,
        "unit": entity.organisation.name,
        "address": entity.address,
        "key_energy_user": entity.key_energy_user,
        "opened_on": entity.opened_on,
        "closed_on": entity.closed_on,
        "instruments": entity.instruments_in_use,
    }


ENTITY = RegisterColumns(
    headings={
        "number": _("Register number"),
        "name": _("Name"),
        "uscc": _("Unified social credit code"),
        "kind": _("Kind"),
        "industry": _("Industry"),
        "organisation": _("Unit code"),
        "unit": _("Unit"),
        "address": _("Address"),
        "key_energy_user": _("Key energy-using unit"),
        "opened_on": _("Opened on"),
        "closed_on": _("Closed on"),
        "instruments": _("Instruments in use"),
    },
    plain=plain_entity,
    required=frozenset({"name", "kind", "organisation"}),
    derived=frozenset({"unit", "instruments"}),
    choices={"kind": Entity.Kind.choices, "key_energy_user": YES_NO},
)


def plain_instrument(instrument: Instrument) -> dict[str, Any]:
    names = ("number", "name", "model", "range_text", "accuracy", "serial_no", "maker", "made_on")
    names += ("place", "purpose", "interval_months", "in_use_from", "out_of_use_on")
    names += ("verified_on", "passed", "valid_until")
    entity = instrument.entity
    return {name: getattr(instrument, name) for name in names} | {
        "entity": entity.number,
        "entity_name": entity.name,
        "organisation": entity.organisation.code,
        "unit": entity.organisation.name,
        "kind": instrument.kind.code,
        "kind_name": instrument.kind.name,
    }


INSTRUMENT = RegisterColumns(
    headings={
        "number": _("Register number"),
        "entity": _("Entity's number or credit code"),
        "entity_name": _("Name of the entity"),
        "organisation": _("Unit code"),
        "unit": _("Unit"),
        "kind": _("Code of the kind"),
        "kind_name": _("Kind of instruments"),
        "name": _("Name"),
        "model": pgettext_lazy("instrument", "Model"),
        "range_text": _("Measuring range"),
        "accuracy": _("Accuracy class"),
        "serial_no": _("Serial number"),
        "maker": _("Maker"),
        "made_on": _("Made on"),
        "place": _("Place of use"),
        "purpose": _("Purpose"),
        "interval_months": _("Interval in months"),
        "in_use_from": _("In use from"),
        "out_of_use_on": _("Out of use on"),
        "verified_on": _("Verified on"),
        "passed": _("Result"),
        "valid_until": _("Valid until"),
    },
    plain=plain_instrument,
    required=frozenset({"entity", "kind", "serial_no", "maker", "purpose", "in_use_from"}),
    derived=frozenset(
        {"entity_name", "organisation", "unit", "kind_name", "verified_on", "passed", "valid_until"}
    ),
    choices={"purpose": Instrument.Purpose.choices, "passed": RESULTS},
)


def plain_verification(row: Verification) -> dict[str, Any]:
    names = ("verified_on", "stage", "passed", "valid_until", "certificate_no", "institute_name")
    return {name: getattr(row, name) for name in (*names, "free_of_charge")} | {
        "instrument": row.instrument.number,
        "institute": row.institute.code if row.institute else "",
    }


VERIFICATION = RegisterColumns(
    headings={
        "instrument": _("Instrument's register number"),
        "verified_on": _("Verified on"),
        "stage": _("Stage"),
        "passed": _("Result"),
        "valid_until": _("Valid until"),
        "certificate_no": _("Certificate number"),
        "institute": _("Institute code"),
        "institute_name": _("Institute name"),
        "free_of_charge": _("Free of charge"),
    },
    plain=plain_verification,
    required=frozenset({"instrument", "verified_on", "stage", "passed"}),
    choices={
        "stage": Verification.Stage.choices,
        "passed": RESULTS,
        "free_of_charge": YES_NO,
    },
)
