"""One record is changed by one person at a time, and only as they last saw it."""

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from standards.services.locks import refuse_stale
from supervision.states import Table, may_move

KEEP, RECORD = "supervision.keep", "inspection.record"
Thing = TypeVar("Thing", bound=Model)


def locked(
    thing: Thing, *, actor: User | None, right: str, expected_version: int | None = None
) -> Thing:
    """The row as it stands, kept from others until the transaction ends; for models with
    `organisation` and `version`.

    Raises PermissionDenied, and `register.changed` (409) where it moved on since it was looked at.
    An actor of None is the system itself.
    """
    found = type(thing).objects.select_for_update(of=("self",)).select_related("organisation")
    row = found.get(pk=thing.pk)
    if actor is not None:
        require(actor, right, row)
    refuse_stale(str(row), row.version, expected_version)
    return row


def right_to_change(thing: Model) -> str:
    """What the public reads already is changed by those alone who publish it."""
    return KEEP if thing.published_on else RECORD


def bump(thing: Model) -> None:
    """Saves it; whoever looks at the record now looks at something older."""
    thing.version += 1
    thing.save()


def refuse_move(table: Table, thing: Model, to: str) -> None:
    """Raises ValidationError at `state` where the state may not follow the present one."""
    if not may_move(table, thing.state, to):
        labels = dict(thing._meta.get_field("state").choices)
        text = _("“{thing}” is “{now}”: it cannot become “{to}” from there.")
        words = {"thing": thing, "now": labels[thing.state], "to": labels.get(to, to)}
        raise ValidationError({"state": [text.format(**words)]})
