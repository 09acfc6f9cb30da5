"""The states of a measurement standard and which may follow which."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    PLANNED = "planned", _("Preparing")
    APPLIED = "applied", _("Applied for")
    UNDER_EXAMINATION = "under_examination", _("Under examination")
    RECTIFYING = "rectifying", _("To be rectified")
    FAILED = "failed", pgettext_lazy("standard", "Failed")
    IN_FORCE = "in_force", pgettext_lazy("standard", "In use")
    REEXAMINATION = "reexamination", _("Under re-examination")
    SEALED = "sealed", _("Suspended")
    REPLACED = "replaced", _("Replaced")
    REVOKED = "revoked", _("Revoked")


ALLOWED: dict[str, frozenset[str]] = {
    State.PLANNED: frozenset({State.APPLIED, State.IN_FORCE}),
    State.APPLIED: frozenset({State.UNDER_EXAMINATION, State.PLANNED}),
    State.UNDER_EXAMINATION: frozenset({State.RECTIFYING, State.FAILED, State.IN_FORCE}),
    State.RECTIFYING: frozenset({State.UNDER_EXAMINATION, State.FAILED, State.IN_FORCE}),
    State.FAILED: frozenset({State.APPLIED}),
    State.IN_FORCE: frozenset({State.REEXAMINATION, State.SEALED, State.REPLACED, State.REVOKED}),
    State.REEXAMINATION: frozenset(
        {
            *(State.IN_FORCE, State.RECTIFYING, State.FAILED),
            *(State.SEALED, State.REPLACED, State.REVOKED),
        }
    ),
    State.SEALED: frozenset({State.IN_FORCE, State.REEXAMINATION, State.REPLACED, State.REVOKED}),
    State.REPLACED: frozenset(),
    State.REVOKED: frozenset(),
}
"""A new record may begin in any state: registers are taken over as they stand.

From suspended straight back to use only while a certificate is valid; the service checks that.
Expired is no state: the certificates' days tell it.
"""

COUNTING = frozenset({State.IN_FORCE, State.REEXAMINATION})
"""In these a standard counts, as long as its certificates are valid."""


def may_move(current: str, to: str) -> bool:
    return to in ALLOWED[current]
