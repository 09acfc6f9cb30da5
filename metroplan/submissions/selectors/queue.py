"""What waits for a reviewer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import User
from metroplan.organisations.querysets import unit_key, unit_order
from metroplan.submissions.models import (
    Correction,
    ReviewDecision,
    StagedRow,
    Submission,
    Upload,
)
from metroplan.submissions.registry import registry
from metroplan.submissions.rules.risk import Level, Risk, risk
from metroplan.submissions.selectors.due import Due, due_of
from metroplan.submissions.selectors.listing import narrowed
from metroplan.submissions.states import Status

DECISIONS_SHOWN = 10


RISK_WORDS: dict[str, Promise] = {
    Level.LOW: _("Low risk"),
    Level.MEDIUM: _("Medium risk"),
    Level.HIGH: _("High risk"),
}

SORTS: dict[str, Promise] = {
    "due": _("Deadline, then risk"),
    "risk": _("Risk, then deadline"),
    "waiting": _("Longest waiting"),
    "unit": _("Unit"),
}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """`changed` counts the lines that differ from the quarter before; `waiting` is in days.

    `own` marks what the reader handed in and another person must review.
    """

    submission: Submission
    due: Due
    waiting: int
    lines: int
    changed: int
    warnings: int
    own: bool
    risk: Risk

    @property
    def risk_word(self) -> Promise:
        return RISK_WORDS[self.risk.level]

    @property
    def corrects(self) -> bool:
        """Whether something of this quarter is approved already."""
        return self.submission.approved_version is not None


ORDERS: dict[str, Callable[[QueueRow], Any]] = {
    "due": lambda row: (row.submission.due_on, -row.risk.points),
    "risk": lambda row: (-row.risk.points, row.submission.due_on),
    "waiting": lambda row: (-row.waiting, row.submission.due_on),
    "unit": lambda row: unit_key(row.submission.organisation.code),
}


def review_queue(user: User) -> QuerySet[Submission]:
    """What waits for the user's unit."""
    turn = Submission.objects.visible_to(user).filter(
        status=Status.SUBMITTED, reviewer_unit=user.organisation_id
    )
    return (
        turn.select_related("form", "organisation")
        .annotate(
            lines=Coalesce(Subquery(_lines(), output_field=IntegerField()), 0),
            warnings=Coalesce(Subquery(_warnings(), output_field=IntegerField()), 0),
            arrived_at=Subquery(_arrival()),
        )
        .order_by("due_on", unit_order("organisation__code"), "form__code")
    )


def narrowed_queue(found: QuerySet[Submission], chosen: dict[str, Any]) -> QuerySet[Submission]:
    """`chosen` is the cleaned data of QueueFilterForm."""
    found = narrowed(found, chosen)
    if chosen.get("form"):
        found = found.filter(form__code=chosen["form"])
    return found.filter(warnings__gt=0) if chosen.get("warned") else found


def queue_rows(submissions: Iterable[Submission], *, user: User, today: date) -> list[QueueRow]:
    shown = list(submissions)
    changed, sizes = by_kind(shown, "changed_lines"), by_kind(shown, "change_sizes")
    return [
        _row(item, user, today, changed.get(item.pk, 0), sizes.get(item.pk, Decimal(0)))
        for item in shown
    ]


def sorted_rows(rows: list[QueueRow], chosen: dict[str, Any]) -> list[QueueRow]:
    """`chosen` is the cleaned data of QueueFilterForm: its level of risk and its order."""
    if level := chosen.get("risk"):
        rows = [row for row in rows if row.risk.level == level]
    return sorted(rows, key=ORDERS[chosen.get("sort") or "due"])


def _row(
    item: Submission, user: User, today: date, changed: int, largest_change: Decimal
) -> QueueRow:
    due = due_of(item, today)
    return QueueRow(
        submission=item,
        due=due,
        waiting=(today - timezone.localdate(item.arrived_at)).days if item.arrived_at else 0,
        lines=item.lines,
        changed=changed,
        warnings=item.warnings,
        own=item.submitted_by_id == user.pk,
        risk=risk(
            days_over=0 if item.approved_version else due.days_over,
            warnings=item.warnings,
            changed=changed,
            lines=item.lines,
            largest_change=largest_change,
        ),
    )


def forms_of(found: QuerySet[Submission]) -> list[tuple[str, str]]:
    """Code and name of the forms that occur, by code."""
    forms = {item.form.code: item.form.name for item in found.select_related("form")}
    return sorted(forms.items())


def latest_decisions(user: User) -> list[ReviewDecision]:
    """What the user's unit approved or returned last."""
    made = ReviewDecision.objects.filter(unit=user.organisation_id).exclude(
        decision=ReviewDecision.Decision.SUBMITTED
    )
    shown = made.select_related(
        "submission__organisation", "submission__form", "decided_by__organisation"
    )
    return list(shown.order_by("-id")[:DECISIONS_SHOWN])


def waiting_corrections(user: User) -> list[Correction]:
    """What the user's unit is asked to open again, oldest first."""
    asked = Correction.objects.filter(
        status=Correction.Status.REQUESTED, submission__form__owner=user.organisation_id
    )
    shown = asked.select_related("submission__organisation", "submission__form", "requested_by")
    return list(shown.order_by("id"))


def by_kind(submissions: list[Submission], question: str) -> dict[int, Any]:
    """Asks each kind of sheet once about all its submissions; answers by submission."""
    kinds: dict[str, list[Submission]] = {}
    for item in submissions:
        kinds.setdefault(item.form.kind, []).append(item)
    answers: dict[int, Any] = {}
    for kind, items in kinds.items():
        answers |= getattr(registry.get(kind), question)(items)
    return answers


def _lines() -> QuerySet:
    rows = StagedRow.objects.filter(submission=OuterRef("pk"), version=OuterRef("version"))
    return rows.order_by().values("submission").annotate(n=Count("pk")).values("n")


def _warnings() -> QuerySet:
    present = Upload.objects.filter(submission=OuterRef("pk"), version=OuterRef("version"))
    return present.order_by("-pk").values("warnings")[:1]


def _arrival() -> QuerySet:
    """Each decision before the present turn handed the form on; the last one to this unit."""
    made = ReviewDecision.objects.filter(submission=OuterRef("pk"))
    return made.order_by("-pk").values(at=F("decided_at"))[:1]
