"""Breaking a target down: proposals for all units below at once, approved like any revision."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from indicators.models import Indicator, Revision, Target
from indicators.services.revision_checks import UNPROCESSABLE
from indicators.services.revision_values import TargetValues
from indicators.services.revisions import Papers, propose_target
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Organisation, User

Stored = Mapping[tuple[int, int], TargetValues]


@dataclass(frozen=True, slots=True)
class Part:
    """What a unit is to reach by the milestone of a year."""

    organisation: Organisation
    year: int
    values: TargetValues


@transaction.atomic
def propose_breakdown(
    *, indicator: Indicator, parts: Iterable[Part], papers: Papers, actor: User
) -> list[Revision]:
    """Propose the parts that differ from what stands, as one bundle; nothing if one is wrong.

    Every refusal comes back at once, by unit and year in `fields`.
    """
    stands = _stands(indicator)
    bundle = uuid4()
    proposed: list[Revision] = []
    refused: dict[str, list[str]] = {}
    for part in parts:
        if stands.get((part.organisation.pk, part.year)) == part.values:
            continue
        try:
            with transaction.atomic():
                proposed.append(
                    propose_target(
                        indicator=indicator,
                        organisation=part.organisation,
                        year=part.year,
                        values=part.values,
                        papers=papers,
                        actor=actor,
                        bundle=bundle,
                    )
                )
        except MetroplanError as error:
            refused[f"{part.organisation.code}.{part.year}"] = [error.message]
    _refuse(refused, proposed)
    return proposed


def _refuse(refused: dict[str, list[str]], proposed: list[Revision]) -> None:
    if refused:
        raise MetroplanError(
            "breakdown.refused",
            _("{count} parts cannot be proposed; correct them and send all again: {reasons}"),
            status=UNPROCESSABLE,
            fields=refused,
            count=len(refused),
            reasons=" ".join(dict.fromkeys(text for texts in refused.values() for text in texts)),
        )
    if not proposed:
        raise MetroplanError(
            "breakdown.no_change",
            _("No part differs from what already stands; change one or leave it."),
            status=UNPROCESSABLE,
        )


def _stands(indicator: Indicator) -> Stored:
    rows = Target.objects.filter(indicator=indicator).select_related("milestone")
    return {
        (row.organisation_id, row.milestone.year): TargetValues(row.low, row.high, row.approximate)
        for row in rows.order_by("revision")
    }
