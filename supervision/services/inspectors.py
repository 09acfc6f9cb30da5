"""Inspectors and the entities they must keep away from."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from metroplan.audit.record import record
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from supervision.models import Conflict, Entity, Inspector
from supervision.services.locks import KEEP

FIELDS = ("certificate_no", "name", "organisation", "valid_from", "valid_until")


@transaction.atomic
def save_inspector(
    *, actor: User, inspector: Inspector | None = None, data: dict[str, Any]
) -> Inspector:
    """Raises ValidationError by field."""
    require(actor, KEEP, data["organisation"])
    action = "inspector.changed" if inspector else "inspector.added"
    if inspector is None:
        inspector = Inspector()
    else:
        inspector = Inspector.objects.select_for_update().get(pk=inspector.pk)
        require(actor, KEEP, inspector)
        _refuse_renumbered(inspector, data["certificate_no"])
    for name in FIELDS:
        setattr(inspector, name, data[name])
    if data["valid_until"] < data["valid_from"]:
        text = _("The last day must not come before the first.")
        raise ValidationError({"valid_until": [text]})
    inspector.full_clean()
    inspector.save()
    unit = {"organisation": inspector.organisation.code}
    record(action, actor=actor, on=inspector, after={name: data[name] for name in FIELDS} | unit)
    return inspector


def _refuse_renumbered(inspector: Inspector, certificate_no: str) -> None:
    if certificate_no != inspector.certificate_no and inspector.drawn.exists():
        text = _(
            "The inspector was drawn as {number}, by which the draw is repeated: keep it, and add "
            "the new certificate as another inspector."
        )
        raise ValidationError({"certificate_no": [text.format(number=inspector.certificate_no)]})


@transaction.atomic
def add_conflict(
    *,
    actor: User,
    inspector: Inspector,
    entity: Entity,
    reason: str,
    valid_from: date,
    valid_until: date | None = None,
) -> Conflict:
    require(actor, KEEP, inspector)
    if valid_until and valid_until < valid_from:
        text = _("The last day must not come before the first.")
        raise ValidationError({"valid_until": [text]})
    conflict = Conflict(
        inspector=inspector,
        entity=entity,
        reason=reason,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    conflict.full_clean()
    conflict.save()
    record(
        "inspector.conflict_added",
        actor=actor,
        on=inspector,
        after={
            "entity": str(entity),
            "reason": reason,
            "valid_from": valid_from,
            "valid_until": valid_until,
        },
    )
    return conflict


@transaction.atomic
def end_conflict(*, actor: User, conflict: Conflict, on: date) -> None:
    """It holds up to and with the day."""
    conflict = Conflict.objects.select_for_update().get(pk=conflict.pk)
    require(actor, KEEP, conflict.inspector)
    if on < conflict.valid_from:
        text = _("The conflict begins on {day}: it cannot end before.")
        raise ValidationError({"on": [text.format(day=conflict.valid_from)]})
    before, conflict.valid_until = conflict.valid_until, on
    conflict.save(update_fields=["valid_until"])
    record(
        "inspector.conflict_ended",
        actor=actor,
        on=conflict.inspector,
        before={"valid_until": before},
        after={"entity": str(conflict.entity), "valid_until": on},
    )
