"""Local exclusions: which items do not occur where, since when, by which document."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from metroplan.organisations.policy import require
from standards.forms.catalogue import EndForm, ExclusionForm
from standards.models import CatalogueItem, LocalExclusion
from standards.rules.catalogue import UNKNOWN, VERIFIED
from standards.selectors import catalogue as selectors
from standards.services.exclusions import end_exclusion, exclude_item
from standards.views.catalogue import UNPROCESSABLE, may_keep

EXCLUSIONS_PER_PAGE = 50


@require_safe
def exclusion_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "catalogue.view")
    start = {"organisation": request.user.organisation, "valid_from": timezone.localdate()}
    form = ExclusionForm(user=request.user, counted=counted_items(), initial=start)
    return _page(request, form)


@require_POST
def exclusion_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "catalogue.keep", request.user.organisation)
    form = ExclusionForm(request.POST, user=request.user, counted=counted_items())
    if form.is_valid():
        try:
            made = exclude_item(actor=request.user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            text = _("{item} is left out for {unit}.")
            said = text.format(item=made.item, unit=made.organisation.name)
            messages.success(request, said)
            return redirect("standards:exclusion-list")
    return _page(request, form, status=UNPROCESSABLE)


@require_POST
def exclusion_end(request: HttpRequest, pk: int) -> HttpResponse:
    kept = get_object_or_404(LocalExclusion.objects.visible_to(request.user), pk=pk)
    require(request.user, "catalogue.keep", kept)
    form = EndForm(request.POST)
    if form.is_valid():
        try:
            end_exclusion(actor=request.user, exclusion=kept, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("The end of the exclusion is recorded."))
            return redirect("standards:exclusion-list")
    start = ExclusionForm(user=request.user, counted=counted_items())
    return _page(request, start, ending=kept, end_form=form, status=UNPROCESSABLE)


def counted_items() -> QuerySet[CatalogueItem]:
    found = CatalogueItem.objects.filter(parent__isnull=False, regulation__in=(*VERIFIED, UNKNOWN))
    return found.select_related("version").order_by("-version__effective_from", "position")


def _page(
    request: HttpRequest,
    form: ExclusionForm,
    *,
    ending: LocalExclusion | None = None,
    end_form: EndForm | None = None,
    status: int = 200,
) -> HttpResponse:
    found = selectors.exclusions(request.user)
    context = {
        "page": Paginator(found, EXCLUSIONS_PER_PAGE).get_page(request.GET.get("page")),
        "today": timezone.localdate(),
        "form": form,
        "end_form": end_form or EndForm(initial={"valid_to": timezone.localdate()}),
        "ending": ending,
        "may_keep": may_keep(request),
    }
    return render(request, "standards/exclusion_list.html", context, status=status)
