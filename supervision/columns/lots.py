"""The columns of lots in files."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metroplan.common.register_files import RegisterColumns
from supervision.models import Lot, QuantityKind

HEADINGS: dict[str, Promise] = {
    "number": _("Number"),
    "sampled_on": _("Sampled on"),
    "organisation": _("Unit code"),
    "unit_name": _("Inspecting unit"),
    "entity": _("Entity number"),
    "entity_name": _("Entity"),
    "campaign": _("Campaign"),
    "commodity": _("Commodity"),
    "product": _("Product"),
    "maker": _("Producer"),
    "batch_no": _("Batch number"),
    "quantity_kind": _("Kind of quantity"),
    "nominal": _("Nominal quantity"),
    "unit": _("Unit"),
    "lot_size": _("Lot size"),
    "sample_size": _("Sample size"),
    "tare": _("Mean tare"),
    "label_passed": _("Label conforms"),
    "quantity_passed": _("Quantity conforms"),
    "plan": _("Sampling plan"),
    "table": _("Table of tolerable deficiencies"),
    "published_on": _("Published on"),
}
CONFORMS = [(True, _("yes")), (False, _("no"))]


def plain_row(lot: Lot) -> dict[str, Any]:
    """A lot by column, kinds as codes."""
    own = ("number", "sampled_on", "commodity", "product", "maker", "batch_no", "quantity_kind")
    own += ("nominal", "unit", "lot_size", "sample_size", "tare", "label_passed")
    values = {name: getattr(lot, name) for name in (*own, "quantity_passed", "published_on")}
    values |= {
        "organisation": lot.organisation.code,
        "unit_name": lot.organisation.name,
        "entity": lot.entity.number,
        "entity_name": lot.entity.name,
        "campaign": lot.campaign.number if lot.campaign else "",
        "plan": lot.plan.edition if lot.plan else "",
        "table": lot.table.edition if lot.table else "",
    }
    return {name: values[name] for name in HEADINGS}


LOT = RegisterColumns(
    headings=HEADINGS,
    plain=plain_row,
    choices={
        "quantity_kind": QuantityKind.choices,
        "label_passed": CONFORMS,
        "quantity_passed": CONFORMS,
    },
)
