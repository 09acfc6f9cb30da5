"""What counts of campaigns, inspections, findings, cases, lots and integrity units.

Stocks are read on the quarter's last day, flows between its first and its last.
"""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from indicators.measures import Entry
from metroplan.common.periods import Period
from standards.selectors.counts import Rows, joined
from supervision.models import (
    Campaign,
    Case,
    Finding,
    Inspection,
    InstrumentCheck,
    IntegrityUnit,
    Lot,
)
from supervision.selectors.pages import page_of
from supervision.states import CampaignState, FindingState, InspectionState


def within(period: Period, name: str) -> Q:
    """The day called so lies in the quarter."""
    return Q(**{f"{name}__gte": period.first_day, f"{name}__lte": period.last_day})


def campaigns(period: Period) -> QuerySet[Campaign]:
    """Finished ones whose last day lies in the quarter."""
    found = Campaign.objects.filter(within(period, "ends"), state=CampaignState.FINISHED)
    return found.select_related("organisation")


def inspections(period: Period) -> QuerySet[Inspection]:
    found = Inspection.objects.filter(within(period, "inspected_on"), state=InspectionState.CLOSED)
    return found.select_related("organisation", "entity")


def checks(**which: Any) -> Rows:
    """Instruments met at concluded inspections of the quarter."""

    def rows(period: Period) -> QuerySet[InstrumentCheck]:
        found = InstrumentCheck.objects.filter(
            within(period, "inspection__inspected_on"),
            inspection__state=InspectionState.CLOSED,
            **which,
        )
        return found.select_related("inspection__organisation", "inspection__entity", "instrument")

    return rows


def product_checks(**which: Any) -> Rows:
    """Instruments tried against their permissible error in campaigns of sampling."""
    return checks(inspection__campaign__kind=Campaign.Kind.SAMPLING, passed__isnull=False, **which)


def lots(**which: Any) -> Rows:
    def rows(period: Period) -> QuerySet[Lot]:
        found = Lot.objects.filter(within(period, "sampled_on"), **which)
        return found.select_related("organisation", "entity")

    return rows


def findings(period: Period) -> QuerySet[Finding]:
    """Those to be rectified by a day of the quarter."""
    found = Finding.objects.filter(within(period, "due_on"))
    return found.select_related("organisation", "entity")


def rectified(period: Period) -> QuerySet[Finding]:
    """Of these, those that were by the quarter's end."""
    return findings(period).filter(state=FindingState.VERIFIED, closed_on__lte=period.last_day)


def cases(period: Period) -> QuerySet[Case]:
    return Case.objects.filter(within(period, "filed_on")).select_related("organisation", "entity")


def conferred(period: Period) -> QuerySet[IntegrityUnit]:
    """Runs whose title was conferred in the quarter."""
    found = IntegrityUnit.objects.filter(within(period, "conferred_on"))
    return found.select_related("organisation", "entity")


def committed(period: Period) -> QuerySet[IntegrityUnit]:
    """The first run of each entity that committed itself in the quarter: it may begin anew."""
    found = IntegrityUnit.objects.filter(within(period, "committed_on"))
    same = {name: OuterRef(name) for name in ("entity", "organisation")}
    earlier = found.filter(pk__lt=OuterRef("pk"), **same)
    return found.filter(~Exists(earlier)).select_related("organisation", "entity")


def integrity_valid(period: Period) -> QuerySet[IntegrityUnit]:
    """Those whose title holds on the last day."""
    day = period.last_day
    holding = Q(ended_on__isnull=True) | Q(ended_on__gt=day)
    found = IntegrityUnit.objects.filter(holding, conferred_on__lte=day, valid_until__gte=day)
    return found.select_related("organisation", "entity")


def show_campaign(row: Campaign) -> Entry:
    page = page_of("campaign-detail", row.pk)
    return Entry(row.title, row.organisation.name, page, joined(row.number, row.get_kind_display()))


def show_inspection(row: Inspection) -> Entry:
    page = page_of("inspection-detail", row.pk)
    return Entry(row.number, row.entity.name, page, row.get_outcome_display())


def show_check(row: InstrumentCheck) -> Entry:
    """Checks of one inspection are told apart by what was checked."""
    shown = show_inspection(row.inspection)
    what = row.instrument or row.description
    note = joined(row.get_found_display(), row.note)
    return Entry(joined(shown.name, what, row.pk), shown.unit, shown.url, note)


def show_lot(row: Lot) -> Entry:
    page = page_of("lot-detail", row.pk)
    return Entry(joined(row.number, row.product), row.entity.name, page, row.batch_no)


def show_finding(row: Finding) -> Entry:
    page = page_of("finding-detail", row.pk)
    return Entry(row.number, row.entity.name, page, row.description)


def show_case(row: Case) -> Entry:
    note = joined(row.get_body_display(), row.decision_no)
    return Entry(row.number, row.entity.name, page_of("case-detail", row.pk), note)


def show_integrity(row: IntegrityUnit) -> Entry:
    page = page_of("integrity-detail", row.pk)
    return Entry(row.number, row.entity.name, page, joined(row.certificate_no))
