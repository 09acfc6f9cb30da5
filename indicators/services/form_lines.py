"""What a reporting form asks for, chosen measure by measure."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from indicators.models import FormMeasure, Measure
from indicators.services.marking import mark_asked
from metroplan.audit.record import record
from metroplan.common.periods import Period
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import User
from metroplan.organisations.policy import require
from metroplan.submissions.models import ReportingForm, StagedRow
from metroplan.submissions.reporting import reporting_units
from metroplan.submissions.states import Status

CHANGED = "form.measures_changed"
REPORTED = "reported"


@transaction.atomic
def add_measure(
    *, form: ReportingForm, actor: User, measure: Measure, newest: Period
) -> list[FormMeasure]:
    """Ask for one more measure, last in order, in every quarter that is not approved yet."""
    lines = _locked(form, actor)
    if any(line.measure_id == measure.pk for line in lines):
        raise MetroplanError(
            "form.measure_there",
            _("The form asks for “{measure}” already: move it with the arrows."),
            measure=measure.name,
        )
    if measure.source != REPORTED:
        raise MetroplanError(
            "form.measure_counted",
            _("“{measure}” is counted by a register: nobody types it, so no form asks for it."),
            measure=measure.name,
        )
    if other := asked_elsewhere(form, measure, newest):
        raise MetroplanError(
            "form.measure_asked_elsewhere",
            _("The form “{form}” asks the same units for “{measure}”: take it off there first."),
            measure=measure.name,
            form=other.name,
        )
    return _stored(form, actor, lines, [*lines, FormMeasure(form=form, measure=measure)], measure)


@transaction.atomic
def remove_measure(*, form: ReportingForm, actor: User, measure: Measure) -> list[FormMeasure]:
    """Approved figures stay; refused while forms under way have answered the line."""
    lines = _locked(form, actor)
    under_way = StagedRow.objects.filter(
        submission__form=form, key=measure.code, version=F("submission__version")
    ).exclude(submission__status=Status.APPROVED)
    if count := under_way.count():
        raise MetroplanError(
            "form.measure_in_use",
            _(
                "{count} units have answered “{measure}” in forms that are not approved yet: have "
                "these approved first, or leave the measure until they are."
            ),
            count=count,
            measure=measure.name,
        )
    left = [line for line in lines if line.measure_id != measure.pk]
    return _stored(form, actor, lines, left, measure)


@transaction.atomic
def move_measure(
    *, form: ReportingForm, actor: User, measure: Measure, up: bool
) -> list[FormMeasure]:
    """One place up or down; at the end of the list nothing changes."""
    lines = _locked(form, actor)
    order = list(lines)
    at = next((i for i, line in enumerate(order) if line.measure_id == measure.pk), None)
    to = None if at is None else at + (-1 if up else 1)
    if to is None or not 0 <= to < len(order):
        return lines
    order[at], order[to] = order[to], order[at]
    return _stored(form, actor, lines, order, None)


def asked_elsewhere(form: ReportingForm, measure: Measure, newest: Period) -> ReportingForm | None:
    """Another form that asks some of the same units for the measure: nothing is typed twice.

    Judged by the newest closed quarter, or the form's first where that is later.
    """
    period = max(newest, form.opens)
    others = ReportingForm.objects.filter(form_measures__measure=measure).exclude(pk=form.pk)
    units = reporting_units(form, period)
    for other in others.select_related("owner"):
        overlap = other.opens <= (form.closes or other.opens) and form.opens <= (
            other.closes or form.opens
        )
        if overlap and reporting_units(other, period).filter(pk__in=units.values("pk")).exists():
            return other
    return None


def _locked(form: ReportingForm, actor: User) -> list[FormMeasure]:
    require(actor, "form.keep", form)
    ReportingForm.objects.select_for_update().get(pk=form.pk)
    return list(form.form_measures.select_related("measure").order_by("position", "pk"))


def _stored(
    form: ReportingForm,
    actor: User,
    before: Sequence[FormMeasure],
    lines: Sequence[FormMeasure],
    touched: Measure | None,
) -> list[FormMeasure]:
    codes = [line.measure.code for line in before]
    form.form_measures.exclude(pk__in=[line.pk for line in lines if line.pk]).delete()
    for position, line in enumerate(lines):
        line.position = position
        line.save()
    after = [line.measure.code for line in lines]
    record(CHANGED, actor=actor, on=form, before={"measures": codes}, after={"measures": after})
    if touched is not None:
        mark_asked(measures=[touched])
    return list(lines)
