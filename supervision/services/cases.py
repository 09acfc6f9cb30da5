"""Cases: filed without a finding, decided, closed, withdrawn."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metroplan.audit.record import record
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from supervision.models import Case
from supervision.services.findings import case_words
from supervision.services.locks import KEEP, bump, locked, refuse_move
from supervision.services.touching import touched_cases
from supervision.states import CASE, CaseState

ENDED = {CaseState.CLOSED, CaseState.WITHDRAWN}


@transaction.atomic
def file_case(*, actor: User, data: dict[str, Any]) -> Case:
    """A case that no finding led to: a complaint, or what another department handed over.

    `data` holds `number`, `source`, `entity`, `organisation`, `body`, `authority`, `ground`,
    `filed_on`, `legal_basis`. Raises ValidationError by field.
    """
    require(actor, KEEP, data["organisation"])
    case = Case(**data)
    _refuse_unfit(case)
    case.full_clean()
    case.save()
    record("case.filed", actor=actor, on=case, after=case_words(case))
    _told(case)
    return case


def _refuse_unfit(case: Case) -> None:
    errors = {}
    if case.source == Case.Source.INSPECTION:
        text = _("What an inspection found is ordered there, and referred from the finding.")
        errors["source"] = [text]
    if not case.ground:
        errors["ground"] = [_("Say what the case is about.")]
    if case.filed_on > timezone.localdate():
        errors["filed_on"] = [_("This day is still to come.")]
    if not case.entity.organisation.path.startswith(case.organisation.path):
        text = _("{entity} does not stand in the area of {unit}: choose the unit it stands in.")
        errors["entity"] = [text.format(entity=case.entity, unit=case.organisation.name)]
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def move_case(
    *,
    actor: User,
    case: Case,
    to: str,
    decision_no: str = "",
    decided_on: date | None = None,
    fine: Decimal | None = None,
    on: date | None = None,
    result: str = "",
    expected_version: int | None = None,
) -> Case:
    """Into another state: a decision comes with its number and day, an end with its day `on` (of
    today, where it is not told) and, where it is withdrawn, the reason as `result`.

    Raises ValidationError by field.
    """
    case = locked(case, actor=actor, right=KEEP, expected_version=expected_version)
    refuse_move(CASE, case, to)
    before = case_words(case)
    if to == CaseState.DECIDED:
        _refuse_undecided(case, decision_no, decided_on, fine)
        case.decision_no, case.decided_on, case.fine = decision_no, decided_on, fine
    if to in ENDED:
        case.closed_on = on or timezone.localdate()
        _refuse_unended(case, to, result)
    case.result = result or case.result
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
    _told(case)
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


def _refuse_unended(case: Case, to: str, result: str) -> None:
    errors = {}
    first = case.decided_on or case.filed_on
    if not first <= case.closed_on <= timezone.localdate():
        text = _("The end lies between {first}, the day of the last step, and today.")
        errors["on"] = [text.format(first=first)]
    if to == CaseState.WITHDRAWN and not result:
        errors["result"] = [_("Say why the case is withdrawn.")]
    if errors:
        raise ValidationError(errors)


def _told(case: Case) -> None:
    reason = _("Case {number} was recorded or changed").format(number=case.number)
    touched_cases([case.pk], case.filed_on, reason)
