"""The states of a submission and which may follow which."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    OPEN = "open", _("Open")
    SUBMITTED = "submitted", _("Under review")
    RETURNED = "returned", _("Returned")
    APPROVED = "approved", _("Approved")


ALLOWED: dict[str, frozenset[str]] = {
    Status.OPEN: frozenset({Status.SUBMITTED}),
    Status.RETURNED: frozenset({Status.SUBMITTED}),
    Status.SUBMITTED: frozenset({Status.SUBMITTED, Status.RETURNED, Status.APPROVED}),
    Status.APPROVED: frozenset({Status.SUBMITTED, Status.RETURNED}),
}
"""Under review may follow itself: another unit of the chain takes its turn.

An approved form goes back under review when the last approval is withdrawn, and to the unit that
fills it when a correction is granted or the form is reopened.
"""

CORRECTING = "correcting"
"""How a form is shown that is with its unit because of a granted correction: nobody returned it."""

TO_BE_CORRECTED = _("To be corrected")

EDITABLE = frozenset({Status.OPEN, Status.RETURNED})


def may_move(current: str, to: str) -> bool:
    return to in ALLOWED[current]
