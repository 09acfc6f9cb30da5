"""Entering a standard and changing it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from metroplan.common.problems import MetroplanError
from metroplan.organisations.policy import require
from standards.forms.standard import StandardForms
from standards.models import MeasurementStandard
from standards.selectors.standards import standards_for
from standards.services.standards import save_standard

UNPROCESSABLE = 422


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def standard_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "register.keep")
    return edited(request, None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def standard_edit(request: HttpRequest, pk: int) -> HttpResponse:
    standard = standards_for(request.user).filter(pk=pk).first()
    if standard is None:
        raise Http404(pk)
    require(request.user, "register.keep", standard.institute)
    return edited(request, standard)


def edited(request: HttpRequest, standard: MeasurementStandard | None) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    forms = StandardForms(user=request.user, standard=standard, data=posted)
    if posted is None:
        return show(request, forms, standard)
    if not forms.is_valid():
        return show(request, forms, standard, status=UNPROCESSABLE)
    try:
        saved = save_standard(actor=request.user, standard=standard, **forms.values())
    except ValidationError as error:
        forms.add_errors(error)
        return show(request, forms, standard, status=UNPROCESSABLE)
    except MetroplanError as problem:
        return show(request, forms, standard, status=problem.status, problem=problem)
    messages.success(request, _("“{name}” is saved.").format(name=saved.name))
    return redirect("standards:standard-detail", pk=saved.pk)


def show(
    request: HttpRequest,
    forms: StandardForms,
    standard: MeasurementStandard | None,
    *,
    status: int = 200,
    problem: MetroplanError | None = None,
) -> HttpResponse:
    """After a refused save everything stands there as it was entered. Over a conflict it says what
    is different by now, and the form goes by the present version: saving again is a decision."""
    context = {"forms": forms, "form": forms.form, "standard": standard, "problem": problem}
    if problem is not None and standard is not None:
        standard.refresh_from_db()
        context["present_version"] = standard.version
        context["differences"] = forms.differences(standard)
    return render(request, "standards/standard_edit.html", context, status=status)
