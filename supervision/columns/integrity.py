"""The columns of integrity units in files."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metroplan.common.register_files import RegisterColumns
from supervision.models import Entity, IntegrityUnit
from supervision.states import IntegrityState

HEADINGS: dict[str, Promise] = {
    "number": _("Number"),
    "entity": _("Entity number"),
    "entity_name": _("Entity"),
    "uscc": _("Unified social credit code"),
    "kind": _("Kind of entity"),
    "organisation": _("Unit code"),
    "unit_name": _("Unit"),
    "state": _("State"),
    "committed_on": _("Committed itself on"),
    "publicised_from": _("Open to objection from"),
    "publicised_until": _("Open to objection until"),
    "conferred_on": _("Conferred on"),
    "valid_until": _("Valid until"),
    "ended_on": _("Over from"),
    "certificate_no": _("Certificate number"),
}


def plain_row(unit: IntegrityUnit) -> dict[str, Any]:
    """A unit by column, kinds and states as codes."""
    other = {
        "entity": unit.entity.number,
        "entity_name": unit.entity.name,
        "uscc": unit.entity.uscc,
        "kind": unit.entity.kind,
        "organisation": unit.organisation.code,
        "unit_name": unit.organisation.name,
    }
    return {name: other[name] if name in other else getattr(unit, name) for name in HEADINGS}


INTEGRITY = RegisterColumns(
    headings=HEADINGS,
    plain=plain_row,
    choices={"kind": Entity.Kind.choices, "state": IntegrityState.choices},
)
