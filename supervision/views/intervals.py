"""After how many months each kind is due again, and the form that changes it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from metroplan.organisations.policy import can, require
from standards.views.life import add_errors
from supervision.forms.ledgers import IntervalForm
from supervision.selectors.intervals import interval_rules
from supervision.services.intervals import save_interval
from supervision.views.editing import CHANGES, UNPROCESSABLE

ROWS_PER_PAGE = 60


@require_http_methods(CHANGES)
def intervals(request: HttpRequest) -> HttpResponse:
    require(request.user, "catalogue.view")
    unit = request.user.organisation
    form = IntervalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        require(request.user, "catalogue.keep", unit)
        if form.is_valid() and _saved(request, form):
            messages.success(request, _("The interval is entered."))
            return redirect("supervision:intervals")
    context = {
        "page": Paginator(interval_rules(), ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "form": form,
        "may_change": can(request.user, "catalogue.keep", unit),
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "supervision/interval_list.html", context, status=status)


def _saved(request: HttpRequest, form: IntervalForm) -> bool:
    try:
        save_interval(actor=request.user, **form.cleaned_data)
    except ValidationError as error:
        add_errors(form, error)
        return False
    return True
