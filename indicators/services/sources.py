"""Why a reported figure and the register's differ, said by who answers for the figure."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from indicators.models import Measure, SourceExplanation
from indicators.selectors.sources import comparisons
from metroplan.audit.record import record
from metroplan.common.periods import Period
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Organisation, User


@transaction.atomic
def explain_difference(
    *, measure: Measure, organisation: Organisation, period: Period, text: str, actor: User
) -> SourceExplanation:
    """Kept with the two figures it is about; another explanation takes its place."""
    if not text.strip():
        raise MetroplanError(
            "difference.no_text",
            _("Write why the two figures differ."),
            status=422,
            fields={"text": ["required"]},
        )
    rows = comparisons(measure, [organisation], period, actor)
    found = next((row for row in rows if row.differs), None)
    if found is None:
        raise MetroplanError(
            "difference.none",
            _("The two figures of {unit} do not differ any more; there is nothing to explain."),
            unit=organisation.name,
        )
    explanation = SourceExplanation(
        measure=measure,
        organisation=organisation,
        period=period,
        reported=found.reported,
        registered=found.registered,
        text=text.strip(),
        explained_by=actor,
    )
    explanation.full_clean()
    explanation.save()
    record(
        "difference.explained",
        actor=actor,
        on=explanation,
        after={"reported": found.reported, "registered": found.registered, "text": text.strip()},
    )
    return explanation
