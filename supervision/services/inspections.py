"""Writing inspections: begun on the spot, filled in step by step, concluded, made public."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from supervision.models import DrawnEntity, Inspection, InspectionItem, Inspector
from supervision.selectors.campaigns import publishable
from supervision.services.inspection_checks import (
    refuse_inspectors,
    refuse_moved,
    refuse_others,
    refuse_unconcluded,
    refuse_unfit,
)
from supervision.services.inspection_lines import CheckLine, write_answers, write_checks
from supervision.services.locks import KEEP, RECORD, bump, locked, refuse_move, right_to_change
from supervision.services.notices import settle_assigned
from supervision.services.numbers import next_number
from supervision.services.touching import touched_inspections
from supervision.states import INSPECTION, InspectionState

FACTS = ("campaign", "entity", "organisation", "inspected_on", "basis")
CONCLUSION = ("outcome", "summary", "substitution", "signed_by_entity", "refusal")
SIGNED = ("inspected_on", "inspectors", "answers", "checks")
PREFIX = "JC"
UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Answer:
    """To the point of the checklist with the id `item`."""

    item: int
    result: str
    note: str = ""


@transaction.atomic
def begin_inspection(
    *,
    actor: User,
    data: dict[str, Any],
    inspectors: Sequence[Inspector],
    drawn: DrawnEntity | None = None,
) -> Inspection:
    """A draft with the points of the campaign's checklist. `data` holds FACTS.

    `drawn` is the line of a draw that is carried out: its entity and inspectors are the ones sent;
    where others come, `substitution` in `data` says why.
    Raises ValidationError by field.
    """
    require(actor, RECORD, data["organisation"])
    inspection = Inspection(drawn=drawn, recorded_by=actor)
    for name in FACTS:
        setattr(inspection, name, data[name])
    inspection.substitution = data.get("substitution", "")
    inspection.number = next_number(Inspection, PREFIX, inspection.organisation)
    _refuse_drawn(drawn, inspection)
    refuse_unfit(inspection)
    refuse_inspectors(inspectors, inspection)
    refuse_others(inspectors, inspection)
    inspection.full_clean()
    inspection.save()
    inspection.inspectors.set(inspectors)
    if inspection.campaign:
        inspection.items.bulk_create(
            inspection.items.model(
                inspection=inspection, source=point, position=point.position, text=point.text
            )
            for point in inspection.campaign.checklist.all()
        )
    record("inspection.begun", actor=actor, on=inspection, after=said(inspection))
    if drawn:
        settle_assigned(drawn.draw)
    return inspection


@transaction.atomic
def save_inspection(
    *,
    actor: User,
    inspection: Inspection,
    data: dict[str, Any],
    inspectors: Sequence[Inspector],
    answers: Sequence[Answer],
    checks: Sequence[CheckLine],
    expected_version: int | None = None,
) -> Inspection:
    """Everything typed on the form of a draft: `data` holds `inspected_on`, `basis` and
    CONCLUSION; `checks` are given whole."""
    inspection = draft(inspection, actor, expected_version)
    before = said(inspection)
    refuse_moved(inspection, data["inspected_on"])
    for name in ("inspected_on", "basis", *CONCLUSION):
        setattr(inspection, name, data[name])
    refuse_unfit(inspection)
    refuse_inspectors(inspectors, inspection)
    inspection.full_clean()
    inspection.inspectors.set(inspectors)
    write_answers(inspection, answers)
    write_checks(inspection, checks)
    bump(inspection)
    after = said(inspection)
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        record(
            "inspection.changed",
            actor=actor,
            on=inspection,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    if any(name in SIGNED for name in changed):
        _drop_signatures(inspection, actor)
    return inspection


def _drop_signatures(inspection: Inspection, actor: User) -> None:
    """Nobody has signed what is written now; the pictures stay on record."""
    if inspection.entity_signature_id is None and inspection.inspector_signature_id is None:
        return
    inspection.entity_signature = inspection.inspector_signature = None
    inspection.save(update_fields=["entity_signature", "inspector_signature"])
    record("inspection.signatures_dropped", actor=actor, on=inspection)


@transaction.atomic
def conclude_inspection(
    *, actor: User, inspection: Inspection, expected_version: int | None = None
) -> Inspection:
    """From now on it counts and stays as it is. Raises ValidationError with everything missing."""
    inspection = draft(inspection, actor, expected_version)
    refuse_unfit(inspection)
    refuse_inspectors(list(inspection.inspectors.all()), inspection)
    refuse_others(list(inspection.inspectors.all()), inspection)
    refuse_unconcluded(inspection)
    inspection.state = InspectionState.CLOSED
    inspection.closed_on = timezone.localdate()
    bump(inspection)
    record(
        "inspection.concluded",
        actor=actor,
        on=inspection,
        after={"outcome": inspection.outcome, "summary": inspection.summary},
    )
    _tell(inspection)
    return inspection


@transaction.atomic
def void_inspection(
    *, actor: User, inspection: Inspection, reason: str, expected_version: int | None = None
) -> Inspection:
    """It was recorded by mistake: it stays on record and counts no more."""
    inspection = locked(inspection, actor=actor, right=RECORD, expected_version=expected_version)
    require(actor, right_to_change(inspection), inspection)
    refuse_move(INSPECTION, inspection, InspectionState.VOIDED)
    if inspection.findings.exists():
        raise MetroplanError(
            "inspection.has_findings",
            gettext_lazy("Findings were ordered at this inspection: it can no longer be voided."),
        )
    counted = inspection.state == InspectionState.CLOSED
    inspection.state, inspection.published_on = InspectionState.VOIDED, None
    # What was drawn may be inspected after all.
    inspection.drawn = None
    bump(inspection)
    record("inspection.voided", actor=actor, on=inspection, reason=reason)
    if counted:
        _tell(inspection)
    return inspection


@transaction.atomic
def publish_inspection(
    *, actor: User, inspection: Inspection, expected_version: int | None = None
) -> Inspection:
    """The result becomes public today; not while a case about it is open."""
    inspection = locked(inspection, actor=actor, right=KEEP, expected_version=expected_version)
    if not publishable(Inspection.objects.filter(pk=inspection.pk)).exists():
        raise MetroplanError(
            "inspection.not_publishable",
            gettext_lazy(
                "Only a concluded inspection without an open case is published: conclude it, or "
                "wait for the decision."
            ),
            status=UNPROCESSABLE,
        )
    inspection.published_on = timezone.localdate()
    bump(inspection)
    day = {"published_on": inspection.published_on}
    record("inspection.published", actor=actor, on=inspection, after=day)
    return inspection


def draft(inspection: Inspection, actor: User, expected_version: int | None) -> Inspection:
    """Locked; raises `inspection.not_a_draft` once it is concluded or voided."""
    found = locked(inspection, actor=actor, right=RECORD, expected_version=expected_version)
    if found.state != InspectionState.DRAFT:
        raise MetroplanError(
            "inspection.not_a_draft",
            gettext_lazy("“{number}” is concluded or voided: it is not changed any more."),
            number=found.number,
        )
    return found


def _refuse_drawn(drawn: DrawnEntity | None, inspection: Inspection) -> None:
    if drawn is None:
        return
    if drawn.entity_id != inspection.entity_id:
        text = _("The draw names {entity}: inspect that one.")
        raise ValidationError({"entity": [text.format(entity=drawn.entity)]})
    if drawn.draw.campaign_id != inspection.campaign_id:
        text = _("The entity was drawn for “{title}”: inspect it for that campaign.")
        raise ValidationError({"campaign": [text.format(title=drawn.draw.campaign.title)]})
    if Inspection.objects.filter(drawn=drawn).exists():
        text = _("The inspection of this line of the draw has been begun already.")
        raise ValidationError({"entity": [text]})


def said(inspection: Inspection) -> dict[str, Any]:
    """What the log says of an inspection."""
    people = inspection.inspectors.values_list("certificate_no", flat=True)
    checks = inspection.checks.select_related("instrument")
    return {
        "campaign": inspection.campaign.number if inspection.campaign else "",
        "entity": inspection.entity.number,
        "organisation": inspection.organisation.code,
        "inspected_on": inspection.inspected_on,
        "inspection_basis": inspection.basis,
        "inspectors": list(people),
        "outcome": inspection.outcome,
        "summary": inspection.summary,
        "substitution": inspection.substitution,
        "signed_by_entity": inspection.signed_by_entity,
        "refusal": inspection.refusal,
        "answers": [_answer_words(item) for item in inspection.items.all()],
        "checks": [check_words(check) for check in checks],
    }


def _answer_words(item: InspectionItem) -> str:
    note = f" ({item.note})" if item.note else ""
    return f"{item.text}: {item.result or '—'}{note}"


def check_words(check: Any) -> str:
    what = check.instrument.number if check.instrument else check.description
    tried = "" if check.passed is None else f" {check.error} / {check.mpe} {check.unit}"
    return f"{what}: {check.found}{tried}"


def _tell(inspection: Inspection) -> None:
    day: date = inspection.inspected_on
    reason = _("Inspection {number} was concluded or voided").format(number=inspection.number)
    touched_inspections([inspection.pk], day, reason)
