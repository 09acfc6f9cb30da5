"""The history of one record of the registers, from the log, for whoever may see the record."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from metroplan.audit.models import AuditEvent
from metroplan.dashboards.audit import described
from metroplan.organisations.policy import require
from standards.models import Attachment, Institute, LedgerEntry, LedgerEvidence, MeasurementStandard

EVENTS_PER_PAGE = 50
KINDS: dict[str, tuple[type[Model], str, dict[type[Model], str]]] = {
    "standard": (
        MeasurementStandard,
        "standards:standard-detail",
        {Attachment: "standard"},
    ),
    "institute": (Institute, "standards:institute-detail", {}),
    "ledger": (LedgerEntry, "standards:ledger-detail", {LedgerEvidence: "entry"}),
}
"""The model, the page of a record, and what is logged by itself though it belongs to the record."""


@require_safe
@never_cache
def record_history(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    if kind not in KINDS:
        raise Http404(kind)
    model, address, _parts = KINDS[kind]
    thing = get_object_or_404(model.objects.visible_to(request.user), pk=pk)
    require(request.user, "register.view", owner_of(thing))
    page = Paginator(events_of(kind, thing), EVENTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "thing": thing,
        "address": reverse(address, args=[pk]),
        "page": page,
        "rows": described(page.object_list),
    }
    return render(request, "dashboards/record_history.html", context)


def owner_of(thing: Any) -> Any:
    """What rights go by: the thing itself where it has a unit, else its holder."""
    return thing if hasattr(thing, "organisation") else thing.institute


def events_of(kind: str, thing: Model) -> QuerySet[AuditEvent]:
    """Newest first."""
    model, _address, parts = KINDS[kind]
    of_record = Q(object_type=model._meta.label_lower, object_key=str(thing.pk))
    for part, link in parts.items():
        keys = part.objects.filter(**{link: thing.pk}).values_list("pk", flat=True)
        of_record |= Q(
            object_type=part._meta.label_lower, object_key__in=[str(key) for key in keys]
        )
    return AuditEvent.objects.filter(of_record).order_by("-id")
