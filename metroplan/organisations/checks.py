"""What must hold before the portal starts."""

from typing import Any

from django.conf import settings
from django.core.checks import Error
from django.db import DatabaseError
from django.utils.translation import gettext as _

from metroplan.organisations.models import User


def no_demo_accounts_in_production(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Demonstration accounts have a password that everyone knows.

    Where there is no database or no table yet, there is no account either.
    """
    if settings.DEMO:
        return []
    try:
        found = User.objects.filter(is_demo=True).count()
    except DatabaseError:
        return []
    if not found:
        return []
    return [
        Error(
            _("This database holds {count} demonstration accounts with a known password.").format(
                count=found
            ),
            hint=_(
                "Start production with an empty database: demonstration data cannot be taken out."
            ),
            id="organisations.E001",
        )
    ]
