"""The log's codes in words. `tests/dashboards/test_audit_page.py` finds a code that has none."""

from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import ApiToken, Role
from metroplan.submissions.models import Status

ACTIONS = {
    "account.changed": _("Account changed"),
    "account.created": _("Account created"),
    "account.password_changed": _("Password changed"),
    "account.password_reset": _("Password reset"),
    "account.role_granted": _("Role granted"),
    "account.role_taken_away": _("Role taken away"),
    "figures.imported": _("Figures imported"),
    "observations.written": _("Approved figures written"),
    "organisation.divisions_loaded": _("Divisions loaded"),
    "organisation.map_changed": _("Map changed"),
    "plan.loaded": _("Plan loaded"),
    "revision.approved": _("Revision approved"),
    "revision.proposed": _("Revision proposed"),
    "revision.rejected": _("Revision rejected"),
    "session.ended": _("Signed out"),
    "session.refused": _("Sign-in refused"),
    "session.started": _("Signed in"),
    "submission.approved": _("Submission approved"),
    "submission.returned": _("Submission returned"),
    "submission.submitted": _("Submission submitted"),
    "targets.broken_down": _("Targets broken down to units"),
    "token.created": _("API token created"),
    "token.revoked": _("API token revoked"),
    "upload.refused": _("Upload refused"),
    "upload.staged": _("Upload staged"),
}

FIELDS = {
    "address": _("network address"),
    "ahead": _("ahead from"),
    "approximate": _("approximate"),
    "approximate_share": _("part that meets an approximate target"),
    "behind": _("behind from"),
    "changed": _("changed"),
    "coverage": _("coverage of a final figure"),
    "document": _("document"),
    "due_soon": _("quarters in which a thing is due soon"),
    "effective_from": _("effective from"),
    "email": _("e-mail"),
    "errors": _("errors"),
    "expires_at": _("expires at"),
    "high": _("upper end"),
    "is_active": _("account in use"),
    "low": _("target"),
    "maintain_tolerance": _("tolerance of what is to be kept"),
    "name": _("name"),
    "on_track": _("on track from"),
    "organisation": _("unit"),
    "post_en": _("post, in English"),
    "post_zh": _("post, in Chinese"),
    "reason": _("reason"),
    "remark": _("reason for rejecting it"),
    "reviewer": _("reviewing unit"),
    "role": _("role"),
    "scope": _("scope"),
    "slightly": _("slightly behind from"),
    "state": _("state"),
    "status": _("status"),
    "username": _("username"),
    "value": _("value"),
    "version": _("version"),
    "warnings": _("warnings"),
    "year": _("year"),
}

VALUES = {
    "role": dict(Role.choices),
    "status": dict(Status.choices),
    "scope": dict(ApiToken.Scope.choices),
}
