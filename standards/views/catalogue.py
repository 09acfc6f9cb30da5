"""Versions of the catalogue and their items: the list, one version, one item, changes of them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from metroplan.common.problems import MetroplanError
from metroplan.common.tables import file_response, table_file
from metroplan.organisations.policy import can, require
from metroplan.submissions.views.files import attachment
from standards.columns.catalogue import item_rows
from standards.forms.catalogue import ItemFilterForm, ItemForm, VersionForm
from standards.models import CatalogueItem, CatalogueVersion
from standards.selectors import catalogue as selectors
from standards.selectors.coverage import version_on
from standards.services.catalogue import VersionFacts, change_item, save_version

UNPROCESSABLE = 422
CHANGES = ["GET", "HEAD", "POST"]


def may_keep(request: HttpRequest) -> bool:
    return can(request.user, "catalogue.keep", request.user.organisation)


def version_of(request: HttpRequest, code: str) -> CatalogueVersion:
    require(request.user, "catalogue.view")
    return get_object_or_404(selectors.versions(), code=code)


@require_safe
def catalogue_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "catalogue.view")
    context = {
        "versions": list(selectors.versions()),
        "current": version_on(timezone.localdate()),
        "may_keep": may_keep(request),
    }
    return render(request, "standards/catalogue_list.html", context)


@require_safe
def catalogue_detail(request: HttpRequest, code: str) -> HttpResponse:
    version = version_of(request, code)
    form = ItemFilterForm(request.GET)
    found = selectors.items(version, **form.chosen())
    context = {
        "version": version,
        "form": form,
        "groups": selectors.by_first_level(found),
        "in_force": version_on(timezone.localdate()) == version,
        "may_keep": may_keep(request),
    }
    return render(request, "standards/catalogue_detail.html", context)


@require_safe
def catalogue_export(request: HttpRequest, code: str) -> HttpResponse:
    """The whole table, in the columns that an import reads: `?format=csv` or `xlsx`."""
    version = version_of(request, code)
    fmt = request.GET.get("format", "csv")
    if fmt not in ("csv", "xlsx"):
        raise Http404(fmt)
    items = version.items.select_related("parent").prefetch_related("kinds").order_by("position")
    return file_response(table_file(fmt, item_rows(items)), f"catalogue_{version.code}", fmt)


@require_safe
def catalogue_source(request: HttpRequest, code: str) -> FileResponse:
    """The file that the version was imported from."""
    file = version_of(request, code).source
    if file is None:
        raise Http404(code)
    return attachment(file.content.open("rb"), file.name, "application/octet-stream")


@require_http_methods(CHANGES)
def catalogue_change(request: HttpRequest, code: str) -> HttpResponse:
    version = version_of(request, code)
    require(request.user, "catalogue.keep", request.user.organisation)
    sent = request.POST if request.method == "POST" else None
    names = (*VersionFacts.__dataclass_fields__, "revision")
    form = VersionForm(sent, initial={name: getattr(version, name) for name in names})
    context: dict[str, Any] = {"form": form, "version": version}
    status = UNPROCESSABLE if sent is not None else 200
    if form.is_valid():
        try:
            kept = save_version(
                actor=request.user,
                facts=form.facts(),
                version=version,
                ends_previous=form.cleaned_data["ends_previous"],
                expected_revision=form.cleaned_data["revision"],
            )
        except ValidationError as refused:
            form.add_error(None, refused)
        except MetroplanError as problem:
            context["problem"], status = problem, problem.status
        else:
            messages.success(request, _("The version has been changed."))
            return redirect("standards:catalogue-detail", code=kept.code)
    return render(request, "standards/catalogue_change.html", context, status=status)


@require_http_methods(CHANGES)
def catalogue_item(request: HttpRequest, code: str, item: str) -> HttpResponse:
    """One item: what is known of it and how surely; staff change it here."""
    version = version_of(request, code)
    found = CatalogueItem.objects.select_related("parent", "version").prefetch_related("kinds")
    kept = get_object_or_404(found, version=version, code=item, parent__isnull=False)
    names = [name for name in ItemForm.base_fields if name not in ("kinds", "revision")]
    initial = {name: getattr(kept, name) for name in names}
    initial |= {"kinds": kept.kinds.all(), "revision": version.revision}
    sent = request.POST if request.method == "POST" else None
    form = ItemForm(sent, initial=initial)
    context: dict[str, Any] = {"form": form, "version": version, "item": kept}
    status = 200
    if sent is not None:
        require(request.user, "catalogue.keep", request.user.organisation)
        context["problem"] = _changed(request, kept, form)
        if form.is_valid() and not context["problem"]:
            return redirect("standards:catalogue-item", code=code, item=item)
        status = context["problem"].status if context["problem"] else UNPROCESSABLE
    context["may_keep"] = may_keep(request)
    return render(request, "standards/catalogue_item.html", context, status=status)


def _changed(request: HttpRequest, item: CatalogueItem, form: ItemForm) -> MetroplanError | None:
    """What speaks against the change as a whole; what is wrong with a field goes to the form."""
    if not form.is_valid():
        return None
    try:
        change_item(
            actor=request.user,
            item=item,
            values=form.values(),
            kinds=form.cleaned_data["kinds"],
            expected_revision=form.cleaned_data["revision"] or 0,
        )
    except ValidationError as refused:
        form.add_error(None, refused)
    except MetroplanError as problem:
        return problem
    else:
        messages.success(request, _("The item has been changed."))
    return None
