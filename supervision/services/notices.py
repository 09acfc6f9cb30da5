"""What people are told of findings that are overdue."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.services.notices import settle
from supervision.models import Finding

ESCALATED = "finding.escalated"
SENTENCES = {
    ESCALATED: _(
        "Finding {number} at “{entity}” should have been rectified by {due}; it is passed on to "
        "your unit."
    )
}


def finding_url(finding: Finding) -> str:
    return reverse("supervision:finding-detail", args=[finding.pk])


def settle_finding(finding: Finding) -> None:
    settle(codes=[ESCALATED], urls=[finding_url(finding)])
