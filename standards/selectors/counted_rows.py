"""What counts in a quarter: the querysets behind the figures that registers give.

Stocks are read on the quarter's last day, flows between its first and its last.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from indicators.measures import Entry
from metroplan.common.periods import Period
from standards.models import (
    Assessor,
    Grade,
    HolderKind,
    InForceSpan,
    Institute,
    InstituteKind,
    InstrumentKind,
    LedgerEntry,
    MeasurementStandard,
    Service,
    StaffCount,
    Way,
)
from standards.rules.catalogue import VERIFIED
from standards.selectors.counts import Rows, joined, page_of
from standards.selectors.coverage import version_on


def in_force(period: Period) -> QuerySet[MeasurementStandard]:
    """Standards that count on the quarter's last day."""
    day = period.last_day
    spans = InForceSpan.objects.filter(standard=OuterRef("pk"), first__lte=day, last__gte=day)
    return MeasurementStandard.objects.filter(Exists(spans)).select_related(
        "institute__organisation"
    )


def standards(*holder_kinds: str, levels: Collection[str] = ()) -> Rows:
    """Of these holders, or of all; held by institutes of these levels, or of all."""

    def rows(period: Period) -> QuerySet[MeasurementStandard]:
        found = in_force(period)
        if holder_kinds:
            found = found.filter(holder_kind__in=holder_kinds)
        return found.filter(institute__organisation__level__in=levels) if levels else found

    return rows


def graded(rows: Rows, **grade: Any) -> Rows:
    """Those whose grade on the last day, the newest by then, is such."""

    def of_grade(period: Period) -> QuerySet[MeasurementStandard]:
        then = Grade.objects.filter(standard=OuterRef("pk"), since__lte=period.last_day)
        newest = then.order_by("-since").values("pk")[:1]
        found = rows(period).annotate(grade_then=Subquery(newest))
        return found.filter(Exists(Grade.objects.filter(pk=OuterRef("grade_then"), **grade)))

    return of_grade


def changes(*kinds: str) -> Rows:
    """Changes of grade in the quarter, of public standards that were in force from then on."""

    def rows(period: Period) -> QuerySet[Grade]:
        spans = InForceSpan.objects.filter(
            standard=OuterRef("standard"), last__gte=OuterRef("since")
        )
        return Grade.objects.filter(
            Exists(spans),
            change__in=kinds,
            since__gte=period.first_day,
            since__lte=period.last_day,
            standard__holder_kind=HolderKind.PUBLIC,
        ).select_related("standard__institute__organisation")

    return rows


def services(rows: Rows, **which: Any) -> Rows:
    """What the standards verify or calibrate."""

    def of_standards(period: Period) -> QuerySet[Service]:
        holding = rows(period).order_by().values("pk")
        return Service.objects.filter(standard__in=holding, **which).select_related(
            "standard__institute__organisation"
        )

    return of_standards


def compulsory(period: Period) -> QuerySet[Service]:
    """What statutory institutes verify by public standards, of kinds that must be verified."""
    version = version_on(period.last_day)
    kinds = InstrumentKind.objects.filter(
        items__version=version, items__parent__isnull=False, items__regulation__in=VERIFIED
    )
    found = services(standards(HolderKind.PUBLIC), way=Way.VERIFICATION)(period)
    return found.filter(kinds__in=kinds, standard__institute__kind=InstituteKind.STATUTORY)


def entries_of(*kinds: str, **which: Any) -> Rows:
    """Ledger entries that count on the last day."""

    def rows(period: Period) -> QuerySet[LedgerEntry]:
        day = period.last_day
        lasting = Q(counts_to__isnull=True) | Q(counts_to__gt=day)
        found = LedgerEntry.objects.filter(lasting, counts_from__lte=day)
        return found.filter(kind__in=kinds, **which).select_related("organisation")

    return rows


def new_entries(*kinds: str, **which: Any) -> Rows:
    """Ledger entries that began to count in the quarter and did not end on the same day."""

    def rows(period: Period) -> QuerySet[LedgerEntry]:
        real = Q(counts_to__isnull=True) | Q(counts_to__gt=F("counts_from"))
        found = LedgerEntry.objects.filter(
            real, counts_from__gte=period.first_day, counts_from__lte=period.last_day
        )
        return found.filter(kind__in=kinds, **which).select_related("organisation")

    return rows


def assessors(subject: str, grade: str) -> Rows:
    def rows(period: Period) -> QuerySet[Assessor]:
        day = period.last_day
        return Assessor.objects.filter(
            subject=subject, grade=grade, valid_from__lte=day, valid_until__gte=day
        ).select_related("institute__organisation")

    return rows


def institutes(kind: str) -> Rows:
    def rows(period: Period) -> QuerySet[Institute]:
        return Institute.objects.filter(_standing(period), kind=kind).select_related("organisation")

    return rows


def staff(qualification: str, levels: Collection[str]) -> Rows:
    """The newest count by then of each statutory institute of these levels that had not closed."""

    def rows(period: Period) -> QuerySet[StaffCount]:
        then = StaffCount.objects.filter(
            institute=OuterRef("institute"),
            qualification=qualification,
            as_of__lte=period.last_day,
        )
        newest = Subquery(then.order_by("-as_of").values("pk")[:1])
        return StaffCount.objects.filter(
            _standing(period, "institute__"),
            pk=newest,
            institute__kind=InstituteKind.STATUTORY,
            institute__organisation__level__in=levels,
        ).select_related("institute__organisation")

    return rows


def _standing(period: Period, way: str = "") -> Q:
    day = period.last_day
    open_then = Q(**{f"{way}closed_on__isnull": True}) | Q(**{f"{way}closed_on__gt": day})
    begun = Q(**{f"{way}established_on__isnull": True}) | Q(**{f"{way}established_on__lte": day})
    return open_then & begun


def show_standard(row: MeasurementStandard) -> Entry:
    return Entry(
        name=row.name,
        unit=row.institute.name,
        url=page_of("standard-detail", row.pk),
        note=joined(row.number, row.get_holder_kind_display()),
    )


def show_change(row: Grade) -> Entry:
    shown = show_standard(row.standard)
    return Entry(
        shown.name, shown.unit, shown.url, joined(row.standard.number, row.get_change_display())
    )


def show_service(row: Service) -> Entry:
    shown = show_standard(row.standard)
    way = row.get_way_display()
    return Entry(row.instrument, shown.unit, shown.url, joined(way, row.document_no, shown.name))


def show_entry(row: LedgerEntry) -> Entry:
    return Entry(
        name=row.title,
        unit=row.organisation.name,
        url=page_of("ledger-detail", row.pk),
        note=joined(row.number, row.get_level_display(), row.document_no),
    )


def show_assessor(row: Assessor) -> Entry:
    url = page_of("institute-detail", row.institute_id)
    return Entry(row.certificate_no, row.institute.name, url, row.get_grade_display())


def show_institute(row: Institute) -> Entry:
    url = page_of("institute-detail", row.pk)
    return Entry(row.name, row.organisation.name, url, joined(row.code, row.get_kind_display()))


def show_staff(row: StaffCount) -> Entry:
    url = page_of("institute-detail", row.institute_id)
    said = f"{row.get_qualification_display()} {row.count}"
    return Entry(row.institute.name, row.institute.organisation.name, url, joined(said, row.as_of))
