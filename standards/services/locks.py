"""One standard or institute is changed by one person at a time, and only as they last saw it."""

from django.utils.translation import gettext_lazy as _

from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from standards.models import Institute, MeasurementStandard


def lock_standard(
    standard: MeasurementStandard, actor: User | None, expected_version: int | None = None
) -> MeasurementStandard:
    """The row as it stands, kept from others until the transaction ends.

    Raises PermissionDenied, and `register.changed` (409) where it moved on since it was looked at.
    An actor of None is the system itself.
    """
    found = MeasurementStandard.objects.select_for_update(of=("self",))
    locked = found.select_related("institute__organisation").get(pk=standard.pk)
    if actor is not None:
        require(actor, "register.keep", locked.institute)
    _compare(locked, expected_version)
    return locked


def lock_institute(
    institute: Institute, actor: User | None, expected_version: int | None = None
) -> Institute:
    found = Institute.objects.select_for_update(of=("self",)).select_related("organisation")
    locked = found.get(pk=institute.pk)
    if actor is not None:
        require(actor, "register.keep", locked)
    _compare(locked, expected_version)
    return locked


def bump(thing: MeasurementStandard | Institute) -> None:
    """Whoever looks at the record now looks at something older."""
    thing.version += 1
    stamp = ["updated_at"] if isinstance(thing, MeasurementStandard) else []
    thing.save(update_fields=["version", *stamp])


def _compare(thing: MeasurementStandard | Institute, expected: int | None) -> None:
    refuse_stale(thing.name, thing.version, expected)


def refuse_stale(name: str, now: int, expected: int | None) -> None:
    """Raises `register.changed` (409) where what was looked at has moved on; None looks at all."""
    if expected is not None and now != expected:
        raise MetroplanError(
            "register.changed",
            _(
                "Somebody else has changed “{name}” since you opened it: you saw version {seen}, "
                "it is now at version {now}. Compare what you entered with what stands there now, "
                "then save again."
            ),
            name=name,
            seen=expected,
            now=now,
        )
