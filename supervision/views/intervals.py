"""After how many months each kind is due again, and the form that changes it."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from standards.views.dated_rules import CHANGES, dated_rules
from supervision.forms.ledgers import IntervalForm
from supervision.selectors.intervals import interval_rules
from supervision.services.intervals import save_interval

ROWS_PER_PAGE = 60


@require_http_methods(CHANGES)
def intervals(request: HttpRequest) -> HttpResponse:
    def page() -> dict[str, Any]:
        rules = Paginator(interval_rules(), ROWS_PER_PAGE)
        return {"page": rules.get_page(request.GET.get("page"))}

    return dated_rules(
        request,
        shape=IntervalForm,
        save=save_interval,
        done=_("The interval is entered."),
        address="supervision:intervals",
        template="supervision/interval_list.html",
        context=page,
    )
