"""The columns of campaigns, inspections, findings and cases in files."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from metroplan.common.register_files import RegisterColumns
from supervision.models import Campaign, Case, Entity, Finding, Inspection, Outcome
from supervision.states import CampaignState, CaseState, FindingState, InspectionState


def _unit(thing: Any) -> dict[str, Any]:
    return {"organisation": thing.organisation.code, "unit": thing.organisation.name}


def _entity(entity: Entity) -> dict[str, Any]:
    return {"entity": entity.number, "entity_name": entity.name, "uscc": entity.uscc}


def plain_campaign(campaign: Campaign) -> dict[str, Any]:
    """`concluded` is of `selectors.campaigns.campaigns_for`."""
    names = ("number", "title", "kind", "legal_basis", "starts", "ends", "state", "published_on")
    values = {name: getattr(campaign, name) for name in (*names, "summary")}
    return (
        values
        | _unit(campaign)
        | {
            "plan_task": str(campaign.task or ""),
            "departments": "、".join(campaign.departments),
            "inspections": campaign.concluded,
        }
    )


CAMPAIGN = RegisterColumns(
    headings={
        "number": _("Register number"),
        "title": _("Title of the campaign"),
        "kind": _("Kind"),
        "organisation": _("Unit code"),
        "unit": _("Leading unit"),
        "legal_basis": _("Legal basis"),
        "plan_task": _("Task of a plan"),
        "departments": _("Joint departments"),
        "starts": _("First day"),
        "ends": pgettext_lazy("campaign", "Last day"),
        "state": _("State"),
        "inspections": _("Inspections concluded"),
        "published_on": _("Published on"),
        "summary": _("Result"),
    },
    plain=plain_campaign,
    choices={"kind": Campaign.Kind.choices, "state": CampaignState.choices},
)


def plain_inspection(inspection: Inspection) -> dict[str, Any]:
    names = ("number", "inspected_on", "basis", "outcome", "summary", "state", "closed_on")
    values = {name: getattr(inspection, name) for name in (*names, "published_on")}
    campaign = inspection.campaign
    return (
        values
        | _unit(inspection)
        | _entity(inspection.entity)
        | {
            "campaign": campaign.number if campaign else "",
            "campaign_title": campaign.title if campaign else "",
        }
    )


INSPECTION = RegisterColumns(
    headings={
        "number": _("Number"),
        "inspected_on": _("Inspected on"),
        "organisation": _("Unit code"),
        "unit": _("Inspecting unit"),
        "entity": _("Entity number"),
        "entity_name": _("Entity"),
        "uscc": _("Unified social credit code"),
        "campaign": _("Campaign's number"),
        "campaign_title": _("Campaign"),
        "basis": _("Basis"),
        "outcome": _("Outcome"),
        "summary": _("Conclusion"),
        "state": _("State"),
        "closed_on": _("Concluded on"),
        "published_on": _("Published on"),
    },
    plain=plain_inspection,
    choices={"outcome": Outcome.choices, "state": InspectionState.choices},
)


def plain_finding(finding: Finding) -> dict[str, Any]:
    names = ("number", "description", "legal_basis", "found_on", "due_on", "state", "closed_on")
    values = {name: getattr(finding, name) for name in (*names, "level_up")}
    above = finding.escalated_to
    return (
        values
        | _unit(finding)
        | _entity(finding.entity)
        | {
            "inspection": finding.inspection.number,
            "escalated_to": above.code if above else "",
        }
    )


FINDING = RegisterColumns(
    headings={
        "number": _("Number"),
        "organisation": _("Unit code"),
        "unit": _("Unit"),
        "entity": _("Entity number"),
        "entity_name": _("Entity"),
        "uscc": _("Unified social credit code"),
        "inspection": _("Inspection"),
        "description": _("What was found"),
        "legal_basis": _("Legal basis"),
        "found_on": _("Found on"),
        "due_on": _("To be rectified by"),
        "state": _("State"),
        "closed_on": pgettext_lazy("finding", "Closed on"),
        "level_up": _("Times passed on"),
        "escalated_to": _("Passed on to (unit code)"),
    },
    plain=plain_finding,
    choices={"state": FindingState.choices},
)


def plain_case(case: Case) -> dict[str, Any]:
    names = ("number", "body", "authority", "filed_on", "legal_basis", "state", "decision_no")
    more = ("decided_on", "fine", "source", "ground", "closed_on", "result")
    values = {name: getattr(case, name) for name in (*names, *more)}
    finding = case.finding
    return (
        values
        | _unit(case)
        | _entity(case.entity)
        | {
            "finding": finding.number if finding else "",
            "inspection": finding.inspection.number if finding else "",
        }
    )


CASE = RegisterColumns(
    headings={
        "number": _("Case number"),
        "organisation": _("Unit code"),
        "unit": _("Unit"),
        "entity": _("Entity number"),
        "entity_name": _("Entity"),
        "uscc": _("Unified social credit code"),
        "source": _("Source of the case"),
        "ground": _("Ground of the case"),
        "finding": _("Finding"),
        "inspection": _("Inspection"),
        "body": _("Referred to"),
        "authority": _("Authority"),
        "filed_on": _("Filed on"),
        "legal_basis": _("Legal basis"),
        "state": _("State"),
        "decision_no": _("Decision number"),
        "decided_on": pgettext_lazy("case", "Decided on"),
        "fine": _("Fine in yuan"),
        "closed_on": _("Closed or withdrawn on"),
        "result": _("How it ended"),
    },
    plain=plain_case,
    choices={
        "body": Case.Body.choices,
        "source": Case.Source.choices,
        "state": CaseState.choices,
    },
)
