"""The register's list and the page of one standard, to read and to print."""

from io import BytesIO

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from metroplan.common.tables import TYPES
from metroplan.organisations.policy import require
from metroplan.submissions.views.files import attachment
from standards.exports import register_content
from standards.forms.lists import StandardFilterForm
from standards.models import MeasurementStandard
from standards.selectors import standards as lists
from standards.selectors.standard_detail import StandardDetail, standard_detail
from standards.selectors.tracing import drawing, traceability

ROWS_PER_PAGE = 50


@require_safe
def standard_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "register.view")
    form = StandardFilterForm(request.GET, user=request.user)
    found = filtered(request, form)
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": lists.standard_rows(page.object_list),
        "day": form.day(),
        "today": timezone.localdate(),
        "order": form.chosen().get("order") or "number",
    }
    return render(request, "standards/standard_list.html", context)


@require_safe
def standard_export(request: HttpRequest) -> HttpResponse:
    """What the list shows, `?format=csv`, `xlsx` or `json`."""
    require(request.user, "register.view")
    fmt = request.GET.get("format", "csv")
    if fmt not in TYPES:
        raise Http404(fmt)
    form = StandardFilterForm(request.GET, user=request.user)
    day = form.day()
    content = register_content(filtered(request, form), day=day, fmt=fmt)
    name = f"{_('measurement-standards')}-{day:%Y-%m-%d}.{fmt}"
    return attachment(BytesIO(content), name, TYPES[fmt])


def filtered(request: HttpRequest, form: StandardFilterForm) -> QuerySet[MeasurementStandard]:
    """The standards of the area that the form asks for, in its order."""
    chosen, day = form.chosen(), form.day()
    found = lists.on_day(lists.standards_for(request.user), day)
    return lists.ordered(lists.narrowed(found, chosen, day=day), chosen.get("order", ""))


def visible_detail(request: HttpRequest, pk: int) -> StandardDetail:
    """As of today, or of the day `?on=`; 404 outside the area, 403 without the right."""
    form = StandardFilterForm({"on": request.GET.get("on")}, user=request.user)
    detail = standard_detail(request.user, pk, day=form.day())
    if detail is None:
        raise Http404(pk)
    require(request.user, "register.view", detail.standard.institute)
    return detail


@require_safe
@never_cache
def standard_trace(request: HttpRequest, pk: int) -> HttpResponse:
    """The traceability diagram."""
    return drawn(request, pk, "standards/standard_trace.html")


@require_safe
@never_cache
def standard_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The record on paper: everything, one section below the other, nothing to press."""
    return drawn(request, pk, "standards/standard_print.html")


def drawn(request: HttpRequest, pk: int, template: str) -> HttpResponse:
    detail = visible_detail(request, pk)
    diagram = traceability(request.user, detail)
    context = {"detail": detail, "diagram": diagram, "drawing": drawing(diagram)}
    return render(request, template, context)


@require_safe
def standard_options(request: HttpRequest) -> HttpResponse:
    """Suggestions under a field that asks for a standard, by number or name."""
    require(request.user, "register.view")
    text = next(request.GET.values(), "").strip()[:60]
    found = lists.suggested(request.user, text) if text else []
    return render(request, "standards/_standard_options.html", {"standards": found})
