"""What came of a campaign in the reader's area: findings, cases, lots."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, Sum

from metroplan.organisations.models import User
from supervision.models import Campaign, Case, Finding, Lot
from supervision.selectors.findings import (
    CaseRow,
    FindingRow,
    case_rows,
    finding_rows,
    overdue,
)
from supervision.states import FindingState

NEWEST = 10


@dataclass(frozen=True, slots=True)
class CampaignResults:
    """All of them counted, and the newest; `fines` is None where none was decided."""

    findings: int
    rectified: int
    overdue: int
    newest_findings: list[FindingRow]
    cases: int
    fines: Decimal | None
    newest_cases: list[CaseRow]
    lots: int
    label_passed: int
    quantity_passed: int
    newest_lots: list[Lot]


def results_of(campaign: Campaign, user: User, day: date) -> CampaignResults:
    found = Finding.objects.visible_to(user).filter(inspection__campaign=campaign)
    cases = Case.objects.visible_to(user).filter(finding__inspection__campaign=campaign)
    of_campaign = Q(campaign=campaign) | Q(inspection__campaign=campaign)
    lots = Lot.objects.visible_to(user).filter(of_campaign)
    findings = found.order_by().aggregate(
        all=Count("pk"),
        rectified=Count("pk", filter=Q(state=FindingState.VERIFIED)),
        overdue=Count("pk", filter=overdue(day)),
    )
    filed = cases.order_by().aggregate(all=Count("pk"), fines=Sum("fine"))
    sampled = lots.order_by().aggregate(
        all=Count("pk"),
        label=Count("pk", filter=Q(label_passed=True)),
        quantity=Count("pk", filter=Q(quantity_passed=True)),
    )
    shown = found.select_related("entity", "organisation").order_by("-found_on", "-number")
    cited = cases.select_related("entity", "organisation").order_by("-filed_on", "-number")
    taken = lots.select_related("entity").order_by("-sampled_on", "-number")
    return CampaignResults(
        findings=findings["all"],
        rectified=findings["rectified"],
        overdue=findings["overdue"],
        newest_findings=finding_rows(shown[:NEWEST], day),
        cases=filed["all"],
        fines=filed["fines"],
        newest_cases=case_rows(cited[:NEWEST]),
        lots=sampled["all"],
        label_passed=sampled["label"],
        quantity_passed=sampled["quantity"],
        newest_lots=list(taken[:NEWEST]),
    )
