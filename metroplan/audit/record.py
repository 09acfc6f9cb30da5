"""The one way to write the log."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone

from metroplan.audit.models import AuditEvent

SYSTEM = "system"
BATCH = 500


def record(
    action: str,
    *,
    actor: Any,
    on: models.Model,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    **data: Any,
) -> None:
    """Append one event. Call it inside the service's transaction.

    `action` reads `noun.verb_done`. `actor` is a user, or None for the system itself.
    `on` may answer `audit_scope()` with the path of the unit it belongs to.
    """
    event_for(action, actor=actor, on=on, before=before, after=after, **data).save()


def record_all(events: Iterable[AuditEvent]) -> None:
    """Append what `event_for` built, in that order: the chain is that of one by one."""
    AuditEvent.objects.bulk_create(events, batch_size=BATCH)


def event_for(
    action: str,
    *,
    actor: Any,
    on: models.Model,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    **data: Any,
) -> AuditEvent:
    """For `record_all`; `on` is stored already."""
    content = dict(data)
    if before is not None:
        content["before"] = before
    if after is not None:
        content["after"] = after
    scope = on.audit_scope() if hasattr(on, "audit_scope") else ""
    return AuditEvent(
        at=timezone.now(),
        actor=actor.get_username() if actor else SYSTEM,
        actor_name=actor.get_full_name() if actor else "",
        action=action,
        object_type=on._meta.label_lower,
        object_key=str(on.pk),
        object_label=str(on)[:300],
        organisation_path=scope,
        data=as_text(content),
    )


def as_text(value: Any) -> Any:
    """Numbers and dates as text, so that nothing is lost in JSON."""
    if isinstance(value, dict):
        return {str(key): as_text(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_text(item) for item in value]
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def differing(before: dict[str, Any] | None, after: dict[str, Any]) -> dict[str, Any]:
    """`before` and `after` for `record`, cut down to what is not the same; `before` is None for
    what is new."""
    if before is None:
        return {"after": after}
    changed = [name for name in after if before[name] != after[name]]
    return {
        "before": {name: before[name] for name in changed},
        "after": {name: after[name] for name in changed},
    }
