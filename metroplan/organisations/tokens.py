"""How a REST client signs in: `Authorization: Token mp_…`."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from metroplan.organisations.models import ApiToken, User
from metroplan.organisations.services.tokens import digest

KEYWORD = "Token"


class TokenAuthentication(BaseAuthentication):
    """A missing header leaves the request to the next scheme; a bad one ends it with 401."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != KEYWORD.lower().encode():
            return None
        if len(words) != 2:
            raise AuthenticationFailed(
                _("The header must read “Authorization: Token” and one key."), "token.malformed"
            )
        token = find(words[1].decode("latin-1"))
        if token.scope == ApiToken.Scope.READ and not only_reads(request):
            raise PermissionDenied(
                _("This token may only read; create one that may also push."), "token.read_only"
            )
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return KEYWORD


def only_reads(request: Request) -> bool:
    """A view names in `stores_nothing` the acts that are sent by POST and change nothing."""
    view = request.parser_context.get("view")
    harmless = getattr(view, "stores_nothing", ())
    return request.method in SAFE_METHODS or getattr(view, "action", None) in harmless


def find(key: str) -> ApiToken:
    found = ApiToken.objects.filter(digest=digest(key))
    token = found.select_related("user__organisation").first()
    if token is None or not token.user.is_active:
        raise AuthenticationFailed(
            _("This token is unknown or has been revoked; create a new one under “My account”."),
            "token.unknown",
        )
    if token.expires_at <= timezone.now():
        raise AuthenticationFailed(
            _("This token has expired; create a new one under “My account”."), "token.expired"
        )
    return token


class TokenScheme(OpenApiAuthenticationExtension):
    """Names the scheme in the API's schema."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token mp_…`, created under “My account”.",
        }
