"""An approved revision takes effect on its day: then, and not before, statuses follow it."""

from datetime import UTC, date, datetime

from django.db import transaction
from django.utils import timezone

from indicators.engine.goals import inherits
from indicators.models import Revision, RevisionKind, RevisionState, RuleVersion
from indicators.rules import THRESHOLDS, Thresholds
from indicators.services.marking import mark_everything, mark_unit

ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


@transaction.atomic
def ensure_first_rules() -> RuleVersion:
    """The thresholds the rules came with, as version 1; they were known from the beginning."""
    values = {name: getattr(THRESHOLDS, name) for name in Thresholds.__slots__}
    del values["version"]
    first, _created = RuleVersion.objects.get_or_create(
        version=THRESHOLDS.version,
        defaults=values | {"effective_from": ALWAYS.date(), "recorded_at": ALWAYS},
    )
    return first


def put_in_force(*, revision: Revision, today: date) -> bool:
    """Mark what follows from it, once its day has come. Call it in the caller's transaction."""
    if revision.effective_from > today:
        return False
    _mark(revision)
    revision.in_force_at = timezone.now()
    revision.save(update_fields=["in_force_at"])
    return True


@transaction.atomic
def put_due_in_force(*, today: date) -> int:
    """Those approved earlier whose day has come; returns how many."""
    due = Revision.objects.filter(
        state=RevisionState.APPROVED, in_force_at__isnull=True, effective_from__lte=today
    ).select_related("indicator__series__measure", "organisation")
    rows = list(due.select_for_update(of=("self",), skip_locked=True))
    for revision in rows:
        put_in_force(revision=revision, today=today)
    return len(rows)


def _mark(revision: Revision) -> None:
    if revision.kind == RevisionKind.THRESHOLDS:
        mark_everything()
        return
    # A unit without a target of its own goes by that of the unit above; a base year is everyone's.
    below = revision.kind == RevisionKind.BASELINE or inherits(revision.indicator)
    mark_unit(measure=revision.indicator.measure, organisation=revision.organisation, below=below)
