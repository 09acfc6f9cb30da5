"""What people are told of forms."""

from django.utils.translation import gettext_lazy as _

OPENED = "form.opened"
DUE_SOON = "form.due_soon"
OVERDUE = "form.overdue"
BELOW_DUE = "form.below_due"
BELOW_OVERDUE = "form.below_overdue"
RETURNED = "submission.returned"
APPROVED = "submission.approved"
REOPENED = "submission.reopened"
UNAPPROVED = "submission.unapproved"
CORRECTION_REQUESTED = "correction.requested"
CORRECTION_GRANTED = "correction.granted"
CORRECTION_REFUSED = "correction.refused"
FILE_READY = "bulk.ready"
FILE_REFUSED = "bulk.refused"
FILE_DECLINED = "bulk.declined"
FILE_APPLIED = "bulk.applied"

WAITS_FOR_UNIT = (OPENED, DUE_SOON, OVERDUE, RETURNED)
"""Notices that ask the unit to hand in its form: settled once it has."""

SENTENCES = {
    OPENED: _("“{form}” for {period} is open: report by {due}."),
    DUE_SOON: _(
        "“{form}” for {period} is due on {due} and not handed in yet: fill it in and submit it."
    ),
    OVERDUE: _("“{form}” for {period} was due on {due}: fill it in and submit it now."),
    BELOW_DUE: _(
        "{count} units below yours have not handed in “{form}” for {period}, due on {due}: see "
        "which in the reporting matrix."
    ),
    BELOW_OVERDUE: _(
        "{count} units below yours are late with “{form}” for {period}, due on {due}: see which "
        "in the reporting matrix and remind them."
    ),
    RETURNED: _("{by} returned “{form}” for {period}: {reason} Correct it and submit it again."),
    APPROVED: _("“{form}” for {period} has been approved by {by}."),
    REOPENED: _("{by} has reopened “{form}” for {period}, due on {due}: {reason}"),
    UNAPPROVED: _(
        "{by} has withdrawn the approval of “{form}” for {period} of {unit}: {reason} Review it "
        "again."
    ),
    CORRECTION_REQUESTED: _(
        "{unit} asks to correct “{form}” for {period}: {reason} Grant or refuse it."
    ),
    CORRECTION_GRANTED: _(
        "The correction of “{form}” for {period} is granted: correct the lines and submit the "
        "form again. {answer}"
    ),
    CORRECTION_REFUSED: _("The correction of “{form}” for {period} is refused: {answer}"),
    FILE_READY: _(
        "The large file {file} has been checked and waits for a second person: look at the "
        "preview and apply it."
    ),
    FILE_REFUSED: _("The large file {file} has errors: correct them and send it again."),
    FILE_DECLINED: _("The large file {file} has been declined: {reason}"),
    FILE_APPLIED: _("The large file {file} has been applied: {count} figures have changed."),
}
