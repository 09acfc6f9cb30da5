"""Instruments: list, what is due, files, one, entering, changing, verifying, ending its use."""

from functools import partial
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metroplan.organisations.policy import can, require
from supervision.columns.ledgers import INSTRUMENT, VERIFICATION
from supervision.forms import ledgers as shapes
from supervision.models import Entity, Instrument, Verification
from supervision.rules.verification import Standing
from supervision.selectors import instruments as selectors
from supervision.services import instruments as services
from supervision.services import verifications
from supervision.views.editing import CHANGES, acted, edited
from supervision.views.lists import exported

ROWS_PER_PAGE = 50
VIEW, KEEP = "supervision.view", "supervision.keep"


@require_safe
def instrument_list(request: HttpRequest) -> HttpResponse:
    require(request.user, VIEW)
    form, found = chosen_instruments(request)
    page = Paginator(selectors.ids_of(found), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "order": form.chosen().get("order") or "number",
        "rows": selectors.rows_of(page.object_list, timezone.localdate()),
        "may_keep": can(request.user, KEEP),
    }
    return render(request, "supervision/instrument_list.html", context)


@require_safe
def due(request: HttpRequest) -> HttpResponse:
    """What asks for a verification, the longest overdue first: `?standing=due`."""
    require(request.user, VIEW)
    today = timezone.localdate()
    form = shapes.InstrumentFilterForm(request.GET, user=request.user)
    chosen = form.chosen()
    wanted = chosen.pop("standing", "")
    shown = wanted if wanted in selectors.OPEN else Standing.OVERDUE
    area = selectors.narrowed(selectors.instruments_for(request.user), chosen, day=today)
    found = selectors.narrowed(area, {"standing": shown}, day=today)
    found = selectors.ordered(found, chosen.get("order") or "until")
    page = Paginator(selectors.ids_of(found), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "tiles": selectors.due_tiles(area, today),
        "standing": shown,
        "page": page,
        "order": chosen.get("order") or "until",
        "rows": selectors.rows_of(page.object_list, today),
        "may_keep": can(request.user, KEEP),
    }
    return render(request, "supervision/instrument_due.html", context)


@require_safe
@never_cache
def instrument_export(request: HttpRequest) -> HttpResponse:
    require(request.user, VIEW)
    _form, found = chosen_instruments(request)
    return exported(request, found, INSTRUMENT, "instruments")


@require_safe
@never_cache
def verification_export(request: HttpRequest) -> HttpResponse:
    """Every verification of the instruments that the list shows."""
    require(request.user, VIEW)
    _form, found = chosen_instruments(request)
    rows = Verification.objects.filter(instrument__in=found.order_by().values("pk"))
    rows = rows.select_related("instrument", "institute").order_by("instrument", "verified_on")
    return exported(request, rows, VERIFICATION, "verifications")


def chosen_instruments(request: HttpRequest) -> tuple[shapes.InstrumentFilterForm, Any]:
    """The filter as typed and what it finds, in its order."""
    form = shapes.InstrumentFilterForm(request.GET, user=request.user)
    chosen = form.chosen()
    found = selectors.instruments_for(request.user)
    found = selectors.narrowed(found, chosen, day=timezone.localdate())
    return form, selectors.ordered(found, chosen.get("order") or "number")


@require_safe
@never_cache
def instrument_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, visible_instrument(request, pk))


def visible_instrument(request: HttpRequest, pk: int) -> Instrument:
    instrument = get_object_or_404(selectors.instruments_for(request.user), pk=pk)
    require(request.user, VIEW, instrument.entity)
    return instrument


def show(
    request: HttpRequest, instrument: Instrument, *, status: int = 200, **bound: Any
) -> HttpResponse:
    """The page; `bound` brings back what was refused, as it was entered."""
    keeps = can(request.user, KEEP, instrument.entity)
    context = {
        "detail": selectors.instrument_detail(instrument, timezone.localdate()),
        "verify_form": shapes.VerificationForm(user=request.user, prefix="verify"),
        "out_form": shapes.OutOfUseForm(prefix="out"),
        "back_form": shapes.ReasonForm(prefix="back"),
        "remove_form": shapes.ReasonForm(prefix="remove"),
        "may_keep": keeps,
        "problem": None,
    }
    return render(request, "supervision/instrument_detail.html", context | bound, status=status)


@never_cache
@require_http_methods(CHANGES)
def instrument_create(request: HttpRequest) -> HttpResponse:
    """`?entity=` names the one whose instrument it is."""
    require(request.user, KEEP)
    return _edited(request, None)


@never_cache
@require_http_methods(CHANGES)
def instrument_edit(request: HttpRequest, pk: int) -> HttpResponse:
    instrument = visible_instrument(request, pk)
    require(request.user, KEEP, instrument.entity)
    return _edited(request, instrument)


def _edited(request: HttpRequest, instrument: Instrument | None) -> HttpResponse:
    def save(data: dict[str, Any], version: int | None) -> Instrument:
        return services.save_instrument(
            actor=request.user, instrument=instrument, data=data, expected_version=version
        )

    posted = request.POST if request.method == "POST" else None
    initial = _initial(request, instrument)
    return edited(
        request,
        form=shapes.InstrumentForm(posted, user=request.user, initial=initial),
        thing=instrument,
        save=save,
        template="supervision/instrument_edit.html",
        address="supervision:instrument-detail",
    )


def _initial(request: HttpRequest, instrument: Instrument | None) -> dict[str, Any]:
    if instrument is None:
        own = Entity.objects.visible_to(request.user)
        return {"entity": own.filter(number=request.GET.get("entity", "")).first()}
    values = {name: getattr(instrument, name) for name in services.FIELDS}
    return values | {"kind": instrument.kind.code, "expected_version": instrument.version}


@require_POST
def instrument_verify(request: HttpRequest, pk: int) -> HttpResponse:
    instrument = _kept(request, pk)
    form = shapes.VerificationForm(request.POST, user=request.user, prefix="verify")

    def act(data: dict[str, Any]) -> str:
        verifications.record_verification(actor=request.user, instrument=instrument, data=data)
        return _("The verification is recorded.")

    return _acted(request, instrument, form, act, "verify_form")


@require_POST
def instrument_out(request: HttpRequest, pk: int) -> HttpResponse:
    instrument = _kept(request, pk)
    form = shapes.OutOfUseForm(request.POST, prefix="out")

    def act(data: dict[str, Any]) -> str:
        services.take_out_of_use(actor=request.user, instrument=instrument, **data)
        return _("The end of its use is recorded.")

    return _acted(request, instrument, form, act, "out_form")


@require_POST
def instrument_back(request: HttpRequest, pk: int) -> HttpResponse:
    instrument = _kept(request, pk)
    form = shapes.ReasonForm(request.POST, prefix="back")

    def act(data: dict[str, Any]) -> str:
        services.bring_back(actor=request.user, instrument=instrument, **data)
        return _("The instrument is in use again.")

    return _acted(request, instrument, form, act, "back_form")


@require_POST
def verification_remove(request: HttpRequest, pk: int) -> HttpResponse:
    own = Verification.objects.visible_to(request.user).select_related("institute")
    row = get_object_or_404(own, pk=pk)
    instrument = _kept(request, row.instrument_id)
    form = shapes.ReasonForm(request.POST, prefix="remove")

    def act(data: dict[str, Any]) -> str:
        verifications.remove_verification(actor=request.user, verification=row, **data)
        return _("The verification is removed; figures are counted again from its day.")

    return _acted(request, instrument, form, act, "remove_form", removed_pk=pk)


def _kept(request: HttpRequest, pk: int) -> Instrument:
    instrument = visible_instrument(request, pk)
    require(request.user, KEEP, instrument.entity)
    return instrument


def _acted(
    request: HttpRequest, instrument: Instrument, form: Any, act: Any, name: str, **marks: Any
) -> HttpResponse:
    return acted(
        request,
        form=form,
        act=act,
        refused=partial(show, request, instrument, **{name: form}, **marks),
        back=reverse("supervision:instrument-detail", args=[instrument.pk]),
    )
