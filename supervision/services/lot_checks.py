"""How a lot must fit what it was sampled for."""

from django.utils import timezone

from standards.rules.faults import Fault
from supervision.models import Lot
from supervision.states import InspectionState
from supervision.wording.content import refusal

Faults = dict[str, list[Fault]]


def refuse_misfit(lot: Lot) -> None:
    """Raises ValidationError by field: day, entity, inspection and campaign must fit together."""
    faults: Faults = {}
    if lot.sampled_on > timezone.localdate():
        faults["sampled_on"] = [Fault("lot.future", {"day": lot.sampled_on})]
    if not lot.entity.organisation.path.startswith(lot.organisation.path):
        words = {"entity": lot.entity.name, "unit": lot.organisation.name}
        faults["entity"] = [Fault("lot.elsewhere", words)]
    if faults := faults | _inspection_faults(lot) | _campaign_faults(lot):
        raise refusal(faults)


def _inspection_faults(lot: Lot) -> Faults:
    inspection = lot.inspection
    if inspection is None:
        return {}
    if inspection.state == InspectionState.VOIDED:
        return {"inspection": [Fault("lot.voided_inspection", {"number": inspection.number})]}
    if inspection.entity_id != lot.entity_id:
        return {"inspection": [Fault("lot.other_entity", {"number": inspection.number})]}
    return {}


def _campaign_faults(lot: Lot) -> Faults:
    campaign = lot.campaign
    if campaign is None:
        return {}
    found = []
    if not lot.organisation.path.startswith(campaign.organisation.path):
        words = {"unit": lot.organisation.name, "title": campaign.title}
        found.append(Fault("lot.other_campaign", words))
    elif not campaign.starts <= lot.sampled_on <= campaign.ends:
        words = {"first": campaign.starts, "last": campaign.ends}
        found.append(Fault("lot.outside_campaign", words))
    if lot.inspection and lot.inspection.campaign_id != campaign.pk:
        found.append(Fault("lot.inspection_campaign", {"number": lot.inspection.number}))
    return {"campaign": found} if found else {}
