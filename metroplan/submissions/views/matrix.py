"""The reporting matrix: who has reported when."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from metroplan.common.files import csv_response
from metroplan.common.periods import Period, newest_closed
from metroplan.organisations.policy import require
from metroplan.submissions.exports import matrix_csv
from metroplan.submissions.forms_reporting import MatrixForm
from metroplan.submissions.selectors.matrix import STATES, Matrix, forms_for, matrix

QUARTERS_BACK = 40


@require_safe
def matrix_page(request: HttpRequest) -> HttpResponse:
    require(request.user, "submission.view")
    form, found = chosen(request)
    context = {"form": form, "matrix": found, "states": STATES}
    return render(request, "submissions/matrix_detail.html", context)


@require_safe
def matrix_export(request: HttpRequest) -> HttpResponse:
    require(request.user, "submission.view")
    _form, found = chosen(request)
    if found is None:
        raise Http404
    name = f"reporting_{found.form.code}_{found.root.code}_{found.quarters[-1]}.csv"
    return csv_response(matrix_csv(found), name)


def chosen(request: HttpRequest) -> tuple[MatrixForm, Matrix | None]:
    """What the address asks for; without a form that one which comes first, None without any."""
    user, today = request.user, timezone.localdate()
    newest, offered = newest_closed(today), list(forms_for(user))
    first = min((form.opens for form in offered), default=newest)
    back = range(newest.index - 1, max(first.index, newest.index - QUARTERS_BACK), -1)
    wanted = next((one for one in offered if one.code == request.GET.get("form")), None)
    asked = wanted or next(iter(offered), None)
    sent = request.GET.copy()
    sent["form"] = asked.code if asked else ""
    form = MatrixForm(sent, user=user, offered=offered, quarters=[Period(index) for index in back])
    form.is_valid()
    if asked is None:
        return form, None
    until = form.cleaned_data.get("until")
    last = Period.parse(until) if until else newest
    root = form.unit() or user.organisation
    return form, matrix(asked, root, last, user, today=today)
