"""Campaigns: list, files, one, entering and changing, targets, states, publication."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metroplan.common.problems import MetroplanError
from metroplan.common.text import whole_number
from metroplan.organisations.models import Level, Organisation
from metroplan.organisations.policy import can, require
from metroplan.organisations.querysets import not_ended, unit_order, within
from standards.views.life import add_errors
from supervision.columns.campaigns import CAMPAIGN
from supervision.forms import campaigns as shapes
from supervision.models import Campaign
from supervision.selectors import campaigns as selectors
from supervision.selectors.campaign_results import results_of
from supervision.selectors.ordering import put_in_order
from supervision.services import campaigns as services
from supervision.views.editing import CHANGES, UNPROCESSABLE, acted
from supervision.views.lists import exported, page_of

VIEW, KEEP = "supervision.view", "supervision.keep"


@require_safe
def campaign_list(request: HttpRequest) -> HttpResponse:
    require(request.user, VIEW)
    form, found = _chosen(request)
    page, rows = page_of(request, found, selectors.campaign_rows)
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "order": form.chosen().get("order") or "-starts",
        "may_keep": can(request.user, KEEP),
    }
    return render(request, "supervision/campaign_list.html", context)


@require_safe
@never_cache
def campaign_export(request: HttpRequest) -> HttpResponse:
    require(request.user, VIEW)
    _form, found = _chosen(request)
    return exported(request, found, CAMPAIGN, "campaigns")


def _chosen(request: HttpRequest) -> tuple[shapes.CampaignFilterForm, Any]:
    """The filter as typed and what it finds, in its order."""
    form = shapes.CampaignFilterForm(request.GET, user=request.user)
    chosen = form.chosen()
    found = selectors.narrowed(selectors.campaigns_for(request.user), chosen)
    return form, put_in_order(found, chosen.get("order") or "-starts", selectors.ORDERS)


@require_safe
@never_cache
def campaign_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, visible_campaign(request, pk))


def visible_campaign(request: HttpRequest, pk: int) -> Campaign:
    """One that the user leads or takes part in."""
    require(request.user, VIEW)
    return get_object_or_404(selectors.campaigns_for(request.user), pk=pk)


def show(
    request: HttpRequest, campaign: Campaign, *, status: int = 200, **bound: Any
) -> HttpResponse:
    """The page; `bound` brings back what was refused, as it was entered."""
    detail = selectors.campaign_detail(campaign, request.user)
    version = {"version": campaign.version}
    context = {
        "detail": detail,
        "results": results_of(campaign, request.user, timezone.localdate()),
        "move_form": shapes.MoveCampaignForm(
            prefix="move", choices=detail.next_states, initial=version
        ),
        "publish_form": shapes.PublishForm(prefix="publish", initial=version),
        "may_keep": can(request.user, KEEP, campaign),
        "may_record": can(request.user, "inspection.record"),
        "may_draw": can(request.user, "draw.make"),
        "problem": None,
    }
    return render(request, "supervision/campaign_detail.html", context | bound, status=status)


@never_cache
@require_http_methods(CHANGES)
def campaign_create(request: HttpRequest) -> HttpResponse:
    require(request.user, KEEP)
    return _edited(request, None)


@never_cache
@require_http_methods(CHANGES)
def campaign_edit(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = visible_campaign(request, pk)
    require(request.user, KEEP, campaign)
    return _edited(request, campaign)


def _edited(request: HttpRequest, campaign: Campaign | None) -> HttpResponse:
    initial = {"organisation": request.user.organisation}
    if campaign:
        initial = shapes.campaign_initial(campaign)
    sent = request.POST if request.method == "POST" else None
    form = shapes.CampaignForm(sent, user=request.user, initial=initial)
    context: dict[str, Any] = {"form": form, "campaign": campaign}
    if not form.is_valid():
        status = UNPROCESSABLE if form.is_bound else 200
        return render(request, "supervision/campaign_form.html", context, status=status)
    status = UNPROCESSABLE
    try:
        saved = services.save_campaign(
            actor=request.user,
            campaign=campaign,
            data=form.data_for_service(),
            checklist=form.cleaned_data["checklist"],
            expected_version=form.cleaned_data["version"] if campaign else None,
        )
    except ValidationError as error:
        add_errors(form, error)
    except MetroplanError as problem:
        context["problem"], status = problem, problem.status
    else:
        messages.success(request, _("“{name}” is saved.").format(name=saved.title))
        return redirect("supervision:campaign-detail", pk=saved.pk)
    return render(request, "supervision/campaign_form.html", context, status=status)


@never_cache
@require_http_methods(CHANGES)
def campaign_targets(request: HttpRequest, pk: int) -> HttpResponse:
    """What each unit is to inspect: `?level=county`, else the units directly below."""
    campaign = visible_campaign(request, pk)
    require(request.user, KEEP, campaign)
    rows = _target_forms(request, campaign)
    context: dict[str, Any] = {"campaign": campaign, "rows": rows, "level": _level(request)}
    if request.method != "POST":
        return render(request, "supervision/campaign_targets.html", context)
    status = UNPROCESSABLE
    version = whole_number(request.POST.get("version", ""))
    valid = [row.is_valid() for row in rows]
    if version is not None and all(valid):
        try:
            services.set_targets(
                actor=request.user,
                campaign=campaign,
                targets={row.unit: row.cleaned_data for row in rows},
                expected_version=version,
            )
        except MetroplanError as problem:
            context["problem"], status = problem, problem.status
        else:
            messages.success(request, _("The targets are saved."))
            return redirect("supervision:campaign-detail", pk=pk)
    return render(request, "supervision/campaign_targets.html", context, status=status)


def _level(request: HttpRequest) -> str:
    level = request.GET.get("level", "")
    return level if level in Level.values else ""


def _target_forms(request: HttpRequest, campaign: Campaign) -> list[shapes.TargetForm]:
    lead = campaign.organisation
    below = Organisation.objects.filter(within("", lead.path), not_ended(timezone.localdate()))
    units = list(below.order_by(unit_order()))
    if level := _level(request):
        units = [unit for unit in units if unit.level == level]
    else:
        units = [unit for unit in units if unit.pk == lead.pk or unit.parent_code == lead.code]
    kept = {row.organisation_id: row for row in campaign.targets.all()}
    sent = request.POST if request.method == "POST" else None
    return [
        shapes.TargetForm(
            sent,
            unit=unit,
            initial={name: getattr(kept.get(unit.pk), name, None) for name in services.AMOUNTS},
        )
        for unit in units
    ]


@require_POST
def campaign_move(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = visible_campaign(request, pk)
    require(request.user, KEEP, campaign)
    choices = selectors.campaign_detail(campaign, request.user).next_states
    form = shapes.MoveCampaignForm(request.POST, prefix="move", choices=choices)

    def act(data: dict[str, Any]) -> str:
        version = data.pop("version")
        services.move_campaign(
            actor=request.user, campaign=campaign, expected_version=version, **data
        )
        return _("The state is entered.")

    return _acted(request, campaign, form, act, move_form=form)


@require_POST
def campaign_publish(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = visible_campaign(request, pk)
    require(request.user, KEEP, campaign)
    form = shapes.PublishForm(request.POST, prefix="publish")

    def act(data: dict[str, Any]) -> str:
        version = data.pop("version")
        number = services.publish_campaign(
            actor=request.user, campaign=campaign, expected_version=version, **data
        )
        text = ngettext(
            "The result is published with {number} inspection.",
            "The result is published with {number} inspections.",
            number,
        )
        return text.format(number=number)

    return _acted(request, campaign, form, act, publish_form=form)


def _acted(
    request: HttpRequest, campaign: Campaign, form: Any, act: Any, **bound: Any
) -> HttpResponse:
    return acted(
        request,
        form=form,
        act=act,
        refused=partial(show, request, campaign, **bound),
        back=reverse("supervision:campaign-detail", args=[campaign.pk]),
    )
