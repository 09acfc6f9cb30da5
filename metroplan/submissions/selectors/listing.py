"""The forms a person fills in or follows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metroplan.common.periods import Period
from metroplan.organisations.models import User
from metroplan.organisations.policy import can
from metroplan.organisations.querysets import unit_order
from metroplan.submissions.models import Submission, Upload
from metroplan.submissions.selectors.due import Due, due_of
from metroplan.submissions.states import EDITABLE, Status

STEPS: dict[str, Promise] = {
    "fill": _("Fill in"),
    "repair": _("Correct the errors"),
    "submit": _("Check and submit"),
    "correct": _("Read the reason and correct"),
    "look": _("View"),
}


@dataclass(frozen=True, slots=True)
class FormRow:
    """`step` is what comes next (a key of STEPS), `label` its wording."""

    submission: Submission
    due: Due
    step: str
    label: Promise


@dataclass(frozen=True, slots=True)
class PeriodChoice:
    value: str
    period: Period


def own_forms(user: User) -> QuerySet[Submission]:
    """What the user's unit fills in, or for those who fill in nothing all of their area."""
    found = Submission.objects.visible_to(user)
    return (
        found.filter(organisation=user.organisation_id) if can(user, "submission.fill") else found
    )


def present_forms(user: User, *, newest: Period) -> QuerySet[Submission]:
    """The newest quarter's forms and, from older ones, whatever is not handed in yet."""
    now = Q(period__gte=newest) | Q(status__in=EDITABLE)
    waiting = _for_list(own_forms(user).filter(now))
    return waiting.order_by("-period", "due_on", unit_order("organisation__code"), "form__code")


def past_forms(user: User, *, newest: Period) -> QuerySet[Submission]:
    """What `present_forms` leaves out."""
    done = own_forms(user).filter(period__lt=newest).exclude(status__in=EDITABLE)
    return _for_list(done)


def area_forms(user: User) -> QuerySet[Submission]:
    return _for_list(own_forms(user))


def narrowed(found: QuerySet[Submission], chosen: dict[str, Any]) -> QuerySet[Submission]:
    """`chosen` is the cleaned data of ListFilterForm."""
    if chosen.get("period"):
        found = found.filter(period=Period.parse(chosen["period"]))
    if chosen.get("status"):
        found = found.filter(status=chosen["status"])
    if text := chosen.get("q"):
        found = found.filter(
            Q(organisation__code__startswith=text)
            | Q(organisation__name_zh__icontains=text)
            | Q(organisation__name_en__icontains=text)
        )
    return found


def periods_of(found: QuerySet[Submission]) -> list[Period]:
    """Newest first."""
    return list(found.order_by("-period").values_list("period", flat=True).distinct())


def form_rows(submissions: Iterable[Submission], *, user: User, today: date) -> list[FormRow]:
    fills = can(user, "submission.fill")
    rows = []
    for submission in submissions:
        step = _next_step(submission) if fills else "look"
        rows.append(FormRow(submission, due_of(submission, today), step, STEPS[step]))
    return rows


def _for_list(found: QuerySet[Submission]) -> QuerySet[Submission]:
    last = Upload.objects.filter(submission=OuterRef("pk")).order_by("-pk").values("status")[:1]
    shown = found.select_related("form", "organisation", "reviewer_unit")
    ordered = shown.order_by("-period", unit_order("organisation__code"), "form__code")
    return ordered.annotate(last_upload=Subquery(last))


def _next_step(submission: Submission) -> str:
    if submission.status not in EDITABLE:
        return "look"
    if submission.last_upload == Upload.Status.REFUSED:
        return "repair"
    if submission.status == Status.RETURNED:
        return "correct"
    return "submit" if submission.version else "fill"
