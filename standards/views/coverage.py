"""The coverage matrix and the same as a file."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from metroplan.common.tables import file_response, table_file
from metroplan.organisations.policy import require
from standards.columns.catalogue import coverage_rows, standing_words
from standards.forms.catalogue import CoverageForm
from standards.selectors.coverage_matrix import UNITS, Matrix, coverage_matrix

UNPROCESSABLE = 422


@require_safe
def coverage_page(request: HttpRequest) -> HttpResponse:
    require(request.user, "register.view")
    form, matrix = chosen(request)
    context: dict[str, Any] = {"form": form, "matrix": matrix, "words": standing_words()}
    status = 200 if matrix else UNPROCESSABLE
    return render(request, "standards/coverage_detail.html", context, status=status)


@require_safe
def coverage_export(request: HttpRequest) -> HttpResponse:
    """What the page shows: `?format=csv` or `xlsx`."""
    require(request.user, "register.view")
    _form, matrix = chosen(request)
    fmt = request.GET.get("format", "csv")
    if matrix is None or fmt not in ("csv", "xlsx"):
        raise Http404(fmt)
    name = f"coverage_{matrix.now.organisation.code}_{matrix.now.day}"
    return file_response(table_file(fmt, coverage_rows(matrix)), name, fmt)


def chosen(request: HttpRequest) -> tuple[CoverageForm, Matrix | None]:
    """What the address asks for; without a word of a unit, the reader's own today."""
    sent = request.GET.copy()
    sent.setdefault("organisation", request.user.organisation.code)
    sent.setdefault("day", timezone.localdate().isoformat())
    form = CoverageForm(sent, user=request.user)
    if not form.is_valid():
        return form, None
    given = form.cleaned_data
    group = given["group"]
    return form, coverage_matrix(
        organisation=given["organisation"] or request.user.organisation,
        day=given["day"] or timezone.localdate(),
        levels=form.levels,
        horizon=given["horizon"],
        across=given["across"] or UNITS,
        kinds=list(group.kinds.values_list("pk", flat=True)) if group else None,
    )
