"""Items that do not occur in a region: taken out of its denominator, and put back."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from metroplan.audit.record import record
from metroplan.organisations.models import Organisation, User
from metroplan.organisations.policy import require
from metroplan.organisations.querysets import within
from standards.models import CatalogueItem, LocalExclusion
from standards.services.touching import catalogue_touched


@transaction.atomic
def exclude_item(
    *,
    actor: User,
    item: CatalogueItem,
    organisation: Organisation,
    valid_from: date,
    valid_to: date | None,
    document: str,
    reason: str,
) -> LocalExclusion:
    """`valid_to` is the first day it counts again. Raises ValidationError by field."""
    require(actor, "catalogue.keep", organisation)
    made = LocalExclusion(
        item=item,
        organisation=organisation,
        valid_from=valid_from,
        valid_to=valid_to,
        document=document,
        reason=reason,
    )
    _check(made)
    made.save()
    after = _facts(made) | {"item": str(item), "organisation": organisation.code}
    record("exclusion.made", actor=actor, on=made, after=after)
    _touched(made, valid_from)
    return made


@transaction.atomic
def end_exclusion(*, actor: User, exclusion: LocalExclusion, valid_to: date) -> LocalExclusion:
    """The item counts again from the day on; an earlier end may be moved as well."""
    locked = LocalExclusion.objects.select_for_update(of=("self",))
    kept = locked.select_related("item__version", "organisation").get(pk=exclusion.pk)
    require(actor, "catalogue.keep", kept)
    before = _facts(kept)
    kept.valid_to = valid_to
    _check(kept)
    kept.save()
    record("exclusion.ended", actor=actor, on=kept, before=before, after=_facts(kept))
    _touched(kept, min(filter(None, (before["valid_to"], valid_to))))
    return kept


def _facts(exclusion: LocalExclusion) -> dict[str, date | str | None]:
    names = ("valid_from", "valid_to", "document", "reason")
    return {name: getattr(exclusion, name) for name in names}


def _check(exclusion: LocalExclusion) -> None:
    item, unit = exclusion.item, exclusion.organisation
    if not item.must_be_verified and item.regulation != CatalogueItem.Regulation.UNKNOWN:
        text = _("“{item}” is not counted anyway; choose an item that must be verified.")
        raise ValidationError({"item": [text.format(item=item)]})
    try:
        exclusion.full_clean()
    except ValidationError as error:
        found = error.message_dict
        if whole := found.pop("__all__", None):
            found.setdefault("valid_to", []).extend(whole)
        raise ValidationError(found) from error
    ahead = Q(valid_to__isnull=True) | Q(valid_to__gt=exclusion.valid_from)
    if exclusion.valid_to:
        ahead &= Q(valid_from__lt=exclusion.valid_to)
    same = LocalExclusion.objects.exclude(pk=exclusion.pk).filter(ahead, item=item)
    if twice := same.filter(organisation=unit).first():
        text = _("{unit} excludes this item from {day} on already; end that exclusion first.")
        text = text.format(unit=unit.name, day=twice.valid_from)
        raise ValidationError({"valid_from": [text]})


def _touched(exclusion: LocalExclusion, since: date) -> None:
    """It holds for the unit and those below; the figures of units above count without it."""
    unit = exclusion.organisation
    below = Organisation.objects.filter(within("", unit.path)).values_list("pk", flat=True)
    text = _("The exclusion of “{item}” for {unit} has changed.")
    reason = text.format(item=exclusion.item, unit=unit.name)
    catalogue_touched(since=since, reason=reason, units=[*below])
