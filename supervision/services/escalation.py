"""Findings that stay overdue rise to the next higher unit, step by step, each step once."""

from datetime import date

from django.conf import settings
from django.db import transaction

from metroplan.audit.record import record
from metroplan.organisations.models import Organisation, Role
from metroplan.organisations.services.notices import notify
from supervision.models import Finding, FindingStep
from supervision.rules.escalation import level_due
from supervision.services.notices import ESCALATED, finding_url
from supervision.states import FindingState


def escalate_overdue(*, today: date) -> int:
    """Returns how many steps were taken. A run that was missed is made up for by the next, and a
    second run on the same day takes none."""
    late = Finding.objects.filter(state=FindingState.ORDERED, due_on__lt=today)
    return sum(_raised(pk, today) for pk in late.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _raised(pk: int, today: date) -> int:
    found = Finding.objects.select_for_update(of=("self",))
    finding = found.select_related("organisation", "escalated_to", "entity").get(pk=pk)
    if finding.state != FindingState.ORDERED:
        return 0
    due = level_due(finding.due_on, today, every=settings.FINDING_ESCALATION_DAYS)
    steps = 0
    while finding.level_up < due and (above := _above(finding)):
        finding.level_up += 1
        finding.escalated_to = above
        _tell(finding, above, today)
        steps += 1
    if steps:
        finding.version += 1
        finding.save(update_fields=["level_up", "escalated_to", "version"])
    return steps


def _above(finding: Finding) -> Organisation | None:
    """The unit above the one that has it now, by the tree of today; None at the top."""
    holder = finding.escalated_to or finding.organisation
    code = holder.parent_code
    return Organisation.objects.get(code=code) if code else None


def _tell(finding: Finding, above: Organisation, today: date) -> None:
    FindingStep.objects.create(
        finding=finding,
        kind=FindingStep.Kind.ESCALATED,
        on=today,
        text=above.name_zh,
        due_on=finding.due_on,
    )
    record(
        "finding.escalated",
        actor=None,
        on=finding,
        after={"organisation": above.code, "due_on": finding.due_on, "level_up": finding.level_up},
    )
    notify(
        code=ESCALATED,
        params={
            "number": finding.number,
            "entity": finding.entity.name,
            "due": finding.due_on.isoformat(),
        },
        url=finding_url(finding),
        key=f"finding:{finding.pk}:{finding.due_on}:{finding.level_up}",
        unit=above,
        roles=[Role.STAFF, Role.REVIEWER],
        day=today,
    )
