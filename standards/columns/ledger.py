"""The columns of the ledger in files: exports write them, imports read them."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from metroplan.common.register_files import RegisterColumns
from standards.models import LedgerEntry, LedgerState

HEADINGS: dict[str, Promise] = {
    "number": _("Register number"),
    "kind": _("Kind"),
    "level": _("Level"),
    "role": pgettext_lazy("ledger", "Role"),
    "title": pgettext_lazy("ledger", "Title"),
    "organisation": _("Unit code"),
    "unit": _("Unit"),
    "institute": _("Institute code"),
    "institute_name": _("Institute name"),
    "document_no": _("Document number"),
    "note": _("Note"),
    "state": _("State"),
    "since": _("In this state from"),
    "state_document": _("Document of the state"),
    "counts_from": _("Counts from"),
    "counts_to": _("No longer counts from"),
}
REQUIRED = {"number", "kind", "level", "title", "organisation", "state", "since"}
DERIVED = {"unit", "institute_name", "counts_from", "counts_to"}
"""Written for the reader, passed over when a file is read."""

CHOICES = {
    "kind": LedgerEntry.Kind.choices,
    "level": LedgerEntry.Level.choices,
    "role": LedgerEntry.Role.choices,
    "state": LedgerState.State.choices,
}


def plain_row(entry: LedgerEntry) -> dict[str, Any]:
    """An entry by column, kinds and states as codes."""
    return {
        "number": entry.number,
        "kind": entry.kind,
        "level": entry.level,
        "role": entry.role,
        "title": entry.title,
        "organisation": entry.organisation.code,
        "unit": entry.organisation.name,
        "institute": entry.institute.code if entry.institute else "",
        "institute_name": entry.institute.name if entry.institute else "",
        "document_no": entry.document_no,
        "note": entry.note,
        "state": entry.state or "",
        "since": entry.since,
        "state_document": entry.state_document or "",
        "counts_from": entry.counts_from,
        "counts_to": entry.counts_to,
    }


LEDGER = RegisterColumns(
    headings=HEADINGS,
    plain=plain_row,
    required=frozenset(REQUIRED),
    derived=frozenset(DERIVED),
    choices=CHOICES,
)
