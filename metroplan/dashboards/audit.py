"""The audit log as its page shows it; scoping lives one layer above the log, so it is here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metroplan.audit.models import AuditEvent
from metroplan.audit.record import SYSTEM
from metroplan.common.text import plain_number
from metroplan.dashboards.audit_words import ACTIONS, FIELDS, VALUES
from metroplan.organisations.models import Organisation, User
from metroplan.submissions.models import FigureState

VALUES_SHOWN = 6
MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d$")


@dataclass(frozen=True)
class Change:
    """One value of an event. `before` is None where the event states a value and changes none."""

    field: str | Promise
    before: str | Promise | None
    after: str | Promise | None


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
    codes = {last_code(event) for event in shown}
    units = {unit.code: unit for unit in Organisation.objects.filter(code__in=codes)}
    return [event_row(event, units.get(last_code(event))) for event in shown]


def event_row(event: AuditEvent, unit: Organisation | None) -> EventRow:
    found = changes(event.data)
    return EventRow(
        event=event,
        action=ACTIONS.get(event.action, event.action),
        unit=unit,
        changes=found[:VALUES_SHOWN],
        more=found[VALUES_SHOWN:],
        by_system=event.actor == SYSTEM,
    )


def last_code(event: AuditEvent) -> str:
    return event.organisation_path.rstrip("/").rpartition("/")[2]


def changes(data: dict[str, Any]) -> list[Change]:
    before, after = data.get("before") or {}, data.get("after") or {}
    names = list(dict.fromkeys([*before, *after]))
    found = [Change(FIELDS.get(n, n), said(n, before.get(n)), said(n, after.get(n))) for n in names]
    others = {name: value for name, value in data.items() if name not in ("before", "after")}
    return found + [Change(FIELDS.get(n, n), None, said(n, value)) for n, value in others.items()]


def said(field: str, value: Any) -> str | Promise | None:
    """A stored value for a reader; None stays None, an empty text says that it is empty."""
    if value is None:
        return None
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value == "":
        return _("(empty)")
    if isinstance(value, dict):
        return "; ".join(f"{key}: {item}" for key, item in value.items())
    if isinstance(value, list):
        return figure_said(value) or ", ".join(str(item) for item in value if item is not None)
    return VALUES.get(field, {}).get(value) or readable(str(value))


def figure_said(items: list[Any]) -> str | Promise:
    """An observation as the log keeps it: state, then value or numerator and denominator."""
    state, *numbers = items or [""]
    if state == FigureState.VALUE:
        return "/".join(plain_number(Decimal(number)) for number in numbers if number is not None)
    return FigureState(state).label if state in FigureState.values else ""


def readable(text: str) -> str:
    """A moment in the bureau's time, to the minute; any other text as it is."""
    if not MOMENT.match(text):
        return text
    return f"{timezone.localtime(datetime.fromisoformat(text)):%Y-%m-%d %H:%M}"


def action_choices() -> list[tuple[str, str | Promise]]:
    return [("", _("All")), *sorted(ACTIONS.items())]
