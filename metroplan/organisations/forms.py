"""The shape of what people type about accounts, tokens and units."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metroplan.organisations.models import ApiToken, Organisation, Role, User
from metroplan.organisations.querysets import not_ended
from metroplan.organisations.services.accounts import grantable_roles


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _(
            "Username and password do not match, or the account is closed. Check both; after "
            "5 wrong attempts the account is locked for 15 minutes."
        ),
        "inactive": _("This account is closed; ask the system administrator of your unit."),
    }


class UnitField(forms.CharField):
    """A unit by its code, with or without the name behind it, among those the user may see."""

    default_error_messages = {
        "unknown_unit": _("There is no unit with the code “%(code)s” in your area; type its code."),
    }

    def __init__(self, *, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(max_length=120, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.code} {value.name}" if isinstance(value, Organisation) else value

    def clean(self, value: Any) -> Organisation | None:
        code = super().clean(value).split(" ")[0]
        if not code:
            return None
        current = Organisation.objects.visible_to(self.user).filter(not_ended(timezone.localdate()))
        unit = current.filter(code=code).first()
        if unit is None:
            raise forms.ValidationError(
                self.error_messages["unknown_unit"], code="unknown_unit", params={"code": code}
            )
        return unit


class AccountForm(forms.Form):
    """A change of an account; `username` is added for a new one."""

    post_zh = forms.CharField(label=_("Post, in Chinese"), max_length=60)
    post_en = forms.CharField(label=_("Post, in English"), max_length=100, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = UnitField(
            user=user,
            label=_("Unit"),
            help_text=_("Type the code, or part of the name and choose from the list."),
        )


class NewAccountForm(AccountForm):
    username = forms.CharField(
        label=_("Username"), max_length=150, validators=[UnicodeUsernameValidator()]
    )
    field_order = ["username", "organisation"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)


class ChangeAccountForm(AccountForm):
    is_active = forms.BooleanField(
        label=_("The account is in use"),
        required=False,
        help_text=_("A closed account cannot sign in; what it did stays in the log."),
    )
    field_order = ["organisation"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=grantable_roles, required=False)


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        help_text=_("What will use it, for example a data exchange."),
    )
    scope = forms.ChoiceField(label=_("Permission"), choices=ApiToken.Scope.choices)
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (180, _("180 days")), (365, _("1 year"))],
        initial=90,
    )


class MailForm(forms.Form):
    wants_mail = forms.BooleanField(
        label=_("Also send my notices by e-mail"),
        required=False,
        help_text=_("One e-mail each working day morning with what is new and unread."),
    )


class UnitSearchForm(forms.Form):
    q = forms.CharField(label=_("Name or code"), max_length=60, required=False)
    ended = forms.BooleanField(label=_("Also units that have ended"), required=False)


class AccountSearchForm(forms.Form):
    q = forms.CharField(label=_("Username, post or unit"), max_length=60, required=False)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[("", _("All")), ("none", _("No role")), *Role.choices],
        required=False,
    )
    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("All")), ("open", _("In use")), ("closed", _("Closed"))],
        required=False,
    )
