"""Signing in and out, passwords, and the person's own account with its API tokens."""

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.contrib.auth.views import LoginView, PasswordResetConfirmView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from metroplan.organisations.forms import SignInForm, TokenForm
from metroplan.organisations.models import ApiToken
from metroplan.organisations.policy import can, require
from metroplan.organisations.services import accounts, tokens


class SignInView(LoginView):
    template_name = "organisations/session_login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **more: object) -> dict[str, object]:
        context = super().get_context_data(**more)
        # Django's own `site` would hide the one every page reads.
        del context["site"], context["site_name"]
        return context

    def form_valid(self, form: SignInForm) -> HttpResponse:
        response = super().form_valid(form)
        accounts.record_sign_in(account=form.get_user())
        return response

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        accounts.record_refused_sign_in(
            username=form.data.get("username", ""), address=self.request.META["REMOTE_ADDR"]
        )
        return self.render_to_response(self.get_context_data(form=form), status=422)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    accounts.record_sign_out(account=request.user)
    logout(request)
    return redirect("organisations:login")


def password_change(request: HttpRequest) -> HttpResponse:
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = accounts.change_password(
            account=request.user, password=form.cleaned_data["new_password1"]
        )
        update_session_auth_hash(request, user)
        messages.success(request, _("Your password has been changed."))
        return redirect("organisations:profile")
    status = 422 if form.is_bound else 200
    return render(request, "organisations/password_change.html", {"form": form}, status=status)


@method_decorator([login_not_required, never_cache], name="dispatch")
class PasswordSetView(PasswordResetConfirmView):
    """Opened by the one-time link that the system administrator hands over."""

    template_name = "organisations/password_set.html"
    success_url = reverse_lazy("organisations:login")
    form_class = SetPasswordForm

    def form_valid(self, form: SetPasswordForm) -> HttpResponse:
        password = form.cleaned_data["new_password1"]
        accounts.change_password(account=self.user, password=password)
        del self.request.session["_password_reset_token"]
        messages.success(self.request, _("Your password is set. Sign in with it."))
        return redirect(self.get_success_url())


@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    return render(request, "organisations/profile_detail.html", profile_context(request))


@never_cache
def token_create(request: HttpRequest) -> HttpResponse:
    """Its answer to POST is a page, so a visit to the address leads back to the form."""
    require(request.user, "token.manage")
    if request.method != "POST":
        return redirect("organisations:profile")
    form = TokenForm(request.POST)
    if not form.is_valid():
        context = profile_context(request, form)
        return render(request, "organisations/profile_detail.html", context, status=422)
    token, key = tokens.create_token(user=request.user, **form.cleaned_data)
    # Shown in this answer and nowhere else: neither the session nor the log ever holds the key.
    context = {**profile_context(request), "new_token": token, "new_key": key}
    return render(request, "organisations/profile_detail.html", context)


@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.visible_to(request.user), pk=pk)
    if token.user_id != request.user.pk:
        raise PermissionDenied("token.manage")
    require(request.user, "token.manage")
    tokens.revoke_token(actor=request.user, token=token)
    messages.success(request, _("The token “{name}” no longer works.").format(name=token.name))
    return redirect("organisations:profile")


def profile_context(request: HttpRequest, form: TokenForm | None = None) -> dict[str, object]:
    may_manage = can(request.user, "token.manage")
    return {
        "tokens": request.user.api_tokens.all() if may_manage else [],
        "may_manage_tokens": may_manage,
        "form": form or TokenForm(),
        "now": timezone.now(),
    }
