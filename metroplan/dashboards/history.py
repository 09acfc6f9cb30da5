"""The history of one record of the registers, from the log, for whoever may see the record."""

from typing import NamedTuple

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
from supervision.models import (
    Campaign,
    Case,
    DishonestyRecord,
    Draw,
    Entity,
    Finding,
    Inspection,
    Instrument,
    IntegrityUnit,
    Lot,
)

EVENTS_PER_PAGE = 50


class Kind(NamedTuple):
    """The model, the page of a record, what is logged by itself though it belongs to the record,
    and the right to see it; `holder` is the attribute that has the unit where it has none."""

    model: type[Model]
    address: str
    parts: dict[type[Model], str]
    right: str = "register.view"
    holder: str = ""


KINDS: dict[str, Kind] = {
    "standard": Kind(
        MeasurementStandard,
        "standards:standard-detail",
        {Attachment: "standard"},
        holder="institute",
    ),
    "institute": Kind(Institute, "standards:institute-detail", {}),
    "ledger": Kind(LedgerEntry, "standards:ledger-detail", {LedgerEvidence: "entry"}),
    "entity": Kind(Entity, "supervision:entity-detail", {}, "supervision.view"),
    "lot": Kind(Lot, "supervision:lot-detail", {}, "supervision.view"),
    "integrity-unit": Kind(IntegrityUnit, "supervision:integrity-detail", {}, "supervision.view"),
    "dishonesty": Kind(DishonestyRecord, "supervision:dishonesty-detail", {}, "supervision.view"),
    "campaign": Kind(Campaign, "supervision:campaign-detail", {}, "supervision.view"),
    "draw": Kind(Draw, "supervision:draw-detail", {}, "draw.view"),
    "inspection": Kind(Inspection, "supervision:inspection-detail", {}, "supervision.view"),
    "finding": Kind(Finding, "supervision:finding-detail", {}, "supervision.view"),
    "case": Kind(Case, "supervision:case-detail", {}, "supervision.view"),
    "instrument": Kind(
        Instrument, "supervision:instrument-detail", {}, "supervision.view", holder="entity"
    ),
}


@require_safe
@never_cache
def record_history(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    if kind not in KINDS:
        raise Http404(kind)
    found = KINDS[kind]
    thing = get_object_or_404(found.model.objects.visible_to(request.user), pk=pk)
    require(request.user, found.right, getattr(thing, found.holder) if found.holder else thing)
    page = Paginator(events_of(kind, thing), EVENTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "thing": thing,
        "address": reverse(found.address, args=[pk]),
        "page": page,
        "rows": described(page.object_list),
    }
    return render(request, "dashboards/record_history.html", context)


def events_of(kind: str, thing: Model) -> QuerySet[AuditEvent]:
    """Newest first."""
    found = KINDS[kind]
    of_record = Q(object_type=found.model._meta.label_lower, object_key=str(thing.pk))
    for part, link in found.parts.items():
        keys = part.objects.filter(**{link: thing.pk}).values_list("pk", flat=True)
        of_record |= Q(
            object_type=part._meta.label_lower, object_key__in=[str(key) for key in keys]
        )
    return AuditEvent.objects.filter(of_record).order_by("-id")
