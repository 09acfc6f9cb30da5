"""What holds for examinations on a day: how long certificates last, when to apply, when to remind.

The periods were recalled and never read in a primary source: they are data, kept with the day from
which they hold, and staff can change them.
"""

from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from metroplan.audit.record import record
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from standards.models import ExaminationRule

REMINDERS = [12, 9, 6, 3, 1]
DEFAULTS = (
    {
        "effective_from": date(2005, 1, 14),
        "validity_months": 48,
        "window_months": 6,
        "reminder_months": REMINDERS,
        "document": "JJF 1033（待核对）",
    },
    {
        "effective_from": date(2023, 9, 15),
        "validity_months": 60,
        "window_months": 6,
        "reminder_months": REMINDERS,
        "document": "JJF 1033-2023（待核对）",
    },
)
NAMES = ("effective_from", "validity_months", "window_months", "reminder_months", "document")


def rule_on(day: date) -> ExaminationRule | None:
    """The rule with the latest first day up to `day`; None before the first."""
    found = ExaminationRule.objects.filter(effective_from__lte=day)
    return found.order_by("-effective_from").first()


@transaction.atomic
def load_examination_rules(directory: Path) -> int:
    """The rules that hold until staff change them; only into a table that holds none."""
    if ExaminationRule.objects.exists():
        return 0
    ExaminationRule.objects.bulk_create(ExaminationRule(**values) for values in DEFAULTS)
    return len(DEFAULTS)


@transaction.atomic
def save_rule(
    *,
    actor: User,
    effective_from: date,
    validity_months: int,
    window_months: int,
    reminder_months: list[int],
    document: str,
) -> ExaminationRule:
    """The rule that holds from a day on; one of that very day is replaced. Raises ValidationError
    by field."""
    require(actor, "catalogue.keep")
    rule = ExaminationRule.objects.filter(effective_from=effective_from).first()
    before = facts(rule) if rule else None
    rule = rule or ExaminationRule(effective_from=effective_from)
    rule.validity_months, rule.window_months = validity_months, window_months
    rule.reminder_months = sorted(set(reminder_months), reverse=True)
    rule.document = document.strip()
    if not document.strip():
        raise ValidationError({"document": [_("Name the document that says so.")]})
    rule.full_clean()
    rule.save()
    record("examination.rule_set", actor=actor, on=rule, before=before, after=facts(rule))
    return rule


def facts(rule: ExaminationRule) -> dict[str, object]:
    return {name: getattr(rule, name) for name in NAMES}
