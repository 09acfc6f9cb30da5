"""Compute every roll-up and status again from the observations."""

from typing import Any

from django.core.management.base import BaseCommand

from indicators.services.recompute import recompute_all


class Command(BaseCommand):
    help = "Compute every roll-up and status again from the observations."

    def handle(self, *args: Any, **options: Any) -> None:
        recompute_all()
