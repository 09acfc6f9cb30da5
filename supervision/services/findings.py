"""From a finding to its rectification: ordered, answered, extended, checked again, referred."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from metroplan.submissions.services.files import store_file
from supervision.models import Case, Finding, FindingStep, Inspection, InspectionItem, Outcome
from supervision.services.locks import RECORD, bump, locked, refuse_move
from supervision.services.notices import settle_finding
from supervision.services.numbers import next_number
from supervision.services.pictures import paper_or_picture
from supervision.services.touching import touched_cases, touched_findings
from supervision.states import FINDING, CaseState, FindingState, InspectionState

PREFIX = "ZG"
Kind = FindingStep.Kind


@transaction.atomic
def order_rectification(
    *,
    actor: User,
    inspection: Inspection,
    description: str,
    due_on: date,
    legal_basis: str = "",
    item: InspectionItem | None = None,
) -> Finding:
    """Raises ValidationError for a deadline before the day of the inspection."""
    inspection = locked(inspection, actor=actor, right=RECORD)
    if inspection.state == InspectionState.VOIDED:
        text = _("“{number}” is voided: nothing is ordered by it.")
        raise ValidationError(text.format(number=inspection.number))
    if inspection.state == InspectionState.CLOSED and inspection.outcome == Outcome.CONFORMING:
        text = _("“{number}” was concluded as conforming: void it and inspect anew.")
        raise ValidationError(text.format(number=inspection.number))
    if item and item.inspection_id != inspection.pk:
        raise ValidationError({"item": [_("This point belongs to another inspection.")]})
    if due_on < inspection.inspected_on:
        text = _("The deadline cannot come before the inspection of {day}.")
        raise ValidationError({"due_on": [text.format(day=inspection.inspected_on)]})
    finding = Finding(
        number=next_number(Finding, PREFIX, inspection.organisation),
        inspection=inspection,
        item=item,
        entity=inspection.entity,
        organisation=inspection.organisation,
        description=description,
        legal_basis=legal_basis,
        found_on=inspection.inspected_on,
        due_on=due_on,
    )
    finding.full_clean()
    finding.save()
    _step(finding, actor, Kind.ORDERED, finding.found_on, due_on=due_on)
    record("finding.ordered", actor=actor, on=finding, after=said(finding))
    _tell(finding, finding.due_on)
    return finding


@transaction.atomic
def reply_to_finding(
    *,
    actor: User,
    finding: Finding,
    on: date,
    text: str,
    file: tuple[str, bytes] | None = None,
    expected_version: int | None = None,
) -> Finding:
    """What the entity answered; `file` is name and content of what it sent."""
    finding = _open(finding, actor, on, expected_version)
    _move(finding, FindingState.REPLIED)
    _step(finding, actor, Kind.REPLIED, on, text=text, file=_kept(file, actor))
    _log(finding, actor, "finding.replied", on, said_text=text)
    return finding


@transaction.atomic
def extend_deadline(
    *,
    actor: User,
    finding: Finding,
    on: date,
    due_on: date,
    text: str,
    expected_version: int | None = None,
) -> Finding:
    """A later day, with the reason; what rose for being overdue begins anew from there."""
    finding = _open(finding, actor, on, expected_version)
    if finding.state != FindingState.ORDERED:
        refused = _("Only an open order has a deadline to extend: this one is “{now}”.")
        raise ValidationError(refused.format(now=finding.get_state_display()))
    if due_on <= finding.due_on:
        refused = _("The new deadline must come after the present one, {day}.")
        raise ValidationError({"due_on": [refused.format(day=finding.due_on)]})
    before = _new_deadline(finding, due_on, actor)
    _step(finding, actor, Kind.EXTENDED, on, text=text, due_on=due_on)
    _log(finding, actor, "finding.extended", on, said_text=text, due_on=due_on)
    _tell(finding, min(before, due_on))
    return finding


@transaction.atomic
def recheck_finding(
    *,
    actor: User,
    finding: Finding,
    on: date,
    rectified: bool,
    text: str = "",
    due_on: date | None = None,
    file: tuple[str, bytes] | None = None,
    expected_version: int | None = None,
) -> Finding:
    """Rectified: it is closed. Not yet: it is open again, with a new deadline."""
    finding = _open(finding, actor, on, expected_version)
    kept = _kept(file, actor)
    if rectified:
        _move(finding, FindingState.VERIFIED)
        finding.closed_on = on
        _step(finding, actor, Kind.VERIFIED, on, text=text, file=kept)
        _log(finding, actor, "finding.closed", on, said_text=text)
        _tell(finding, min(on, finding.due_on))
        return finding
    if finding.state == FindingState.REFERRED:
        refused = _("It is referred already: record here only that it was rectified.")
        raise ValidationError(refused)
    if due_on is None or due_on < on:
        refused = _("Not rectified yet: give a new deadline that is not before {day}.")
        raise ValidationError({"due_on": [refused.format(day=on)]})
    if finding.state == FindingState.REPLIED:
        _move(finding, FindingState.ORDERED)
    before = _new_deadline(finding, due_on, actor)
    _step(finding, actor, Kind.RECHECKED, on, text=text, due_on=due_on, file=kept)
    _log(finding, actor, "finding.rechecked", on, said_text=text, due_on=due_on)
    _tell(finding, min(before, due_on))
    return finding


@transaction.atomic
def refer_finding(
    *, actor: User, finding: Finding, data: dict[str, Any], expected_version: int | None = None
) -> Case:
    """To enforcement, the police or another department: `data` holds `number`, `body`,
    `authority`, `filed_on`, `legal_basis`. What is with one body already may go on to another, as
    from enforcement to the police. Raises ValidationError by field."""
    on = data["filed_on"]
    finding = _open(finding, actor, on, expected_version, at="filed_on")
    _refuse_referral(finding, data)
    if finding.state != FindingState.REFERRED:
        _move(finding, FindingState.REFERRED)
    case = Case(finding=finding, entity=finding.entity, organisation=finding.organisation, **data)
    case.ground = finding.description[:300]
    case.full_clean()
    case.save()
    text = f"{case.get_body_display()} {case.number}"
    _step(finding, actor, Kind.REFERRED, on, text=text)
    _log(finding, actor, "finding.referred", on, case=case.number)
    record("case.filed", actor=actor, on=case, after=case_words(case))
    reason = _("Case {number} was recorded or changed").format(number=case.number)
    touched_cases([case.pk], on, reason)
    _tell(finding, min(on, finding.due_on))
    return case


def _refuse_referral(finding: Finding, data: dict[str, Any]) -> None:
    errors = {}
    if data["body"] == Case.Body.OTHER and not data["authority"]:
        errors["authority"] = [_("Name the department it goes to.")]
    if finding.cases.filter(body=data["body"]).exclude(state=CaseState.WITHDRAWN).exists():
        text = _("It is referred there already: a second case is filed with another body only.")
        errors["body"] = [text]
    if errors:
        raise ValidationError(errors)


def _open(
    finding: Finding, actor: User, on: date, expected_version: int | None, at: str = "on"
) -> Finding:
    """Locked; refused once it is closed, for a future day, and for a day before the last step."""
    require(actor, RECORD, finding)
    finding = locked(finding, actor=actor, right=RECORD, expected_version=expected_version)
    if finding.state == FindingState.VERIFIED:
        raise MetroplanError(
            "finding.closed",
            _("“{number}” is rectified and closed."),
            number=finding.number,
        )
    if on > timezone.localdate():
        raise ValidationError({at: [_("This day is still to come.")]})
    last = finding.steps.exclude(kind=Kind.ESCALATED).order_by("-on").first()
    first = last.on if last else finding.found_on
    if on < first:
        text = _("The last step was on {day}: choose a day that is not before it.")
        raise ValidationError({at: [text.format(day=first)]})
    return finding


def _move(finding: Finding, to: str) -> None:
    refuse_move(FINDING, finding, to)
    finding.state = to


def _new_deadline(finding: Finding, due_on: date, actor: User) -> date:
    """Returns the one before. Raises ValidationError for what rose to a unit above the actor's:
    else it could be kept down for ever."""
    above = finding.escalated_to
    if above and not above.path.startswith(actor.organisation.path):
        text = _("It was passed on to {unit}: a new deadline is set there.")
        raise ValidationError({"due_on": [text.format(unit=above.name)]})
    before, finding.due_on = finding.due_on, due_on
    finding.level_up, finding.escalated_to = 0, None
    return before


def _kept(file: tuple[str, bytes] | None, actor: User) -> Any:
    if file is None:
        return None
    return store_file(name=file[0], content=paper_or_picture(*file), actor=actor)


def _step(finding: Finding, actor: User, kind: str, on: date, **more: Any) -> None:
    step = FindingStep(finding=finding, kind=kind, on=on, recorded_by=actor, **more)
    step.full_clean(exclude=["finding"])
    step.save()


def _log(finding: Finding, actor: User, action: str, on: date, **more: Any) -> None:
    """Whoever was told that it is overdue is told no more."""
    bump(finding)
    settle_finding(finding)
    record(
        action,
        actor=actor,
        on=finding,
        after={"finding_state": finding.state, "step_on": on} | more,
    )


def said(finding: Finding) -> dict[str, Any]:
    return {
        "inspection": finding.inspection.number,
        "entity": finding.entity.number,
        "description": finding.description,
        "legal_basis": finding.legal_basis,
        "found_on": finding.found_on,
        "due_on": finding.due_on,
    }


def case_words(case: Case) -> dict[str, Any]:
    names = ("number", "body", "filed_on", "legal_basis", "decision_no", "decided_on", "fine")
    values = {name: getattr(case, name) for name in (*names, "ground", "closed_on")}
    return values | {
        "entity": case.entity.number,
        "case_source": case.source,
        "referred_to": case.authority,
        "result_text": case.result,
        "case_state": case.state,
    }


def _tell(finding: Finding, since: date) -> None:
    reason = _("Finding {number} was recorded or changed").format(number=finding.number)
    touched_findings([finding.pk], since, reason)
