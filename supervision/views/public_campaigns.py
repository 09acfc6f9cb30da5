"""Results of campaigns and their draws, for everybody: no sign-in, published things alone."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from supervision.models import Draw
from supervision.selectors import campaigns as selectors
from supervision.selectors.draws import public_draws
from supervision.views.draws import pool_file, replay_of
from supervision.views.lists import ROWS_PER_PAGE

SEARCH_MAX = 60


@login_not_required
@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:SEARCH_MAX]
    found = selectors.published(timezone.localdate())
    if text:
        found = found.filter(title__icontains=text)
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "supervision/public_campaigns.html", {"page": page, "q": text})


@login_not_required
@require_safe
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    today = timezone.localdate()
    shown = get_object_or_404(selectors.published(today), pk=pk)
    found = selectors.published_inspections(shown, today)
    context = {
        "campaign": shown,
        "outcomes": selectors.outcome_counts(found.order_by()),
        "page": Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "draws": list(public_draws(today).filter(campaign=shown)),
    }
    return render(request, "supervision/public_campaign.html", context)


@login_not_required
@require_safe
def draw(request: HttpRequest, pk: int) -> HttpResponse:
    """The draw made once more from its pool and seed, with the algorithm in words."""
    shown = _public_draw(pk)
    context = {"draw": shown, "replay": replay_of(shown)}
    return render(request, "supervision/public_draw.html", context)


@login_not_required
@require_safe
def draw_pool(request: HttpRequest, pk: int) -> HttpResponse:
    return pool_file(_public_draw(pk))


def _public_draw(pk: int) -> Draw:
    found = public_draws(timezone.localdate()).filter(pk=pk).first()
    if found is None:
        raise Http404(pk)
    return found
