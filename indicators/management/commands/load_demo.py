"""manage.py load_demo: demonstration accounts, figures and targets; again changes nothing."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.demo.loading import load_demo
from indicators.services.recompute import recompute_all
from metroplan.common.demo import loaders
from metroplan.common.problems import MetroplanError


class Command(BaseCommand):
    help = "Load demonstration data for the plans that have none yet, and compute their progress."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--percent",
            type=percent,
            default=settings.DEMO_PERCENT,
            help="how much of the demonstration of supervision is made, from 1 to 100: 100 is "
            "60,000 instruments; one that is there already stays as it is "
            "(default: METROPLAN_DEMO_PERCENT, %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        changed = False
        try:
            for loaded in load_demo(today=timezone.localdate()):
                changed = True
                line = _("{plan}: {figures} figures, {targets} targets, {submissions} submissions.")
                self.stdout.write(line.format(**{key: getattr(loaded, key) for key in FIELDS}))
            today = timezone.localdate()
            for said in filter(None, (load(today, options["percent"]) for load in loaders)):
                changed = True
                self.stdout.write(said)
        except MetroplanError as error:
            raise CommandError(error.message) from error
        if changed:
            recompute_all()
        self.stdout.write(_("Demonstration data are in place."))


def percent(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 100):
        raise ArgumentTypeError(f"write a whole number from 1 to 100, not {text!r}")
    return int(text)


FIELDS = ("plan", "figures", "targets", "submissions")
