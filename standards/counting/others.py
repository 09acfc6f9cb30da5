"""Figures counted from institutes, their staff and assessors, and from the ledger."""

from collections.abc import Callable, Sequence

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import Level
from standards.counting.adding import COUNTY, Source, add_count, add_share
from standards.models import Assessor, InstituteKind, LedgerEntry, StaffCount
from standards.selectors.counted_rows import (
    assessors,
    entries_of,
    institutes,
    new_entries,
    show_assessor,
    show_entry,
    show_institute,
    show_staff,
    staff,
)
from standards.selectors.counts import Count, Rows


def add_institutes() -> None:
    for kind, name in (
        (InstituteKind.STATUTORY, _("Statutory institutes")),
        (InstituteKind.AUTHORISED, _("Authorised institutes")),
    ):
        add_count(
            f"institutes_{kind}",
            Count(institutes(kind), "organisation", show_institute),
            Source.STAFF,
            name,
            _("Institutes of the unit itself that stood on the last day."),
        )
    for key, subject, name in (
        ("provincial_standard_assessors", "standards", _("Provincial assessors of standards")),
        ("provincial_institute_assessors", "institutes", _("Provincial assessors of institutes")),
    ):
        rows = assessors(subject, Assessor.Grade.PROVINCIAL)
        add_count(
            key,
            Count(rows, "institute__organisation", show_assessor, whole=True),
            Source.STAFF,
            name,
            _(
                "Assessors of institutes of the unit or below with a certificate valid on the "
                "last day."
            ),
        )
    for place, levels in (("city", (Level.CITY.value,)), ("county", COUNTY)):
        _staff_shares(place, levels)


def _staff_shares(place: str, levels: tuple[str, ...]) -> None:
    kinds = StaffCount.Qualification
    unit = "institute__organisation"
    everyone = Count(staff(kinds.ALL, levels), unit, show_staff, weight="count")
    for word, kind, name in (
        ("senior", kinds.SENIOR, _("Share of senior titles in statutory institutes")),
        ("intermediate", kinds.MIDDLE, _("Share of middle titles in statutory institutes")),
    ):
        add_share(
            f"{place}_institute_{word}_share",
            Count(staff(kind, levels), unit, show_staff, weight="count"),
            everyone,
            Source.STAFF,
            (
                name,
                _(
                    "Of all technical staff of the unit's own statutory institutes, by the newest "
                    "count of each up to the last day."
                ),
            ),
            (_("With the title"), _("All staff")),
        )


def add_ledger() -> None:
    kinds, levels = LedgerEntry.Kind, LedgerEntry.Level
    local = (levels.PROVINCIAL, levels.CITY, levels.COUNTY)
    new = _("Ledger entries of the unit itself that began to count in the quarter.")
    own = _("Ledger entries of the unit itself that count on the last day.")
    area = _("Ledger entries of the unit or below that count on the last day.")
    new_area = _("Ledger entries of the unit or below that began to count in the quarter.")
    for key, kind, which in (
        ("research_projects_provincial", kinds.RESEARCH, (levels.PROVINCIAL,)),
        ("research_projects_city", kinds.RESEARCH, (levels.CITY,)),
        ("technical_specifications", kinds.SPECIFICATION, ()),
        ("reference_materials_new", kinds.REFERENCE_MATERIAL, ()),
    ):
        _entries(key, new_entries, kind, which, new, flow=True)
    for key, kind, which in (
        ("certified_reference_materials", kinds.REFERENCE_MATERIAL, (levels.NATIONAL,)),
        ("industry_centres_national", kinds.INDUSTRY_CENTRE, (levels.NATIONAL,)),
        ("industry_centres_provincial", kinds.INDUSTRY_CENTRE, (levels.PROVINCIAL,)),
        ("industry_centres", kinds.INDUSTRY_CENTRE, (levels.NATIONAL, levels.PROVINCIAL)),
        ("type_evaluation_labs", kinds.TYPE_LABORATORY, ()),
    ):
        _entries(key, entries_of, kind, which, own)
    for key, kind, which in (
        ("local_specifications_total", kinds.SPECIFICATION, local),
        ("institute_innovation_platforms", kinds.PLATFORM, ()),
        ("provincial_committee_members", kinds.COMMITTEE_MEMBER, (levels.PROVINCIAL,)),
        ("leading_items", kinds.LEADING_ITEM, ()),
        ("talents", kinds.TALENT, ()),
    ):
        _entries(key, entries_of, kind, which, area, whole=True)
    for key, kind in (
        ("type_evaluation_labs_new", kinds.TYPE_LABORATORY),
        ("comparisons_organised_joined", kinds.COMPARISON),
    ):
        _entries(key, new_entries, kind, (), new_area, flow=True, whole=True)


def _entries(
    key: str,
    rows: Callable[..., Rows],
    kind: LedgerEntry.Kind,
    levels: Sequence[LedgerEntry.Level],
    definition: Promise,
    *,
    flow: bool = False,
    whole: bool = False,
) -> None:
    """Of these levels, or of all; platforms are those of institutes."""
    which = {"level__in": levels} if levels else {}
    if kind == LedgerEntry.Kind.PLATFORM:
        which["institute__isnull"] = False
    count = Count(rows(kind, **which), "organisation", show_entry, whole=whole)
    name = lazy(_named, str)(kind, tuple(levels))
    add_count(key, count, Source.LEDGER, name, definition, flow=flow)


def _named(kind: LedgerEntry.Kind, levels: tuple[LedgerEntry.Level, ...]) -> str:
    if not levels:
        return str(kind.label)
    return f"{kind.label} · {' / '.join(str(level.label) for level in levels)}"
