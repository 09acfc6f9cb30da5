"""Where a measure comes from: reported by units, or counted from a register from a quarter on."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from indicators.measures import about
from indicators.models import Measure
from indicators.services.counting_due import change_sources, mark_due
from indicators.services.registers import first_quarter
from indicators.services.revision_checks import check_papers
from metroplan.audit.record import record
from metroplan.common.periods import Period
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import User

UNPROCESSABLE = 422


@transaction.atomic
def set_source(
    *,
    measure: Measure,
    key: str,
    since: Period | None,
    document: str,
    reason: str,
    actor: User | None,
) -> Measure:
    """Have a register count the measure from a quarter on (always without one), or nobody but the
    units, where `key` is empty.

    Figures that were reported for quarters that are counted now are superseded by the count, those
    of earlier quarters stay. Going back to reports, counted figures stand until a report of their
    quarter is approved.
    """
    check_papers(document, reason)
    change_sources()
    measure = Measure.objects.select_for_update(no_key=True).get(pk=measure.pk)
    source = f"{Measure.REGISTER}{key}" if key else Measure.REPORTED
    since = since if key else None
    if (measure.source, measure.counted_since) == (source, since):
        raise MetroplanError(
            "source.no_change",
            _("“{measure}” comes from there already; change the source or leave it."),
            status=UNPROCESSABLE,
            measure=measure.name,
        )
    _refuse_unfit(measure, key)
    before = _said(measure)
    measure.source, measure.counted_since = source, since
    measure.save(update_fields=["source", "counted_since"])
    record(
        "measure.source_changed",
        actor=actor,
        on=measure,
        before=before,
        after=_said(measure),
        document=document.strip(),
        reason=reason.strip(),
    )
    if key:
        why = f"{reason.strip()} ({document.strip()})"
        mark_due(keys=[key], units=None, since=first_quarter(measure), reason=why)
    return measure


def _refuse_unfit(measure: Measure, key: str) -> None:
    said = about(key) if key else None
    if key and (said is None or not said.fits(measure)):
        raise MetroplanError(
            "source.unfit",
            _("This register gives figures of another kind than “{measure}” asks; choose another."),
            status=UNPROCESSABLE,
            fields={"key": ["unfit"]},
            measure=measure.name,
        )


def _said(measure: Measure) -> dict[str, str]:
    since = measure.counted_since
    return {"source": measure.source, "counted_since": str(since) if since else ""}
