"""Telling people: a notice is written with the event it is about, and settled when it is read."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from metroplan.organisations.models import Notice, Organisation, User

BATCH = 1000


def notify(
    *,
    code: str,
    params: dict[str, Any],
    url: str,
    key: str,
    users: Iterable[User] = (),
    unit: Organisation | None = None,
    roles: Collection[str] = (),
    day: date | None = None,
) -> int:
    """Tell these users, or the people of `unit` in one of `roles`, of one event; how many were.

    `key` names the event, such as `decision:55`: who was told of it is not told again. Names in
    `params` are made with `organisations.notices.in_both`. Call it inside the service's
    transaction: a notice of what did not happen is never written.
    """
    told = list(users)
    if unit is not None:
        told += people_of([unit.pk], roles)[unit.pk]
    on = day or timezone.localdate()
    return write(
        Notice(user=user, code=code, key=key, params=params, url=url, day=on) for user in told
    )


def write(notices: Iterable[Notice]) -> int:
    """Store those that are not there yet; returns how many were offered."""
    rows = list({(row.user_id, row.code, row.key): row for row in notices}.values())
    Notice.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    return len(rows)


def people_of(units: Collection[int], roles: Collection[str]) -> dict[int, list[User]]:
    """By unit id, the people in use there who have one of the roles."""
    found: dict[int, list[User]] = defaultdict(list)
    people = User.objects.filter(organisation__in=units, role__in=roles, is_active=True)
    for user in people.order_by("pk"):
        found[user.organisation_id].append(user)
    return found


def nearest_people(units: Iterable[Organisation], roles: Collection[str]) -> dict[int, list[User]]:
    """By unit id, the people of the unit in these roles, or of the nearest above that has any."""
    units = list(units)
    codes = {code for unit in units for code in unit.path.strip("/").split("/")}
    above = {unit.code: unit.pk for unit in Organisation.objects.filter(code__in=codes)}
    people = people_of([*above.values()], roles)
    found: dict[int, list[User]] = {}
    for unit in units:
        line = [above[code] for code in reversed(unit.path.strip("/").split("/"))]
        found[unit.pk] = next((people[pk] for pk in line if people.get(pk)), [])
    return found


def mark_read(*, notices: QuerySet[Notice]) -> int:
    """Those among them that were not read before are now."""
    return notices.filter(read_at__isnull=True).update(read_at=timezone.now())


def settle(*, codes: Collection[str], urls: Collection[str]) -> int:
    """What these notices asked for has been done: nobody needs to read them any more."""
    return mark_read(notices=Notice.objects.filter(code__in=codes, url__in=urls))
