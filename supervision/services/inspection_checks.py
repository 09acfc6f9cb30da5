"""What an inspection must be like to be begun, and to be concluded."""

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from supervision.models import (
    Campaign,
    Inspection,
    InspectionItem,
    Inspector,
    InstrumentCheck,
    Outcome,
)
from supervision.selectors.inspections import failures_left
from supervision.selectors.pools import conflicting
from supervision.states import CampaignState

LEAST_INSPECTORS = 2
WITH_FINDINGS = {
    Outcome.RECTIFICATION,
    Outcome.STOP_USE,
    Outcome.CASE_FILED,
    Outcome.JUDICIAL,
    Outcome.OTHER_BODY,
}


def refuse_unfit(inspection: Inspection) -> None:
    """Raises ValidationError by field: day, campaign, entity and unit must fit together."""
    errors: dict[str, list[str]] = {}
    day, entity, campaign = inspection.inspected_on, inspection.entity, inspection.campaign
    if day > timezone.localdate():
        errors["inspected_on"] = [_("The inspection cannot be in the future.")]
    closed = entity.closed_on and entity.closed_on <= day
    if closed or (entity.opened_on and entity.opened_on > day):
        text = _("{entity} was not at work on {day}.").format(entity=entity, day=day)
        errors["entity"] = [text]
    elif not entity.organisation.path.startswith(inspection.organisation.path):
        text = _("{entity} does not stand in the area of {unit}: choose the unit it stands in.")
        errors["entity"] = [text.format(entity=entity, unit=inspection.organisation.name)]
    if campaign and (wrong := _misfit(inspection)):
        errors["campaign"] = [wrong]
    if errors:
        raise ValidationError(errors)


def _misfit(inspection: Inspection) -> str:
    campaign, day = inspection.campaign, inspection.inspected_on
    if campaign.state != CampaignState.RUNNING:
        return _("“{title}” is not running: nothing is recorded for it.").format(
            title=campaign.title
        )
    if not campaign.starts <= day <= campaign.ends:
        text = _("The campaign runs from {first} to {last}: the inspection was outside of it.")
        return text.format(first=campaign.starts, last=campaign.ends)
    if not inspection.organisation.path.startswith(campaign.organisation.path):
        text = _("{unit} does not take part in this campaign.")
        return text.format(unit=inspection.organisation.name)
    if inspection.drawn is None and campaign.kind == Campaign.Kind.DOUBLE_RANDOM:
        return _("Only drawn entities are inspected in it: begin from a line of its draw.")
    return ""


def refuse_moved(inspection: Inspection, day: date) -> None:
    """Raises ValidationError where what was found on the day would have been found on another."""
    if day != inspection.inspected_on and inspection.findings.exists():
        text = _("Rectification was ordered on {day}: the day of the inspection stays.")
        raise ValidationError({"inspected_on": [text.format(day=inspection.inspected_on)]})


def refuse_others(inspectors: Sequence[Inspector], inspection: Inspection) -> None:
    """Raises ValidationError where others came than were drawn, and nobody says why."""
    if inspection.drawn is None or inspection.substitution:
        return
    drawn = {*inspection.drawn.inspectors.values_list("pk", flat=True)}
    if drawn != {inspector.pk for inspector in inspectors}:
        text = _("Others came than the inspectors who were drawn: say why.")
        raise ValidationError({"substitution": [text]})


def refuse_inspectors(inspectors: Sequence[Inspector], inspection: Inspection) -> None:
    """Raises ValidationError at `inspectors` for a certificate that is not valid on the day, and
    for a conflict of interest with the entity."""
    day = inspection.inspected_on
    faults = []
    for inspector in inspectors:
        if not inspector.valid_from <= day <= inspector.valid_until:
            text = _("The certificate {number} is not valid on {day}.")
            faults.append(text.format(number=inspector.certificate_no, day=day))
    for conflict in conflicting(inspectors, inspection.entity, day):
        text = _("Inspector {number} has a conflict with this entity: {reason}. Send another.")
        number = conflict.inspector.certificate_no
        faults.append(text.format(number=number, reason=conflict.reason))
    if faults:
        raise ValidationError({"inspectors": faults})


def refuse_unconcluded(inspection: Inspection) -> None:
    """Raises ValidationError by field with everything that a conclusion still needs."""
    errors: dict[str, list[str]] = {}
    if inspection.inspectors.count() < LEAST_INSPECTORS:
        text = _("An inspection needs at least {number} inspectors.")
        errors["inspectors"] = [text.format(number=LEAST_INSPECTORS)]
    if not inspection.outcome:
        errors["outcome"] = [_("Choose the outcome.")]
    if inspection.outcome != Outcome.UNABLE:
        errors |= _unanswered(inspection) | _contradicted(inspection) | _unsigned(inspection)
    elif not inspection.summary:
        errors["summary"] = [_("Say why the entity could not be inspected.")]
    if errors:
        raise ValidationError(errors)


def _unanswered(inspection: Inspection) -> dict[str, list[str]]:
    left = inspection.items.filter(result=InspectionItem.Result.OPEN).count()
    text = _("Points of the checklist without an answer: {number}. Answer all of them.")
    return {"items": [text.format(number=left)]} if left else {}


def _contradicted(inspection: Inspection) -> dict[str, list[str]]:
    """The outcome says what the answers, the instruments and the findings say."""
    faulty = inspection.items.filter(result=InspectionItem.Result.NO).exists()
    faulty = faulty or inspection.checks.filter(_wrong()).exists()
    found = inspection.findings.exists()
    if inspection.outcome == Outcome.CONFORMING and (faulty or found):
        return {"outcome": [_("Something does not conform: “Conforming” cannot be the outcome.")]}
    if inspection.outcome in WITH_FINDINGS and not found:
        text = _("Order what must be rectified and by when before you conclude the inspection.")
        return {"outcome": [text]}
    return _unexplained(inspection)


def _unexplained(inspection: Inspection) -> dict[str, list[str]]:
    """Whatever failed leads to a finding, or a note beside it says why not. A finding that names
    no point is about the inspection as a whole."""
    if inspection.findings.filter(item=None).exists():
        return {}
    errors: dict[str, list[str]] = {}
    if points := failures_left(inspection):
        text = _("“{point}” does not conform: order its rectification, or note why not.")
        errors["items"] = [text.format(point=point.text) for point in points]
    checks = inspection.checks.filter(_wrong(), note="").select_related("instrument")
    if not inspection.findings.exists() and (wrong := list(checks)):
        text = _("{instrument} failed or is not verified: order a rectification, or note why not.")
        names = [str(check.instrument or check.description) for check in wrong]
        errors["checks"] = [text.format(instrument=name) for name in names]
    return errors


def _wrong() -> Q:
    """The condition that an instrument must not be used as it was found."""
    return Q(passed=False) | ~Q(found=InstrumentCheck.Found.VALID)


def _unsigned(inspection: Inspection) -> dict[str, list[str]]:
    faults = []
    if inspection.inspector_signature is None:
        faults.append(_("The signature of the inspectors is missing: sign after the last change."))
    if inspection.entity_signature is None and not inspection.refusal:
        faults.append(_("Let the entity sign, or record why it did not and who was witness."))
    if inspection.entity_signature and inspection.refusal:
        faults.append(_("The entity signed: take out why it did not."))
    return {"signature": faults} if faults else {}
