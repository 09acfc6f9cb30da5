"""What staff decided about forms in the browser, so that a plan file does not undo it.

The log is what knows: forms carry no mark of who wrote them last.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from metroplan.audit.models import AuditEvent
from metroplan.submissions.models import ReportingForm

KEPT = ("form.changed", "form.unit_set")
LINES = "form.measures_changed"


@dataclass
class ByHand:
    """`changed`: the form itself is as staff want it; measures by code, as they were left."""

    changed: bool = False
    added: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    ordered: bool = False


def by_hand(forms: Iterable[ReportingForm]) -> dict[int, ByHand]:
    """By form id; a form that nobody touched has an empty one."""
    found: dict[int, ByHand] = defaultdict(ByHand)
    events = AuditEvent.objects.filter(
        object_type=ReportingForm._meta.label_lower,
        object_key__in=[str(form.pk) for form in forms],
        action__in=[*KEPT, LINES],
    ).order_by("id")
    for key, action, data in events.values_list("object_key", "action", "data"):
        hand = found[int(key)]
        if action != LINES:
            hand.changed = True
            continue
        before, after = set(data["before"]["measures"]), set(data["after"]["measures"])
        hand.ordered = True
        hand.added = (hand.added | (after - before)) - (before - after)
        hand.removed = (hand.removed | (before - after)) - (after - before)
    return found
