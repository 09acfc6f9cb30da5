"""What counts of instruments and their verifications: the querysets behind the figures.

Stocks are read on the quarter's last day, flows between its first and its last.
"""

from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.formats import date_format

from indicators.measures import Entry
from metroplan.common.periods import Period
from standards.models import KindGroup
from standards.selectors.counts import Rows, joined
from supervision.models import Instrument, Verification
from supervision.rules.verification import SUBJECT
from supervision.selectors.pages import page_of


def of_group(group: str, way: str = "") -> Q:
    """Instruments of a group's kinds, of any where no group is named; `way` leads to them."""
    if not group:
        return Q()
    kinds = KindGroup.kinds.through.objects.filter(kindgroup__code=group)
    return Q(**{f"{way}kind__in": kinds.values("instrumentkind")})


def subject(group: str = "") -> Rows:
    """In use on the last day for a purpose that makes verification compulsory."""

    def rows(period: Period) -> QuerySet[Instrument]:
        day = period.last_day
        using = Q(out_of_use_on__isnull=True) | Q(out_of_use_on__gt=day)
        found = Instrument.objects.filter(
            using, of_group(group), in_use_from__lte=day, purpose__in=SUBJECT
        )
        return found.select_related("entity__organisation")

    return rows


def newest(day: date) -> QuerySet[Verification]:
    """Of each instrument the last verification up to the day."""
    later = Verification.objects.filter(
        instrument=OuterRef("instrument"),
        verified_on__gt=OuterRef("verified_on"),
        verified_on__lte=day,
    )
    return Verification.objects.filter(~Exists(later), verified_on__lte=day)


def holding(day: date) -> Q:
    """The condition that a verification, if it is the newest, is valid on the day."""
    return Q(passed=True, valid_until__gte=day)


def verified(group: str = "") -> Rows:
    """Of these, those whose newest verification by then was passed and is valid on that day."""

    def rows(period: Period) -> QuerySet[Instrument]:
        day = period.last_day
        said = newest(day).filter(holding(day), instrument=OuterRef("pk"))
        return subject(group)(period).filter(Exists(said))

    return rows


def put_in_use(group: str = "") -> Rows:
    """Subject, and in use since a day of the quarter."""

    def rows(period: Period) -> QuerySet[Instrument]:
        real = Q(out_of_use_on__isnull=True) | Q(out_of_use_on__gt=F("in_use_from"))
        found = Instrument.objects.filter(
            real,
            of_group(group),
            in_use_from__gte=period.first_day,
            in_use_from__lte=period.last_day,
            purpose__in=SUBJECT,
        )
        return found.select_related("entity__organisation")

    return rows


def initially_verified(group: str = "") -> Rows:
    """Of these, those that passed their initial verification by the quarter's end."""

    def rows(period: Period) -> QuerySet[Instrument]:
        first = Verification.objects.filter(
            instrument=OuterRef("pk"),
            stage=Verification.Stage.INITIAL,
            passed=True,
            verified_on__lte=period.last_day,
        )
        return put_in_use(group)(period).filter(Exists(first))

    return rows


def verifications(group: str = "", **which: Any) -> Rows:
    """Verifications of the quarter, of instruments for any purpose."""

    def rows(period: Period) -> QuerySet[Verification]:
        found = Verification.objects.filter(
            of_group(group, "instrument__"),
            verified_on__gte=period.first_day,
            verified_on__lte=period.last_day,
            **which,
        )
        return found.select_related("instrument__entity__organisation")

    return rows


def free_verifications(*entity_kinds: str) -> Rows:
    return verifications(free_of_charge=True, instrument__entity__kind__in=entity_kinds)


def show_instrument(row: Instrument) -> Entry:
    return Entry(
        name=joined(row.number, row.name),
        unit=row.entity.name,
        url=page_of("instrument-detail", row.pk),
        note=joined(row.model, row.serial_no, row.maker),
    )


def show_verification(row: Verification) -> Entry:
    shown = show_instrument(row.instrument)
    day = date_format(row.verified_on, "Y-m-d")
    note = joined(row.get_stage_display(), row.certificate_no)
    return Entry(joined(shown.name, day), shown.unit, shown.url, note)
