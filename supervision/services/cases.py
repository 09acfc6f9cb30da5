"""What becomes of a case: decided, closed, withdrawn."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metroplan.audit.record import record
from metroplan.organisations.models import User
from supervision.models import Case
from supervision.services.findings import case_words
from supervision.services.locks import bump, locked, refuse_move
from supervision.services.touching import touched_cases
from supervision.states import CASE, CaseState

KEEP = "supervision.keep"


@transaction.atomic
def move_case(
    *,
    actor: User,
    case: Case,
    to: str,
    decision_no: str = "",
    decided_on: date | None = None,
    fine: Decimal | None = None,
    expected_version: int | None = None,
) -> Case:
    """Into another state; a decision comes with its number and day. Raises ValidationError."""
    case = locked(case, actor=actor, right=KEEP, expected_version=expected_version)
    refuse_move(CASE, case, to)
    before = case_words(case)
    if to == CaseState.DECIDED:
        _refuse_undecided(case, decision_no, decided_on, fine)
        case.decision_no, case.decided_on, case.fine = decision_no, decided_on, fine
    case.state = to
    case.full_clean()
    bump(case)
    after = case_words(case)
    changed = [name for name in after if after[name] != before[name]]
    record(
        "case.moved",
        actor=actor,
        on=case,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    reason = _("Case {number} was recorded or changed").format(number=case.number)
    touched_cases([case.pk], case.filed_on, reason)
    return case


def _refuse_undecided(
    case: Case, decision_no: str, decided_on: date | None, fine: Decimal | None
) -> None:
    errors = {}
    if not decision_no:
        errors["decision_no"] = [_("A decision has a number: type it.")]
    if decided_on is None:
        errors["decided_on"] = [_("Say on which day it was decided.")]
    elif not case.filed_on <= decided_on <= timezone.localdate():
        text = _("The decision lies between {first}, the day of filing, and today.")
        errors["decided_on"] = [text.format(first=case.filed_on)]
    if fine is not None and fine < 0:
        errors["fine"] = [_("A fine is not below zero; leave it blank where there is none.")]
    if errors:
        raise ValidationError(errors)
