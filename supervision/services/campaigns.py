"""Writing campaigns: what is to be inspected, how far it is, what came of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metroplan.audit.record import record
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Organisation, User
from metroplan.organisations.policy import require
from supervision.models import Campaign, Inspection
from supervision.selectors.campaigns import publishable
from supervision.services.locks import KEEP, bump, locked, refuse_move
from supervision.services.numbers import next_number
from supervision.services.touching import touched_campaigns
from supervision.states import CAMPAIGN, CampaignState, InspectionState

FIELDS = (
    "number", "title", "kind", "organisation", "legal_basis", "task", "starts", "ends",
    "departments", "commodities", "entity_kinds",
)  # fmt: skip
LOGGED = {"kind": "campaign_kind", "starts": "first_day", "ends": "last_day"}
"""Names that mean something else elsewhere in the log."""

COUNTED = ("organisation", "last_day")
PREFIX = "JD"
UNPROCESSABLE = 422
AMOUNTS = ("entities", "instruments", "lots")


@transaction.atomic
def save_campaign(
    *,
    actor: User,
    campaign: Campaign | None = None,
    data: dict[str, Any],
    checklist: Sequence[tuple[str, str]],
    expected_version: int | None = None,
) -> Campaign:
    """Add a planned campaign, or change what stands in one.

    `data` holds FIELDS and `kinds`, a list of InstrumentKind; `checklist` the points whole, each
    (text, basis): inspections keep the points as they were asked. A blank number gets the next of
    the unit. Raises ValidationError by field, `register.changed` for an outdated version.
    """
    require(actor, KEEP, data["organisation"])
    if campaign is None:
        return _add(actor, data, checklist)
    return _change(locked(campaign, actor=actor, right=KEEP, expected_version=expected_version),
                   actor, data, checklist)  # fmt: skip


def _refuse_alone(campaign: Campaign) -> None:
    if campaign.kind == Campaign.Kind.JOINT and not campaign.departments:
        text = _("A joint inspection names the departments that take part.")
        raise ValidationError({"departments": [text]})


def _add(actor: User, data: dict[str, Any], checklist: Sequence[tuple[str, str]]) -> Campaign:
    campaign = Campaign(**{name: data[name] for name in FIELDS})
    campaign.number = campaign.number or next_number(Campaign, PREFIX, campaign.organisation)
    campaign.full_clean()
    _refuse_alone(campaign)
    campaign.save()
    campaign.kinds.set(data["kinds"])
    _write_checklist(campaign, checklist)
    record("campaign.created", actor=actor, on=campaign, after=said(campaign))
    return campaign


def _change(
    campaign: Campaign, actor: User, data: dict[str, Any], checklist: Sequence[tuple[str, str]]
) -> Campaign:
    before, former = said(campaign), campaign.organisation_id
    began, ended = campaign.starts, campaign.ends
    number = campaign.number
    for name in FIELDS:
        setattr(campaign, name, data[name])
    campaign.number = campaign.number or number
    campaign.full_clean()
    _refuse_alone(campaign)
    _refuse_unended(campaign)
    campaign.kinds.set(data["kinds"])
    _write_checklist(campaign, checklist)
    after = said(campaign)
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return campaign
    bump(campaign)
    record(
        "campaign.changed",
        actor=actor,
        on=campaign,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    if "campaign_kind" in changed:
        # What was tried at its inspections counts by its kind.
        _tell(campaign, min(began, campaign.starts), former)
    elif campaign.state == CampaignState.FINISHED and any(name in COUNTED for name in changed):
        _tell(campaign, min(ended, campaign.ends), former)
    return campaign


def _write_checklist(campaign: Campaign, points: Sequence[tuple[str, str]]) -> None:
    if list(campaign.checklist.values_list("text", "basis")) == list(points):
        return
    kept = {(row.text, row.basis): row for row in campaign.checklist.all()}
    campaign.checklist.exclude(pk__in=[kept[key].pk for key in points if key in kept]).delete()
    for position, (text, basis) in enumerate(points):
        row = kept.get((text, basis)) or campaign.checklist.model(
            campaign=campaign, text=text, basis=basis
        )
        row.position = position
        row.full_clean()
        row.save()


@transaction.atomic
def set_targets(
    *,
    actor: User,
    campaign: Campaign,
    targets: dict[Organisation, dict[str, int | None]],
    expected_version: int | None = None,
) -> None:
    """What each unit is to inspect: `entities`, `instruments`, `lots`; nothing asked takes the
    unit's target away. Units that are not named keep theirs."""
    campaign = locked(campaign, actor=actor, right=KEEP, expected_version=expected_version)
    before = target_words(campaign)
    for unit, amounts in targets.items():
        if not unit.path.startswith(campaign.organisation.path):
            text = _("{unit} does not stand below {lead}: choose a unit of its area.")
            names = {"unit": unit.name, "lead": campaign.organisation.name}
            raise ValidationError(text.format(**names))
        if any(amounts.get(name) is not None for name in AMOUNTS):
            campaign.targets.update_or_create(organisation=unit, defaults=amounts)
        else:
            campaign.targets.filter(organisation=unit).delete()
    after = target_words(campaign)
    if after == before:
        return
    bump(campaign)
    record(
        "campaign.targets_set",
        actor=actor,
        on=campaign,
        before={"targets": before},
        after={"targets": after},
    )


@transaction.atomic
def move_campaign(
    *,
    actor: User,
    campaign: Campaign,
    to: str,
    summary: str = "",
    expected_version: int | None = None,
) -> Campaign:
    """Into another state; `summary` is the result, needed to finish it."""
    campaign = locked(campaign, actor=actor, right=KEEP, expected_version=expected_version)
    refuse_move(CAMPAIGN, campaign, to)
    was, campaign.state = campaign.state, to
    _refuse_unended(campaign)
    if to == CampaignState.FINISHED:
        _refuse_unfinished(campaign, summary)
    if summary.strip():
        campaign.summary = summary.strip()
    bump(campaign)
    record(
        "campaign.moved",
        actor=actor,
        on=campaign,
        before={"campaign_state": was},
        after={"campaign_state": to, "result_text": campaign.summary},
    )
    if CampaignState.FINISHED in (was, to):
        _tell(campaign, campaign.ends, campaign.organisation_id)
    return campaign


@transaction.atomic
def publish_campaign(
    *, actor: User, campaign: Campaign, on: date, expected_version: int | None = None
) -> int:
    """The result and its concluded inspections become public from the day; returns how many of
    them. What an open case is about stays unpublished until it is decided."""
    campaign = locked(campaign, actor=actor, right=KEEP, expected_version=expected_version)
    if campaign.state != CampaignState.FINISHED:
        raise MetroplanError(
            "campaign.not_finished",
            _("“{title}” is not finished: finish it before its result is published."),
            status=UNPROCESSABLE,
            title=campaign.title,
        )
    if on < campaign.ends:
        text = _("The campaign ran until {day}: choose a day that is not before it.")
        raise ValidationError({"on": [text.format(day=campaign.ends)]})
    campaign.published_on = on
    bump(campaign)
    shown = publishable(campaign.inspections.filter(published_on=None)).update(published_on=on)
    record(
        "campaign.published", actor=actor, on=campaign, after={"published_on": on}, published=shown
    )
    return shown


def _refuse_unended(campaign: Campaign) -> None:
    if campaign.state == CampaignState.FINISHED and campaign.ends > timezone.localdate():
        text = _("The campaign runs until {day}: change its last day before you finish it.")
        raise ValidationError({"ends": [text.format(day=campaign.ends)]})


def _refuse_unfinished(campaign: Campaign, summary: str) -> None:
    errors = {}
    if not (summary.strip() or campaign.summary):
        errors["summary"] = [_("State the result of the campaign: what was inspected and found.")]
    drafts = Inspection.objects.filter(campaign=campaign, state=InspectionState.DRAFT)
    if open_ones := list(drafts.values_list("number", flat=True)[:5]):
        text = _("Inspections are not concluded yet: {numbers}. Conclude or void them first.")
        errors["state"] = [text.format(numbers=", ".join(open_ones))]
    if errors:
        raise ValidationError(errors)


def said(campaign: Campaign) -> dict[str, Any]:
    """What the log says of a campaign."""
    values = {LOGGED.get(name, name): getattr(campaign, name) for name in FIELDS}
    return values | {
        "organisation": campaign.organisation.code,
        "task": str(campaign.task) if campaign.task else "",
        "kinds": [kind.code for kind in campaign.kinds.all()],
        "checklist": list(campaign.checklist.values_list("text", flat=True)),
    }


def target_words(campaign: Campaign) -> list[str]:
    rows = campaign.targets.values_list("organisation__code", *AMOUNTS)
    return [
        f"{code}: {' / '.join('—' if n is None else str(n) for n in amounts)}"
        for code, *amounts in rows
    ]


def _tell(campaign: Campaign, since: date, former: int) -> None:
    reason = _("Campaign {number} was recorded or changed").format(number=campaign.number)
    touched_campaigns([campaign.pk], since, reason, units=[former])
