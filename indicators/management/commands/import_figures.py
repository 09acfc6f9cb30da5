"""manage.py import_figures FILE.csv --document NO: historic figures, all or nothing."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from indicators.services.imports import ImportReport, import_figures
from indicators.services.known_from import check_known_from, set_known_from
from metroplan.common.problems import MetroplanError
from metroplan.submissions.wording import describe


class Command(BaseCommand):
    help = "Import historic figures from a CSV file, all or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--document", required=True, help="the document that vouches for them")
        parser.add_argument(
            "--known-from",
            type=date.fromisoformat,
            help="day of the document, YYYY-MM-DD: from then on pages that look back show them",
        )
        parser.add_argument("--dry-run", action="store_true", help="check and count, store nothing")

    def handle(
        self,
        *,
        file: Path,
        document: str,
        dry_run: bool,
        known_from: date | None = None,
        **options: Any,
    ) -> None:
        try:
            report = _import(file.name, file.read_bytes(), document, dry_run, known_from)
        except OSError as error:
            reason = error.strerror
            raise CommandError(
                _("{file} cannot be read: {reason}.").format(file=file, reason=reason)
            ) from error
        except MetroplanError as error:
            raise CommandError(error.message) from error
        if report.refused:
            self._refuse(file, report)
        self.stdout.write(_summary(report))

    def _refuse(self, file: Path, report: ImportReport) -> None:
        for issue in report.issues:
            self.stderr.write(f"{file}:{issue.row or 1}: {describe(issue)}")
        raise CommandError(
            _("Nothing was stored: {count} problems in {file}.").format(
                count=len(report.issues), file=file
            )
        )


@transaction.atomic
def _import(
    name: str, content: bytes, document: str, dry_run: bool, known_from: date | None
) -> ImportReport:
    if known_from:
        check_known_from(known_from)
    report = import_figures(
        name=name,
        content=content,
        document=document,
        actor=None,
        dry_run=dry_run,
    )
    if known_from and report.batch:
        set_known_from(batch=report.batch, day=known_from, actor=None)
    return report


def _summary(report: ImportReport) -> str:
    counted = {"lines": report.lines, "figures": report.figures, "changed": report.changed}
    if report.dry_run:
        return _(
            "Checked {lines} lines with {figures} figures; {changed} would change. Nothing stored."
        ).format(**counted)
    return _("Imported {lines} lines with {figures} figures; {changed} changed.").format(**counted)
