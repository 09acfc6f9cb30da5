"""manage.py load_demo: demonstration accounts, figures and targets; again changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.demo.loading import load_demo
from indicators.services.recompute import recompute_all
from metroplan.common.demo import loaders
from metroplan.common.problems import MetroplanError


class Command(BaseCommand):
    help = "Load demonstration data for the plans that have none yet, and compute their progress."

    def handle(self, *args: Any, **options: Any) -> None:
        changed = False
        try:
            for loaded in load_demo(today=timezone.localdate()):
                changed = True
                line = _("{plan}: {figures} figures, {targets} targets, {submissions} submissions.")
                self.stdout.write(line.format(**{key: getattr(loaded, key) for key in FIELDS}))
            for said in filter(None, (load(timezone.localdate()) for load in loaders)):
                changed = True
                self.stdout.write(said)
        except MetroplanError as error:
            raise CommandError(error.message) from error
        if changed:
            recompute_all()
        self.stdout.write(_("Demonstration data are in place."))


FIELDS = ("plan", "figures", "targets", "submissions")
