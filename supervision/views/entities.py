"""Entities: list, files, one, entering, changing and closing."""

from functools import partial
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metroplan.organisations.policy import can, require
from supervision.columns.ledgers import ENTITY
from supervision.forms.ledgers import CloseForm, EntityFilterForm, EntityForm
from supervision.models import Entity
from supervision.selectors import entities as selectors
from supervision.services import entities as services
from supervision.views.editing import CHANGES, acted, edited
from supervision.views.lists import exported

ROWS_PER_PAGE = 50
VIEW, KEEP = "supervision.view", "supervision.keep"


@require_safe
def entity_list(request: HttpRequest) -> HttpResponse:
    require(request.user, VIEW)
    form, found = chosen_entities(request)
    context = {
        "form": form,
        "page": Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "order": form.chosen().get("order") or "number",
        "may_keep": can(request.user, KEEP),
    }
    return render(request, "supervision/entity_list.html", context)


@require_safe
@never_cache
def entity_export(request: HttpRequest) -> HttpResponse:
    require(request.user, VIEW)
    _form, found = chosen_entities(request)
    return exported(request, found, ENTITY, "entities")


def chosen_entities(request: HttpRequest) -> tuple[EntityFilterForm, Any]:
    """The filter as typed and what it finds, in its order."""
    form = EntityFilterForm(request.GET, user=request.user)
    today, chosen = timezone.localdate(), form.chosen()
    found = selectors.entities_for(request.user, day=today)
    found = selectors.narrowed(found, chosen, day=today)
    return form, selectors.ordered(found, chosen.get("order") or "number")


@require_safe
def entity_options(request: HttpRequest) -> HttpResponse:
    """Suggestions under a field that asks for an entity, by number, credit code or name."""
    require(request.user, VIEW)
    text = next(request.GET.values(), "").strip()[:60]
    found = selectors.suggested(request.user, text) if text else []
    return render(request, "supervision/_entity_options.html", {"entities": found})


@require_safe
@never_cache
def entity_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, visible_entity(request, pk))


def visible_entity(request: HttpRequest, pk: int) -> Entity:
    found = selectors.entities_for(request.user, day=timezone.localdate())
    entity = get_object_or_404(found, pk=pk)
    require(request.user, VIEW, entity)
    return entity


def show(request: HttpRequest, entity: Entity, *, status: int = 200, **bound: Any) -> HttpResponse:
    """The page; `bound` brings back what was refused, as it was entered."""
    context = {
        "detail": selectors.entity_detail(entity, request.user, timezone.localdate()),
        "close_form": CloseForm(prefix="close"),
        "may_keep": can(request.user, KEEP, entity),
        "problem": None,
    }
    return render(request, "supervision/entity_detail.html", context | bound, status=status)


@never_cache
@require_http_methods(CHANGES)
def entity_create(request: HttpRequest) -> HttpResponse:
    require(request.user, KEEP)
    return _edited(request, None)


@never_cache
@require_http_methods(CHANGES)
def entity_edit(request: HttpRequest, pk: int) -> HttpResponse:
    entity = visible_entity(request, pk)
    require(request.user, KEEP, entity)
    return _edited(request, entity)


def _edited(request: HttpRequest, entity: Entity | None) -> HttpResponse:
    def save(data: dict[str, Any], version: int | None) -> Entity:
        return services.save_entity(
            actor=request.user, entity=entity, data=data, expected_version=version
        )

    initial: dict[str, Any] = {"organisation": request.user.organisation}
    if entity is not None:
        initial = {name: getattr(entity, name) for name in services.FIELDS}
        initial["expected_version"] = entity.version
    posted = request.POST if request.method == "POST" else None
    return edited(
        request,
        form=EntityForm(posted, user=request.user, initial=initial),
        thing=entity,
        save=save,
        template="supervision/entity_edit.html",
        address="supervision:entity-detail",
    )


@require_POST
def entity_close(request: HttpRequest, pk: int) -> HttpResponse:
    entity = visible_entity(request, pk)
    require(request.user, KEEP, entity)
    form = CloseForm(request.POST, prefix="close")

    def act(data: dict[str, Any]) -> str:
        ended = services.close_entity(actor=request.user, entity=entity, **data)
        text = ngettext(
            "The entity is closed; {count} instrument went out of use with it.",
            "The entity is closed; {count} instruments went out of use with it.",
            ended,
        )
        return text.format(count=ended)

    return acted(
        request,
        form=form,
        act=act,
        refused=partial(show, request, entity, close_form=form),
        back=reverse("supervision:entity-detail", args=[pk]),
    )
