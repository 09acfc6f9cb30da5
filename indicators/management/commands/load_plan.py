"""Plan files into the database, all of them or none."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from indicators.plan_file import PlanFileError, decode, load, parse
from metroplan.common.sync import Change

SIGNS = {"added": "+", "changed": "~", "removed": "-"}


class Command(BaseCommand):
    help = "Check plan files and load them, all or none; loading one twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="print the difference and store nothing"
        )

    def handle(self, *, files: list[Path], dry_run: bool, **options: Any) -> None:
        good, bad = [], []
        with transaction.atomic():
            for path in files:
                self._load(path, dry_run, good, bad)
            transaction.set_rollback(dry_run or bool(bad))
        for line in bad:
            self.stderr.write(line)
        if bad:
            raise SystemExit(1)
        for line in good:
            self.stdout.write(line)

    def _load(self, path: Path, dry_run: bool, good: list[str], bad: list[str]) -> None:
        """Store one file and add to `good` what it changed, or to `bad` what is wrong with it."""
        try:
            changes = load(parse(decode(path.read_bytes())), actor=None)
        except OSError as error:
            reason = _("{file}: the file cannot be read ({why}): check its name and rights.")
            bad.append(reason.format(file=path, why=error.strerror))
        except PlanFileError as error:
            bad.extend(error.lines(str(path)))
        else:
            if dry_run:
                good.extend(map(shown, changes))
            text = ngettext("{file}: {count} change.", "{file}: {count} changes.", len(changes))
            good.append(text.format(file=path, count=len(changes)))


def shown(change: Change) -> str:
    """`~ target net-content 2020  low: 90 → 92`"""
    values = ", ".join(_differences(change))
    return f"{SIGNS[change.kind]} {change.thing} {change.key}" + (f"  {values}" if values else "")


def _differences(change: Change) -> Iterator[str]:
    for name, value in change.after.items():
        if name in change.before and change.before[name] != value:
            yield f"{name}: {change.before[name]} → {value}"
