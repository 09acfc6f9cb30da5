"""Changes of the map as the pages list them, and what units that ended left to be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from metroplan.common.periods import Period
from metroplan.organisations.map_changes import Count, consequences
from metroplan.organisations.models import (
    Organisation,
    OrganisationChange,
    OrganisationChangePart,
    OrganisationLink,
    User,
)
from metroplan.organisations.querysets import unit_order, within


@dataclass(frozen=True, slots=True)
class ChangedUnit:
    """`share` is what came to it, below 1 after a split; `link`: the reader may open it."""

    unit: Organisation
    share: Decimal
    link: bool


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """From which units to which; none took over after a transfer or an abolition."""

    change: OrganisationChange
    sources: tuple[ChangedUnit, ...]
    targets: tuple[ChangedUnit, ...]


@dataclass(frozen=True, slots=True)
class ChangeDetail:
    """`links` are those that began or ended with the change for its units."""

    row: ChangeRow
    links: tuple[OrganisationLink, ...]
    left: tuple[Count, ...]


def changes_of(user: User) -> QuerySet[OrganisationChange]:
    """Changes of units in the user's area, the newest first."""
    own = OrganisationChangePart.objects.filter(within("source", user.organisation.path))
    return (
        OrganisationChange.objects.filter(pk__in=own.values("change"))
        .prefetch_related("parts__source", "parts__target")
        .order_by("-effective_on", "-pk")
    )


def change_row(change: OrganisationChange, user: User) -> ChangeRow:
    scope = user.organisation.path
    parts = list(change.parts.all())
    sources = {part.source_id: ChangedUnit(part.source, Decimal(1), False) for part in parts}
    lone = all(part.source_id == part.target_id for part in parts)
    targets: dict[int, ChangedUnit] = {}
    for part in [] if lone else parts:
        targets[part.target_id] = ChangedUnit(part.target, part.weight, False)
    return ChangeRow(
        change,
        tuple(_linked(one, scope) for one in sources.values()),
        tuple(_linked(one, scope) for one in targets.values()),
    )


def _linked(one: ChangedUnit, scope: str) -> ChangedUnit:
    return ChangedUnit(one.unit, one.share, one.unit.path.startswith(scope))


def change_detail(change: OrganisationChange, user: User) -> ChangeDetail:
    row = change_row(change, user)
    units = [one.unit for one in (*row.sources, *row.targets)]
    on = change.effective_on
    links = OrganisationLink.objects.filter(child__in=units).select_related("child", "parent")
    ended = [one.unit for one in row.sources if one.unit.valid_to == on]
    return ChangeDetail(
        row=row,
        links=tuple(
            link
            for link in links.order_by(unit_order("child__code"), "valid_from")
            if on in (link.valid_from, link.valid_to)
        ),
        left=tuple(left_behind(ended, Period.containing(on))),
    )


def came_after(later: Organisation, unit: Organisation) -> bool:
    """Whether changes of the map lead from a unit that ended to the later one."""
    seen: set[int] = set()
    reached = {unit.pk}
    while reached - seen:
        seen |= reached
        steps = OrganisationChangePart.objects.filter(
            source__in=reached, source__valid_to__isnull=False
        )
        reached = set(steps.values_list("target", flat=True))
    return later.pk in seen - {unit.pk}


def left_behind(ended: Sequence[Organisation], since: Period) -> list[Count]:
    """What units that end from the quarter on leave to be done; nothing where nothing is left."""
    if not ended:
        return []
    accounts = User.objects.filter(organisation__in=ended, is_active=True).count()
    counts = [
        Count(
            _("Accounts of units that end"),
            accounts,
            _(
                "Ask the system administrator to move them to the units that come after, or to "
                "close them."
            ),
        )
    ]
    for consequence in consequences:
        counts += consequence.left_behind(ended, since)
    return [count for count in counts if count.number]
