"""A measure is defined anew: no forecast may draw a line from before to after."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from indicators.models import Measure, MeasureBreak
from indicators.services.revision_checks import check_papers
from metroplan.audit.record import record
from metroplan.common.periods import Period
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import User


@transaction.atomic
def record_break(
    *, measure: Measure, period: Period, document: str, reason: str, actor: User
) -> MeasureBreak:
    """`period` is the first quarter of the new definition. Figures stay as they are."""
    check_papers(document, reason)
    made, created = MeasureBreak.objects.get_or_create(
        measure=measure,
        period=period,
        defaults={"document": document.strip(), "reason": reason.strip()},
    )
    if not created:
        raise MetroplanError(
            "break.recorded",
            _("A break of “{measure}” at {quarter} is on record already."),
            measure=measure.name,
            quarter=period,
        )
    record(
        "measure.broken",
        actor=actor,
        on=made,
        after={"period": period, "document": made.document, "reason": made.reason},
    )
    return made
