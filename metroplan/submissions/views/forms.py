"""Keeping the reporting forms of one's area: the list, one form, its exceptions and quarters."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from metroplan.common.periods import newest_closed
from metroplan.common.problems import MetroplanError
from metroplan.organisations.policy import require
from metroplan.submissions.forms_reporting import (
    ChangeFormForm,
    FormUnitForm,
    NewFormForm,
    QuarterForm,
    initial_of,
    reminder_rows,
    reminders_of,
)
from metroplan.submissions.models import ReportingForm
from metroplan.submissions.selectors import forms as selectors
from metroplan.submissions.services import forms as services

FORMS_PER_PAGE = 50
UNPROCESSABLE = 422


@require_safe
def form_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "form.keep")
    page = Paginator(selectors.kept_forms(request.user), FORMS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    newest = newest_closed(timezone.localdate())
    context = {
        "page": page,
        "rows": selectors.kept_rows(page.object_list, newest),
        "newest": newest,
    }
    return render(request, "submissions/form_list.html", context)


def form_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "form.keep")
    start = {"owner": request.user.organisation, "opens": str(newest_closed(timezone.localdate()))}
    sent = request.POST if request.method == "POST" else None
    form, rows = NewFormForm(sent, user=request.user, initial=start), reminder_rows(None, sent)
    if form.is_valid() and rows.is_valid():
        given = {name: form.cleaned_data[name] for name in ("code", "kind", "owner")}
        try:
            made = services.create_form(
                actor=request.user, values=form.values(), reminders=reminders_of(rows), **given
            )
        except MetroplanError as problem:
            _refused(form, problem)
        else:
            messages.success(request, _("The form is there: choose now what it asks for."))
            return redirect("submissions:form-detail", code=made.code)
    status = UNPROCESSABLE if form.is_bound else 200
    context = {"form": form, "reminder_rows": rows}
    return render(request, "submissions/form_create.html", context, status=status)


def form_detail(request: HttpRequest, code: str) -> HttpResponse:
    kept = kept_form(request, code)
    if request.method != "POST":
        return show(request, kept)
    form, rows = ChangeFormForm(request.POST), reminder_rows(kept, request.POST)
    if form.is_valid() and rows.is_valid():
        try:
            services.change_form(
                form=kept,
                actor=request.user,
                values=form.values(),
                reminders=reminders_of(rows),
            )
        except MetroplanError as problem:
            _refused(form, problem)
        else:
            messages.success(request, _("The form has been changed."))
            return redirect("submissions:form-detail", code=code)
    return show(request, kept, status=UNPROCESSABLE, form=form, reminder_rows=rows)


@require_POST
def form_unit(request: HttpRequest, code: str) -> HttpResponse:
    kept = kept_form(request, code)
    form = FormUnitForm(request.POST, user=request.user)
    if form.is_valid():
        given = form.cleaned_data
        try:
            services.set_unit(form=kept, actor=request.user, **given)
        except MetroplanError as problem:
            _refused(form, problem)
        else:
            said = _("{unit}: the exception is recorded.").format(unit=given["unit"].name)
            messages.success(request, said)
            return redirect("submissions:form-detail", code=code)
    return show(request, kept, status=UNPROCESSABLE, unit_form=form)


@require_POST
def form_open(request: HttpRequest, code: str) -> HttpResponse:
    kept = kept_form(request, code)
    form = QuarterForm(request.POST)
    if not form.is_valid():
        return show(request, kept, status=UNPROCESSABLE, quarter_form=form)
    try:
        opened = services.open_quarter(
            form=kept,
            actor=request.user,
            period=form.cleaned_data["period"],
            today=timezone.localdate(),
        )
    except MetroplanError as problem:
        return show(request, kept, status=problem.status, problem=problem)
    text = ngettext(
        "The quarter is open for {count} more unit.",
        "The quarter is open for {count} more units.",
        opened,
    )
    messages.success(request, text.format(count=opened))
    return redirect("submissions:form-detail", code=code)


def kept_form(request: HttpRequest, code: str) -> ReportingForm:
    """The form, if it is of the user's area (else 404) and they may keep it (else 403)."""
    found = ReportingForm.objects.visible_to(request.user).select_related("owner")
    kept = get_object_or_404(found, code=code)
    require(request.user, "form.keep", kept)
    return kept


def show(request: HttpRequest, kept: ReportingForm, *, status: int = 200, **bound: Any) -> Any:
    """One form's page; `bound` brings back what was refused, as it was typed."""
    newest = newest_closed(timezone.localdate())
    context = {
        "detail": selectors.form_detail(kept, newest=newest),
        "form": ChangeFormForm(initial=initial_of(kept)),
        "reminder_rows": reminder_rows(kept),
        "unit_form": FormUnitForm(user=request.user),
        "quarter_form": QuarterForm(),
        "problem": None,
    }
    return render(request, "submissions/form_detail.html", context | bound, status=status)


def _refused(form: Any, problem: MetroplanError) -> None:
    """The service's sentence stands at the field it is about."""
    field = next((name for name in problem.fields if name in form.fields), None)
    form.add_error(field, problem.message)
