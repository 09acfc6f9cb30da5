"""For anybody: whether the instruments of a market, a shop or a filling station are verified."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from metroplan.common.text import normalise
from supervision.selectors import public_instruments as selectors
from supervision.selectors.instruments import instrument_rows

ROWS_PER_PAGE = 30
LONGEST = 60


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    text = normalise(request.GET.get("q", ""))[:LONGEST]
    found = selectors.public_entities(text, timezone.localdate())
    context = {
        "q": text,
        "asked": len(text) >= selectors.SHORTEST,
        "page": Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "supervision/public_instruments.html", context)


@login_not_required
@require_safe
def entity(request: HttpRequest, number: str) -> HttpResponse:
    today = timezone.localdate()
    found = get_object_or_404(selectors.public_now(today), number=number)
    used = selectors.used_at(found, today)
    page = Paginator(used, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "public": selectors.public_entity(found, today),
        "page": page,
        "rows": instrument_rows(page.object_list, today),
        "today": today,
    }
    return render(request, "supervision/public_entity.html", context)
