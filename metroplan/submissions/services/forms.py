"""Keeping reporting forms: what staff decide about them, and what follows for open quarters."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from metroplan.audit.record import record
from metroplan.common.periods import Period, newest_closed
from metroplan.common.problems import MetroplanError
from metroplan.organisations.models import Organisation, User
from metroplan.organisations.policy import require
from metroplan.organisations.services.notices import settle
from metroplan.submissions.models import FormReminder, FormUnit, ReportingForm, Submission
from metroplan.submissions.notice_words import WAITS_FOR_UNIT
from metroplan.submissions.registry import registry
from metroplan.submissions.reporting import reporting_units, runs_in
from metroplan.submissions.services.opening import open_form
from metroplan.submissions.services.telling import address_of
from metroplan.submissions.states import Status

UNPROCESSABLE = 422
Reminder = tuple[int, str]
"""Working days before the due day (negative after it), and who is told."""

UNIT, REVIEWERS = FormReminder.To.UNIT, FormReminder.To.REVIEWERS
USUAL_REMINDERS: tuple[Reminder, ...] = (
    (5, UNIT),
    (1, UNIT),
    (-1, UNIT),
    (-5, UNIT),
    (-5, REVIEWERS),
)


@dataclass(frozen=True, slots=True)
class FormValues:
    """What staff decide about a form. Without a level and without the owner nobody fills it but
    the units named one by one."""

    name_zh: str
    name_en: str
    level: str
    owner_fills: bool
    opens: Period
    closes: Period | None = None
    deadline_working_days: int = 15
    review_levels: list[str] = field(default_factory=list)


@transaction.atomic
def create_form(
    *,
    actor: User,
    code: str,
    kind: str,
    owner: Organisation,
    values: FormValues,
    reminders: Iterable[Reminder] = USUAL_REMINDERS,
) -> ReportingForm:
    """A form without lines; they are chosen next, and only then do its quarters open."""
    require(actor, "form.keep", owner)
    _check(values)
    if ReportingForm.objects.filter(code=code).exists():
        raise MetroplanError(
            "form.code_taken",
            _("There is a form with the code “{given}” already: choose another code."),
            status=UNPROCESSABLE,
            fields={"code": ["taken"]},
            given=code,
        )
    form = ReportingForm(code=code, kind=kind, owner=owner, **_given(values))
    form.full_clean()
    form.save()
    set_reminders(form, reminders)
    record("form.created", actor=actor, on=form, after=state_of(form))
    return form


@transaction.atomic
def change_form(
    *, form: ReportingForm, actor: User, values: FormValues, reminders: Iterable[Reminder]
) -> ReportingForm:
    """Quarters that are open keep their due day; those that nobody has begun are taken back where
    the form no longer asks for them."""
    form = _locked(form)
    require(actor, "form.keep", form)
    _check(values)
    before = state_of(form)
    for name, value in _given(values).items():
        setattr(form, name, value)
    form.full_clean()
    form.save()
    set_reminders(form, reminders)
    after = state_of(form)
    if after != before:
        changed = [name for name in after if after[name] != before[name]]
        record(
            "form.changed",
            actor=actor,
            on=form,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
        _who_is_asked_changed(form)
    return form


@transaction.atomic
def set_unit(
    *, form: ReportingForm, actor: User, unit: Organisation, fills: bool | None
) -> ReportingForm:
    """Make an exception for a unit, for all quarters of the form; None takes it back."""
    form = _locked(form)
    require(actor, "form.keep", form)
    if not unit.path.startswith(form.owner.path):
        raise MetroplanError(
            "form.unit_elsewhere",
            _("{unit} does not belong to {owner}: choose the form's owner or a unit below it."),
            status=UNPROCESSABLE,
            fields={"unit": ["elsewhere"]},
            unit=unit.name,
            owner=form.owner.name,
        )
    known = FormUnit.objects.filter(form=form, organisation=unit).first()
    before = known.fills if known else None
    if before == fills:
        return form
    if fills is None:
        known.delete()
    else:
        FormUnit.objects.update_or_create(form=form, organisation=unit, defaults={"fills": fills})
    record(
        "form.unit_set",
        actor=actor,
        on=form,
        before={"fills": before},
        after={"fills": fills},
        organisation=unit.code,
    )
    _who_is_asked_changed(form)
    return form


@transaction.atomic
def open_quarter(*, form: ReportingForm, actor: User, period: Period, today: date) -> int:
    """Open one quarter now for every unit that is missing; returns for how many."""
    form = _locked(form)
    require(actor, "form.keep", form)
    if period > newest_closed(today):
        raise MetroplanError(
            "form.quarter_not_over",
            _("{quarter} is not over yet: a quarter opens on the first day after it."),
            quarter=str(period),
        )
    if not runs_in(form, period):
        raise MetroplanError(
            "form.quarter_outside",
            _("The form does not run in {quarter}: change its first or last quarter before."),
            quarter=str(period),
        )
    if not registry.get(form.kind).lines(form):
        raise MetroplanError(
            "form.asks_for_nothing",
            _("The form asks for nothing yet: choose its measures, then open the quarter."),
        )
    opened = open_form(form=form, period=period)
    if opened:
        record("form.quarter_opened", actor=actor, on=form, period=str(period), opened=opened)
        registry.get(form.kind).reasked(form)
    return opened


def set_reminders(form: ReportingForm, reminders: Iterable[Reminder]) -> None:
    wanted, known = set(reminders), {(row.days, row.to): row for row in form.reminders.all()}
    FormReminder.objects.filter(
        pk__in=[row.pk for step, row in known.items() if step not in wanted]
    ).delete()
    FormReminder.objects.bulk_create(
        FormReminder(form=form, days=days, to=to) for days, to in sorted(wanted - {*known})
    )


def state_of(form: ReportingForm) -> dict[str, Any]:
    """What the log keeps of a form."""
    steps = FormReminder.objects.filter(form=form).order_by("-days", "to")
    return {
        "code": form.code,
        "name_zh": form.name_zh,
        "name_en": form.name_en,
        "level": form.level,
        "owner_fills": form.owner_fills,
        "opens": str(form.opens),
        "closes": str(form.closes) if form.closes else None,
        "deadline_working_days": form.deadline_working_days,
        "review_levels": list(form.review_levels),
        "reminders": [f"{step.days} {step.to}" for step in steps],
    }


def _given(values: FormValues) -> dict[str, Any]:
    return {one.name: getattr(values, one.name) for one in fields(values)}


def _who_is_asked_changed(form: ReportingForm) -> None:
    _take_back_untouched(form)
    registry.get(form.kind).reasked(form)


def _take_back_untouched(form: ReportingForm) -> None:
    """Quarters that opened for units or times the form no longer asks, and that hold nothing."""
    untouched = Submission.objects.filter(
        form=form,
        status=Status.OPEN,
        version=0,
        uploads__isnull=True,
        draft__isnull=True,
        evidence__isnull=True,
        decisions__isnull=True,
    )
    gone: list[Submission] = []
    for period in untouched.order_by("period").values_list("period", flat=True).distinct():
        of_quarter = untouched.filter(period=period)
        if runs_in(form, period):
            of_quarter = of_quarter.exclude(organisation__in=reporting_units(form, period))
        gone += of_quarter
    settle(codes=WAITS_FOR_UNIT, urls=[address_of(submission) for submission in gone])
    Submission.objects.filter(pk__in=[submission.pk for submission in gone]).delete()


def _check(values: FormValues) -> None:
    if values.closes is not None and values.closes < values.opens:
        raise MetroplanError(
            "form.closes_before_opens",
            _("The last quarter is before the first one: change one of them."),
            status=UNPROCESSABLE,
            fields={"closes": ["before_opens"]},
        )


def _locked(form: ReportingForm) -> ReportingForm:
    locked = ReportingForm.objects.select_for_update(of=("self",)).select_related("owner")
    return locked.get(pk=form.pk)
