"""manage.py list_demo_accounts: who can sign in to look around."""

import unicodedata
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from indicators.demo.accounts import ACCOUNTS, PASSWORD
from metroplan.organisations.models import User


class Command(BaseCommand):
    help = "Print the demonstration accounts and their password."

    def handle(self, *args: Any, **options: Any) -> None:
        listed = [account.username for account in ACCOUNTS]
        found = User.objects.filter(is_demo=True, username__in=listed)
        users = {user.username: user for user in found.select_related("organisation")}
        if not users:
            self.stdout.write(_("There are no demonstration accounts."))
            return
        rows = [_row(users[name]) for name in listed if name in users]
        for line in table([(_("Account"), _("Role"), _("Unit"), _("Post")), *rows]):
            self.stdout.write(line)
        self.stdout.write(_("Password of all: {password}").format(password=PASSWORD))


def _row(user: User) -> tuple[str, ...]:
    unit = f"{user.organisation.code} {user.organisation.name}"
    return user.username, user.get_role_display(), unit, user.get_full_name()


def table(rows: list[tuple[str, ...]]) -> list[str]:
    """Columns aligned in a terminal, where a Chinese character takes two places."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
