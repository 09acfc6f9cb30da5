"""The states of what is supervised, and which may follow which."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CampaignState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Running")
    FINISHED = "finished", pgettext_lazy("campaign", "Finished")
    CANCELLED = "cancelled", _("Cancelled")


class InspectionState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("inspection", "Draft")
    CLOSED = "closed", _("Concluded")
    VOIDED = "voided", _("Voided")


class FindingState(models.TextChoices):
    ORDERED = "ordered", pgettext_lazy("finding", "To be rectified")
    REPLIED = "replied", _("Reply to be checked")
    VERIFIED = "verified", _("Rectified")
    REFERRED = "referred", _("Referred")


class CaseState(models.TextChoices):
    FILED = "filed", _("Filed")
    DECIDED = "decided", _("Decided")
    CLOSED = "closed", pgettext_lazy("case", "Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class IntegrityState(models.TextChoices):
    COMMITTED = "committed", _("Committed itself")
    APPLIED = "applied", _("Applied")
    REVIEWING = "reviewing", _("Under evaluation")
    PUBLICISED = "publicised", _("Open to objection")
    CONFERRED = "conferred", _("Conferred")
    REFUSED = "refused", pgettext_lazy("integrity", "Refused")
    LAPSED = "lapsed", _("Lapsed")
    REVOKED = "revoked", pgettext_lazy("integrity", "Revoked")
    WITHDRAWN = "withdrawn", pgettext_lazy("integrity", "Withdrawn")


Table = dict[str, frozenset[str]]

CAMPAIGN: Table = {
    CampaignState.PLANNED: frozenset({CampaignState.RUNNING, CampaignState.CANCELLED}),
    CampaignState.RUNNING: frozenset({CampaignState.FINISHED, CampaignState.CANCELLED}),
    CampaignState.FINISHED: frozenset({CampaignState.RUNNING}),
    CampaignState.CANCELLED: frozenset(),
}
INSPECTION: Table = {
    InspectionState.DRAFT: frozenset({InspectionState.CLOSED, InspectionState.VOIDED}),
    InspectionState.CLOSED: frozenset({InspectionState.VOIDED}),
    InspectionState.VOIDED: frozenset(),
}
FINDING: Table = {
    FindingState.ORDERED: frozenset(
        {FindingState.REPLIED, FindingState.VERIFIED, FindingState.REFERRED}
    ),
    FindingState.REPLIED: frozenset(
        {FindingState.ORDERED, FindingState.VERIFIED, FindingState.REFERRED}
    ),
    FindingState.REFERRED: frozenset({FindingState.VERIFIED}),
    FindingState.VERIFIED: frozenset(),
}
CASE: Table = {
    CaseState.FILED: frozenset({CaseState.DECIDED, CaseState.WITHDRAWN}),
    CaseState.DECIDED: frozenset({CaseState.CLOSED}),
    CaseState.CLOSED: frozenset(),
    CaseState.WITHDRAWN: frozenset(),
}
INTEGRITY: Table = {
    IntegrityState.COMMITTED: frozenset({IntegrityState.APPLIED, IntegrityState.WITHDRAWN}),
    IntegrityState.APPLIED: frozenset(
        {IntegrityState.REVIEWING, IntegrityState.REFUSED, IntegrityState.WITHDRAWN}
    ),
    IntegrityState.REVIEWING: frozenset(
        {IntegrityState.PUBLICISED, IntegrityState.REFUSED, IntegrityState.WITHDRAWN}
    ),
    IntegrityState.PUBLICISED: frozenset(
        {IntegrityState.CONFERRED, IntegrityState.REFUSED, IntegrityState.WITHDRAWN}
    ),
    IntegrityState.CONFERRED: frozenset(
        {IntegrityState.LAPSED, IntegrityState.REVOKED, IntegrityState.WITHDRAWN}
    ),
    IntegrityState.REFUSED: frozenset(),
    IntegrityState.LAPSED: frozenset(),
    IntegrityState.REVOKED: frozenset(),
    IntegrityState.WITHDRAWN: frozenset(),
}


def may_move(table: Table, current: str, to: str) -> bool:
    return to in table[current]


def following(
    table: Table, states: type[models.TextChoices], current: str
) -> list[tuple[str, Any]]:
    """What may come next, with its label; the usual course before its breaking off."""
    return [(state, label) for state, label in states.choices if may_move(table, current, state)]
