"""The log's codes in words. `tests/dashboards/test_audit_page.py` finds a code that has none."""

from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import ApiToken, Role

ACTIONS = {
    "account.changed": _("Account changed"),
    "account.created": _("Account created"),
    "account.password_changed": _("Password changed"),
    "account.password_reset": _("Password reset"),
    "account.role_granted": _("Role granted"),
    "account.role_taken_away": _("Role taken away"),
    "session.ended": _("Signed out"),
    "session.refused": _("Sign-in refused"),
    "session.started": _("Signed in"),
    "token.created": _("API token created"),
    "token.revoked": _("API token revoked"),
}

FIELDS = {
    "address": _("network address"),
    "email": _("e-mail"),
    "expires_at": _("expires at"),
    "is_active": _("open"),
    "name": _("name"),
    "organisation": _("unit"),
    "post_en": _("post, in English"),
    "post_zh": _("post, in Chinese"),
    "reason": _("reason"),
    "role": _("role"),
    "scope": _("scope"),
    "state": _("state"),
    "status": _("status"),
    "username": _("username"),
    "value": _("value"),
    "version": _("version"),
}

VALUES = {
    "role": dict(Role.choices),
    "scope": dict(ApiToken.Scope.choices),
}
