"""Reporting forms as those who keep them see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from metroplan.common.calendar import add_working_days
from metroplan.common.periods import Period
from metroplan.organisations.models import User
from metroplan.organisations.querysets import unit_order
from metroplan.submissions.models import FormUnit, ReportingForm, Submission
from metroplan.submissions.registry import registry
from metroplan.submissions.reporting import reporting_units, runs_in
from metroplan.submissions.selectors.rates import Rate, Rates
from metroplan.submissions.states import EDITABLE
from metroplan.submissions.types import SheetLine

QUARTERS_BEFORE, QUARTERS_AHEAD = 3, 4


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form in the list. `rate` is that of the newest closed quarter, None where nobody is due;
    `waiting` counts the forms of all quarters that are not handed in."""

    form: ReportingForm
    rate: Rate | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Quarter:
    """`opens_on` and `due_on` by the form's rules as they are now; `units` that fill it then.

    `opened` of them have their form; `may_open` says that some can be opened by hand.
    """

    period: Period
    opens_on: date
    due_on: date
    units: int
    opened: int
    over: bool

    @property
    def may_open(self) -> bool:
        return self.over and self.opened < self.units


@dataclass(frozen=True, slots=True)
class FormDetail:
    form: ReportingForm
    lines: list[SheetLine]
    lines_address: str
    exceptions: list[FormUnit]
    quarters: list[Quarter]


def kept_forms(user: User) -> QuerySet[ReportingForm]:
    waiting = Submission.objects.filter(form=OuterRef("pk"), status__in=EDITABLE)
    count = waiting.order_by().values("form").annotate(n=Count("pk")).values("n")
    found = ReportingForm.objects.visible_to(user).select_related("owner")
    return found.annotate(waiting=Coalesce(Subquery(count), 0)).order_by(
        unit_order("owner__code"), "code"
    )


def kept_rows(forms: Iterable[ReportingForm], newest: Period) -> list[KeptForm]:
    """`forms` as `kept_forms` finds them."""
    shown = list(forms)
    found = Rates(newest, newest, path="", forms=[form.pk for form in shown])
    owners = {form.code: form.owner_id for form in shown}
    rates = {rate.form: rate for rate in found if rate.unit == owners[rate.form]}
    return [KeptForm(form, rates.get(form.code), form.waiting) for form in shown]


def form_detail(form: ReportingForm, *, newest: Period) -> FormDetail:
    kind = registry.get(form.kind)
    exceptions = form.exceptions.select_related("organisation")
    return FormDetail(
        form=form,
        lines=kind.lines(form),
        lines_address=kind.lines_address(form),
        exceptions=list(exceptions.order_by(unit_order("organisation__code"))),
        quarters=_quarters(form, newest),
    )


def _quarters(form: ReportingForm, newest: Period) -> list[Quarter]:
    """The newest closed quarter, those just before it, and those to come."""
    around = range(newest.index - QUARTERS_BEFORE, newest.index + QUARTERS_AHEAD + 1)
    periods = [Period(index) for index in around if runs_in(form, Period(index))]
    opened = Submission.objects.filter(form=form, period__in=periods).order_by()
    counts = dict(opened.values_list("period").annotate(n=Count("pk")))
    return [_quarter(form, period, counts.get(period, 0), newest) for period in periods]


def _quarter(form: ReportingForm, period: Period, opened: int, newest: Period) -> Quarter:
    return Quarter(
        period=period,
        opens_on=period.last_day + timedelta(days=1),
        due_on=add_working_days(period.last_day, form.deadline_working_days),
        units=reporting_units(form, period).count(),
        opened=opened,
        over=period <= newest,
    )
