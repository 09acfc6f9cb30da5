"""What anybody may read without signing in: integrity units, and who is listed as dishonest."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from supervision.forms.integrity import PublicSearchForm
from supervision.selectors import dishonesty, integrity
from supervision.selectors.places import in_place

ROWS_PER_PAGE = 50


@login_not_required
@require_safe
def integrity_page(request: HttpRequest) -> HttpResponse:
    """Titles that hold today, and candidates that are open to objection today."""
    found = integrity.shown_to_the_public(timezone.localdate())
    return _listed(request, found, "supervision/public_integrity.html")


@login_not_required
@require_safe
def dishonesty_page(request: HttpRequest) -> HttpResponse:
    """Only records that stand today."""
    found = dishonesty.shown_to_the_public(timezone.localdate())
    return _listed(request, found, "supervision/public_dishonesty.html")


def _listed(request: HttpRequest, found: QuerySet, template: str) -> HttpResponse:
    form = PublicSearchForm(request.GET)
    page = Paginator(_searched(found, form), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "today": timezone.localdate()}
    return render(request, template, context)


def _searched(found: QuerySet, form: PublicSearchForm) -> QuerySet:
    chosen = form.chosen()
    if text := chosen.get("q"):
        found = found.filter(Q(entity__name__icontains=text) | Q(entity__uscc=text.upper()))
    if place := chosen.get("place"):
        found = found.filter(in_place(place))
    return found
