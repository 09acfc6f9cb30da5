"""One change to all standards of a filtered list: entered, looked at, made."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from metroplan.common.problems import MetroplanError
from metroplan.organisations.policy import require
from standards.forms.bulk_edit import BulkEditForm, packed, unpacked
from standards.forms.lists import StandardFilterForm
from standards.models import MeasurementStandard
from standards.services.bulk_edit import EditPreview, apply_edit, preview_edit
from standards.views.life import UNPROCESSABLE, add_errors
from standards.views.standards import filtered

ROWS_SHOWN = 200


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def standard_bulk_edit(request: HttpRequest) -> HttpResponse:
    """The query string is the list's: it says which standards are meant."""
    require(request.user, "register.keep")
    found = filtered(request, StandardFilterForm(request.GET, user=request.user))
    form = BulkEditForm(request.POST or None, user=request.user)
    if request.method != "POST":
        return show(request, found, form)
    if not form.is_valid():
        return show(request, found, form, status=UNPROCESSABLE)
    try:
        if "apply" in request.POST:
            return applied(request, found, form)
        preview = preview_edit(actor=request.user, standards=found, edit=form.edit())
    except ValidationError as error:
        add_errors(form, error)
        return show(request, found, form, status=UNPROCESSABLE)
    except MetroplanError as problem:
        return show(request, found, form, status=problem.status, problem=problem)
    return show(request, found, form, preview=preview)


def applied(
    request: HttpRequest, found: QuerySet[MeasurementStandard], form: BulkEditForm
) -> HttpResponse:
    count = apply_edit(
        actor=request.user,
        standards=found,
        edit=form.edit(),
        versions=unpacked(request.POST.get("versions", "")),
    )
    text = ngettext("{count} standard is changed.", "{count} standards are changed.", count)
    messages.success(request, text.format(count=count))
    query = request.GET.urlencode()
    return redirect(reverse("standards:standard-list") + (f"?{query}" if query else ""))


def show(
    request: HttpRequest,
    found: QuerySet[MeasurementStandard],
    form: BulkEditForm,
    *,
    status: int = 200,
    preview: EditPreview | None = None,
    problem: MetroplanError | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "count": found.count(),
        "problem": problem,
        "preview": preview,
    }
    if preview is not None:
        rows = sorted(preview.rows, key=lambda row: (not row.faults, not row.changes))
        makeable = {row.standard.pk for row in rows if row.changes and not row.faults}
        versions = {pk: seen for pk, seen in preview.versions.items() if pk in makeable}
        context |= {
            "rows": rows[:ROWS_SHOWN],
            "more": max(len(rows) - ROWS_SHOWN, 0),
            "versions": packed(versions),
        }
    return render(request, "standards/standard_bulk_edit.html", context, status=status)
