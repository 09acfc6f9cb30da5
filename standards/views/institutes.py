"""Institutes: list, page, and what is entered about them."""

from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metroplan.common.problems import MetroplanError
from metroplan.common.tables import TYPES, table_file
from metroplan.organisations.models import User
from metroplan.organisations.policy import can, require
from metroplan.submissions.views.files import attachment
from standards.exports import institute_rows
from standards.forms import institute as shapes
from standards.forms.lists import InstituteFilterForm
from standards.models import Assessor, Authorization, Institute
from standards.selectors import institutes as selectors
from standards.services import institutes
from standards.views.life import UNPROCESSABLE, add_errors

ROWS_PER_PAGE = 50
PARTS = {
    "authorization": shapes.AuthorizationForm,
    "staff": shapes.StaffForm,
    "assessor": shapes.AssessorForm,
}


@require_safe
def institute_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "register.view")
    form = InstituteFilterForm(request.GET, user=request.user)
    page = Paginator(filtered(request, form), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "order": form.chosen().get("order") or "code"}
    return render(request, "standards/institute_list.html", context)


@require_safe
def institute_export(request: HttpRequest) -> HttpResponse:
    """What the list shows, `?format=csv` or `xlsx`."""
    require(request.user, "register.view")
    fmt = request.GET.get("format", "csv")
    if fmt not in ("csv", "xlsx"):
        raise Http404(fmt)
    form = InstituteFilterForm(request.GET, user=request.user)
    rows = institute_rows(filtered(request, form))
    name = f"{_('institutes')}-{timezone.localdate():%Y-%m-%d}.{fmt}"
    return attachment(BytesIO(table_file(fmt, rows, fixed=2)), name, TYPES[fmt])


def filtered(request: HttpRequest, form: InstituteFilterForm) -> Any:
    today, chosen = timezone.localdate(), form.chosen()
    found = selectors.institutes_for(request.user, day=today)
    found = selectors.narrowed(found, chosen, day=today)
    return selectors.ordered(found, chosen.get("order", ""))


@require_safe
def institute_options(request: HttpRequest) -> HttpResponse:
    """Suggestions under a field that asks for an institute, by code or name."""
    require(request.user, "register.view")
    text = next(request.GET.values(), "").strip()[:60]
    found = selectors.suggested(request.user, text) if text else []
    return render(request, "standards/_institute_options.html", {"institutes": found})


@require_safe
@never_cache
def institute_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, visible_institute(request, pk))


def visible_institute(request: HttpRequest, pk: int) -> selectors.InstituteDetail:
    detail = selectors.institute_detail(request.user, pk, day=timezone.localdate())
    if detail is None:
        raise Http404(pk)
    require(request.user, "register.view", detail.institute)
    return detail


def show(
    request: HttpRequest, detail: selectors.InstituteDetail, *, status: int = 200, **bound: Any
) -> HttpResponse:
    """The page; `bound` brings back what was refused, as it was entered."""
    forms = {f"{part}_form": shape(prefix=part) for part, shape in PARTS.items()}
    context = {
        "detail": detail,
        "may_keep": can(request.user, "register.keep", detail.institute),
        "problem": None,
        **forms,
    }
    return render(request, "standards/institute_detail.html", context | bound, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def institute_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "register.keep")
    return edited(request, None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def institute_edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = Institute.objects.visible_to(request.user).select_related("organisation")
    institute = get_object_or_404(found, pk=pk)
    require(request.user, "register.keep", institute)
    return edited(request, institute)


def edited(request: HttpRequest, institute: Institute | None) -> HttpResponse:
    form = institute_form(request, institute)
    answer = partial(render, request, "standards/institute_edit.html")
    context: dict[str, Any] = {"form": form, "institute": institute}
    if not form.is_bound:
        return answer(context)
    if not form.is_valid():
        return answer(context, status=UNPROCESSABLE)
    data = dict(form.cleaned_data)
    version = data.pop("expected_version")
    try:
        saved = institutes.save_institute(
            actor=request.user, institute=institute, data=data, expected_version=version
        )
    except ValidationError as error:
        add_errors(form, error)
        return answer(context, status=UNPROCESSABLE)
    except MetroplanError as problem:
        institute.refresh_from_db()
        context |= {"problem": problem, "present_version": institute.version}
        return answer(context, status=problem.status)
    messages.success(request, _("“{name}” is saved.").format(name=saved.name))
    return redirect("standards:institute-detail", pk=saved.pk)


def institute_form(request: HttpRequest, institute: Institute | None) -> Form:
    initial = {}
    if institute is not None:
        initial = {name: getattr(institute, name) for name in institutes.FIELDS}
        initial["expected_version"] = institute.version
    posted = request.POST if request.method == "POST" else None
    return shapes.InstituteForm(posted, user=request.user, initial=initial)


def add_part(
    request: HttpRequest, pk: int, part: str, save: Callable[[Institute, Form], Any], done: Promise
) -> HttpResponse:
    """Read one of the forms of the page, save it, and come back to its section."""
    detail = visible_institute(request, pk)
    require(request.user, "register.keep", detail.institute)
    form = PARTS[part](request.POST, prefix=part)
    try:
        if form.is_valid():
            with transaction.atomic():
                save(detail.institute, form)
            messages.success(request, done)
            return redirect(reverse("standards:institute-detail", args=[pk]) + f"#{part}")
    except ValidationError as error:
        add_errors(form, error)
    return show(request, detail, status=UNPROCESSABLE, **{f"{part}_form": form})


@require_POST
def institute_authorize(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an authorisation; one with the same number of the institute is changed."""

    def save(institute: Institute, form: Form) -> None:
        data = form.cleaned_data
        known = Authorization.objects.filter(institute=institute, number=data["number"]).first()
        institutes.save_authorization(
            actor=request.user, institute=institute, authorization=known, data=data
        )

    return add_part(request, pk, "authorization", save, gettext_lazy("The authorisation is saved."))


@require_POST
def institute_staff(request: HttpRequest, pk: int) -> HttpResponse:
    def save(institute: Institute, form: Form) -> None:
        save_staff(request.user, institute, form)

    return add_part(request, pk, "staff", save, gettext_lazy("The numbers of staff are saved."))


def save_staff(actor: User, institute: Institute, form: Form) -> None:
    for qualification, count in form.counts().items():
        institutes.save_staff_count(
            actor=actor,
            institute=institute,
            as_of=form.cleaned_data["as_of"],
            qualification=qualification,
            count=count,
        )


@require_POST
def institute_assessor(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an assessor; one with the same certificate number of the institute is changed."""

    def save(institute: Institute, form: Form) -> None:
        data = form.cleaned_data
        own = Assessor.objects.filter(institute=institute)
        known = own.filter(certificate_no=data["certificate_no"]).first()
        institutes.save_assessor(actor=request.user, institute=institute, assessor=known, data=data)

    return add_part(request, pk, "assessor", save, gettext_lazy("The assessor is saved."))
