"""Published results of net content of prepackages, for everybody: no sign-in."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from supervision.forms.lots import PublicLotForm
from supervision.selectors import public_lots as selectors
from supervision.selectors.lots import rates
from supervision.views.lists import ROWS_PER_PAGE


@login_not_required
@require_safe
def lots(request: HttpRequest) -> HttpResponse:
    """Both rates are those of the lots found, not of the page."""
    form = PublicLotForm(request.GET)
    found = selectors.narrowed(selectors.published_lots(timezone.localdate()), form.chosen())
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    rows = selectors.public_rows(page.object_list)
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "confirmed_by": sorted({row.confirmed_by for row in rows} - {""}),
        "rates": rates(found),
    }
    return render(request, "supervision/public_lots.html", context)
