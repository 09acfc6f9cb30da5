"""What waits for a reviewer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from metroplan.organisations.models import User
from metroplan.organisations.querysets import unit_order
from metroplan.submissions.models import ReviewDecision, StagedRow, Submission, Upload
from metroplan.submissions.registry import registry
from metroplan.submissions.selectors.due import Due, due_of
from metroplan.submissions.selectors.listing import narrowed
from metroplan.submissions.states import Status

DECISIONS_SHOWN = 10


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


def review_queue(user: User) -> QuerySet[Submission]:
    """What waits for the user's unit: the earliest due first, then most warnings."""
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
        .order_by("due_on", "-warnings", unit_order("organisation__code"), "form__code")
    )


def narrowed_queue(found: QuerySet[Submission], chosen: dict[str, Any]) -> QuerySet[Submission]:
    """`chosen` is the cleaned data of QueueFilterForm."""
    found = narrowed(found, chosen)
    if chosen.get("form"):
        found = found.filter(form__code=chosen["form"])
    return found.filter(warnings__gt=0) if chosen.get("warned") else found


def queue_rows(submissions: Iterable[Submission], *, user: User, today: date) -> list[QueueRow]:
    shown = list(submissions)
    changed = _changed(shown)
    return [
        QueueRow(
            submission=item,
            due=due_of(item, today),
            waiting=(today - timezone.localdate(item.arrived_at)).days if item.arrived_at else 0,
            lines=item.lines,
            changed=changed.get(item.pk, 0),
            warnings=item.warnings,
            own=item.submitted_by_id == user.pk,
        )
        for item in shown
    ]


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


def _changed(submissions: list[Submission]) -> dict[int, int]:
    by_kind: dict[str, list[Submission]] = {}
    for item in submissions:
        by_kind.setdefault(item.form.kind, []).append(item)
    changed: dict[int, int] = {}
    for kind, items in by_kind.items():
        changed |= registry.get(kind).changed_lines(items)
    return changed


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
