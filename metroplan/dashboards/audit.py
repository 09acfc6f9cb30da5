"""The audit log as its page shows it; scoping lives one layer above the log, so it is here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metroplan.audit.models import AuditEvent
from metroplan.audit.record import SYSTEM
from metroplan.dashboards.audit_values import Change, Names, changes, last_code
from metroplan.dashboards.audit_words import ACTIONS
from metroplan.organisations.models import Organisation, User

VALUES_SHOWN = 6


@dataclass(frozen=True)
class EventRow:
    event: AuditEvent
    action: str | Promise
    unit: Organisation | None
    changes: list[Change]
    more: list[Change]
    by_system: bool


def events(user: User, chosen: dict[str, Any]) -> QuerySet[AuditEvent]:
    """Newest first. What belongs to no unit is shown at the top of the tree only."""
    path = user.organisation.path
    scope = Q(organisation_path__startswith=path)
    if user.organisation.parent_code is None:
        scope |= Q(organisation_path="")
    return narrowed(AuditEvent.objects.filter(scope), chosen)


def narrowed(found: QuerySet[AuditEvent], chosen: dict[str, Any]) -> QuerySet[AuditEvent]:
    if action := chosen.get("action"):
        found = found.filter(action=action)
    if actor := chosen.get("actor"):
        found = found.filter(Q(actor__icontains=actor) | Q(actor_name__icontains=actor))
    if unit := chosen.get("organisation"):
        found = found.filter(organisation_path__contains=f"/{unit.split(' ')[0]}/")
    if text := chosen.get("q"):
        found = found.filter(Q(object_label__icontains=text) | Q(object_key=text))
    if since := chosen.get("since"):
        found = found.filter(at__gte=timezone.make_aware(datetime.combine(since, time.min)))
    if until := chosen.get("until"):
        found = found.filter(at__lte=timezone.make_aware(datetime.combine(until, time.max)))
    return found


def described(page: Iterable[AuditEvent]) -> list[EventRow]:
    shown = list(page)
    names = Names.of(shown)
    return [event_row(event, names) for event in shown]


def event_row(event: AuditEvent, names: Names) -> EventRow:
    found = changes(event.data, names)
    return EventRow(
        event=event,
        action=ACTIONS.get(event.action, event.action),
        unit=names.units.get(last_code(event)),
        changes=found[:VALUES_SHOWN],
        more=found[VALUES_SHOWN:],
        by_system=event.actor == SYSTEM,
    )


def action_choices() -> list[tuple[str, str | Promise]]:
    return [("", _("All")), *sorted(ACTIONS.items())]
