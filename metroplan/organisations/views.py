"""Units and accounts."""

from django.contrib import messages
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from metroplan.organisations import selectors
from metroplan.organisations.forms import (
    AccountSearchForm,
    ChangeAccountForm,
    NewAccountForm,
    RoleForm,
    UnitSearchForm,
)
from metroplan.organisations.models import Organisation, User
from metroplan.organisations.policy import can, require
from metroplan.organisations.services import accounts

ACCOUNTS_PER_PAGE = 50


@require_safe
def organisation_list(request: HttpRequest) -> HttpResponse:
    form = UnitSearchForm(request.GET)
    form.is_valid()
    text, ended = form.cleaned_data.get("q", ""), form.cleaned_data.get("ended", False)
    context = {"form": form, "text": text}
    if text:
        context["matches"] = selectors.unit_matches(request.user, text, ended=ended)
        context["limit"] = selectors.MATCHES_SHOWN
    else:
        context["nodes"] = selectors.unit_tree(request.user, ended=ended)
    part = bool(request.htmx) and not request.htmx.history_restore_request
    name = "_organisation_results.html" if part else "organisation_list.html"
    return render(request, f"organisations/{name}", context)


@require_safe
def organisation_options(request: HttpRequest) -> HttpResponse:
    """Suggestions under a field that asks for a unit; the field sends itself, by whatever name."""
    text = next(request.GET.values(), "").strip()[:60]
    units = selectors.matching(request.user, text)[: selectors.SUGGESTIONS] if text else []
    return render(request, "organisations/_organisation_options.html", {"units": units})


@require_safe
def organisation_detail(request: HttpRequest, code: str) -> HttpResponse:
    unit = get_object_or_404(Organisation.objects.visible_to(request.user), code=code)
    detail = selectors.unit_detail(request.user, unit)
    return render(request, "organisations/organisation_detail.html", {"detail": detail})


@require_safe
def account_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "account.view")
    form = AccountSearchForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    found = selectors.account_list(
        request.user,
        text=chosen.get("q", ""),
        role=chosen.get("role", ""),
        state=chosen.get("state", ""),
    )
    page = Paginator(found, ACCOUNTS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "organisations/account_list.html", {"form": form, "page": page})


@never_cache
def account_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "account.manage")
    form = NewAccountForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            account = accounts.create_account(actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            context = {**detail_context(request, account), "link": one_time_link(request, account)}
            return render(request, "organisations/account_detail.html", context)
    status = 422 if form.is_bound else 200
    return render(request, "organisations/account_create.html", {"form": form}, status=status)


def account_detail(request: HttpRequest, pk: int) -> HttpResponse:
    account = visible_account(request, pk)
    require(request.user, "account.view", account)
    if request.method != "POST":
        context = detail_context(request, account)
        return render(request, "organisations/account_detail.html", context)
    require(request.user, "account.manage", account)
    form = ChangeAccountForm(request.POST, user=request.user)
    if form.is_valid():
        accounts.change_account(actor=request.user, account=account, **form.cleaned_data)
        messages.success(request, _("The account has been changed."))
        return redirect("organisations:account-detail", pk=pk)
    context = {**detail_context(request, account), "form": form}
    return render(request, "organisations/account_detail.html", context, status=422)


@require_POST
def account_role(request: HttpRequest, pk: int) -> HttpResponse:
    account = visible_account(request, pk)
    require(request.user, "account.grant_role", account)
    form = RoleForm(request.POST)
    if not form.is_valid():
        context = {**detail_context(request, account), "role_form": form}
        return render(request, "organisations/account_detail.html", context, status=422)
    accounts.grant_role(actor=request.user, account=account, role=form.cleaned_data["role"])
    messages.success(request, _("The role has been changed."))
    return redirect("organisations:account-detail", pk=pk)


@never_cache
def account_password_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Its answer to POST is a page, so a visit to the address leads back to the account."""
    account = visible_account(request, pk)
    require(request.user, "account.manage", account)
    if request.method != "POST":
        return redirect("organisations:account-detail", pk=pk)
    account = accounts.reset_password(actor=request.user, account=account)
    context = {**detail_context(request, account), "link": one_time_link(request, account)}
    return render(request, "organisations/account_detail.html", context)


def visible_account(request: HttpRequest, pk: int) -> User:
    visible = User.objects.visible_to(request.user).select_related("organisation")
    return get_object_or_404(visible, pk=pk)


def detail_context(request: HttpRequest, account: User) -> dict[str, object]:
    initial = {
        "organisation": account.organisation,
        "post_zh": account.post_zh,
        "post_en": account.post_en,
        "email": account.email,
        "is_active": account.is_active,
    }
    return {
        "account": account,
        "form": ChangeAccountForm(initial=initial, user=request.user),
        "role_form": RoleForm(initial={"role": account.role}),
        "may_manage": can(request.user, "account.manage", account),
        "may_grant": can(request.user, "account.grant_role", account),
    }


def one_time_link(request: HttpRequest, account: User) -> str:
    """Works once and for the days of PASSWORD_RESET_TIMEOUT; nobody else learns the password."""
    uid = urlsafe_base64_encode(force_bytes(account.pk))
    token = default_token_generator.make_token(account)
    return request.build_absolute_uri(reverse("organisations:password-set", args=[uid, token]))
