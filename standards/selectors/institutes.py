"""Institutes: the list and everything about one."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from metroplan.organisations.models import User
from metroplan.organisations.querysets import unit_order, within
from standards.models import Assessor, Authorization, HolderKind, Institute, StaffCount
from standards.selectors.standard_detail import Dated, dated
from standards.selectors.standards import StandardRow, on_day, standard_rows, standards_for

ORDERS = {
    "code": ["code"],
    "name": ["name", "code"],
    "unit": [unit_order("organisation__code"), "code"],
    "standards": ["standards_in_force", "code"],
}
STANDARDS_SHOWN = 50
STAFF_DAYS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class StaffDay:
    """The counts of one day, by qualification."""

    as_of: date
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One qualification over the newest days."""

    label: Any
    cells: list[tuple[date, int | None]]


@dataclass(frozen=True, slots=True)
class InstituteDetail:
    institute: Institute
    day: date
    authorizations: list[Dated]
    staff: list[StaffDay]
    assessors: list[Dated]
    standards: list[StandardRow]
    standards_total: int
    public_in_force: int
    in_force: int

    @property
    def staff_days(self) -> list[StaffDay]:
        return self.staff[:STAFF_DAYS_SHOWN]

    @property
    def staff_lines(self) -> list[StaffLine]:
        return [
            StaffLine(label, [(day.as_of, day.counts.get(value)) for day in self.staff_days])
            for value, label in StaffCount.Qualification.choices
        ]


def institutes_for(user: User, *, day: date) -> QuerySet[Institute]:
    """Those of the user's unit and below, with how many of their standards count on the day."""
    counting = Q(standards__in_force__first__lte=day, standards__in_force__last__gte=day)
    public = counting & Q(standards__holder_kind=HolderKind.PUBLIC)
    found = Institute.objects.visible_to(user).select_related("organisation")
    return found.annotate(
        standards_in_force=Count("standards", filter=counting, distinct=True),
        public_in_force=Count("standards", filter=public, distinct=True),
    )


def narrowed(found: QuerySet[Institute], chosen: dict[str, Any], *, day: date) -> Any:
    """`chosen` is the cleaned data of InstituteFilterForm."""
    if unit := chosen.get("organisation"):
        found = found.filter(within("organisation", unit.path))
    if level := chosen.get("level"):
        found = found.filter(organisation__level=level)
    if kind := chosen.get("kind"):
        found = found.filter(kind=kind)
    if text := chosen.get("q"):
        named = Q(name__icontains=text) | Q(code__icontains=text) | Q(uscc__istartswith=text)
        found = found.filter(named)
    if not chosen.get("closed"):
        found = found.filter(Q(closed_on=None) | Q(closed_on__gt=day))
    return found


def ordered(found: QuerySet[Institute], order: str) -> QuerySet[Institute]:
    down, key = order.startswith("-"), order.lstrip("-")
    first, *rest = ORDERS.get(key, ORDERS["code"])
    expression = F(first) if isinstance(first, str) else first
    return found.order_by(expression.desc() if down else expression.asc(), *rest)


def institute_detail(user: User, pk: int, *, day: date) -> InstituteDetail | None:
    """None where there is none that the user may see."""
    institute = institutes_for(user, day=day).filter(pk=pk).first()
    if institute is None:
        return None
    standards = on_day(standards_for(user).filter(institute=institute), day).order_by("number")
    return InstituteDetail(
        institute=institute,
        day=day,
        authorizations=dated(Authorization.objects.filter(institute=institute), day),
        staff=staff_days(institute),
        assessors=dated(Assessor.objects.filter(institute=institute), day),
        standards=standard_rows(standards[:STANDARDS_SHOWN]),
        standards_total=institute.standards.count(),
        public_in_force=institute.public_in_force,
        in_force=institute.standards_in_force,
    )


def staff_days(institute: Institute) -> list[StaffDay]:
    """Newest first."""
    days: dict[date, dict[str, int]] = {}
    for row in institute.staff_counts.order_by("-as_of"):
        days.setdefault(row.as_of, {})[row.qualification] = row.count
    return [StaffDay(as_of, counts) for as_of, counts in days.items()]


def suggested(user: User, text: str) -> QuerySet[Institute]:
    """Institutes by code or part of the name, for the list under a field."""
    found = Institute.objects.visible_to(user).filter(closed_on=None)
    return found.filter(Q(code__istartswith=text) | Q(name__icontains=text)).order_by("code")[:20]
