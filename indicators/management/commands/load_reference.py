"""Units and their history, shared measures, headers of the plans above: `fixtures/reference`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from indicators.plan_file import (
    PlanFileError,
    load_measures,
    load_parent_plans,
    parse_measures,
    parse_parent_plans,
)
from indicators.services.in_effect import ensure_first_rules
from indicators.services.marking import mark_asked
from indicators.services.plausibility import ensure_default_rules
from metroplan.common.reference import loaders
from metroplan.organisations.services.divisions import (
    load_divisions,
    read_changes,
    read_divisions,
)

REFERENCE = Path(settings.BASE_DIR) / "fixtures" / "reference"


class Command(BaseCommand):
    help = "Load units, shared measures and parent plans; loading again changes nothing."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        divisions = load_divisions(
            divisions=read_divisions(REFERENCE / "divisions.csv", REFERENCE / "division_zones.csv"),
            changes=read_changes(REFERENCE / "division_changes.csv"),
            actor=None,
            today=timezone.localdate(),
        )
        if divisions.anything:
            mark_asked()
        changed = divisions.created + divisions.updated + divisions.links + divisions.changes
        ensure_first_rules()
        changed += ensure_default_rules()
        changed += self._load("measures.yaml", parse_measures, load_measures)
        changed += self._load("parent_plans.yaml", parse_parent_plans, load_parent_plans)
        changed += sum(load(REFERENCE) for load in loaders)
        self.stdout.write(_("Reference data: {count} changes.").format(count=changed))

    def _load(self, name: str, parse: Any, load: Any) -> int:
        path = REFERENCE / name
        try:
            return len(load(parse(path.read_text(encoding="utf-8")), actor=None))
        except PlanFileError as error:
            for line in error.lines(str(path)):
                self.stderr.write(line)
            raise SystemExit(1) from error
