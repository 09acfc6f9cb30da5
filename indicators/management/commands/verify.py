"""Compute everything apart, compare, and check the log and the stored files."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from indicators.services.checking import check


class Command(BaseCommand):
    help = "Compare what is stored with what the observations say; exit 1 when anything differs."

    def handle(self, *args: Any, **options: Any) -> None:
        _run, differences = check()
        for item in differences:
            self.stdout.write(
                f"{item.what} {item.where}: stored {item.stored}, should be {item.computed}"
            )
        self.stdout.write(f"{len(differences)} differences")
        if differences:
            sys.exit(1)
