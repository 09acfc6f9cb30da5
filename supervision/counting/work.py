"""Figures counted from campaigns, inspections, findings, cases, lots and integrity units."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from standards.counting.adding import add_count, add_share
from standards.selectors.counts import Count
from supervision.counting.sources import Source
from supervision.models import InstrumentCheck
from supervision.selectors.counted_work import (
    campaigns,
    cases,
    checks,
    committed,
    conferred,
    findings,
    inspections,
    integrity_valid,
    lots,
    product_checks,
    rectified,
    show_campaign,
    show_case,
    show_check,
    show_finding,
    show_inspection,
    show_integrity,
    show_lot,
)


def add_work() -> None:
    for offer in (_add_lots, _add_checks, _add_campaigns, _add_findings, _add_integrity):
        offer()


def _add_lots() -> None:
    for key, verdict, name, definition in (
        (
            "net_content_pass_rate",
            "quantity_passed",
            _("Net content: quantity pass rate"),
            _("Of the lots sampled by the unit in the quarter and judged, those that held enough."),
        ),
        (
            "net_content_label_pass_rate",
            "label_passed",
            _("Net content: label pass rate"),
            _(
                "Of the lots sampled by the unit in the quarter whose label was judged, those "
                "with a right one."
            ),
        ),
    ):
        add_share(
            key,
            Count(lots(**{verdict: True}), "organisation", show_lot),
            Count(lots(**{f"{verdict}__isnull": False}), "organisation", show_lot),
            Source.LOTS,
            (name, definition),
            (pgettext_lazy("lots", "Passed"), pgettext_lazy("lots", "Failed")),
            flow=True,
        )


def _add_checks() -> None:
    unit = "inspection__organisation"
    found = InstrumentCheck.Found
    add_share(
        "instrument_product_pass_rate",
        Count(product_checks(passed=True), unit, show_check),
        Count(product_checks(), unit, show_check),
        Source.INSPECTIONS,
        (
            _("Pass rate of instrument products sampled"),
            _(
                "Of the instruments tried by the unit in inspections by sampling of the quarter, "
                "those within their maximum permissible error."
            ),
        ),
        (
            pgettext_lazy("instruments tried", "Passed"),
            pgettext_lazy("instruments tried", "Failed"),
        ),
        flow=True,
        also=(Source.CAMPAIGNS,),
        survey=True,
    )
    add_share(
        "surveyed_verification_rate",
        Count(checks(found=found.VALID), unit, show_check),
        Count(checks(), unit, show_check),
        Source.INSPECTIONS,
        (
            _("Verification coverage as inspections found it"),
            _(
                "Of the instruments met at concluded inspections of the unit in the quarter, "
                "those verified and valid."
            ),
        ),
        (_("Verified and valid"), _("Not verified, failed or overdue")),
        flow=True,
        survey=True,
    )


def _add_campaigns() -> None:
    add_count(
        "campaigns_finished",
        Count(campaigns, "organisation", show_campaign),
        Source.CAMPAIGNS,
        _("Campaigns done"),
        _("Campaigns led by the unit that are finished and whose last day is in the quarter."),
        flow=True,
    )
    add_count(
        "inspections_concluded",
        Count(inspections, "organisation", show_inspection),
        Source.INSPECTIONS,
        _("Inspections"),
        _("Concluded inspections of the unit whose day is in the quarter."),
        flow=True,
    )


def _add_findings() -> None:
    add_share(
        "rectification_rate",
        Count(rectified, "organisation", show_finding),
        Count(findings, "organisation", show_finding),
        Source.FINDINGS,
        (
            _("Rectification rate"),
            _(
                "Of the unit's findings to be rectified by a day of the quarter, those that were "
                "rectified and verified by its last day."
            ),
        ),
        (_("Rectified"), _("Not rectified")),
        flow=True,
    )
    add_count(
        "supervision_cases",
        Count(cases, "organisation", show_case),
        Source.CASES,
        _("Cases filed"),
        _("Cases of the unit filed in the quarter, whatever became of them."),
        flow=True,
    )


def _add_integrity() -> None:
    for key, rows, name, definition in (
        (
            "integrity_units",
            conferred,
            _("Trustworthy-metrology model units conferred"),
            _(
                "Titles of the unit conferred in the quarter, whatever became of them; a title "
                "that is conferred again counts again."
            ),
        ),
        (
            "integrity_commitment_units",
            committed,
            _("Trustworthy-metrology units that committed themselves"),
            _("Entities of the unit that committed themselves in the quarter, each once."),
        ),
    ):
        add_count(
            key,
            Count(rows, "organisation", show_integrity),
            Source.INTEGRITY,
            name,
            definition,
            flow=True,
        )
    add_count(
        "integrity_units_valid",
        Count(integrity_valid, "organisation", show_integrity),
        Source.INTEGRITY,
        _("Trustworthy-metrology model units valid now"),
        _("Titles of the unit that hold on the last day: neither lapsed nor revoked by then."),
    )
